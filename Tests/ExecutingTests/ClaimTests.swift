import Deciding
import Defender
import Enqueuing
import Observing
import Synchronization
import Testing
import Vocabulary

struct ClaimTests {
    @Test func `a time box releases by itself, counted from success`() async throws {
        let bench = Bench()
        let id = try await bench.ask("isolate", for: "1h")
        try await bench.run(for: .seconds(20))
        let end = try #require(try await bench.claims().first?.endsAt)
        #expect(try await bench.job(id).since + .seconds(3_600) == end)
        try await bench.run(for: .seconds(3_550), step: .seconds(10))
        #expect(bench.defender.isIsolated(Bench.laptop))
        try await bench.run(for: .seconds(90), step: .seconds(10))
        #expect(!bench.defender.isIsolated(Bench.laptop))
        #expect(try await bench.claims().isEmpty)
        #expect(bench.defender.executed.map(\.action) == ["isolate", "release"])
    }

    @Test func `a second isolate joins and the machine is released when the last claim ends`() async throws {
        let bench = Bench()
        let first = try await bench.ask("isolate", by: "mia")
        try await bench.run(for: .seconds(20))
        let second = try await bench.ask("isolate", by: "omar")
        try await bench.settle()
        #expect(bench.defender.executed.count == 1)
        #expect(try await bench.job(second).state == .succeeded)
        #expect(try await bench.job(second).joined == first)

        let release = try await bench.ask("release", by: "mia")
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(release).outcome?.code == "claim-ended")
        #expect(bench.defender.isIsolated(Bench.laptop))

