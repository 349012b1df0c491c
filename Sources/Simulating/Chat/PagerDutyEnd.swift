import JSONReader
import Vocabulary

/// Notes of PagerDuty's incidents, below `/pagerduty`.
enum PagerDutyEnd: ReplyEnd {
    private static let textMax = 25_000

    static func answer(_ call: SimulatedCall, in chat: inout ChatService) -> SimulatedAnswer? {
        let path = call.segments
        guard path.first == "pagerduty" else { return nil }
        guard path.count == 4, path[1] == "incidents", path[3] == "notes" else {
            return refuse(404, 2_100, "Not Found")
        }
        guard let token = token(of: call), chat.isCredential(token, of: "pagerduty") else {
            return SimulatedAnswer(status: 401)
        }
        guard call.header("accept")?.hasPrefix("application/vnd.pagerduty+json") ?? false else {
            return refuse(406, 2_001, "Not Acceptable")
        }
        let incident = path[2]
        guard incident.allSatisfy({ $0.isASCII && ($0.isUppercase || $0.isNumber) }) else {
            return refuse(404, 2_100, "Not Found")
        }
        switch call.method {
        case "GET":
            let notes = chat.comments(at: incident).reversed().map(shown)
            return .json(200, ["notes": .array(notes)])
        case "POST": return add(to: incident, call, &chat)
        default: return SimulatedAnswer(status: 405)
        }
    }

    private static func add(
        to incident: String,
        _ call: SimulatedCall,
        _ chat: inout ChatService
    ) -> SimulatedAnswer {
        if let from = call.header("from"), !from.contains("@") {
            return refuse(400, 1_008, "Requester User Not Found")
        }
        guard let body = call.jsonBody, let text = body.at("note.content")?.string, !text.isEmpty else {
            return refuse(400, 2_001, "Invalid Input Provided")
        }
        guard text.count <= textMax else { return refuse(400, 2_001, "Content is too long.") }
        return .json(201, ["note": shown(chat.keep(.comment, incident, text, body, call))])
    }

    private static func shown(_ note: ChatMessage) -> JSONValue {
        [
            "id": .string("P" + note.id), "content": .string(note.text),
            "created_at": .string(note.at.iso8601),
            "user": ["id": "PBASCUL", "type": "user_reference", "summary": "bascule"],
        ]
    }

    /// A key of the account or of a user, or a token of OAuth.
    private static func token(of call: SimulatedCall) -> String? {
        let words = call.header("authorization") ?? ""
        if words.hasPrefix("Token token=") { return String(words.dropFirst("Token token=".count)) }
        return words.hasPrefix("Bearer ") ? String(words.dropFirst("Bearer ".count)) : nil
    }

    private static func refuse(_ status: Int, _ code: Int64, _ message: String) -> SimulatedAnswer {
        let error: JSONValue = ["message": .string(message), "code": .integer(code), "errors": []]
        return .json(status, ["error": error])
    }
}
