import Foundation
import JSONReader
import Vocabulary

/// Why Entra gives no token.
struct EntraRefusal: Error {
    let status: Int
    let error: String
    let number: Int
    let text: String
    /// What a client is to send along with the next sign-in.
    var claims: String?
    var suberror: String?

    init(_ status: Int, _ error: String, _ number: Int, _ text: String) {
        self.status = status
        self.error = error
        self.number = number
        self.text = text
    }

    /// In Entra's shape; the correlation id is the caller's `client-request-id` if it sent one.
    func answer(to call: SimulatedCall) -> SimulatedAnswer {
        let trace = UUID().uuidString.lowercased()
        let correlation = call.header("client-request-id") ?? UUID().uuidString.lowercased()
        let stamp = String(call.at.iso8601.prefix(19)).replacing("T", with: " ") + "Z"
        let trailer = "Trace ID: \(trace) Correlation ID: \(correlation) Timestamp: \(stamp)"
        var body: [String: JSONValue] = [
            "error": .string(error),
            "error_description": .string("AADSTS\(number): \(text) \(trailer)"),
            "error_codes": [.integer(Int64(number))],
            "timestamp": .string(stamp),
            "trace_id": .string(trace),
            "correlation_id": .string(correlation),
            "error_uri": .string("\(call.base)/error?code=\(number)"),
        ]
        body["claims"] = claims.map { .string($0) }
        body["suberror"] = suberror.map { .string($0) }
        return .json(status, .object(body))
    }

    static func missing(_ field: String) -> EntraRefusal {
        EntraRefusal(
            400,
            "invalid_request",
            900_144,
            "The request body must contain the following parameter: '\(field)'."
        )
    }

    static let malformed = EntraRefusal(
        400,
        "invalid_request",
        9_002_313,
        "Invalid request. Request is malformed or invalid."
    )
}
