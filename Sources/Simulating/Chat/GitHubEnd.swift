import JSONReader
import Vocabulary

/// Comments of GitHub's issues, below `/github`.
enum GitHubEnd: ReplyEnd {
    private static let textMax = 65_536

    static func answer(_ call: SimulatedCall, in chat: inout ChatService) -> SimulatedAnswer? {
        let path = call.segments
        guard path.first == "github" else { return nil }
        guard call.header("user-agent")?.isEmpty == false else {
            return SimulatedAnswer(
                status: 403,
                body: Array("Request forbidden by administrative rules.".utf8)
            )
        }
        guard path.count == 7, path[1] == "repos", path[4] == "issues", path[6] == "comments",
            Int(path[5]).map({ $0 > 0 }) ?? false
        else { return refuse(404, "Not Found") }
        guard let token = call.credential, chat.isCredential(token, of: "github") else {
            return refuse(401, "Bad credentials")
        }
        let place = "\(path[2])/\(path[3])#\(path[5])"
        switch call.method {
        case "GET":
            let fields = call.queryFields
            let since = fields.first { $0.name == "since" }.flatMap { Timestamp(iso8601: $0.value) }
            let size = fields.first { $0.name == "per_page" }.flatMap { Int($0.value) } ?? 30
            let found = chat.comments(at: place).filter { $0.at >= since ?? $0.at }
            return .json(200, .array(found.prefix(min(max(size, 1), 100)).map { shown($0, call) }))
        case "POST":
            guard let body = call.jsonBody else { return refuse(400, "Problems parsing JSON") }
            guard let text = body["body"]?.string, !text.isEmpty, text.count <= textMax else {
                return refuse(422, "Validation Failed")
            }
            return .json(201, shown(chat.keep(.comment, place, text, body, call), call))
        default: return refuse(404, "Not Found")
        }
    }

    private static func shown(_ comment: ChatMessage, _ call: SimulatedCall) -> JSONValue {
        [
            "id": .integer(Int64(comment.id) ?? 0), "body": .string(comment.text),
            "html_url": .string("\(call.base)/github/comments/\(comment.id)"),
            "user": ["login": "bascule[bot]", "id": 9_100_199, "type": "Bot"],
            "created_at": .string(Timestamp(seconds: comment.at.seconds).iso8601),
        ]
    }

    private static func refuse(_ status: Int, _ message: String) -> SimulatedAnswer {
        .json(
            status,
            ["message": .string(message), "documentation_url": "https://docs.github.com/rest"]
        )
    }
}
