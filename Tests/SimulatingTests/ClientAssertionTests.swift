import Cryptography
import JSONReader
import Testing
import Vocabulary

@testable import Simulating

struct ClientAssertionTests {
    private let bench = Bench()

    private func assertion(
        _ scheme: SignatureScheme = .ps256,
        header: [String: JSONValue] = [:],
        claims: [String: JSONValue] = [:],
        key: PrivateKey = sharedKeys.clientKey
    ) throws -> String {
        let now = Double(bench.clock.now.seconds)
        let client = JSONValue.string(bench.script.client)
        var head: [String: JSONValue] = [
            "typ": "JWT", "alg": scheme == .ps256 ? "PS256" : "RS256",
            "x5t#S256": .string(Base64.encodeURL(sharedKeys.clientCertificate.thumbprint)),
        ]
        var body: [String: JSONValue] = [
            "aud": .string("http://127.0.0.1:1/\(bench.script.tenant)/oauth2/v2.0/token"),
            "iss": client, "sub": client, "jti": "a", "iat": .number(now + 0.25), "exp": .number(now + 600.5),
        ]
        head.merge(header) { $1 }
        body.merge(claims) { $1 }
        head = head.filter { !$0.value.isNull }
        let signed = [head, body].map { Base64.encodeURL(JSONValue.object($0).encoded()) }.joined(
            separator: "."
        )
        return signed + "." + Base64.encodeURL(try key.sign(Array(signed.utf8), scheme))
    }

    private func ask(_ assertion: String) -> SimulatedAnswer {
        bench.token([
            "client_secret": "", "client_assertion": assertion,
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        ])
    }

    @Test(arguments: [SignatureScheme.ps256, .rs256])
    func `a certificate proves the application`(scheme: SignatureScheme) throws {
        let answer = try bench.json(ask(try assertion(scheme)))
        let token = try #require(WebToken(answer["access_token"]?.string ?? ""))
        #expect(token.claims["appidacr"] == "2")
    }

    @Test func `a thumbprint may be padded, of the other alphabet, or SHA-1`() throws {
        let der = sharedKeys.clientCertificate.der
        let padded = Base64.encode(Digest.of(der))
        #expect(ask(try assertion(header: ["x5t#S256": .string(padded)])).status == 200)
        let old: [String: JSONValue] = [
            "x5t#S256": .null, "x5t": .string(Base64.encode(Digest.of(der, .sha1))),
        ]
        #expect(ask(try assertion(.rs256, header: old)).status == 200)
    }

    @Test func `an assertion that is wrong in one thing is refused with its number`() throws {
        let now = bench.clock.now.seconds
        let cases: [(Int64, String)] = [
            (700_027, try assertion(key: sharedKeys.serverKey)),
            (700_027, try assertion(header: ["x5t#S256": "AAAA"])),
            (50_027, try assertion(header: ["x5t#S256": .null])),
            (50_027, try assertion(header: ["alg": "none"])),
            (50_027, "no token"),
            (50_048, try assertion(claims: ["iss": "somebody"])),
            (700_212, try assertion(claims: ["aud": "https://elsewhere.example/token"])),
            (700_024, try assertion(claims: ["exp": .integer(now - 301)])),
            (700_024, try assertion(claims: ["nbf": .integer(now + 301)])),
        ]
        for (number, sent) in cases {
            let answer = ask(sent)
            #expect(try bench.json(answer)["error_codes"] == [.integer(number)])
            #expect(answer.status == (number == 50_048 ? 400 : 401))
        }
        #expect(ask(try assertion(claims: ["exp": .integer(now - 299)])).status == 200)
    }
}
