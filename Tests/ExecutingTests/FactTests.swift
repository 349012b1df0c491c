import Deciding
import Defender
import Enqueuing
import Synchronization
import Testing
import Vocabulary

/// Look-ups about a machine: it is found and decided first, as for an action.
struct FactTests {
    private static func bench(
        _ actions: [String],
        machines: MachineCondition = .any,
        protections: [Protection] = []
    ) -> Bench {
        let grants = [Bench.grant(1, actions, machines: machines)]
        let bench = Bench(policy: Bench.policy(grants, protections: protections))
        bench.defender.state.withLock { _ = $0.roles?.insert("User.Read.All") }
        return bench
    }

    private func asked(_ bench: Bench) -> [DefenderRequest] { bench.defender.state.withLock(\.asked) }

    @Test func `a look-up about a machine is asked with the machine's id`() async throws {
        let bench = Self.bench(["machine-users"])
        let id = try await bench.ask("machine-users")
        try await bench.settle()
        let job = try await bench.job(id)
        #expect(job.state == .succeeded)
        #expect(job.outcome?.answer?.count == 1)
        #expect(asked(bench).map(\.machine) == [Bench.laptop])
        #expect(asked(bench).map(\.subject) == [nil])
        #expect(asked(bench).map(\.askedAt) == [bench.now])
        #expect(bench.defender.executed.isEmpty)
    }

    @Test func `without one of the two permissions nothing is asked`() async throws {
        for (roles, need) in [
            (["Machine.Read.All"], "User.Read.All to machine-users"),
            (["User.Read.All"], "Machine.Read.All or Machine.ReadWrite.All to find the machine"),
        ] {
            let bench = Self.bench(["machine-users"])
            bench.defender.state.withLock { $0.roles = Set(roles) }
            let id = try await bench.ask("machine-users")
            try await bench.settle()
            let job = try await bench.job(id)
            #expect(job.state == .refused)
            #expect(job.outcome?.code == "application-permission")
            #expect(job.outcome?.message.contains(need) == true, "\(job.outcome?.message ?? "")")
            #expect(asked(bench).isEmpty)
        }
    }

    @Test func `a grant for other machines, or a protection it does not name, is no grant`() async throws {
        let servers = Self.bench(["machine-users"], machines: MachineCondition(osFamilies: [.server]))
        let one = try await servers.ask("machine-users")
        try await servers.settle()
        #expect(try await servers.job(one).outcome?.code == "machine-not-granted")
        #expect(asked(servers).isEmpty)

        let protection = Protection(
            name: "Clients",
            line: 3,
            column: 1,
            machines: MachineCondition(osFamilies: [.client])
        )
        let protected = Self.bench(["machine-users"], protections: [protection])
        let other = try await protected.ask("machine-users")
        try await protected.settle()
        #expect(try await protected.job(other).outcome?.code == "machine-protected")
        #expect(asked(protected).isEmpty)
    }

    @Test func `status says how exposed a machine is and what it is worth`() async throws {
        let bench = Self.bench(["status"])
        bench.defender.state.withLock { state in
            state.machines[0].riskScore = "Medium"
            state.machines[0].exposureLevel = "High"
            state.machines[0].deviceValue = "Low"
        }
        let id = try await bench.ask("status")
        try await bench.settle()
        let message = try #require(try await bench.job(id).outcome?.message)
        #expect(message.contains("Windows11, risk Medium, exposure High, device value Low."), "\(message)")
    }
}
