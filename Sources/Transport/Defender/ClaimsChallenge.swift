import CurlClient
import Foundation

/// Finds the claims that a 401 asks a new token to carry.
///
/// - Source: `reference/entra-auth.md` §3.3. Only `error="insufficient_claims"` together with `claims` counts.
enum ClaimsChallenge {
    /// The decoded claims, a JSON object as text; nil if the answer has no such challenge.
    static func claims(in response: IncomingResponse) -> String? {
        for (name, value) in response.headers where name.lowercased() == "www-authenticate" {
            let parameters = parameters(of: value)
            guard parameters["error"] == "insufficient_claims", let encoded = parameters["claims"] else {
                continue
            }
            return decoded(encoded)
        }
        return nil
    }

    /// The `name="value"` pairs of a challenge in any order; a value may hold `=` and `,`.
    private static func parameters(of header: String) -> [String: String] {
        var found: [String: String] = [:]
        var rest = header.prefix(16_384)[...]
        while let equals = rest.firstIndex(of: "=") {
            let name = rest[..<equals].reversed().prefix { $0.isLetter || $0 == "_" }.reversed()
            rest = rest[rest.index(after: equals)...]
            guard rest.first == "\"" else { continue }
            rest = rest.dropFirst()
            guard let end = rest.firstIndex(of: "\"") else { break }
            found[String(name).lowercased()] = String(rest[..<end])
            rest = rest[rest.index(after: end)...]
        }
        return found
    }

    /// Both alphabets, with or without padding.
    private static func decoded(_ text: String) -> String? {
        var standard = text.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
        while standard.hasSuffix("=") { standard.removeLast() }
        standard += String(repeating: "=", count: (4 - standard.count % 4) % 4)
        guard let data = Data(base64Encoded: standard), data.count <= 8_192,
            let claims = String(data: data, encoding: .utf8),
            claims.first == "{", claims.last == "}"
        else { return nil }
        return claims
    }
}
