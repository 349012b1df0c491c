import Deciding
import Enqueuing
import Synchronization
import Testing
import Vocabulary

/// Changes of tags: done with Defender's answer, and settled by what the machine shows.
struct TagTests {
    private static func bench(limits: [Limit] = [], approvals: ApprovalRule? = nil) -> Bench {
        let grants = [Bench.grant(1, ["tag", "untag", "scan"], approvals: approvals)]
        return Bench(policy: Bench.policy(grants, limits: limits))
    }

    private func ask(
        _ bench: Bench,
        _ action: String = "tag",
        _ tag: String = "Contained",
        rehearses: Bool = false
    ) async throws -> JobID {
        try await bench.ask(action, with: ["tag": tag], rehearses: rehearses)
    }

    private func posts(_ bench: Bench) -> [String] { bench.defender.state.withLock { $0.changed } }

    @Test func `a tag is posted once, and its answer ends the job`() async throws {
        let bench = Self.bench()
        let id = try await ask(bench)
        try await bench.settle()
        let job = try await bench.job(id)
        #expect(job.state == .succeeded)
        #expect(
            job.outcome?.message
                == "Tag Contained is on the machine. Defender lists these tags now: Contained."
        )
        #expect(job.machineAction == nil)
        #expect(posts(bench) == ["+Contained"])
        #expect(bench.defender.executed.isEmpty)
        let told = try await bench.told().map(\.notice.text)
        #expect(told.last?.hasPrefix("tag laptop-7.corp.example with tag=Contained: succeeded.") == true)
        let untag = try await ask(bench, "untag", "contained")
        bench.defender.state.withLock { $0.machines[0].tags = ["contained", "VIP"] }
        try await bench.settle()
        #expect(
            try await bench.job(untag).outcome?.message
                == "Tag contained is off the machine. Defender lists these tags now: VIP."
        )
    }

    @Test(arguments: ["tag", "untag"])
    func `a lost answer is settled by what the machine shows, without a second POST`(
        action: String
    ) async throws {
        let bench = Self.bench()
        bench.defender.state.withLock { state in
            state.faults = [.lostAnswer]
            state.machines[0].tags = action == "tag" ? [] : ["Contained"]
        }
        let id = try await ask(bench, action)
        try await bench.settle()
        #expect(try await bench.job(id).state == .reconciling)
        try await bench.run(for: .seconds(5))
        #expect(try await bench.job(id).state == .succeeded)
        try await bench.run(for: .seconds(200))
        #expect(posts(bench) == [action == "tag" ? "+Contained" : "-Contained"])
        #expect(bench.defender.state.withLock { $0.listCalls } == 0)
    }

    @Test func `a lost request is posted again, but not before no first one can arrive`() async throws {
        let bench = Self.bench()
        bench.defender.state.withLock { $0.faults = [.lostRequest] }
        let id = try await ask(bench)
        try await bench.run(for: .seconds(90))
        #expect(try await bench.job(id).state == .reconciling)
        #expect(posts(bench) == [])
        try await bench.run(for: .seconds(30))
        #expect(try await bench.job(id).state == .succeeded)
        #expect(posts(bench) == ["+Contained"])
    }

    @Test func `a POST that arrives late is found, not repeated`() async throws {
        let bench = Self.bench()
        bench.defender.state.withLock { $0.faults = [.lostRequest] }
        let id = try await ask(bench)
        try await bench.run(for: .seconds(40))
        bench.defender.state.withLock { $0.machines[0].tags = ["CONTAINED"] }
        try await bench.run(for: .seconds(10))
        #expect(try await bench.job(id).state == .succeeded)
        #expect(posts(bench) == [])
    }

    @Test func `a crash while posting is settled by the next worker after the lease`() async throws {
        for arrived in [true, false] {
            let bench = Self.bench()
            let id = try await ask(bench)
            let leased = try await bench.ledger.lease(
                JobState.executing,
                owner: "dead",
                times: bench.times,
                limit: 1
            )
            var job = try #require(leased.first)
            let note = DecisionNote(
                verdict: "allow",
                grantNumber: 1,
                grantLine: 11,
                reasons: [],
                explanation: [],
                mayEndOthers: false,
                decidedAt: bench.now
            )
            for event in [JobEvent.located(Bench.machines[0], setAside: []), .decided(note), .readied] {
                job = try await bench.ledger.apply(event, to: job, keeping: bench.times)
            }
            let begun = try await bench.ledger.beginSubmission(
                of: job,
                view: OutsideView(),
                rehearsal: nil,
                times: bench.times
            )
            #expect(begun.job.state == .submitting)
            if arrived { bench.defender.state.withLock { $0.machines[0].tags = ["Contained"] } }
            try await bench.run(for: .seconds(55))
            #expect(try await bench.job(id).state == .submitting)
            try await bench.run(for: .seconds(120))
            #expect(try await bench.job(id).state == .succeeded)
            #expect(posts(bench) == (arrived ? [] : ["+Contained"]))
        }
    }

    @Test func `past its shelf life what was lost is not posted again`() async throws {
        let bench = Self.bench()
        bench.defender.state.withLock { $0.faults = Array(repeating: .lostRequest, count: 100) }
        let id = try await ask(bench)
        try await bench.run(for: .seconds(4_000), step: .seconds(50))
        #expect(try await bench.job(id).state == .expired)
        #expect(posts(bench) == [])
    }

    @Test func `a machine that is gone meanwhile is said so, and not looked for for ever`() async throws {
        let bench = Self.bench()
        bench.defender.state.withLock { $0.faults = [.lostRequest] }
        let id = try await ask(bench)
        try await bench.settle()
        bench.defender.state.withLock { _ = $0.machines.removeFirst() }
        try await bench.run(for: .seconds(120))
        let job = try await bench.job(id)
        #expect(job.state == .refused)
        #expect(job.outcome?.code == "machine-not-found")
    }

    @Test func `what was to be cancelled and never arrived is not posted again`() async throws {
        let bench = Self.bench()
        bench.defender.state.withLock { $0.faults = [.lostRequest] }
        let id = try await ask(bench)
        try await bench.settle()
        try await bench.ledger.perform(.cancel(id, by: "mia"))
        try await bench.run(for: .seconds(120))
        #expect(try await bench.job(id).state == .cancelled)
        #expect(posts(bench) == [])
    }

    @Test func `a certain no ends the job, and throttling is waited for`() async throws {
        let bench = Self.bench()
        bench.defender.state.withLock { $0.faults = [.refused, .throttled(.seconds(40))] }
        let refused = try await ask(bench)
        try await bench.settle()
        #expect(try await bench.job(refused).state == .failed)
        let waiting = try await ask(bench)
        try await bench.run(for: .seconds(35))
        #expect(try await bench.job(waiting).state == .ready)
        try await bench.run(for: .seconds(30))
        #expect(try await bench.job(waiting).state == .succeeded)
        #expect(posts(bench) == ["+Contained"])
    }

    @Test func `a missing application permission is named before anything is posted`() async throws {
        let bench = Self.bench()
        bench.defender.state.withLock { $0.roles = ["Machine.Read.All", "Machine.Isolate"] }
        let id = try await ask(bench)
        try await bench.settle()
        let job = try await bench.job(id)
        #expect(job.state == .refused)
        #expect(job.outcome?.code == "application-permission")
        #expect(job.outcome?.message.contains("Machine.ReadWrite.All") == true)
        #expect(posts(bench) == [])
    }

    @Test func `a rehearsal posts nothing, a freeze and a limit hold it`() async throws {
        let limit = Limit(action: "tag", scope: .all, bound: .per(.seconds(3_600), most: 1))
        let bench = Self.bench(limits: [limit])
        let rehearsed = try await ask(bench, rehearses: true)
        try await bench.settle()
        #expect(try await bench.job(rehearsed).outcome?.code == "rehearsed")
        #expect(posts(bench) == [])
        let first = try await ask(bench, "tag", "a")
        try await bench.settle()
        let second = try await ask(bench, "tag", "b")
        try await bench.settle()
        #expect(try await bench.job(first).state == .succeeded)
        #expect(try await bench.job(second).state == .held)
        #expect(try await bench.job(second).outcome?.code == "limit")
        let freeze = Freeze(by: "mia", because: "drill", at: bench.now, stopsReleases: false)
        try await bench.ledger.perform(.freeze(freeze))
        let frozen = try await ask(bench, "untag", "a")
        try await bench.settle()
        #expect(try await bench.job(frozen).outcome?.code == "frozen")
        #expect(posts(bench) == ["+a"])
    }

    @Test func `an approval is for this tag and is asked with it`() async throws {
        let rule = ApprovalRule(of: ["leads"], count: 1, within: .seconds(600))
        let bench = Self.bench(approvals: rule)
        let id = try await ask(bench, "tag", "under review")
        try await bench.settle()
        let job = try await bench.job(id)
        #expect(job.state == .awaitingApproval)
        let asked = try await bench.told().map(\.notice.text).filter { $0.contains("needs 1 of") }
        #expect(asked.isEmpty == false)
        #expect(asked.allSatisfy { $0.contains(", tag under review, asked by mia") }, "\(asked)")
        var other = job
        other.parameters["tag"] = "Contained"
        #expect(other.approvalDigest != job.approvalDigest)
        try await bench.answer(id, by: "ines")
        try await bench.settle()
        #expect(try await bench.job(id).state == .succeeded)
        #expect(posts(bench) == ["+under review"])
    }

    @Test func `the newest word on a tag holds, whatever was put off`() async throws {
        let bench = Self.bench()
        bench.defender.state.withLock { $0.faults = [.throttled(.seconds(60))] }
        let old = try await ask(bench, "tag", "Contained")
        try await bench.settle()
        #expect(try await bench.job(old).state == .ready)
        let new = try await ask(bench, "untag", "contained")
        let other = try await ask(bench, "untag", "VIP")
        try await bench.settle()
        try await bench.run(for: .seconds(90))
        #expect(try await bench.job(old).state == .cancelled)
        #expect(try await bench.job(old).outcome?.code == "superseded")
        #expect(try await bench.job(new).state == .succeeded)
        #expect(try await bench.job(other).state == .succeeded)
        #expect(posts(bench) == ["-contained", "-VIP"])
    }

    @Test func `who waits for approval is told when somebody asked for the opposite since`() async throws {
        let rule = ApprovalRule(of: ["leads"], count: 1, within: .seconds(600))
        let bench = Self.bench(approvals: rule)
        let old = try await ask(bench, "tag")
        try await bench.settle()
        bench.policies.policy = Bench.policy([Bench.grant(1, ["tag", "untag"])])
        let same = try await ask(bench, "tag")
        try await bench.settle()
        #expect(try await bench.job(same).state == .succeeded)
        #expect(try await bench.job(old).state == .awaitingApproval)
        _ = try await ask(bench, "untag")
        try await bench.settle()
        #expect(try await bench.job(old).outcome?.code == "superseded")
    }

    @Test func `one change of a machine's tags is in flight at a time, and no other lane waits`() async throws
    {
        let bench = Self.bench()
        bench.defender.state.withLock { $0.faults = [.lostRequest] }
        let first = try await ask(bench, "tag", "a")
        let second = try await ask(bench, "tag", "b")
        try await bench.settle()
        let scan = try await bench.ask("scan")
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(scan).state == .succeeded)
        #expect(try await bench.job(second).state == .ready)
        try await bench.run(for: .seconds(120))
        #expect(try await bench.job(first).state == .succeeded)
        #expect(try await bench.job(second).state == .succeeded)
        #expect(Set(posts(bench)) == ["+a", "+b"])
    }

    @Test func `an answer that does not show the change ends nothing`() async throws {
        let bench = Self.bench()
        bench.defender.state.withLock { $0.changesUnshown = 2 }
        let shown = try await ask(bench)
        try await bench.settle()
        #expect(try await bench.job(shown).state == .reconciling)
        bench.defender.state.withLock { $0.machines[0].tags = ["Contained"] }
        try await bench.run(for: .seconds(5))
        #expect(try await bench.job(shown).state == .succeeded)
        let never = try await ask(bench, "untag")
        try await bench.run(for: .seconds(90))
        #expect(try await bench.job(never).state == .reconciling)
        try await bench.run(for: .seconds(30))
        #expect(try await bench.job(never).state == .succeeded)
        #expect(posts(bench) == ["-Contained"])
    }

    @Test func `a tag that Defender never changes is given up in words`() async throws {
        let bench = Self.bench()
        bench.defender.state.withLock { state in
            state.changesUnshown = 50
            state.machines[0].tags = ["set-by-itself"]
        }
        let id = try await ask(bench, "untag", "set-by-itself")
        try await bench.run(for: .seconds(300))
        let job = try await bench.job(id)
        #expect(job.state == .failed)
        #expect(job.outcome?.code == "not-shown")
        #expect(job.outcome?.message == "Defender answered without showing the change 3 times.")
        #expect(bench.defender.state.withLock { $0.changesUnshown } == 47)
    }

    @Test func `what is taken off is spelled as Defender lists it, each of several`() async throws {
        let bench = Self.bench()
        bench.defender.state.withLock { $0.machines[0].tags = ["VIP", "Vip"] }
        let id = try await ask(bench, "untag", "vip")
        try await bench.run(for: .seconds(120))
        #expect(try await bench.job(id).state == .succeeded)
        #expect(posts(bench) == ["-VIP", "-Vip"])
        #expect(bench.defender.tags(of: Bench.laptop) == [])
    }

    @Test func `status shows what a machine carries`() async throws {
        let bench = Self.bench()
        bench.defender.state.withLock { $0.machines[0].tags = ["VIP", "under review"] }
        let id = try await bench.ask("status")
        try await bench.settle()
        let message = try await bench.job(id).outcome?.message
        #expect(message?.contains("Windows11, tags VIP, under review.") == true, "\(message ?? "")")
    }

    @Test func `of many tags a few are named`() async throws {
        let bench = Self.bench()
        bench.defender.state.withLock { $0.machines[0].tags = (1...30).map { "t\($0)" } }
        let id = try await ask(bench, "tag", "z")
        try await bench.settle()
        let message = try await bench.job(id).outcome?.message
        #expect(message?.hasSuffix("t19, t20 and 11 more.") == true, "\(message ?? "")")
    }
}
