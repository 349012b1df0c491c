import Enqueuing
import Synchronization
import Testing
import Vocabulary

/// Restricting, letting go, and taking the sensor away: what waits for what.
struct ExecutionLaneTests {
    private static let actions = ["isolate", "release", "restrict", "unrestrict", "offboard"]

    private static var bench: Bench { Bench(policy: Bench.policy([Bench.grant(1, actions, to: "all")])) }

    @Test func `what nobody wants any more is withdrawn before it is posted`() async throws {
        let bench = Self.bench
        // The first cannot be posted for a while; the other is asked meanwhile.
        bench.defender.state.withLock { $0.faults = [.throttled(.seconds(40))] }
        let restrict = try await bench.ask("restrict")
        _ = try await bench.round()
        let unrestrict = try await bench.ask("unrestrict")
        try await bench.run(for: .seconds(120))
        #expect(try await bench.job(restrict).state == .cancelled)
        #expect(try await bench.job(restrict).outcome?.code == "released")
        #expect(try await bench.job(unrestrict).state == .succeeded)
        // Defender said that nothing was restricted: there is nothing to lift.
        #expect(try await bench.job(unrestrict).outcome?.code == "withdrawn")
        #expect(bench.defender.executed.isEmpty)
        #expect(try await bench.claims().isEmpty)
    }

    @Test func `the opposite under way is cancelled first, and neither waits for a containment`() async throws
    {
        let bench = Self.bench
        bench.defender.state.withLock { $0.delay = .seconds(30) }
        let first = try await bench.ask("restrict")
        try await bench.settle()
        let isolate = try await bench.ask("isolate")
        try await bench.settle()
        #expect(try await bench.job(first).state == .watching)
        #expect(try await bench.job(isolate).state == .watching)
        let second = try await bench.ask("unrestrict")
        try await bench.run(for: .seconds(120))
        #expect(try await bench.job(first).state == .cancelled)
        #expect(bench.defender.state.withLock { $0.cancelled.count } == 1)
        #expect(try await bench.job(second).state == .succeeded)
        #expect(try await bench.job(isolate).state == .succeeded)
        #expect(bench.defender.executed.map(\.action) == ["restrict", "isolate"])
        #expect(!bench.defender.isRestricted(Bench.laptop))
    }

    @Test func `what cannot be cancelled any more is waited for, and then undone`() async throws {
        let bench = Self.bench
        bench.defender.state.withLock { state in
            state.delay = .seconds(30)
            state.ignoresCancel = true
        }
        let first = try await bench.ask("restrict")
        try await bench.settle()
        let second = try await bench.ask("unrestrict")
        try await bench.settle()
        #expect(try await bench.job(second).state == .ready)
        try await bench.run(for: .seconds(120))
        #expect(try await bench.job(first).state == .succeeded)
        #expect(try await bench.job(second).state == .succeeded)
        #expect(bench.defender.executed.map(\.action) == ["restrict", "unrestrict"])
        #expect(!bench.defender.isRestricted(Bench.laptop))
    }

    @Test func `the sensor of a restricted machine stays`() async throws {
        let bench = Self.bench
        try await bench.ask("restrict")
        try await bench.run(for: .seconds(20))
        let refused = try await bench.ask("offboard", by: "omar")
        try await bench.run(for: .seconds(20))
        let outcome = try await bench.job(refused).outcome
        #expect(outcome?.code == "restricted")
        #expect(
            outcome?.message
                == "The machine is restricted by mia (j-1); without its sensor nobody could unrestrict it."
        )
        #expect(outcome?.fix == "Unrestrict it first.")
    }

    @Test(arguments: [true, false])
    func `the sensor of a contained machine stays`(isUnderWay: Bool) async throws {
        let bench = Self.bench
        if isUnderWay { bench.defender.state.withLock { $0.delay = .seconds(600) } }
        try await bench.ask("isolate")
        try await bench.run(for: .seconds(20))
        let refused = try await bench.ask("offboard", by: "omar")
        try await bench.run(for: .seconds(20))
        let job = try await bench.job(refused)
        #expect(job.state == .refused)
        #expect(
            job.outcome?.message
                == "The machine is contained by mia (j-1); without its sensor nobody could release it."
        )
        bench.defender.state.withLock { $0.delay = .zero }
        try await bench.ask("release")
        try await bench.run(for: .seconds(900), step: .seconds(30))
        let offboard = try await bench.ask("offboard")
        try await bench.run(for: .seconds(60))
        #expect(try await bench.job(offboard).state == .succeeded)
    }
}
