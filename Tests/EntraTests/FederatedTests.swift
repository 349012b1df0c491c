import Cryptography
import CurlClient
import Entra
import Foundation
import JSONReader
import Logging
import Simulating
import Testing
import Vocabulary

/// A token of another issuer, from a file (`reference/entra-auth.md` §1.3).
struct FederatedTests {
    /// A file that a platform would write.
    private struct TokenFile {
        let path = FileManager.default.temporaryDirectory.path + "/federated-\(UUID().uuidString)"

        func write(_ text: String) throws { try Data(text.utf8).write(to: URL(filePath: path)) }
        func remove() { try? FileManager.default.removeItem(atPath: path) }
    }

    private static func token(_ subject: String, expires seconds: Int64) -> String {
        makeToken([
            "iss": "https://issuer.example/", "sub": .string(subject), "aud": ["api://AzureADTokenExchange"],
            "exp": .integer(ManualClock().now.seconds + seconds),
        ])
    }

    @Test func `the file is read at every request and sent as it is, without blanks around it`() async throws
    {
        let file = TokenFile()
        defer { file.remove() }
        try file.write("  \(Self.token("one", expires: 3_600))\r\n")
        let bench = try TokenBench([.token("T1"), .token("T2")], credential: .federated(path: file.path))
        #expect(try await bench.bearer() == "T1")
        #expect(await bench.source.status().federatedExpiresAt == bench.clock.now + .seconds(3_600))
        try file.write(Self.token("two", expires: 7_200))
        bench.clock.advance(3_590)
        #expect(try await bench.bearer() == "T2")
        #expect(
            bench.entra.sent.map { $0.form["client_assertion"] }
                == [Self.token("one", expires: 3_600), Self.token("two", expires: 7_200)]
        )
        let form = try #require(bench.entra.sent.first?.form)
        #expect(
            Set(form.keys) == [
                "grant_type", "client_id", "scope", "client_assertion", "client_assertion_type",
            ]
        )
        #expect(form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
        #expect(bench.credential.reads == 1)
        let report = await bench.source.status()
        #expect(report.credential == "federated token")
        #expect(report.federatedFile == file.path)
        #expect(
            report.credentialInUse
                == "the federated token of issuer `https://issuer.example/`, subject `two`, audience `api://AzureADTokenExchange`"
        )
    }

    @Test func `one that has ended is said so, nothing is sent, and its successor is taken`() async throws {
        let file = TokenFile()
        defer { file.remove() }
        try file.write(Self.token("one", expires: 0))
        let bench = try TokenBench([.token("T1")], credential: .federated(path: file.path))
        // The bridge starts all the same: the platform replaces the file by itself.
        try await bench.source.prepare()
        let error = try await bench.error()
        #expect(error == .staleToken(path: file.path, endedAt: bench.clock.now))
        #expect(error.code == "entra.stale-token")
        #expect(error.isTransient)
        #expect(bench.entra.sent.isEmpty)
        try file.write(Self.token("two", expires: 60))
        bench.clock.advance(1)
        #expect(try await bench.bearer() == "T1")
    }

    @Test(arguments: [.null, "soon", 1e300, -1, 9_000_000_000_000_000_000] as [JSONValue])
    func `one whose end is no time is sent, for Entra to judge`(end: JSONValue) async throws {
        let file = TokenFile()
        defer { file.remove() }
        try file.write(makeToken(["iss": "https://issuer.example/", "exp": end]))
        let bench = try TokenBench([.token("T1")], credential: .federated(path: file.path))
        #expect(try await bench.bearer() == "T1")
        #expect(await bench.source.status().federatedExpiresAt == nil)
    }

    @Test(arguments: ["", "no token", "a.b.c", "e30.W10.AA"])
    func `a file without a token is said so`(text: String) async throws {
        let file = TokenFile()
        defer { file.remove() }
        try file.write(text)
        let bench = try TokenBench([], credential: .federated(path: file.path))
        await #expect(throws: TokenError.self) { try await bench.source.prepare() }
        #expect(
            try await bench.error().message
                == "The federated token file \(file.path) holds no JSON web token."
        )
        #expect(bench.entra.sent.isEmpty)
    }

    @Test func `a file that is missing, no file or too large is said so`() async throws {
        let file = TokenFile()
        defer { file.remove() }
        let missing = try TokenBench([], credential: .federated(path: file.path))
        #expect(try await missing.error().message == "There is no federated token file \(file.path).")
        try file.write(String(repeating: "a", count: 65_537))
        let large = try TokenBench([], credential: .federated(path: file.path))
        #expect(try await large.error().message == "\(file.path) is no file of at most 64 KiB.")
        let folder = FileManager.default.temporaryDirectory.path
        let other = try TokenBench([], credential: .federated(path: folder))
        #expect(try await other.error().message == "\(folder) is no file of at most 64 KiB.")
    }

    // MARK: Against the simulated Entra ID

    private static func outcome(
        _ change: @Sendable (inout FederationScript) -> Void = { _ in },
        key: PrivateKey? = nil
    ) async throws -> Result<AccessToken, TokenError> {
        let keys = try SimulatorTests.keys.get()
        var said = FederationScript()
        change(&said)
        let file = TokenFile()
        defer { file.remove() }
        try file.write(try keys.federatedToken(said, now: .now()) + "\n")
        return try await Simulator.serve(SimulatorScript(), keys: keys) { _, addresses in
            let curl = try CurlClient()
            let source = TokenSource(
                settings: try EntraSettings(
                    loginBase: addresses.entra,
                    tenant: addresses.tenant,
                    client: addresses.client,
                    scope: "https://api.securitycenter.microsoft.com/.default"
                ),
                credential: { .federated(path: file.path) },
                sender: curl,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
            let outcome: Result<AccessToken, TokenError>
            do throws(TokenError) {
                outcome = .success(try await source.token())
            } catch {
                outcome = .failure(error)
            }
            await curl.close()
            return outcome
        }
    }

    @Test func `the issuer's token gets one for Defender`() async throws {
        let token = try await Self.outcome().get()
        #expect(token.permissions?.contains("Machine.Isolate") == true)
    }

    @Test func `what differs from the federated credential is named`() async throws {
        let cases: [(@Sendable (inout FederationScript) -> Void, String)] = [
            ({ $0.issuer = "https://other.example/" }, "entra.aadsts700211"),
            ({ $0.subject = "System:serviceaccount:security:bascule" }, "entra.aadsts700213"),
            ({ $0.audience = "api://other" }, "entra.aadsts700212"),
        ]
        for (change, code) in cases {
            let error = await #expect(throws: TokenError.self) { try await Self.outcome(change).get() }
            #expect(error?.code == code)
            var said = FederationScript()
            change(&said)
            #expect(error?.message.contains("issuer `\(said.issuer)`, subject `\(said.subject)`") == true)
            #expect(error?.fix.contains("to the letter") == true)
        }
    }
}
