import Cryptography
import CurlClient
import Entra
import Foundation
import JSONReader
import Simulating
import TestKit
import Testing
import Vocabulary

@testable import Wiring

/// A person at a terminal, with settings that lead to a simulated Entra ID.
struct SignInScene: Sendable {
    let simulator: Simulator
    let addresses: SimulatorAddresses
    let folder: TemporaryFolder
    let curl: CurlClient

    private static let keys = Result { try SimulatorKeys(now: Timestamp.now()) }

    static func with<Outcome: Sendable>(
        _ script: SimulatorScript = SimulatorScript(),
        _ use: @escaping @Sendable (SignInScene) async throws -> Outcome
    ) async throws -> Outcome {
        try await TemporaryFolder.with { folder in
            try await Simulator.serve(script, keys: keys.get()) { simulator, addresses in
                let curl = try CurlClient()
                let scene = SignInScene(
                    simulator: simulator,
                    addresses: addresses,
                    folder: folder,
                    curl: curl
                )
                try scene.writeSettings(client: addresses.userClient)
                let outcome = try await use(scene)
                await curl.close()
                return outcome
            }
        }
    }

    func writeSettings(client: String?, to name: String = "bascule.yaml") throws {
        let user = client.map { "\n  user: { client: \($0) }" } ?? ""
        try folder.write(
            """
            ledger: sqlite:ledger.db
            control: control.sock
            defender:
              cloud: { api: "\(addresses.defender)", login: "\(addresses.entra)", scope: "https://api.securitycenter.microsoft.com/.default" }
              tenant: \(addresses.tenant)
              application: { client: \(addresses.client), secret: { env: APP } }\(user)
            sources:
              soc-chat: { kind: slack, workspaces: [T024], secret: { file: not-for-operators } }
            """,
            to: name
        )
    }

    var environment: [String: String] { ["XDG_STATE_HOME": folder.path("state")] }

    func session(
        _ name: String = "bascule.yaml",
        now: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) throws -> UserSession {
        let settings = try SettingsReader.read(
            folder.path(name),
            environment: environment,
            secrets: .proxy
        )
        return try UserSession(settings, environment: environment, http: curl, now: now)
    }

    /// Signs in through a browser that this test plays.
    @discardableResult
    func signIn(_ name: String = "bascule.yaml") async throws -> SignedIn {
        let pages = AsyncStream<String>.makeStream()
        let session = try session(name)
        async let signedIn = session.signInByBrowser(claims: nil, BrowserWait(deadline: .seconds(30))) {
            pages.continuation.yield($0.page)
        }
        for await page in pages.stream {
            #expect(try await browse(page) == 200)
            break
        }
        return try await signedIn
    }

    /// Opens the page and goes where it is sent, as a browser does.
    func browse(_ page: String) async throws -> Int {
        let first = try await get(page)
        guard let location = first.header("Location") else { return first.status }
        return try await get(location.replacing("localhost", with: "127.0.0.1")).status
    }

    func get(_ address: String) async throws -> IncomingResponse {
        try await curl.send(OutgoingRequest(.get, Secret(address), isIdempotent: false))
    }

    /// Permissions of a file in the person's state folder.
    func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return (attributes[.posixPermissions] as? NSNumber)?.intValue ?? -1
    }

    func tokenCalls() -> [JournalEntry] {
        simulator.journal.filter { $0.path.hasSuffix("/oauth2/v2.0/token") }
    }
}
