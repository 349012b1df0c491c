import Cryptography
import CurlClient
import Entra
import Foundation
import JSONReader
import Logging
import Simulating
import Testing
import Vocabulary

/// Tokens from the simulated Entra ID, over real sockets through libcurl.
struct SimulatorTests {
    private typealias Credential = @Sendable (SimulatorAddresses, SimulatorKeys) -> EntraCredential

    private static let ownCertificate: Credential = { .certificate(pem: $1.clientPEM) }

    static let keys = Result { try SimulatorKeys(now: Timestamp.now()) }

    /// Serves `script` and hands over a source of tokens with that credential.
    private static func serve<Outcome: Sendable>(
        _ script: SimulatorScript,
        isTLS: Bool = false,
        client: String? = nil,
        scope: String = "https://api.securitycenter.microsoft.com/.default",
        credential: @escaping Credential = {
            .secrets([Secret($0.secret), Secret($1.clientCertificate.subject)])
        },
        _ use: @escaping @Sendable (Simulator, TokenSource) async throws -> Outcome
    ) async throws -> Outcome {
        let keys = try keys.get()
        return try await Simulator.serve(script, keys: keys, isTLS: isTLS) { simulator, addresses in
            let folder = URL.temporaryDirectory.appending(path: "bascule-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            let trust = folder.appending(path: "ca.pem")
            try Data(keys.authority.pem()).write(to: trust)
            let curl = try CurlClient(CurlClient.Settings(trustFile: isTLS ? trust.path : nil))
            let source = TokenSource(
                settings: try EntraSettings(
                    loginBase: addresses.entra,
                    tenant: addresses.tenant,
                    client: client ?? addresses.client,
                    scope: scope,
                    requestDeadline: .seconds(5)
                ),
                credential: { credential(addresses, keys) },
                sender: curl,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
            let outcome = try await use(simulator, source)
            await curl.close()
            return outcome
        }
    }

    private static func error(_ source: TokenSource) async throws -> TokenError {
        do throws(TokenError) {
            _ = try await source.token()
        } catch {
            return error
        }
        throw TestFailure(what: "there was a token")
    }

    @Test func `a secret gets a token with the granted roles`() async throws {
        try await Self.serve(SimulatorScript()) { simulator, source in
            let token = try await source.token()
            #expect(token.permissions == Set(SimulatorScript().roles))
            #expect(token.claims?.audience == "https://api.securitycenter.microsoft.com")
            #expect(simulator.journal.map(\.status) == [200])
        }
    }

    @Test func `a certificate gets a token over TLS`() async throws {
        try await Self.serve(SimulatorScript(), isTLS: true, credential: Self.ownCertificate) {
            simulator,
            source in
            let token = try await source.token()
            #expect(token.permissions?.contains("Machine.Isolate") == true)
            #expect(simulator.journal.map(\.status) == [200])
        }
    }

    @Test func `a server that nobody vouches for gets no credential`() async throws {
        let keys = try Self.keys.get()
        try await Simulator.serve(SimulatorScript(), keys: keys, isTLS: true) { simulator, addresses in
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
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
            let error = try await Self.error(source)
            #expect(error.code == "entra.transfer.tls")
            #expect(simulator.journal.isEmpty)
            await curl.close()
        }
    }

    @Test func `a wrong secret is named, and the next of the rotation is tried`() async throws {
        let wrong: Credential = { _, _ in .secrets([Secret("wrong")]) }
        try await Self.serve(SimulatorScript(), credential: wrong) {
            _,
            source in
            let error = try await Self.error(source)
            #expect(error.code == "entra.aadsts7000215")
        }
        let rotation: Credential = { addresses, _ in
            .secrets([Secret("wrong"), Secret(addresses.secret)])
        }
        try await Self.serve(SimulatorScript(), credential: rotation) { simulator, source in
            _ = try await source.token()
            #expect(simulator.journal.map(\.status) == [401, 200])
        }
    }

    @Test func `a certificate that is not the application's is named by its thumbprint`() async throws {
        let key = try PrivateKey.makeRSA()
        let other = try Certificate.makeAuthority(
            commonName: "other",
            key: key,
            now: Timestamp.now(),
            days: 2
        )
        let pem = Secret(key.pem().withBytes { $0 } + other.pem())
        let foreign: Credential = { _, _ in .certificate(pem: pem) }
        try await Self.serve(SimulatorScript(), credential: foreign) { _, source in
            let error = try await Self.error(source)
            #expect(error.code == "entra.aadsts700027")
            #expect(error.message.contains(Hex.encode(Digest.of(other.der, .sha1)).uppercased()))
        }
    }

    @Test func `an unknown client and an unknown resource are named`() async throws {
        let stranger = "00000000-0000-4000-8000-000000000009"
        try await Self.serve(SimulatorScript(), client: stranger) { _, source in
            let error = try await Self.error(source)
            #expect(error.code == "entra.aadsts700016")
        }
        try await Self.serve(SimulatorScript(), scope: "https://nobody.example/.default") { _, source in
            let error = try await Self.error(source)
            #expect(error.code == "entra.aadsts500011")
        }
    }

    @Test func `faults on the socket are transient failures`() async throws {
        for kind in [FaultKind.resetBefore, .truncate, .status(503)] {
            var script = SimulatorScript()
            script.faults = [ScriptedFault(request: "POST */token", kind: kind)]
            try await Self.serve(script) { _, source in
                let error = try await Self.error(source)
                #expect(error.isTransient)
            }
        }
    }

    @Test func `a token without roles holds no permission`() async throws {
        var script = SimulatorScript()
        script.roles = []
        try await Self.serve(script) { _, source in
            let token = try await source.token()
            #expect(token.permissions == [])
        }
    }

    @Test func `a hundred callers make one call on the wire`() async throws {
        try await Self.serve(SimulatorScript()) { simulator, source in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<100 { group.addTask { _ = try await source.token() } }
                try await group.waitForAll()
            }
            #expect(simulator.journal.count == 1)
        }
    }
}