        try await bench.ask("release", by: "omar")
        try await bench.run(for: .seconds(20))
        #expect(!bench.defender.isIsolated(Bench.laptop))
        #expect(try await bench.claims().isEmpty)
    }

    @Test func `a join while the first is on its way succeeds only with it`() async throws {
        let bench = Bench()
        try await bench.ask("isolate", by: "mia")
        try await bench.settle()
        let joiner = try await bench.ask("isolate", by: "omar")
        try await bench.settle()
        #expect(try await bench.job(joiner).state == .watching)
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(joiner).state == .succeeded)
        #expect(bench.defender.executed.count == 1)
    }

    @Test func `when the first fails the one that joined goes by itself`() async throws {
        let bench = Bench()
        bench.defender.state.withLock { $0.end = .failed }
        let first = try await bench.ask("isolate", by: "mia")
        try await bench.settle()
        let joiner = try await bench.ask("isolate", by: "omar")
        try await bench.settle()
        bench.defender.state.withLock { $0.end = .succeeded }
        try await bench.run(for: .seconds(40))
        #expect(try await bench.job(first).state == .failed)
        #expect(try await bench.job(joiner).state == .succeeded)
        #expect(bench.defender.executed.count == 2)
        #expect(try await bench.claims().map(\.id) == [joiner])
    }

    @Test func `a join neither shortens nor lengthens the other's time`() async throws {
        let bench = Bench()
        try await bench.ask("isolate", by: "mia", for: "1h")
        try await bench.run(for: .seconds(20))
        let before = try #require(try await bench.claims().first?.endsAt)
        try await bench.ask("isolate", by: "omar", for: "2h")
        try await bench.settle()
        #expect(try await bench.claims().first?.endsAt == before)
        try await bench.run(for: .seconds(3_700), step: .seconds(20))
        #expect(bench.defender.isIsolated(Bench.laptop))
        try await bench.run(for: .seconds(3_700), step: .seconds(20))
        #expect(!bench.defender.isIsolated(Bench.laptop))
        #expect(bench.defender.executed.map(\.action) == ["isolate", "release"])
    }

    @Test func `the claims of others need the right, and their owners are told`() async throws {
        let bench = Bench()
        let mine = try await bench.ask("isolate", by: "mia")
        try await bench.run(for: .seconds(20))
        let wrong = try await bench.ask("release", by: "omar")
        try await bench.settle()
        #expect(try await bench.job(wrong).outcome?.code == "claims-of-others")
        try await bench.ask("release", by: "ines")
        try await bench.run(for: .seconds(20))
        #expect(!bench.defender.isIsolated(Bench.laptop))
        #expect(
            try await bench.told().contains {
                $0.audience == .conversation(mine) && $0.notice.code == "claim.closed"
            }
        )
    }

    @Test func `Full over Selective is a new action, the reverse joins`() async throws {
        let bench = Bench()
        try await bench.ask("isolate", by: "mia", with: ["type": "Selective"])
        try await bench.run(for: .seconds(20))
        try await bench.ask("isolate", by: "omar", with: ["type": "Full"])
        try await bench.run(for: .seconds(20))
        #expect(bench.defender.executed.map { $0.parameters["type"] } == ["Selective", "Full"])
        try await bench.ask("isolate", by: "mia", with: ["type": "Selective"])
        try await bench.run(for: .seconds(20))
        #expect(bench.defender.executed.count == 2)
    }

    @Test func `a release cancels a pending isolate at Defender and is posted after it has ended`()
        async throws
    {
        let bench = Bench()
        bench.defender.state.withLock { $0.offline = [Bench.laptop] }
        let isolate = try await bench.ask("isolate")
        try await bench.run(for: .seconds(10))
        let release = try await bench.ask("release")
        try await bench.settle()
        #expect(bench.defender.state.withLock { $0.cancelled }.count == 1)
        bench.defender.state.withLock { $0.offline = [] }
        try await bench.run(for: .seconds(40))
        #expect(try await bench.job(isolate).state == .cancelled)
        #expect(try await bench.job(release).state == .succeeded)
        #expect(!bench.defender.isIsolated(Bench.laptop))
        #expect(try await bench.claims().isEmpty)
    }

    @Test func `a containment made outside is neither claimed nor given a time box`() async throws {
        let bench = Bench()
        bench.defender.actOutside("Isolate", on: Bench.laptop)
        bench.pass(.seconds(5))
        let id = try await bench.ask("isolate", for: "1h")
        try await bench.settle()
        let job = try await bench.job(id)
        #expect(job.outcome?.code == "already-contained")
        #expect(job.outcome?.message.contains("ola@corp.example") == true)
        #expect(bench.defender.executed.isEmpty)
        #expect(try await bench.claims().isEmpty)
        let release = try await bench.ask("release")
        try await bench.settle()
        #expect(try await bench.job(release).outcome?.code == "foreign-containment")
    }

    @Test func `when somebody acted outside after us the time box posts nothing`() async throws {
        let bench = Bench()
        let id = try await bench.ask("isolate", for: "1h")
        try await bench.run(for: .seconds(20))
        bench.defender.actOutside("Unisolate", on: Bench.laptop)
        bench.pass(.seconds(5))
        bench.defender.actOutside("Isolate", on: Bench.laptop)
        try await bench.run(for: .seconds(3_700), step: .seconds(20))
        #expect(bench.defender.executed.map(\.action) == ["isolate"])
        #expect(try await bench.ledger.read { try $0.claim(id)?.closedCode } == "taken-over")
        #expect(bench.defender.isIsolated(Bench.laptop))
    }

    @Test func `a failing automatic release is tried until it succeeds, and said`() async throws {
        let bench = Bench()
        try await bench.ask("isolate", for: "10m")
        try await bench.run(for: .seconds(20))
        bench.defender.state.withLock { $0.end = .failed }
        try await bench.run(for: .seconds(700), step: .seconds(10))
        #expect(bench.defender.isIsolated(Bench.laptop))
        #expect(try await bench.told().contains { $0.audience == .tell && $0.notice.code == "job.overdue" })
        #expect(try await bench.claims().count == 1)
        bench.defender.state.withLock { $0.end = .succeeded }
        try await bench.run(for: .seconds(700), step: .seconds(10))
        #expect(!bench.defender.isIsolated(Bench.laptop))
        #expect(try await bench.claims().isEmpty)
    }

    @Test func `a removed grant never strands a time box`() async throws {
        let bench = Bench()
        try await bench.ask("isolate", for: "10m")
        try await bench.run(for: .seconds(20))
        var policy = Bench.policy
        policy.grants = []
        bench.policies.policy = policy
        try await bench.run(for: .seconds(700), step: .seconds(10))
        #expect(!bench.defender.isIsolated(Bench.laptop))
    }

    @Test func `a freeze holds what contains, lets a person release, and lets held jobs wait for a person`()
        async throws
    {
        let bench = Bench()
        try await bench.ask("isolate", by: "mia")
        try await bench.run(for: .seconds(20))
        let freeze = Freeze(by: "ines", because: "drill", at: bench.now, stopsReleases: false)
        try await bench.ledger.perform(.freeze(freeze))
        let held = try await bench.ask("isolate", "laptop-70")
        try await bench.ask("release", by: "mia")
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(held).state == .held)
        #expect(!bench.defender.isIsolated(Bench.laptop))
        try await bench.ledger.perform(.unfreeze(by: "ines"))
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(held).state == .held)
        try await bench.ledger.perform(.letGo(held, by: "ines", waives: false))
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(held).state == .succeeded)
    }

    @Test func `an automatic release waits for the end of a freeze`() async throws {
        let bench = Bench()
        try await bench.ask("isolate", for: "10m")
        try await bench.run(for: .seconds(20))
        try await bench.ledger.perform(
            .freeze(Freeze(by: "ines", because: "drill", at: bench.now, stopsReleases: false))
        )
        try await bench.run(for: .seconds(1_200), step: .seconds(20))
        #expect(bench.defender.isIsolated(Bench.laptop))
        let said = try await bench.told().filter { $0.notice.code == "job.frozen" }
        #expect(said.count == 2)
        try await bench.ledger.perform(.unfreeze(by: "ines"))
        try await bench.run(for: .seconds(60))
        #expect(!bench.defender.isIsolated(Bench.laptop))
    }

    @Test func `the sweep tells of foreign containments and closes claims released outside`() async throws {
        let bench = Bench()
        await bench.sweeper.sweepOnce()
        let id = try await bench.ask("isolate")
        try await bench.run(for: .seconds(20))
        bench.defender.actOutside("Unisolate", on: Bench.laptop)
        bench.defender.actOutside("Isolate", on: Bench.machines[1].id)
        bench.pass(.seconds(5))
        await bench.sweeper.sweepOnce()
        await bench.sweeper.sweepOnce()
        let foreign = try await bench.told().filter { $0.notice.code == "sweep.foreign" }
        #expect(foreign.count == 2)
        #expect(try await bench.ledger.read { try $0.claim(id)?.closedCode } == "taken-over")
    }

    @Test func `the sweep finds an action of a job that the ledger does not know`() async throws {
        let bench = Bench()
        await bench.sweeper.sweepOnce()
        _ = try await bench.defender.submit(
            ActionSubmission(
                action: "isolate",
                machine: Bench.laptop,
                parameters: ["type": "Full"],
                comment: ActionMarker.comment(job: JobID("j-lost"), person: "mia", reason: nil),
                deadline: .seconds(30)
            )
        )
        bench.pass(.seconds(5))
        await bench.sweeper.sweepOnce()
        #expect(try await bench.told().contains { $0.notice.code == "sweep.unknown-job" })
    }
}

