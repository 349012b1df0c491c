import Deciding
import Defender
import Enqueuing
import Testing
import Vocabulary

/// A grant of emergency is told and counted whatever it is used for.
struct BreakGlassTests {
    private static let night = BreakGlass(name: "night", perDay: 1)

    /// Soc isolate, release their own, and in an emergency release what others or somebody outside contained.
    private static let releasing = Bench.policy([
        Bench.grant(1, ["isolate", "release"]),
        Bench.grant(2, ["release"], others: true, foreign: true, breakGlass: night),
    ])

    @Test(arguments: [false, true])
    func `what others contained is released by a break-glass only after that was told`(
        isOwnToo: Bool
    )
        async throws
    {
        let bench = Bench(policy: Self.releasing)
        try await bench.ask("isolate", by: "omar")
        if isOwnToo { try await bench.ask("isolate", by: "mia") }
        try await bench.run(for: .seconds(20))
        let release = try await bench.ask("release", by: "mia", breakGlass: "night")
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(release).state == .ready)
        #expect(try await bench.codes(to: .tell).contains("job.break-glass"))
        #expect(bench.defender.executed.map(\.action) == ["isolate"])
        try await bench.tellAll()
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(release).state == .succeeded)
        #expect(try await bench.job(release).decision?.breakGlass == "night")
        #expect(bench.defender.executed.map(\.action) == ["isolate", "release"])
    }

    @Test func `a release that no break-glass decides ends nothing by one`() async throws {
        let bench = Bench(policy: Self.releasing)
        try await bench.ask("isolate", by: "omar")
        try await bench.run(for: .seconds(20))
        let plain = try await bench.ask("release", by: "mia")
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(plain).outcome?.code == "claims-of-others")
        #expect(bench.defender.isIsolated(Bench.laptop))
    }

    @Test func `the uses of a day are counted over all its actions`() async throws {
        let bench = Bench(
            policy: Bench.policy([Bench.grant(1, ["isolate", "scan"], breakGlass: Self.night)])
        )
        let first = try await bench.ask("isolate", breakGlass: "night")
        try await bench.settle()
        try await bench.tellAll()
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(first).state == .succeeded)
        let second = try await bench.ask("scan", "srv-1", by: "omar", breakGlass: "night")
        try await bench.settle()
        try await bench.tellAll()
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(second).state == .refused)
        #expect(try await bench.job(second).outcome?.message.contains("break-glass night 1 a day") == true)
        #expect(bench.defender.executed.map(\.action) == ["isolate"])
    }
}
