import Deciding
import Defender
import Enqueuing
import Synchronization
import Testing
import Vocabulary

/// Containing machines that are not onboarded: only those, by a type of its own, and looked after like any other.
struct UnmanagedTests {
    private static let printer = Bench.machines[2].id
    private static let unmanaged = ["type": "UnManagedDevice"]

    private static var bench: Bench {
        var naming = Bench.grant(1, ["isolate"], to: "all")
        naming.parameters = ["type": ["Full", "Selective", "UnManagedDevice"]]
        let bench = Bench(policy: Bench.policy([naming, Bench.grant(2, ["release"], to: "all")]))
        bench.defender.state.withLock { $0.machines[2].onboardingStatus = "CanBeOnboarded" }
        return bench
    }

    @Test func `it is contained, joined, looked at and released at its time`() async throws {
        let bench = Self.bench
        let first = try await bench.ask("isolate", "srv-1", for: "10m", with: Self.unmanaged)
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(first).state == .succeeded)
        let second = try await bench.ask("isolate", "srv-1", by: "omar", for: "20m", with: Self.unmanaged)
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(second).outcome?.message.contains("contained already, by mia") == true)
        #expect(bench.defender.executed.map(\.parameters) == [["type": "UnManagedDevice"]])
        #expect(try await bench.claims().map(\.isolationType) == ["UnManagedDevice", "UnManagedDevice"])
        let status = try await bench.ask("status", "srv-1")
        try await bench.settle()
        #expect(try await bench.job(status).outcome?.message.contains("Contained by mia until") == true)
        try await bench.run(for: .seconds(1_300), step: .seconds(20))
        #expect(bench.defender.executed.map(\.action) == ["isolate", "release"])
        #expect(!bench.defender.isIsolated(Self.printer))
    }

    @Test func `a machine of the other kind is refused with the form for it`() async throws {
        let bench = Self.bench
        let managed = try await bench.ask("isolate", "laptop-7", for: "4h", with: Self.unmanaged)
        let other = try await bench.ask("isolate", "srv-1", with: ["type": "Selective"])
        try await bench.settle()
        let first = try await bench.job(managed).outcome
        #expect(first?.code == "machine-onboarded")
        #expect(first?.fix == "For a machine that is onboarded: `isolate laptop-7 for 4h because SEC-1`.")
        let second = try await bench.job(other).outcome
        #expect(second?.code == "machine-not-onboarded")
        #expect(
            second?.fix?.hasPrefix("`isolate srv-1 with type=UnManagedDevice because SEC-1` has") == true,
            "\(second?.fix ?? "")"
        )
        #expect(bench.defender.executed.isEmpty)
    }

    @Test func `it is looked at once more before the call`() async throws {
        let bench = Self.bench
        bench.defender.state.withLock { $0.faults = [.throttled(.seconds(90))] }
        let id = try await bench.ask("isolate", "srv-1", with: Self.unmanaged)
        try await bench.settle()
        bench.defender.state.withLock { $0.machines[2].onboardingStatus = "Onboarded" }
        try await bench.run(for: .seconds(120))
        #expect(try await bench.job(id).outcome?.code == "machine-onboarded")
        #expect(bench.defender.executed.isEmpty)
    }

    @Test func `a lost answer is found by its mark, whatever Defender calls the action`() async throws {
        let bench = Self.bench
        bench.defender.state.withLock { $0.faults = [.lostAnswer] }
        let id = try await bench.ask("isolate", "srv-1", with: Self.unmanaged)
        try await bench.settle()
        bench.defender.state.withLock { state in
            state.actions[0].type = "ContainDevice"
            state.actions[0].scope = nil
        }
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(id).state == .succeeded)
        #expect(bench.defender.executed.count == 1)
    }

    @Test func `a release that fails says what nobody documents`() async throws {
        let bench = Self.bench
        try await bench.ask("isolate", "srv-1", with: Self.unmanaged)
        try await bench.run(for: .seconds(20))
        bench.defender.state.withLock { $0.end = .failed }
        let release = try await bench.ask("release", "srv-1")
        try await bench.run(for: .seconds(20))
        let job = try await bench.job(release)
        #expect(job.state == .failed)
        #expect(job.outcome?.message.hasSuffix("whether Defender's release ends such a containment.") == true)
        #expect(job.outcome?.fix == "Release it in the Defender portal.")
        #expect(try await bench.claims().count == 1)
    }
}
