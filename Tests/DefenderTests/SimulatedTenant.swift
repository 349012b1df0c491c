import CurlClient
import Defender
import Entra
import Foundation
import JSONReader
import Logging
import Simulating
import Synchronization
import Vocabulary

/// A client of the simulated Defender over real sockets, with tokens of the simulated Entra ID.
struct SimulatedTenant: Sendable {
    static let keys = Result { try SimulatorKeys(now: Timestamp.now()) }
    static let first = String(repeating: "a", count: 39) + "1"
    static let second = String(repeating: "a", count: 39) + "2"

    let simulator: Simulator
    let client: DefenderClient
    let clock: SteppedClock
    /// Where a test may put files.
    let folder: URL

    /// The wall clock of both sides; a test steps it.
    final class SteppedClock: Sendable {
        private let value = Mutex(Timestamp.now())
        var now: Timestamp { value.withLock { $0 } }
        func advance(_ seconds: Int64) { value.withLock { $0 = $0 + .seconds(seconds) } }
    }

    /// Two workstations that differ in one digit, and one that nobody named.
    static func script() -> SimulatorScript {
        var script = SimulatorScript(machines: [
            machine(first, "laptop-7.corp.example", "10.1.2.3", "80fe8ff8-2624-418e-9591-41f0491218f9"),
            machine(second, "laptop-70.corp.example", "10.1.2.4", "80fe8ff8-2624-418e-9591-41f0491218fa"),
        ])
        script.alerts = ["da637472900382838869_1364969609": first]
        return script
    }

    private static func machine(
        _ id: String,
        _ name: String,
        _ address: String,
        _ device: String
    ) -> SimulatedMachine {
        SimulatedMachine(fields: [
            "id": .string(id), "computerDnsName": .string(name), "osPlatform": "Windows11",
            "lastSeen": .string(Timestamp.now().iso8601), "onboardingStatus": "Onboarded",
            "lastIpAddress": .string(address), "rbacGroupId": 140, "rbacGroupName": "Workstations",
            "ipAddresses": [["ipAddress": .string(address), "type": "Ethernet"]],
            "aadDeviceId": .string(device), "machineTags": [],
        ])
    }

    static func serve(
        _ script: SimulatorScript = script(),
        budget: RateBudget = RateBudget(),
        _ use: @escaping @Sendable (SimulatedTenant) async throws -> Void
    ) async throws {
        let clock = SteppedClock()
        let wall: @Sendable () -> Timestamp = { clock.now }
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        try await Simulator.serve(script, keys: try keys.get(), now: wall) { simulator, addresses in
            let curl = try CurlClient()
            let source = TokenSource(
                settings: try EntraSettings(
                    loginBase: addresses.entra,
                    tenant: addresses.tenant,
                    client: addresses.client,
                    scope: "https://api.securitycenter.microsoft.com/.default"
                ),
                credential: { .secrets([Secret(addresses.secret)]) },
                sender: curl,
                logger: quiet,
                now: { clock.now }
            )
            let folder = URL.temporaryDirectory.appending(path: "bascule-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            let tenant = SimulatedTenant(
                simulator: simulator,
                client: DefenderClient(
                    base: addresses.defender,
                    clientID: addresses.client,
                    sender: curl,
                    tokens: TokenSupply(
                        token: {
                            let token = try await source.token()
                            return HeldToken(bearer: token.bearer, permissions: token.permissions)
                        },
                        discard: { bearer, claims in await source.discard(bearer, challenge: claims) }
                    ),
                    budget: budget,
                    logger: quiet,
                    now: { clock.now }
                ),
                clock: clock,
                folder: folder
            )
            try await use(tenant)
            await curl.close()
        }
    }

    func post(
        _ action: String,
        _ parameters: [String: String] = [:],
        deadline: Duration = .seconds(10)
    ) async throws -> MachineAction {
        guard let machine = MachineID(Self.first) else { throw TestFailure(what: "no id") }
        return try await client.submit(
            ActionSubmission(
                action: action,
                machine: machine,
                parameters: parameters,
                comment: "bascule:j-1 mia: \"it's\" Ünïcode",
                deadline: deadline
            )
        )
    }

    func candidates(_ selector: Subject) async throws -> [String] {
        let page = try await client.candidates(for: selector, now: clock.now, priority: .containment)
        return page.machines.map(\.id.text).sorted()
    }

    /// Calls of Defender's side in the journal, as `METHOD path`.
    var calls: [String] {
        simulator.journal.filter { $0.path.hasPrefix("/api/") }.map { "\($0.method) \($0.path)" }
    }

    /// Calls that created an action.
    var executed: Int { simulator.journal.count(where: \.executed) }
}
