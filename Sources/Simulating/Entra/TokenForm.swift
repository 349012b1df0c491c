import Cryptography
import Foundation

/// The fields of a token request, read strictly: a field that comes twice spoils the request.
struct TokenForm: Sendable {
    private var fields: [String: String] = [:]

    /// Adds the client of an HTTP Basic header to the body's fields.
    init(_ call: SimulatedCall) throws(EntraRefusal) {
        guard let type = call.header("content-type")?.lowercased(),
            type.split(separator: ";").first == "application/x-www-form-urlencoded"
        else { throw EntraRefusal.missing("grant_type") }
        if call.header("origin") != nil {
            let text =
                "Cross-origin token redemption is permitted only for the 'Single-Page Application' client-type."
            throw EntraRefusal(400, "invalid_request", 9_002_326, text)
        }
        guard let text = String(validating: call.body, as: UTF8.self),
            let pairs = SimulatedCall.fields(text)
        else { throw EntraRefusal.malformed }
        for (name, value) in pairs {
            guard fields.updateValue(value, forKey: name) == nil else { throw EntraRefusal.malformed }
        }
        if let basic = call.header("authorization") { try take(basic) }
    }

    subscript(_ name: String) -> String? { fields[name] }

    /// Both halves are form-encoded before base64.
    private mutating func take(_ header: String) throws(EntraRefusal) {
        let words = header.split(separator: " ")
        guard words.count == 2, words[0].lowercased() == "basic",
            let bytes = Base64.decodePaddingOptional(String(words[1]))
        else { throw EntraRefusal.malformed }
        let halves = String(decoding: bytes, as: UTF8.self)
            .split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard halves.count == 2, fields["client_secret"] == nil, fields["client_assertion"] == nil,
            let client = SimulatedCall.fields("v=\(halves[0])")?.first?.value,
            let secret = SimulatedCall.fields("v=\(halves[1])")?.first?.value,
            fields["client_id"] == nil || fields["client_id"] == client
        else { throw EntraRefusal.malformed }
        fields["client_id"] = client
        fields["client_secret"] = secret
    }
}
