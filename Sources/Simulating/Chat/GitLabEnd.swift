import JSONReader
import Vocabulary

/// Notes of GitLab's issues, below `/gitlab`.
///
/// Lines outside code that begin with `/` and a letter are quick actions: GitLab does what they say, and leaves them
/// out of the note.
enum GitLabEnd: ReplyEnd {
    private static let textMax = 1_000_000

    static func answer(_ call: SimulatedCall, in chat: inout ChatService) -> SimulatedAnswer? {
        let path = call.segments
        guard path.first == "gitlab" else { return nil }
        guard path.count == 8, Array(path[1...3]) == ["api", "v4", "projects"], path[5] == "issues",
            path[7] == "notes", Int(path[6]).map({ $0 > 0 }) ?? false
        else { return .json(404, ["error": "404 Not Found"]) }
        guard let token = call.header("private-token") ?? call.credential,
            chat.isCredential(token, of: "gitlab")
        else { return .json(401, ["message": "401 Unauthorized"]) }
        let place = "\(path[4])#\(path[6])"
        switch call.method {
        case "GET":
            let fields = call.queryFields
            var found = chat.comments(at: place)
            // The newest come first, unless the caller wants it otherwise.
            if !fields.contains(where: { $0.name == "sort" && $0.value == "asc" }) { found.reverse() }
            let size = fields.first { $0.name == "per_page" }.flatMap { Int($0.value) } ?? 20
            return .json(200, .array(found.prefix(min(max(size, 1), 100)).map(shown)))
        case "POST": return add(to: place, call, &chat)
        default: return .json(405, ["error": "405 Not Allowed"])
        }
    }

    private static func add(
        to place: String,
        _ call: SimulatedCall,
        _ chat: inout ChatService
    ) -> SimulatedAnswer {
        guard let body = call.jsonBody, let sent = body["body"]?.string, !sent.isEmpty else {
            return .json(400, ["error": "body is missing"])
        }
        guard sent.count <= textMax else { return .json(400, ["message": "Note is too long"]) }
        let text = withoutQuickActions(sent)
        guard !text.isEmpty else { return .json(202, ["commands_changes": [:], "summary": ["Done."]]) }
        return .json(201, shown(chat.keep(.comment, place, text, body, call)))
    }

    private static func withoutQuickActions(_ text: String) -> String {
        var kept: [Substring] = []
        var fence: Substring?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let ticks = line.prefix { $0 == "`" }
            if let open = fence {
                if ticks.count >= open.count, line.dropFirst(ticks.count).allSatisfy(\.isWhitespace) {
                    fence = nil
                }
            } else if ticks.count >= 3 {
                fence = ticks
            } else if line.first == "/", line.dropFirst().first?.isLetter == true {
                continue
            }
            kept.append(line)
        }
        return kept.joined(separator: "\n")
    }

    private static func shown(_ note: ChatMessage) -> JSONValue {
        [
            "id": .integer(Int64(note.id) ?? 0), "body": .string(note.text), "system": false,
            "internal": note.body["internal"] ?? false, "noteable_type": "Issue",
            "author": ["id": 99, "username": "project_77_bot", "name": "bascule"],
            "created_at": .string(note.at.iso8601),
        ]
    }
}
