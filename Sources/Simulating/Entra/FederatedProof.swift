package import Cryptography
import Foundation
import JSONReader
package import Vocabulary

/// A token of another issuer instead of a secret of the application's own.
///
/// Source: `reference/entra-auth.md` §1.3, workload identity federation.
struct FederatedProof: Sendable {
    let script: FederationScript
    /// The issuer's; its public half is what Entra would load from the issuer's key address.
    let key: PrivateKey

    private static let skewSeconds = 300.0

    /// An assertion that the application signed itself names a thumbprint; the other kind comes from an address.
    func isMeant(by token: WebToken) -> Bool {
        token.header["x5t"] == nil && token.header["x5t#S256"] == nil
            && token.claims["iss"]?.string?.hasPrefix("https://") == true
    }

    /// Entra compares to the letter.
    func check(_ token: WebToken, _ at: Timestamp) throws(EntraRefusal) {
        let issuer = token.claims["iss"]?.string ?? ""
        let subject = token.claims["sub"]?.string ?? ""
        let audiences =
            token.claims["aud"]?.array?.compactMap(\.string) ?? [token.claims["aud"]?.string ?? ""]
        guard issuer == script.issuer else {
            throw refusal(
                700_211,
                "No matching federated identity record found for presented assertion issuer '\(issuer)'."
            )
        }
        guard token.header["alg"] == "RS256", token.header["kid"] == .string(keyID), isSigned(token) else {
            throw refusal(
                700_027,
                "Client assertion failed signature validation. [Reason - The key was not found.]"
            )
        }
        guard subject == script.subject else {
            let text =
                "No matching federated identity record found for presented assertion subject '\(subject)'."
            throw refusal(700_213, text)
        }
        guard audiences == [script.audience] else {
            let text =
                "No matching federated identity record found for presented assertion audience "
                + "'\(audiences.joined(separator: " "))'."
            throw refusal(700_212, text)
        }
        let now = Double(at.milliseconds) / 1000
        guard let expiry = token.claims["exp"]?.number, now <= expiry + Self.skewSeconds,
            now >= (token.claims["nbf"]?.number ?? now) - Self.skewSeconds
        else { throw refusal(700_024, "Client assertion is not within its valid time range.") }
    }

    /// As the issuer names its key.
    var keyID: String { Base64.encodeURL(Digest.of(key.publicNumbers?.modulus ?? [])) }

    private func isSigned(_ token: WebToken) -> Bool {
        guard let numbers = key.publicNumbers,
            let publicKey = RSAPublicKey(modulus: numbers.modulus, exponent: numbers.exponent)
        else { return false }
        return publicKey.verify(token.signature, of: token.signed)
    }

    private func refusal(_ number: Int, _ text: String) -> EntraRefusal {
        EntraRefusal(401, "invalid_client", number, text)
    }
}

extension SimulatorKeys {
    /// A token of the external issuer, as a platform writes it into a file.
    package func federatedToken(
        _ script: FederationScript,
        now: Timestamp,
        lifetimeSeconds: Int = 3_600
    ) throws(CryptographyError) -> String {
        let proof = FederatedProof(script: script, key: issuerKey)
        let header: JSONValue = ["alg": "RS256", "typ": "JWT", "kid": .string(proof.keyID)]
        let claims: JSONValue = [
            "iss": .string(script.issuer), "sub": .string(script.subject), "aud": [.string(script.audience)],
            "iat": .integer(now.seconds), "nbf": .integer(now.seconds),
            "exp": .integer(now.seconds + Int64(lifetimeSeconds)),
        ]
        let signed = Base64.encodeURL(header.encoded()) + "." + Base64.encodeURL(claims.encoded())
        return signed + "." + Base64.encodeURL(try issuerKey.sign(Array(signed.utf8), .rs256))
    }
}
