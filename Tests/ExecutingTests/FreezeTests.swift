import Deciding
import Enqueuing
import Testing
import Vocabulary

/// A freeze is ended by `unfreeze` alone, and weakened by nothing.
struct FreezeTests {
    private static let release = Bench.grant(2, ["release"], others: true)

    @Test func `a further freeze does not let releases run that one before it stops`() async throws {
        let bench = Bench(policy: Bench.policy([Bench.grant(1, ["isolate"]), Self.release]))
        try await bench.ask("isolate")
        try await bench.run(for: .seconds(20))
        for (person, all) in [("ines", true), ("mia", false)] {
            try await bench.ledger.perform(
                .freeze(Freeze(by: person, because: "drill", at: bench.now, stopsReleases: all))
            )
        }
        let release = try await bench.ask("release")
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(release).state == .held)
        #expect(bench.defender.isIsolated(Bench.laptop))
        let audit = try await bench.ledger.read { try $0.audit(after: 0, limit: 1_000) }
        #expect(audit.filter { $0.kind == "bridge.frozen" }.map { $0.detail["all"] } == ["true", "true"])

        try await bench.ledger.perform(.unfreeze(by: "ines"))
        try await bench.ledger.perform(
            .freeze(Freeze(by: "mia", because: "drill", at: bench.now, stopsReleases: false))
        )
        let next = try await bench.ask("release")
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(next).state == .succeeded)
    }
}
