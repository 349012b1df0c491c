import Foundation
import JSONReader
import Vocabulary

/// A request to a hook as `verify` and `explain` read it from a file.
///
/// `{"headers": {"name": "value" or ["value", …]}, "body_base64": "…"}`; a list is a header sent that many
/// times, an absent body an empty one. `path` matters only where the address holds the secret: what follows
/// `/hooks/<source>/`. Further keys of a recording do not matter.
struct RecordedRequest: Hashable {
    let headers: [RawDelivery.Header]
    let body: [UInt8]
    let pathSecret: Secret?

    init(_ json: JSONValue) throws(RecordedRequestError) {
        guard let fields = json.object else { throw .notAnObject }
        var headers: [RawDelivery.Header] = []
        if let given = fields["headers"] {
            guard let lines = given.object else { throw .badHeaders }
            for (name, value) in lines.sorted(by: { $0.key < $1.key }) {
                for text in try Self.values(value, of: name) { headers.append(.init(name, text)) }
            }
        }
        self.headers = headers
        body = try Self.body(fields["body_base64"])
        let parts = (fields["path"]?.string ?? "").split(separator: "/")
        pathSecret = parts.count == 3 && parts[0] == "hooks" ? Secret(String(parts[2])) : nil
    }

    /// The request as the listener would hand it on.
    func delivery(at source: SourceName, receivedAt: Timestamp) -> RawDelivery {
        RawDelivery(
            source: source,
            headers: headers,
            body: body,
            receivedAt: receivedAt,
            remoteAddress: "127.0.0.1",
            pathSecret: pathSecret
        )
    }

    private static func values(
        _ value: JSONValue,
        of name: String
    ) throws(RecordedRequestError) -> [String] {
        if let text = value.string { return [text] }
        guard let list = value.array else { throw .badHeader(name) }
        let texts = list.compactMap(\.string)
        guard texts.count == list.count else { throw .badHeader(name) }
        return texts
    }

    private static func body(_ value: JSONValue?) throws(RecordedRequestError) -> [UInt8] {
        guard let value else { return [] }
        guard let text = value.string, let data = Data(base64Encoded: text) else { throw .badBody }
        return Array(data)
    }
}

/// Why a file holds no request.
enum RecordedRequestError: Explained, Equatable {
    case notAnObject
    case badHeaders
    case badHeader(String)
    case badBody

    var code: String {
        switch self {
        case .notAnObject: "request.not-an-object"
        case .badHeaders: "request.bad-headers"
        case .badHeader: "request.bad-header"
        case .badBody: "request.bad-body"
        }
    }

    var message: String {
        switch self {
        case .notAnObject: "The request is no JSON object."
        case .badHeaders: "The request's `headers` are no object."
        case .badHeader(let name): "The request's header \"\(name)\" is neither a text nor a list of texts."
        case .badBody: "The request's `body_base64` is not base64."
        }
    }

    var fix: String {
        #"Write {"headers": {"name": "value"}, "body_base64": "…"}; a list of values is a header sent repeatedly."#
    }
}
