import Deciding
import Defender
import Enqueuing
import Observing
import Synchronization
import Testing
import Vocabulary

struct JobLifeTests {
    @Test func `an isolate is posted once and succeeds only when Defender says so`() async throws {
        let bench = Bench()
        let id = try await bench.ask("isolate")
        try await bench.settle()
        #expect(try await bench.job(id).state == .watching)
        #expect(bench.defender.executed.count == 1)
        #expect(bench.defender.executed.first?.comment == "bascule:\(id) mia: SEC-1")
        try await bench.run(for: .seconds(15))
        #expect(try await bench.job(id).state == .succeeded)
        #expect(bench.defender.isIsolated(Bench.laptop))
        #expect(try await bench.claims().map(\.id) == [id])
    }

    @Test func `a job whose answer was lost is found by its mark and not posted again`() async throws {
        let bench = Bench()
        bench.defender.state.withLock { $0.faults = [.lostAnswer] }
        let id = try await bench.ask("isolate")
        try await bench.settle()
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(id).state == .succeeded)
        #expect(bench.defender.executed.count == 1)
    }

    @Test func `a POST that was never executed is posted again, but not before no first one can arrive`()
        async throws
    {
        let bench = Bench()
        bench.defender.state.withLock { $0.faults = [.lostRequest] }
        let id = try await bench.ask("isolate")
        try await bench.settle()
        #expect(try await bench.job(id).state == .reconciling)
        try await bench.run(for: .seconds(90))
        #expect(bench.defender.executed.isEmpty)
        try await bench.run(for: .seconds(30))
        #expect(try await bench.job(id).state == .succeeded)
        #expect(bench.defender.executed.count == 1)
    }

    @Test func `a crash while posting is settled by the next worker after the lease`() async throws {
        let bench = Bench()
        let id = try await bench.ask("isolate")
        var leased = try await bench.ledger.lease(
            JobState.executing,
            owner: "dead",
            times: bench.times,
            limit: 1
        )
        while let job = leased.first, job.state != .ready {
            let next: JobEvent =
                switch job.state {
                case .recorded: .located(Bench.machines[0], setAside: [])
                case .located:
                    .decided(
                        DecisionNote(
                            verdict: "allow",
                            grantNumber: 1,
                            grantLine: 1,
                            reasons: [],
                            explanation: [],
                            mayEndOthers: false,
                            decidedAt: bench.now
                        )
                    )
                default: .readied
                }
            leased = [try await bench.ledger.apply(next, to: job, keeping: bench.times)]
        }
        let ready = try #require(leased.first)
        let begun = try await bench.ledger.beginSubmission(
            of: ready,
            view: OutsideView(),
            rehearsal: nil,
            times: bench.times
        )
        #expect(begun.job.state == .submitting)
        // The worker dies here, before the POST. Nobody may touch the job while its lease lives.
        try await bench.run(for: .seconds(55))
        #expect(try await bench.job(id).state == .submitting)
        try await bench.run(for: .seconds(120))
        #expect(try await bench.job(id).state == .succeeded)
        #expect(bench.defender.executed.count == 1)
    }

    @Test func `a worker that lost its lease cannot write`() async throws {
        let bench = Bench()
        try await bench.ask("isolate")
        let first = try await bench.ledger.lease(
            JobState.executing,
            owner: "one",
            times: bench.times,
            limit: 1
        )
        let job = try #require(first.first)
        bench.pass(.seconds(61))
        _ = try await bench.ledger.lease(JobState.executing, owner: "two", times: bench.times, limit: 1)
        await #expect(throws: LedgerError.leaseLost) {
            _ = try await bench.ledger.apply(
                .located(Bench.machines[0], setAside: []),
                to: job,
                keeping: bench.times
            )
        }
    }

    @Test func `past its shelf life a job expires and is never posted`() async throws {
        let bench = Bench()
        bench.defender.state.withLock {
            $0.faults = Array(repeating: .throttled(.seconds(600)), count: 50)
        }
        let id = try await bench.ask("isolate")
        try await bench.run(for: .seconds(4_000), step: .seconds(100))
        #expect(try await bench.job(id).state == .expired)
        #expect(bench.defender.executed.isEmpty)
        #expect(try await bench.claims().isEmpty)
    }

    @Test func `throttling is waited for as long as Defender says`() async throws {
        let bench = Bench()
        bench.defender.state.withLock { $0.faults = [.throttled(.seconds(40))] }
        let id = try await bench.ask("scan")
        try await bench.run(for: .seconds(35))
        #expect(bench.defender.executed.isEmpty)
        try await bench.run(for: .seconds(30))
        #expect(try await bench.job(id).state == .succeeded)
    }

    @Test func `a missing application permission is named before anything is posted`() async throws {
        let bench = Bench()
        bench.defender.state.withLock { $0.roles = ["Machine.Read.All"] }
        let id = try await bench.ask("isolate")
        try await bench.settle()
        let job = try await bench.job(id)
        #expect(job.state == .refused)
        #expect(job.outcome?.code == "application-permission")
        #expect(job.outcome?.message.contains("Machine.Isolate") == true)
        #expect(bench.defender.executed.isEmpty)
    }

    @Test func `a person without a grant is refused and told`() async throws {
        let bench = Bench()
        let id = try await bench.ask("isolate", by: "ines")
        try await bench.settle()
        #expect(try await bench.job(id).state == .refused)
        #expect(try await bench.told().contains { $0.notice.code == "job.refused" })
    }

    @Test func `laptop-7 is never laptop-70, and a server is not a client`() async throws {
        let bench = Bench()
        try await bench.ask("isolate", "laptop-7")
        let server = try await bench.ask("isolate", "srv-1")
        let none = try await bench.ask("isolate", "laptop")
        try await bench.settle()
        #expect(bench.defender.executed.map(\.machine) == [Bench.laptop])
        #expect(try await bench.job(server).outcome?.code == "machine-not-granted")
        #expect(try await bench.job(server).decision?.explanation.isEmpty == false)
        #expect(try await bench.job(none).outcome?.code == "machine-not-found")
    }

    @Test func `a rehearsal posts nothing and says so`() async throws {
        let bench = Bench()
        var policy = Bench.policy
        policy.rehearses = true
        bench.policies.policy = policy
        let id = try await bench.ask("isolate")
        try await bench.settle()
        #expect(try await bench.job(id).outcome?.code == "rehearsed")
        #expect(bench.defender.executed.isEmpty)
        #expect(try await bench.claims().isEmpty)
    }

    @Test func `a package is fetched with its digest`() async throws {
        let bench = Bench()
        let id = try await bench.ask("collect")
        try await bench.run(for: .seconds(20))
        let job = try await bench.job(id)
        #expect(job.state == .succeeded)
        #expect(job.evidence?.bytes == 7)
        #expect(
            job.evidence?.sha256 == "bc4a71180870f7945155fbb02f4b0a2e3faa2a62d6d31b7039013055ed19869a"
        )
    }

    @Test func `a full evidence folder fails the job, not the bridge`() async throws {
        let bench = Bench()
        bench.defender.state.withLock { $0.package = Array(repeating: 1, count: 1_000) }
        let id = try await bench.ask("collect")
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(id).state == .failed)
        let scan = try await bench.ask("scan")
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(scan).state == .succeeded)
    }

    @Test func `an isolate does not wait for a scan and a package that are pending`() async throws {
        let bench = Bench()
        bench.defender.state.withLock { $0.offline = [Bench.laptop] }
        try await bench.ask("scan", with: ["type": "Full"])
        try await bench.ask("collect")
        try await bench.run(for: .seconds(60))
        let id = try await bench.ask("isolate")
        try await bench.settle()
        #expect(bench.defender.executed.map(\.action) == ["scan", "collect", "isolate"])
        #expect(try await bench.job(id).state == .watching)
    }

    @Test func `one list call serves all that is watched`() async throws {
        let bench = Bench()
        bench.defender.state.withLock { $0.delay = .seconds(1_000) }
        for (action, machine) in [("scan", "laptop-7"), ("scan", "laptop-70"), ("collect", "laptop-7")] {
            try await bench.ask(action, machine)
        }
        try await bench.run(for: .seconds(10))
        let before = bench.defender.state.withLock { $0.listCalls }
        try await bench.run(for: .seconds(50))
        let calls = bench.defender.state.withLock { $0.listCalls } - before
        #expect(calls == 10)
    }

    @Test func `what Defender never finishes is cancelled there and timed out here`() async throws {
        let bench = Bench()
        bench.defender.state.withLock { $0.offline = [Bench.laptop] }
        let id = try await bench.ask("scan")
        try await bench.run(for: .seconds(3 * 86_400 + 3_700), step: .seconds(600))
        #expect(try await bench.job(id).state == .timedOut)
        #expect(bench.defender.state.withLock { $0.cancelled }.count == 1)
    }

    @Test func `the audit chain is whole after everything`() async throws {
        let bench = Bench()
        try await bench.ask("isolate", for: "10m")
        try await bench.run(for: .seconds(900), step: .seconds(30))
        let rows = try await bench.ledger.read { try $0.audit(after: 0, limit: 10_000) }
        var verifier = AuditVerifier()
        for row in rows { verifier.take(row) }
        guard case .intact(let count, _) = verifier.finding else {
            Issue.record("the chain is broken")
            return
        }
        #expect(count == Int64(rows.count))
        #expect(count > 10)
    }
}

struct EvidenceQuotaTests {
    @Test func `two packages are fetched one after the other, within one quota`() async throws {
        let bench = Bench()
        bench.defender.state.withLock { $0.package = Array(repeating: 1, count: 60) }
        let first = try await bench.ask("collect", "laptop-7")
        let second = try await bench.ask("collect", "laptop-70")
        try await bench.run(for: .seconds(40))
        let states = [try await bench.job(first).state, try await bench.job(second).state]
        #expect(states.filter { $0 == .succeeded }.count == 1)
        #expect(states.filter { $0 == .failed }.count == 1)
    }
}