struct OutsideTests {
    @Test func `a machine released outside is isolated again, not joined`() async throws {
        let bench = Bench()
        let first = try await bench.ask("isolate", by: "mia")
        try await bench.run(for: .seconds(20))
        bench.defender.actOutside("Unisolate", on: Bench.laptop)
        bench.pass(.seconds(5))
        let second = try await bench.ask("isolate", by: "omar")
        try await bench.run(for: .seconds(20))
        #expect(bench.defender.executed.count == 2)
        #expect(bench.defender.isIsolated(Bench.laptop))
        #expect(try await bench.claims().map(\.id) == [second])
        #expect(try await bench.ledger.read { try $0.claim(first)?.closedCode } == "taken-over")
    }

    @Test(arguments: ["isolate", "release"])
    func `a rehearsal touches no claim of anybody`(action: String) async throws {
        let bench = Bench()
        let id = try await bench.ask("isolate", by: "mia")
        try await bench.run(for: .seconds(20))
        var policy = Bench.policy
        policy.rehearses = true
        bench.policies.policy = policy
        let rehearsed = try await bench.ask(action, by: action == "isolate" ? "omar" : "mia")
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(rehearsed).outcome?.code == "rehearsed")
        #expect(try await bench.claims().map(\.id) == [id])
        #expect(bench.defender.executed.count == 1)
    }

    @Test func `a rehearsal cancels nothing that is under way`() async throws {
        let bench = Bench()
        bench.defender.state.withLock { $0.offline = [Bench.laptop] }
        try await bench.ask("isolate", by: "mia")
        try await bench.run(for: .seconds(20))
        var policy = Bench.policy
        policy.rehearses = true
        bench.policies.policy = policy
        let rehearsed = try await bench.ask("release", by: "mia")
        try await bench.settle()
        #expect(try await bench.job(rehearsed).outcome?.code == "rehearsed")
        #expect(bench.defender.state.withLock { $0.cancelled }.isEmpty)
    }

    @Test func `a status never seen before is watched further, and a fresh id may be missing for a while`()
        async throws
    {
        let bench = Bench()
        bench.defender.state.withLock { $0.delay = .seconds(60) }
        let id = try await bench.ask("scan")
        try await bench.settle()
        let hidden = bench.defender.state.withLock { state in
            let action = state.actions.removeFirst()
            return action
        }
        try await bench.run(for: .seconds(15))
        #expect(try await bench.job(id).state == .watching)
        bench.defender.state.withLock { state in
            var shown = hidden
            shown.status = .unknown("Thinking")
            state.actions = [shown]
        }
        try await bench.run(for: .seconds(10))
        #expect(try await bench.job(id).machineAction?.status == "Thinking")
        try await bench.run(for: .seconds(60))
        #expect(try await bench.job(id).state == .succeeded)
    }

    @Test func `what a service asked for and did not happen is told on tell`() async throws {
        let bench = Bench()
        let request = ActionRequest(action: "scan", subject: .hostName("nowhere"), reason: nil)
        let intent = Intent(source: SourceName("siem"), asker: .service, request: .action(request))
        let job = Job(
            id: JobID("j-service"),
            delivery: nil,
            intent: intent,
            request: request,
            principal: .service("sentinel"),
            acceptedAt: bench.now,
            validUntil: bench.now + .seconds(600)
        )
        try await bench.ledger.record(job, replyTo: nil)
        try await bench.settle()
        #expect(try await bench.told().contains { $0.audience == .tell && $0.notice.code == "job.refused" })
    }
}
