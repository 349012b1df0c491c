import Deciding
import Enqueuing
import Synchronization
import Testing
import Vocabulary

/// What a machine is worth: done with Defender's answer, and settled by what the machine shows.
struct ValueTests {
    private static func bench(approvals: ApprovalRule? = nil) -> Bench {
        Bench(policy: Bench.policy([Bench.grant(1, ["set-value", "tag"], approvals: approvals)]))
    }

    private func ask(_ bench: Bench, _ value: String, by person: String = "mia") async throws -> JobID {
        try await bench.ask("set-value", by: person, with: ["value": value])
    }

    private func posts(_ bench: Bench) -> [String] { bench.defender.state.withLock { $0.changed } }

    @Test func `a value is posted once, and its answer ends the job`() async throws {
        let bench = Self.bench()
        let id = try await ask(bench, "High")
        try await bench.settle()
        let job = try await bench.job(id)
        #expect(job.state == .succeeded)
        #expect(job.outcome?.message == "The value of the machine is High.")
        #expect(job.title == "set-value laptop-7.corp.example with value=High")
        #expect(job.machineAction == nil)
        #expect(posts(bench) == ["=High"])
        let status = try await bench.ask("status")
        try await bench.settle()
        #expect(
            try await bench.job(status).outcome?.message.contains("Windows11, device value High.") == true
        )
    }

    @Test func `an unknown outcome is settled by reading the machine`() async throws {
        let bench = Self.bench()
        bench.defender.state.withLock { $0.faults = [.lostAnswer, .lostRequest] }
        let made = try await ask(bench, "High")
        try await bench.run(for: .seconds(5))
        #expect(try await bench.job(made).state == .succeeded)
        let lost = try await ask(bench, "Low")
        try await bench.run(for: .seconds(60))
        #expect(try await bench.job(lost).state == .reconciling)
        try await bench.run(for: .seconds(90))
        #expect(try await bench.job(lost).state == .succeeded)
        #expect(posts(bench) == ["=High", "=Low"])
    }

    @Test func `the newest word holds, and the same twice is no contradiction`() async throws {
        let bench = Self.bench()
        bench.defender.state.withLock { $0.faults = [.throttled(.seconds(60))] }
        let old = try await ask(bench, "High")
        try await bench.settle()
        let new = try await ask(bench, "Low", by: "omar")
        let same = try await ask(bench, "Low")
        let tag = try await bench.ask("tag", with: ["tag": "VIP"])
        try await bench.run(for: .seconds(90))
        #expect(try await bench.job(old).outcome?.code == "superseded")
        #expect(
            try await bench.job(old).outcome?.message == "mia asked to set-value it after this was asked."
        )
        for id in [new, same, tag] { #expect(try await bench.job(id).state == .succeeded) }
        #expect(posts(bench) == ["=Low", "=Low", "+VIP"])
    }

    @Test func `who waits for approval is told when another value was asked for since`() async throws {
        let rule = ApprovalRule(of: ["leads"], count: 1, within: .seconds(600))
        let bench = Self.bench(approvals: rule)
        let old = try await ask(bench, "High")
        try await bench.settle()
        #expect(try await bench.job(old).state == .awaitingApproval)
        bench.policies.policy = Bench.policy([Bench.grant(1, ["set-value"])])
        _ = try await ask(bench, "Normal")
        try await bench.settle()
        #expect(try await bench.job(old).outcome?.code == "superseded")
    }

    @Test func `a value that Defender never sets is given up in words`() async throws {
        let bench = Self.bench()
        bench.defender.state.withLock { $0.changesUnshown = 50 }
        let id = try await ask(bench, "High")
        try await bench.run(for: .seconds(300))
        let job = try await bench.job(id)
        #expect(job.state == .failed)
        #expect(job.outcome?.message == "Defender answered without showing the change 3 times.")
        #expect(job.outcome?.fix == "Look at the machine's value in the Defender portal.")
        #expect(bench.defender.state.withLock { $0.changesUnshown } == 47)
    }

    @Test func `a missing application permission is named before anything is posted`() async throws {
        let bench = Self.bench()
        bench.defender.state.withLock { $0.roles = ["Machine.Read.All", "Machine.Isolate"] }
        let id = try await ask(bench, "High")
        try await bench.settle()
        #expect(try await bench.job(id).outcome?.code == "application-permission")
        #expect(posts(bench) == [])
    }
}
