import Deciding
import Enqueuing
import Synchronization
import Testing
import Vocabulary

/// The grant that allows a job before the POST may be another than the one at the beginning.
struct GrantChangeTests {
    private static let rule = ApprovalRule(of: ["leads"], count: 1, within: .seconds(1_800))
    private static let bounded = Bench.grant(2, ["isolate"], durationMax: "8h", durationDefault: "4h")
    private static let release = Bench.grant(3, ["release"], others: true)

    private static func frozenBench(_ first: Grant) async throws -> (Bench, JobID) {
        let bench = Bench(policy: Bench.policy([first, release]))
        try await bench.ledger.perform(
            .freeze(Freeze(by: "ines", because: "drill", at: bench.now, stopsReleases: false))
        )
        let id = try await bench.ask("isolate")
        try await bench.settle()
        #expect(try await bench.job(id).state == .held)
        #expect(try await bench.job(id).duration == nil)
        return (bench, id)
    }

    private static func goOn(_ bench: Bench, _ id: JobID) async throws {
        try await bench.ledger.perform(.unfreeze(by: "ines"))
        try await bench.ledger.perform(.letGo(id, by: "mia", waives: false))
        try await bench.run(for: .seconds(20))
    }

    @Test func `who named no time gets that of the grant that allows it in the end`() async throws {
        let (bench, id) = try await Self.frozenBench(Bench.grant(1, ["isolate"]))
        bench.policies.policy = Bench.policy([Self.bounded, Self.release])
        try await Self.goOn(bench, id)
        #expect(try await bench.job(id).state == .succeeded)
        #expect(try await bench.job(id).duration == TimeBox("4h"))
        #expect(
            try await bench.claims().map(\.endsAt) == [try await bench.job(id).since + .seconds(4 * 3_600)]
        )
        try await bench.run(for: .seconds(4 * 3_600 + 120), step: .seconds(60))
        #expect(!bench.defender.isIsolated(Bench.laptop))
    }

    @Test func `who agreed to a containment without an end is asked again about one with an end`()
        async throws
    {
        let (bench, id) = try await Self.frozenBench(Bench.grant(1, ["isolate"]))
        var bounded = Self.bounded
        bounded.approvals = Self.rule
        bench.policies.policy = Bench.policy([bounded, Self.release])
        try await Self.goOn(bench, id)
        let waiting = try await bench.job(id)
        #expect(waiting.state == .awaitingApproval)
        #expect(waiting.duration == TimeBox("4h"))
        #expect(waiting.approval?.digest == waiting.approvalDigest)
        try await bench.answer(id, by: "ines")
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(id).state == .succeeded)
    }

    @Test func `an isolate that gets its time box at a second try is released at its end`() async throws {
        let bench = Bench(policy: Bench.policy([Bench.grant(1, ["isolate"]), Self.release]))
        bench.defender.state.withLock { $0.faults = [.throttled(.seconds(30))] }
        let id = try await bench.ask("isolate")
        try await bench.settle()
        #expect(try await bench.job(id).state == .ready)
        #expect(try await bench.claims().map(\.id) == [id])
        bench.policies.policy = Bench.policy([Self.bounded, Self.release])
        try await bench.run(for: .seconds(120))
        #expect(try await bench.job(id).state == .succeeded)
        #expect(bench.defender.isIsolated(Bench.laptop))
        try await bench.run(for: .seconds(4 * 3_600 + 120), step: .seconds(60))
        #expect(!bench.defender.isIsolated(Bench.laptop))
        #expect(try await bench.claims().isEmpty)
    }
}
