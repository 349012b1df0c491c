import Cryptography
import Foundation
import JSONReader
import Vocabulary

/// How an application proves itself to the token endpoint.
struct ClientProof: Sendable {
    let script: SimulatorScript
    let keys: SimulatorKeys

    /// Clocks may differ by this much.
    private static let skewSeconds = 300.0
    private static let assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

    /// As the claim `appidacr` tells it; another issuer's token counts as a certificate.
    enum Method: String {
        case secret = "1"
        case certificate = "2"
    }

    /// Both of a rotation are registered.
    private var certificates: [Certificate] { [keys.clientCertificate, keys.nextCertificate] }

    func check(
        _ form: TokenForm,
        _ call: SimulatedCall,
        tenant: String
    ) throws(EntraRefusal) -> Method {
        guard let client = form["client_id"] else { throw EntraRefusal.missing("client_id") }
        guard client.lowercased() == script.client.lowercased() else {
            let text =
                "Application with identifier '\(client)' was not found in the directory '\(script.tenant)'."
            throw EntraRefusal(400, "unauthorized_client", 700_016, text)
        }
        switch (form["client_secret"], form["client_assertion"]) {
        case (.some, .some): throw EntraRefusal.malformed
        case (let secret?, nil):
            try script.refuseExpired(secret)
            guard isEqualInConstantTime(Array(secret.utf8), Array(script.secret.utf8)) else {
                let text =
                    "Invalid client secret provided. Ensure the secret being sent in the request is the "
                    + "client secret value, not the client secret ID, for a secret added to app '\(client)'."
                throw EntraRefusal(401, "invalid_client", 7_000_215, text)
            }
            return .secret
        case (nil, let assertion?):
            guard form["client_assertion_type"] == Self.assertionType else {
                throw EntraRefusal.missing("client_assertion_type")
            }
            try check(assertion, client, call, tenant: tenant)
            return .certificate
        case (nil, nil):
            let text =
                "The request body must contain the following parameter: 'client_assertion' or "
                + "'client_secret'."
            throw EntraRefusal(401, "invalid_client", 7_000_218, text)
        }
    }

    private func check(
        _ assertion: String,
        _ client: String,
        _ call: SimulatedCall,
        tenant: String
    ) throws(EntraRefusal) {
        guard let token = WebToken(assertion) else { throw malformedToken("it cannot be read") }
        let federation = FederatedProof(script: script.federation, key: keys.issuerKey)
        if federation.isMeant(by: token) { return try federation.check(token, call.at) }
        let scheme: SignatureScheme
        switch token.header["alg"]?.string {
        case "PS256": scheme = .ps256
        case "RS256": scheme = .rs256
        default: throw malformedToken("its algorithm is not supported")
        }
        let certificate = try named(by: token.header)
        guard certificate.verify(token.signature, of: token.signed, scheme) else {
            throw badKey("The key was found, but use of the key to verify the signature failed", token.header)
        }
        guard token.claims["iss"]?.string == token.claims["sub"]?.string,
            token.claims["sub"]?.string?.lowercased() == client.lowercased()
        else {
            let text = "Subject must match Issuer claim in the client assertion."
            throw EntraRefusal(400, "invalid_client", 50_048, text)
        }
        try checkAudience(token.claims, call, tenant: tenant)
        try checkTimes(token.claims, call.at)
    }

    /// The registered certificate that every thumbprint of the header names.
    private func named(by header: JSONValue) throws(EntraRefusal) -> Certificate {
        let digests = [("x5t#S256", DigestAlgorithm.sha256), ("x5t", .sha1)]
        let sent = digests.compactMap { name, algorithm in
            header[name]?.string.map { (Self.normalised($0), algorithm) }
        }
        guard !sent.isEmpty else { throw malformedToken("its header names no thumbprint") }
        let found = certificates.first { certificate in
            sent.allSatisfy { $0 == Base64.encodeURL(Digest.of(certificate.der, $1)) }
        }
        guard let found else { throw badKey("The key was not found", header) }
        // A chain that is sent begins with the certificate itself.
        if let first = header["x5c"]?[0] {
            let text = first.string?.filter { !$0.isWhitespace } ?? ""
            guard Base64.decodeCanonical(text) == found.der else {
                throw badKey("The key was found, but the chain does not begin with its certificate", header)
            }
        }
        return found
    }

    /// Libraries send padding, or the standard alphabet.
    private static func normalised(_ thumbprint: String) -> String {
        var text = thumbprint.replacing("+", with: "-").replacing("/", with: "_")
        while text.last == "=" { text.removeLast() }
        return text
    }

    private func checkAudience(
        _ claims: JSONValue,
        _ call: SimulatedCall,
        tenant: String
    ) throws(EntraRefusal) {
        let allowed = [script.tenant, script.tenantDomain, tenant].flatMap { name in
            ["oauth2/v2.0/token", "oauth2/token", "v2.0"].map { "\(call.base)/\(name)/\($0)" }
        }
        let sent = claims["aud"]?.array?.compactMap(\.string) ?? [claims["aud"]?.string ?? ""]
        guard sent.contains(where: { allowed.contains($0) }) else {
            let text =
                "Assertion audience claim does not match the required value. Sent: "
                + "\(sent.joined(separator: " ")), expected: \(call.base)\(call.path)."
            throw EntraRefusal(401, "invalid_client", 700_212, text)
        }
    }

    private func checkTimes(_ claims: JSONValue, _ at: Timestamp) throws(EntraRefusal) {
        guard let expiry = claims["exp"]?.number else { throw malformedToken("it has no exp") }
        let now = Double(at.milliseconds) / 1000
        let start = claims["nbf"]?.number ?? claims["iat"]?.number ?? now
        guard now <= expiry + Self.skewSeconds, now >= start - Self.skewSeconds else {
            let text =
                "Client assertion is not within its valid time range. Current time: \(at.iso8601), "
                + "assertion valid from \(start) to \(expiry)."
            throw EntraRefusal(401, "invalid_client", 700_024, text)
        }
    }

    private func malformedToken(_ why: String) -> EntraRefusal {
        EntraRefusal(401, "invalid_client", 50_027, "JWT token is invalid or malformed: \(why).")
    }

    private func badKey(_ reason: String, _ header: JSONValue) -> EntraRefusal {
        let sent = header["x5t#S256"]?.string ?? header["x5t"]?.string ?? ""
        let text =
            "Client assertion failed signature validation. [Reason - \(reason)., Thumbprint of key used by "
            + "client: '\(sent)']"
        return EntraRefusal(401, "invalid_client", 700_027, text)
    }
}
