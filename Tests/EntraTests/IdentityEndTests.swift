import Cryptography
import CurlClient
import Entra
import Foundation
import Logging
import Simulating
import Testing
import Vocabulary

/// Managed identities, certificates in both forms and their rotation, against the simulator over real sockets.
struct IdentityEndTests {
    private typealias Make =
        @Sendable (SimulatorAddresses, SimulatorKeys, SimulatorFolder) throws -> EntraCredential

    private static func serve<Outcome: Sendable>(
        _ script: SimulatorScript = SimulatorScript(),
        isTLS: Bool = false,
        credential: @escaping Make,
        _ use: @escaping @Sendable (Simulator, TokenSource) async throws -> Outcome
    ) async throws -> Outcome {
        let keys = try SimulatorTests.keys.get()
        let folder = try SimulatorFolder(keys)
        defer { folder.remove() }
        var script = script
        script.identities.arcKeyPath = folder.arcKeyPath
        return try await Simulator.serve(script, keys: keys, isTLS: isTLS) { simulator, addresses in
            let curl = try CurlClient(.init(trustFile: isTLS ? folder.authorityPath : nil))
            let used = try credential(addresses, keys, folder)
            let source = TokenSource(
                settings: try EntraSettings(
                    loginBase: addresses.entra,
                    tenant: addresses.tenant,
                    client: addresses.client,
                    scope: "https://api.securitycenter.microsoft.com/.default",
                    requestDeadline: .seconds(5)
                ),
                credential: { used },
                sender: curl,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
                pause: { _ in }
            )
            let outcome = try await use(simulator, source)
            await curl.close()
            return outcome
        }
    }

    /// The environment that each platform would give.
    private static func environment(
        _ kind: ManagedIdentity.Kind,
        _ addresses: SimulatorAddresses,
        _ keys: SimulatorKeys
    ) -> [String: String] {
        let base = addresses.entra
        return switch kind {
        case .imds: ["AZURE_POD_IDENTITY_AUTHORITY_HOST": base]
        case .appService: ["IDENTITY_ENDPOINT": "\(base)/msi/token", "IDENTITY_HEADER": keys.identityHeader]
        case .arc:
            ["IDENTITY_ENDPOINT": "\(base)/metadata/identity/oauth2/token", "IMDS_ENDPOINT": base]
        }
    }

    private static func identity(
        _ kind: ManagedIdentity.Kind,
        _ selector: ManagedIdentity.Selector = .system
    ) -> Make {
        { addresses, keys, folder in
            .managedIdentity(
                try ManagedIdentity(
                    selector,
                    environment: environment(kind, addresses, keys),
                    keyFolder: folder.arcFolder
                )
            )
        }
    }

    @Test(arguments: ManagedIdentity.Kind.allCases, [false, true])
    func `each platform gives a token`(kind: ManagedIdentity.Kind, isTLS: Bool) async throws {
        try await Self.serve(isTLS: isTLS, credential: Self.identity(kind)) { simulator, source in
            let token = try await source.token()
            #expect(token.permissions?.contains("Machine.Isolate") == true)
            #expect(token.claims?.audience == "https://api.securitycenter.microsoft.com")
            #expect(simulator.journal.map(\.status) == (kind == .arc ? [401, 200] : [200]))
            #expect(await source.status().credential == "managed identity (\(kind.shown))")
        }
    }

    @Test(arguments: ManagedIdentity.Kind.allCases)
    func `an identity that a user assigned is chosen in each of three ways`(
        kind: ManagedIdentity.Kind
    ) async throws {
        let known = IdentityScript()
        for selector: ManagedIdentity.Selector in [
            .client(known.client.uppercased()), .object(known.object), .resource(known.resource),
        ] {
            try await Self.serve(credential: Self.identity(kind, selector)) { _, source in
                let token = try await source.token()
                #expect(token.claims?.client == known.client)
            }
        }
    }

    @Test(arguments: ManagedIdentity.Kind.allCases)
    func `an identity that is not there is named`(kind: ManagedIdentity.Kind) async throws {
        let stranger = ManagedIdentity.Selector.client("00000000-0000-4000-8000-000000000009")
        try await Self.serve(credential: Self.identity(kind, stranger)) { _, source in
            let error = await #expect(throws: TokenError.self) { try await source.token() }
            #expect(error?.code == "entra.identity-unknown")
        }
    }

    @Test(arguments: ManagedIdentity.Kind.allCases)
    func `an old agent's token for another identity is refused`(kind: ManagedIdentity.Kind) async throws {
        var script = SimulatorScript()
        script.identities.echoes = false
        let selector = ManagedIdentity.Selector.client(script.identities.client)
        try await Self.serve(script, credential: Self.identity(kind, selector)) { _, source in
            let error = await #expect(throws: TokenError.self) { try await source.token() }
            #expect(error?.code == "entra.identity-not-echoed")
        }
    }

    @Test func `a metadata service that is being updated is waited for`() async throws {
        var script = SimulatorScript()
        script.faults = [
            ScriptedFault(request: "GET /metadata/*", nth: 1, kind: .status(410)),
            ScriptedFault(request: "GET /metadata/*", nth: 2, kind: .status(429)),
            ScriptedFault(request: "GET /metadata/*", nth: 3, kind: .resetBefore),
        ]
        try await Self.serve(script, credential: Self.identity(.imds)) { simulator, source in
            _ = try await source.token()
            #expect(simulator.journal.map(\.status) == [410, 429, nil, 200])
        }
    }

    @Test func `a PKCS 12 file and a chain are taken over TLS`() async throws {
        let credential: Make = { _, _, folder in
            func content(_ path: String) throws -> Secret {
                Secret(Array(try Data(contentsOf: URL(filePath: path))))
            }
            return .certificates([
                CertificateFile(
                    content: try content(folder.pkcs12Path),
                    password: try content(folder.pkcs12PasswordPath),
                    sendsChain: true
                )
            ])
        }
        try await Self.serve(isTLS: true, credential: credential) { simulator, source in
            _ = try await source.token()
            #expect(simulator.journal.map(\.status) == [200])
        }
    }

    @Test func `a certificate that is not registered yet leaves the work to the one that is`() async throws {
        let key = try PrivateKey.makeRSA()
        let coming = try Certificate.makeAuthority(
            commonName: "coming",
            key: key,
            now: .now() + .seconds(60),
            days: 2
        )
        let credential: Make = { _, keys, _ in
            .certificates([
                CertificateFile(content: Secret(key.pem().withBytes { $0 } + coming.pem())),
                CertificateFile(content: keys.nextPEM),
            ])
        }
        try await Self.serve(credential: credential) { simulator, source in
            _ = try await source.token()
            #expect(simulator.journal.map(\.status) == [401, 200])
            let next = try SimulatorTests.keys.get().nextCertificate
            #expect(
                await source.status().thumbprint == Hex.encode(Digest.of(next.der, .sha1)).uppercased()
            )
        }
    }
}
