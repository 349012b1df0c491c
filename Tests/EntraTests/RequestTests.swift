import Cryptography
import CurlClient
import Entra
import Foundation
import JSONReader
import Testing
import Vocabulary

/// What is sent to the token endpoint (`reference/entra-auth.md` §1.3).
struct RequestTests {
    @Test func `a secret goes into the form, every value encoded`() async throws {
        let bench = try TokenBench([.token("T1")])
        #expect(try await bench.bearer() == "T1")
        let sent = try #require(bench.entra.sent.first)
        #expect(sent.url == "https://login.example/\(TokenBench.tenant)/oauth2/v2.0/token")
        #expect(
            sent.rawBody == """
                grant_type=client_credentials&client_id=0c5a0000-0000-4000-8000-000000000002\
                &scope=https%3A%2F%2Fapi.securitycenter.microsoft.com%2F.default\
                &client_secret=s%2Be%25c%20r%3Dt%26~
                """
        )
        #expect(sent.headers["Content-Type"] == "application/x-www-form-urlencoded")
        #expect(sent.headers["Accept"] == "application/json")
        #expect(sent.headers["client-request-id"].flatMap { UUID(uuidString: $0) } != nil)
        #expect(Set(sent.headers.keys) == ["Content-Type", "Accept", "client-request-id"])
    }

    @Test func `the line end of a secret's file is not part of it`() async throws {
        let bench = try TokenBench([.token("T1")], credential: .secrets([Secret(" abc\r\n")]))
        _ = try await bench.bearer()
        #expect(bench.entra.sent.first?.form["client_secret"] == "abc")
    }

    @Test func `a certificate signs an assertion with PS256`() async throws {
        let pem = try TestCertificate.make()
        let bench = try TokenBench([.token("T1")], credential: .certificate(pem: pem.whole))
        _ = try await bench.bearer()
        let form = try #require(bench.entra.sent.first?.form)
        #expect(form["client_secret"] == nil)
        #expect(form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
        let parts = try #require(form["client_assertion"]).split(separator: ".").map(String.init)
        try #require(parts.count == 3)
        #expect(parts.allSatisfy { !$0.contains("=") && !$0.contains("+") && !$0.contains("/") })
        let header = try JSONReader.read(try #require(Base64.decodeURL(parts[0])))
        #expect(
            header == [
                "alg": "PS256", "typ": "JWT",
                "x5t#S256": .string(Base64.encodeURL(Digest.of(pem.certificate.der))),
            ]
        )
        let claims = try JSONReader.read(try #require(Base64.decodeURL(parts[1])))
        let now = bench.clock.now.seconds
        let identifier = try #require(claims["jti"]?.string)
        #expect(UUID(uuidString: identifier) != nil)
        #expect(
            claims == [
                "aud": .string("https://login.example/\(TokenBench.tenant)/oauth2/v2.0/token"),
                "iss": .string(TokenBench.client), "sub": .string(TokenBench.client),
                "jti": .string(identifier),
                "nbf": .integer(now - 60), "iat": .integer(now - 60), "exp": .integer(now + 540),
            ]
        )
        let signature = try #require(Base64.decodeURL(parts[2]))
        let signed = Array("\(parts[0]).\(parts[1])".utf8)
        #expect(pem.certificate.verify(signature, of: signed, .ps256))
        #expect(pem.certificate.verify(signature, of: signed, .rs256) == false)
        #expect(await bench.source.status().certificateExpiresAt == pem.certificate.notAfter)
    }

    @Test func `each assertion has an identifier of its own`() async throws {
        let pem = try TestCertificate.make()
        let bench = try TokenBench(
            [.token("T1", seconds: 700), .token("T2")],
            credential: .certificate(pem: pem.whole)
        )
        _ = try await bench.bearer()
        bench.clock.advance(680)
        _ = try await bench.bearer()
        let assertions = bench.entra.sent.compactMap { $0.form["client_assertion"] }
        #expect(Set(assertions).count == 2)
    }

    @Test func `a key and a certificate that do not belong together are said so and nothing is sent`()
        async throws
    {
        let one = try TestCertificate.make()
        let other = try TestCertificate.make()
        let mixed = Secret(one.key.pem().withBytes { $0 } + other.certificate.pem())
        let bench = try TokenBench([], credential: .certificate(pem: mixed))
        let error = try await bench.error()
        #expect(error.code == "entra.credential")
        #expect(error.message == "The private key does not belong to the first certificate of the PEM file.")
        #expect(bench.entra.sent.isEmpty)
    }

    @Test func `a certificate that has ended is said so and nothing is sent`() async throws {
        let pem = try TestCertificate.make(days: 1)
        let bench = try TokenBench([], credential: .certificate(pem: pem.whole))
        bench.clock.advance(2 * 86_400)
        let error = try await bench.error()
        #expect(error.message.hasPrefix("The application's certificate ended on 2026-11-03T"))
        #expect(error.isTransient == false)
        #expect(bench.entra.sent.isEmpty)
        #expect(await bench.source.status().certificateExpiresAt == pem.certificate.notAfter)
    }

    @Test(arguments: ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
    func `a file without a key is said so`(text: String) async throws {
        let bench = try TokenBench([], credential: .certificate(pem: Secret(text)))
        await #expect(throws: TokenError.self) { try await bench.source.prepare() }
        #expect(try await bench.error().code == "entra.credential")
    }

    @Test(arguments: [
        ("https://login.example/path", TokenBench.tenant, "a", "x/.default"),
        ("login.example", TokenBench.tenant, "a", "x/.default"),
        ("https://user@login.example", TokenBench.tenant, "a", "x/.default"),
        ("https://login.example", "common", "a", "x/.default"),
        ("https://login.example", "a/b", "a", "x/.default"),
        ("https://login.example", "", "a", "x/.default"),
        ("https://login.example", TokenBench.tenant, " ", "x/.default"),
        ("https://login.example", TokenBench.tenant, "a", "Machine.Read"),
        ("https://login.example", TokenBench.tenant, "a", "x/.default y/.default"),
    ])
    func `settings that cannot work are refused`(login: String, tenant: String, client: String, scope: String)
    {
        #expect(throws: TokenError.self) {
            try EntraSettings(loginBase: login, tenant: tenant, client: client, scope: scope)
        }
    }

    @Test func `blanks around settings are dropped`() throws {
        let settings = try EntraSettings(
            loginBase: " https://login.example/ ",
            tenant: " contoso.onmicrosoft.com\n",
            client: " a ",
            scope: " x/.default "
        )
        #expect(settings.tokenURL == "https://login.example/contoso.onmicrosoft.com/oauth2/v2.0/token")
        #expect(settings.client == "a")
        #expect(settings.scope == "x/.default")
    }
}

/// A key with its certificate, from 2026-11-02 on.
struct TestCertificate {
    let key: PrivateKey
    let certificate: Certificate

    var whole: Secret { Secret(key.pem().withBytes { $0 } + certificate.pem()) }

    /// As the portal shows it.
    var shortThumbprint: String { Hex.encode(Digest.of(certificate.der, .sha1)).uppercased() }

    static func make(days: Int = 90, startsAgo seconds: Int64 = 0) throws -> TestCertificate {
        let key = try PrivateKey.makeRSA()
        let start = ManualClock().now - .seconds(seconds)
        return TestCertificate(
            key: key,
            certificate: try Certificate.makeAuthority(
                commonName: "bascule",
                key: key,
                now: start,
                days: days
            )
        )
    }
}
