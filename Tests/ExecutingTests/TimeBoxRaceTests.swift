import Deciding
import Defender
import Enqueuing
import Executing
import Observing
import Synchronization
import Testing
import Vocabulary

/// Words that come at an awkward moment of a time box.
struct TimeBoxRaceTests {
    private static let policy = Bench.policy([
        Bench.grant(1, ["isolate", "release"]),
        Bench.grant(2, ["release"], to: "leads", others: true, foreign: true),
    ])

    private func release(of isolate: JobID, _ bench: Bench) async throws -> Job {
        let jobs = try await bench.ledger.read { try $0.jobs(JobQuery()) }
        return try #require(jobs.last { $0.origin == .timeBox(of: isolate) })
    }

    private func actions(_ bench: Bench) -> [String] { bench.defender.executed.map(\.action) }

    @Test func `a release that was held and let go before the isolate has succeeded does not undo it`()
        async throws
    {
        let bench = Bench(policy: Self.policy)
        bench.defender.state.withLock { $0.delay = .seconds(600) }
        let id = try await bench.ask("isolate", for: "1h")
        try await bench.run(for: .seconds(20))
        try await bench.ledger.perform(.hold(claim: id, by: "mia"))
        try await bench.ledger.perform(.letGo(release(of: id, bench).id, by: "mia", waives: false))
        try await bench.run(for: .seconds(900), step: .seconds(20))
        #expect(try await bench.job(id).state == .succeeded)
        #expect(bench.defender.isIsolated(Bench.laptop))
        // And it still comes when its time is over.
        bench.defender.state.withLock { $0.delay = .seconds(10) }
        try await bench.run(for: .seconds(3_600), step: .seconds(20))
        #expect(!bench.defender.isIsolated(Bench.laptop))
        #expect(actions(bench) == ["isolate", "release"])
    }
}
