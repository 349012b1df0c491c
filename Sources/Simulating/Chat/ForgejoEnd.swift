import JSONReader
import Vocabulary

/// Comments of a Forgejo site's issues, below `/forgejo`.
enum ForgejoEnd: ReplyEnd {
    private static let textMax = 65_536

    static func answer(_ call: SimulatedCall, in chat: inout ChatService) -> SimulatedAnswer? {
        let path = call.segments
        guard path.first == "forgejo" else { return nil }
        guard path.count == 9, Array(path[1...3]) == ["api", "v1", "repos"], path[6] == "issues",
            path[8] == "comments", Int(path[7]).map({ $0 > 0 }) ?? false
        else { return refuse(404, "The target couldn't be found.", call) }
        guard let token = token(of: call), chat.isCredential(token, of: "forgejo") else {
            return refuse(401, "token is required", call)
        }
        let place = "\(path[4])/\(path[5])#\(path[7])"
        switch call.method {
        case "GET":
            let since = call.queryFields.first { $0.name == "since" }.flatMap { Timestamp(iso8601: $0.value) }
            let found = chat.comments(at: place).filter { $0.at >= since ?? $0.at }
            return .json(200, .array(found.map { shown($0, call) }))
        case "POST":
            guard let text = call.jsonBody?["body"]?.string, !text.isEmpty, text.count <= textMax,
                let body = call.jsonBody
            else { return refuse(422, "[Body]: Required", call) }
            return .json(201, shown(chat.keep(.comment, place, text, body, call), call))
        default: return refuse(405, "Method Not Allowed", call)
        }
    }

    /// `token …`, as a personal access token is sent.
    private static func token(of call: SimulatedCall) -> String? {
        let words = call.header("authorization")?.split(separator: " ", maxSplits: 1) ?? []
        guard words.count == 2, words[0].lowercased() == "token" else { return nil }
        return String(words[1])
    }

    private static func shown(_ comment: ChatMessage, _ call: SimulatedCall) -> JSONValue {
        let time = JSONValue.string(Timestamp(seconds: comment.at.seconds).iso8601)
        return [
            "id": .integer(Int64(comment.id) ?? 0), "body": .string(comment.text),
            "html_url": .string("\(call.base)/forgejo/comments/\(comment.id)"),
            "user": ["login": "bascule", "id": 199], "created_at": time, "updated_at": time,
        ]
    }

    private static func refuse(_ status: Int, _ message: String, _ call: SimulatedCall) -> SimulatedAnswer {
        .json(
            status,
            ["message": .string(message), "url": .string("\(call.base)/forgejo/api/swagger")]
        )
    }
}
