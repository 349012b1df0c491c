import Authenticating
import Cryptography
import Foundation
import Testing
import Vocabulary

/// Tokens of an identity provider that somebody bends.
struct BearerTokenTests {
    static let now = VerifierTests.now
    static let scheme = BearerScheme(issuers: ["issuer"], audience: "caf\u{E9}")
    static let good = #"{"iss":"issuer","aud":"caf\u00e9","exp":1788173062}"#
    static let header = #"{"alg":"RS256","kid":"one"}"#

    static let key = Result { try PrivateKey.makeRSA() }

    @Test(arguments: [
        (#"{"alg":"RS256","kid":"one"}"#, nil),
        (#"{"alg":"RS256","kid":"one","jwk":{"kty":"RSA"},"jku":"https://evil.example/","x5c":["a"]}"#, nil),
        (#"{"alg":"none","kid":"one"}"#, "unsupported-algorithm"),
        (#"{"alg":"None","kid":"one"}"#, "unsupported-algorithm"),
        (#"{"alg":"","kid":"one"}"#, "unsupported-algorithm"),
        (#"{"alg":"rs256","kid":"one"}"#, "unsupported-algorithm"),
        (#"{"alg":"HS256","kid":"one"}"#, "unsupported-algorithm"),
        (#"{"alg":"PS256","kid":"one"}"#, "unsupported-algorithm"),
        (#"{"alg":"RS512","kid":"one"}"#, "unsupported-algorithm"),
        (#"{"alg":["RS256"],"kid":"one"}"#, "unsupported-algorithm"),
        (#"{"kid":"one"}"#, "unsupported-algorithm"),
        (#"{"alg":"RS256","alg":"none","kid":"one"}"#, "malformed-token"),
        (#"{"alg":"RS256","kid":"one","crit":["exp"]}"#, "malformed-token"), ("[]", "malformed-token"),
        (#"{"alg":"RS256"}"#, "unknown-key"), (#"{"alg":"RS256","kid":1}"#, "unknown-key"),
        (#"{"alg":"RS256","kid":"One"}"#, "unknown-key"), (#"{"alg":"RS256","kid":"../one"}"#, "unknown-key"),
        (#"{"alg":"RS256","kid":"enc"}"#, "unknown-key"),
        (#"{"alg":"RS256","kid":"other-alg"}"#, "unknown-key"),
        (#"{"alg":"RS256","kid":"twice"}"#, "unknown-key"),
        (#"{"alg":"RS256","kid":"short"}"#, "unknown-key"),
        (#"{"alg":"RS256","kid":"curve"}"#, "unknown-key"),
    ])
    func `the key set names the key and we name the algorithm`(header: String, reason: String?) throws {
        #expect(try refusal(try token(header, Self.good)) == reason)
    }

    @Test func `the public key as the secret of an HMAC proves nothing`() throws {
        let numbers = try #require(try Self.key.get().publicNumbers)
        let text = #"{"alg":"HS256","kid":"one"}"#
        let signed = "\(Base64.encodeURL(Array(text.utf8))).\(Base64.encodeURL(Array(Self.good.utf8)))"
        let code = try MessageAuthenticator(key: Secret(numbers.modulus)).code(for: [Array(signed.utf8)])
        #expect(try refusal("\(signed).\(Base64.encodeURL(code))") == "unsupported-algorithm")
        let bare = Base64.encodeURL(Array(Self.header.utf8)) + "." + Base64.encodeURL(Array(Self.good.utf8))
        #expect(try refusal(bare + ".") == "signature-mismatch")
        let pss = try Self.key.get().sign(Array(bare.utf8), .ps256)
        #expect(try refusal("\(bare).\(Base64.encodeURL(pss))") == "signature-mismatch")
    }

    @Test(arguments: [
        (#"{"iss":"issuer","aud":["other","caf\u00e9"],"exp":1788173062.5}"#, nil),
        (#"{"iss":"issuer","aud":"caf\u00e9","exp":1e300}"#, nil),
        (#"{"iss":"issuer","aud":"cafe\u0301","exp":1788173062}"#, "audience"),
        (#"{"iss":"issuer","aud":["other"],"exp":1788173062}"#, "audience"),
        (#"{"iss":"issuer","aud":[["caf\u00e9"]],"exp":1788173062}"#, "audience"),
        (#"{"iss":"issuer","exp":1788173062}"#, "audience"),
        (#"{"aud":"caf\u00e9","exp":1788173062}"#, "issuer"),
        (#"{"iss":["issuer"],"aud":"caf\u00e9","exp":1788173062}"#, "issuer"),
        (#"{"iss":"issuer2","aud":"caf\u00e9","exp":1788173062}"#, "issuer"),
        (#"{"iss":"issuer","aud":"caf\u00e9"}"#, "malformed-token"),
        (#"{"iss":"issuer","aud":"caf\u00e9","exp":"1788173062"}"#, "malformed-token"),
        (#"{"iss":"issuer","aud":"caf\u00e9","exp":null}"#, "malformed-token"),
        (#"{"iss":"issuer","aud":"caf\u00e9","exp":1e999}"#, "malformed-token"),
        (#"{"iss":"issuer","aud":"caf\u00e9","exp":1788172762}"#, nil),
        (#"{"iss":"issuer","aud":"caf\u00e9","exp":1788172761}"#, "expired"),
        (#"{"iss":"issuer","aud":"caf\u00e9","exp":-1e300}"#, "expired"),
        (#"{"iss":"issuer","aud":"caf\u00e9","exp":1788173062,"nbf":1788173362}"#, nil),
        (#"{"iss":"issuer","aud":"caf\u00e9","exp":1788173062,"nbf":1788173363}"#, "future"),
        (#"{"iss":"issuer","aud":"caf\u00e9","exp":1788173062,"iat":1788173362.5}"#, "future"),
        (#"{"iss":"issuer","aud":"caf\u00e9","exp":1788173062,"iat":1e300}"#, "future"),
        (#"{"iss":"issuer","aud":"caf\u00e9","exp":1788173062,"iat":"now"}"#, "malformed-token"),
        (#"{"iss":"issuer","aud":"caf\u00e9","exp":1788173062,"aud":"caf\u00e9"}"#, "malformed-token"),
    ])
    func `claims are compared to the byte and times to the second`(claims: String, reason: String?) throws {
        #expect(try refusal(try token(Self.header, claims)) == reason)
    }

    @Test(arguments: [
        (#"{"email":"a@b","email_verified":true}"#, nil),
        (#"{"email":"a@b","email_verified":"true"}"#, "subject"),
        (#"{"email":"a@b","email_verified":1}"#, "subject"), (#"{"email":"a@b"}"#, "subject"),
        (#"{"email":"A@b","email_verified":true}"#, "subject"), (#"{"email_verified":true}"#, "subject"),
    ])
    func `the address has to be the one configured, and verified`(part: String, reason: String?) throws {
        var scheme = Self.scheme
        scheme.email = "a@b"
        let claims = Self.good.dropLast() + "," + part.dropFirst()
        #expect(try refusal(try token(Self.header, String(claims)), scheme: scheme) == reason)
    }

    @Test(arguments: [
        (#""serviceurl":"https://a/""#, #"{"serviceUrl":"https://a/","channelId":"msteams"}"#, nil),
        (#""serviceUrl":"https://a/""#, #"{"serviceUrl":"https://a/","channelId":"msteams"}"#, nil),
        (
            #""serviceUrl":"https://a/","serviceurl":"https://b/""#, #"{"serviceUrl":"https://a/"}"#,
            "service-url"
        ),
        (#""serviceurl":"https://a/""#, #"{"serviceUrl":"https://A/","channelId":"msteams"}"#, "service-url"),
        (#""serviceurl":"https://a/""#, #"{"channelId":"msteams"}"#, "service-url"),
        (#""serviceurl":null"#, #"{"serviceUrl":null,"channelId":"msteams"}"#, "service-url"),
        (#""other":1"#, #"{"serviceUrl":"https://a/","channelId":"msteams"}"#, "service-url"),
        (#""serviceurl":"https://a/""#, #"{"serviceUrl":"https://a/","channelId":"webchat"}"#, "endorsement"),
        (#""serviceurl":"https://a/""#, #"{"serviceUrl":"https://a/"}"#, "endorsement"),
        (#""serviceurl":"https://a/""#, "", "malformed-body"),
        (
            #""serviceurl":"https://a/""#, #"{"serviceUrl":"https://a/","serviceUrl":"https://b/"}"#,
            "malformed-body"
        ),
    ])
    func `a bot's token, key and body have to agree`(claim: String, body: String, reason: String?) throws {
        var scheme = BearerScheme.botFramework(appID: "caf\u{E9}")
        #expect(scheme.requiresServiceURL && scheme.requiresEndorsement)
        #expect(scheme.issuers == ["https://api.botframework.com"])
        scheme.issuers = ["issuer"]
        let claims = "\(Self.good.dropLast()),\(claim)}"
        #expect(try refusal(try token(Self.header, claims), scheme: scheme, body: body) == reason)
    }

    @Test(arguments: ["a", "a.b", "a.b.c.d", "..", "e30=.e30.e30", "e30.e31.e30", "e30.e30.e30\u{2E}"])
    func `what is not three parts of base64url is no token`(text: String) throws {
        #expect(try refusal(text) == "malformed-token")
    }

    @Test(arguments: ["bearer ", "Bearer", "Token ", ""])
    func `the scheme word is Bearer`(word: String) throws {
        #expect(try refusal(try token(Self.header, Self.good), word: word) == "malformed-header")
    }

    @Test func `without keys nothing is accepted, and what is no key set is none`() throws {
        #expect(try refusal(try token(Self.header, Self.good), keys: KeySet()) == "unknown-key")
        for text in ["", "[]", "{}", #"{"keys":{}}"#, #"{"keys":[],"keys":[]}"#] {
            #expect(KeySet(Array(text.utf8)) == nil)
        }
    }

    @Test func `the same body under another token is the same delivery`() throws {
        let verifier = try Verifier(.bearer(Self.scheme), secrets: [], keySet: try Self.keySet())
        let keys = try [Self.good, Self.good.replacing("1788173062", with: "1788173063")].map { claims in
            let raw = VerifierTests.delivery([
                .init("Authorization", "Bearer \(try token(Self.header, claims))")
            ])
            return try verifier.verify(raw, kind: .hmac, now: Self.now).signedKey
        }
        #expect(keys[0] == keys[1])
    }

    @Test func `a failure names what was expected and nothing of the token`() throws {
        let claims = #"{"iss":"PLANTED","aud":"PLANTED","exp":1}"#
        let raw = VerifierTests.delivery([.init("Authorization", "Bearer \(try token(Self.header, claims))")])
        let verifier = try Verifier(.bearer(Self.scheme), secrets: [], keySet: try Self.keySet())
        let failure = #expect(throws: VerificationFailure.webToken(.issuer(expected: ["issuer"]))) {
            try verifier.verify(raw, kind: .hmac, now: Self.now)
        }
        #expect(failure?.message == "The token was not issued by issuer.")
        let expired = WebTokenFailure.expired(secondsOff: 7_500, secondsMax: 300)
        #expect(
            VerificationFailure.webToken(expired).message
                == "The token expired 2 h ago; at most 300 s is accepted."
        )
    }

    static func keySet() throws -> KeySet {
        let numbers = try #require(try key.get().publicNumbers)
        let both =
            #""n":"\#(Base64.encodeURL(numbers.modulus))","e":"\#(Base64.encodeURL(numbers.exponent))""#
        let short = Base64.encodeURL(Array(numbers.modulus.suffix(128)))
        let text = """
            {"keys":[{"kty":"RSA","use":"sig","alg":"RS256","kid":"one",\(both),"endorsements":["msteams"]},
            {"kty":"RSA","use":"enc","kid":"enc",\(both)},{"kty":"RSA","alg":"RS512","kid":"other-alg",\(both)},
            {"kty":"RSA","kid":"twice",\(both)},{"kty":"RSA","kid":"twice",\(both)},{"kty":"EC","kid":"curve",\(both)},
            {"kty":"RSA","kid":"short","n":"\(short)","e":"AQAB"},{"kty":"EC","kid":"one"},1,{"kid":1,"kty":"RSA"}]}
            """
        return try #require(KeySet(Array(text.utf8)))
    }

    /// Signed as RS256, whatever the header says.
    private func token(_ header: String, _ claims: String) throws -> String {
        let signed = "\(Base64.encodeURL(Array(header.utf8))).\(Base64.encodeURL(Array(claims.utf8)))"
        return "\(signed).\(Base64.encodeURL(try Self.key.get().sign(Array(signed.utf8), .rs256)))"
    }

    private func refusal(
        _ token: String,
        scheme: BearerScheme = scheme,
        keys: KeySet? = nil,
        word: String = "Bearer ",
        body: String = "{}"
    ) throws -> String? {
        let keySet = try keys ?? Self.keySet()
        let verifier = try Verifier(.bearer(scheme), secrets: [], keySet: keySet)
        let raw = VerifierTests.delivery([.init("Authorization", word + token)], Array(body.utf8))
        do throws(VerificationFailure) {
            _ = try verifier.verify(raw, kind: .hmac, now: Self.now)
            return nil
        } catch {
            return error.reason
        }
    }
}
