import Cryptography
import JSONReader
import Vocabulary

/// Records of ServiceNow's Table API, below `/servicenow`.
///
/// Work notes are a journal: a change adds an entry, and only display values show them.
enum ServiceNowEnd: ReplyEnd {
    private static let textMax = 4_000

    static func answer(_ call: SimulatedCall, in chat: inout ChatService) -> SimulatedAnswer? {
        let path = call.segments
        guard path.first == "servicenow" else { return nil }
        guard path.count == 6, Array(path[1...3]) == ["api", "now", "table"] else {
            return refuse(400, "Requested URI does not represent any resource", nil)
        }
        guard isAllowed(call, chat) else {
            return refuse(401, "User Not Authenticated", "Required to provide Auth information")
        }
        let (table, record) = (path[4], path[5])
        guard table.allSatisfy({ $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "_") }) else {
            return refuse(400, "Invalid table \(table)", nil)
        }
        guard record.count == 32, record.allSatisfy(\.isHexDigit) else {
            return refuse(
                404,
                "No Record found",
                "Record doesn't exist or ACL restricts the record retrieval"
            )
        }
        let place = "\(table)/\(record)"
        switch call.method {
        case "GET": return shown(place, call, chat)
        case "PATCH", "PUT":
            guard call.header("content-type")?.hasPrefix("application/json") ?? false,
                let body = try? JSONReader.read(call.body, root: .object)
            else { return refuse(400, "Exception while reading request", "The payload is not valid JSON") }
            if let note = body["work_notes"] {
                guard let text = note.string else { return refuse(400, "Invalid value", "work_notes") }
                let kept = String(text.prefix(textMax))
                if !kept.isEmpty { _ = chat.keep(.comment, place, kept, body, call) }
            }
            return shown(place, call, chat)
        default: return refuse(405, "Method not supported", nil)
        }
    }

    private static func shown(_ place: String, _ call: SimulatedCall, _ chat: ChatService) -> SimulatedAnswer
    {
        let fields = call.queryFields
        func value(_ name: String) -> String? { fields.first { $0.name == name }?.value }
        let isDisplayed = ["true", "all"].contains(value("sysparm_display_value"))
        let notes = chat.messages.filter { $0.kind == .comment && $0.place == place }.reversed()
        let journal = notes.map { note in
            "\(SimulatedAction.stamp(note.at).prefix(19)) - bascule (Work notes)\n\(note.text)\n\n"
        }
        let record: [String: JSONValue] = [
            "sys_id": .string(String(place.suffix(32))), "number": "SIR0010001", "state": "18",
            "work_notes": .string(isDisplayed ? journal.joined() : ""),
        ]
        let wanted = value("sysparm_fields")?.split(separator: ",").map(String.init)
        let result = record.filter { wanted?.contains($0.key) ?? true }
        return .json(200, ["result": .object(result)])
    }

    private static func isAllowed(_ call: SimulatedCall, _ chat: ChatService) -> Bool {
        if let key = call.header("x-sn-apikey") { return chat.isCredential(key, of: "servicenow") }
        return call.credential.map { chat.isCredential($0, of: "servicenow") } ?? false
    }

    private static func refuse(_ status: Int, _ message: String, _ detail: String?) -> SimulatedAnswer {
        let error: JSONValue = [
            "message": .string(message), "detail": detail.map(JSONValue.string) ?? .null,
        ]
        return .json(status, ["error": error, "status": "failure"])
    }
}

extension SimulatedCall {
    /// What `Authorization` proves: `user:password` of Basic, or the token of a bearer.
    var credential: String? {
        let words = header("authorization")?.split(separator: " ", maxSplits: 1) ?? []
        guard words.count == 2 else { return nil }
        switch words[0].lowercased() {
        case "bearer": return String(words[1])
        case "basic":
            guard let bytes = Base64.decodePaddingOptional(String(words[1])), bytes.contains(0x3A) else {
                return nil
            }
            return String(decoding: bytes, as: UTF8.self)
        default: return nil
        }
    }

    /// The body as an object, if the call says that it is JSON.
    var jsonBody: JSONValue? {
        guard header("content-type")?.lowercased().hasPrefix("application/json") ?? false else { return nil }
        return try? JSONReader.read(body, root: .object)
    }
}

extension ChatService {
    /// True for what the script demands of a vendor's callers; without a word there, for anything.
    func isCredential(_ sent: String, of vendor: String) -> Bool {
        !sent.isEmpty && script.credentials[vendor].map { $0 == sent } ?? true
    }

    /// The comments of one ticket, oldest first.
    func comments(at place: String) -> [ChatMessage] {
        messages.filter { $0.kind == .comment && $0.place == place }
    }
}
