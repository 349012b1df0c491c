import Foundation
import JSONReader
import Vocabulary

/// One request as the simulated services see it.
struct SimulatedCall: Sendable {
    let method: String
    /// As sent, still percent-encoded, without the query.
    let path: String
    /// As sent, without its `?`.
    let query: String
    /// Lower-case names.
    let headers: [String: [String]]
    let body: [UInt8]
    let at: Timestamp
    /// `http` or `https` and the host the caller used: addresses in answers repeat it.
    let base: String

    /// The first value of a header.
    func header(_ name: String) -> String? { headers[name]?.first }

    /// The path's segments, decoded.
    var segments: [String] {
        path.split(separator: "/", omittingEmptySubsequences: true).map { Self.decoded(String($0)) }
    }

    /// The query's fields, decoded, in order.
    var queryFields: [(name: String, value: String)] { Self.fields(query) ?? [] }

    /// Reads `a=b&c=d`; nil if an escape is broken or the bytes are no UTF-8.
    static func fields(_ text: String) -> [(name: String, value: String)]? {
        var fields: [(name: String, value: String)] = []
        for pair in text.split(separator: "&", omittingEmptySubsequences: true) {
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = formDecoded(halves[0]),
                let value = formDecoded(halves.count > 1 ? halves[1] : "")
            else { return nil }
            fields.append((name, value))
        }
        return fields
    }

    private static func formDecoded(_ text: Substring) -> String? {
        text.replacing("+", with: " ").removingPercentEncoding
    }

    private static func decoded(_ text: String) -> String { text.removingPercentEncoding ?? text }
}

/// What a simulated service answers, and whether that call made an action.
struct SimulatedAnswer: Sendable {
    var status: Int
    var headers: [(name: String, value: String)] = []
    var body: [UInt8] = []
    /// True only if this call created an action, or changed a tag or a value.
    var executed = false

    static func json(_ status: Int, _ value: JSONValue, executed: Bool = false) -> SimulatedAnswer {
        SimulatedAnswer(
            status: status,
            headers: [("Content-Type", "application/json; charset=utf-8")],
            body: value.encoded(),
            executed: executed
        )
    }
}
