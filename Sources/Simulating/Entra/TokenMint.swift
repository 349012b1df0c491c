import Cryptography
import Foundation
import JSONReader
import Vocabulary

/// Signs access tokens and reads them again, as Entra and the API behind it do.
struct TokenMint: Sendable {
    let key: PrivateKey
    let certificate: Certificate
    private let keyID: String

    init(key: PrivateKey, certificate: Certificate) {
        self.key = key
        self.certificate = certificate
        keyID = Base64.encodeURL(Digest.of(certificate.der, .sha1))
    }

    /// The public half, as the key address shows it.
    var keySet: JSONValue {
        let numbers = key.publicNumbers
        return [
            "keys": [
                [
                    "kty": "RSA", "use": "sig", "alg": "RS256", "kid": .string(keyID), "x5t": .string(keyID),
                    "n": .string(Base64.encodeURL(numbers?.modulus ?? [])),
                    "e": .string(Base64.encodeURL(numbers?.exponent ?? [])),
                    "x5c": [.string(Base64.encode(certificate.der))],
                ]
            ]
        ]
    }

    func sign(_ claims: [String: JSONValue]) throws -> String {
        let header: JSONValue = [
            "typ": "JWT", "alg": "RS256", "x5t": .string(keyID), "kid": .string(keyID),
        ]
        let signed =
            Base64.encodeURL(header.encoded()) + "." + Base64.encodeURL(JSONValue.object(claims).encoded())
        return signed + "." + Base64.encodeURL(try key.sign(Array(signed.utf8), .rs256))
    }

    /// The claims of a token that this mint signed; nil for any other.
    ///
    /// Times are not looked at.
    func claims(of token: String) -> JSONValue? {
        guard let web = WebToken(token), web.header["alg"] == "RS256", web.header["kid"] == .string(keyID),
            certificate.verify(web.signature, of: web.signed, .rs256)
        else { return nil }
        return web.claims
    }
}

/// A JSON web token, taken apart and not yet believed.
struct WebToken: Sendable {
    let header: JSONValue
    let claims: JSONValue
    let signature: [UInt8]
    /// What the signature is about.
    let signed: [UInt8]

    init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let head = Base64.decodeURL(String(parts[0])),
            let body = Base64.decodeURL(String(parts[1])),
            let signature = Base64.decodeURL(String(parts[2])),
            let header = try? JSONReader.read(head, root: .object),
            let claims = try? JSONReader.read(body, root: .object)
        else { return nil }
        self.header = header
        self.claims = claims
        self.signature = signature
        signed = Array("\(parts[0]).\(parts[1])".utf8)
    }
}
