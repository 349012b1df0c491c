import JSONReader
import Vocabulary

/// Comments of Zendesk's tickets, below `/zendesk`.
///
/// A comment is public unless the caller says otherwise, and is then mailed to whoever asked for help: shown here as
/// the kind `message`.
enum ZendeskEnd: ReplyEnd {
    private static let textMax = 65_535

    static func answer(_ call: SimulatedCall, in chat: inout ChatService) -> SimulatedAnswer? {
        let path = call.segments
        guard path.first == "zendesk" else { return nil }
        guard path.count >= 5, Array(path[1...3]) == ["api", "v2", "tickets"] else {
            return refuse(404, "InvalidEndpoint", "Not found")
        }
        // With the token of the API, the user's name says so.
        let isBasic = call.header("authorization")?.lowercased().hasPrefix("basic ") ?? false
        guard let credential = call.credential, !isBasic || credential.contains("/token:"),
            chat.isCredential(credential, of: "zendesk")
        else { return .json(401, ["error": "Couldn't authenticate you"]) }
        switch (call.method, path.count) {
        case ("PUT", 5) where path[4].hasSuffix(".json"):
            return update(String(path[4].dropLast(".json".count)), call, &chat)
        case ("GET", 6) where path[5] == "comments.json":
            var found = chat.comments(at: path[4])
            if call.queryFields.contains(where: { $0.name == "sort_order" && $0.value == "desc" }) {
                found.reverse()
            }
            return .json(200, ["comments": .array(found.prefix(100).map(shown))])
        default: return refuse(404, "InvalidEndpoint", "Not found")
        }
    }

    private static func update(
        _ ticket: String,
        _ call: SimulatedCall,
        _ chat: inout ChatService
    ) -> SimulatedAnswer {
        guard Int(ticket).map({ $0 > 0 }) ?? false else { return refuse(404, "RecordNotFound", "Not found") }
        guard let body = call.jsonBody, let change = body["ticket"], change.object != nil else {
            return refuse(422, "RecordInvalid", "Record validation errors")
        }
        if let comment = change["comment"] {
            guard let text = (comment["html_body"] ?? comment["body"])?.string, !text.isEmpty,
                text.count <= textMax
            else { return refuse(422, "RecordInvalid", "Record validation errors") }
            let isPublic = comment["public"]?.bool ?? true
            _ = chat.keep(isPublic ? .message : .comment, ticket, text, body, call)
        }
        return .json(200, ["ticket": ["id": .integer(Int64(ticket) ?? 0)], "audit": ["id": 1]])
    }

    private static func shown(_ comment: ChatMessage) -> JSONValue {
        [
            "id": .integer(Int64(comment.id) ?? 0), "body": .string(comment.text), "public": false,
            "author_id": 9_013_372_041_099, "created_at": .string(comment.at.iso8601),
        ]
    }

    private static func refuse(_ status: Int, _ error: String, _ words: String) -> SimulatedAnswer {
        .json(status, ["error": .string(error), "description": .string(words)])
    }
}
