import Cryptography
import JSONReader
import Vocabulary

/// Comments of Jira's issues, in both versions of its interface.
extension ChatService {
    private static let commentMax = 32_767

    mutating func issue(_ key: String, isRich: Bool, _ call: SimulatedCall) -> SimulatedAnswer {
        guard isAllowed(call) else {
            return .json(401, ["errorMessages": ["You are not authenticated."], "errors": [:]])
        }
        let isKey = key.contains("-") && key.allSatisfy { $0.isLetter || $0.isNumber || "-_".contains($0) }
        guard isKey, script.issues.isEmpty || script.issues.contains(key) else {
            let text = "Issue does not exist or you do not have permission to see it."
            return .json(404, ["errorMessages": [.string(text)], "errors": [:]])
        }
        switch call.method {
        case "GET": return comments(of: key, isRich: isRich, call)
        case "POST": return addComment(to: key, isRich: isRich, call)
        default: return SimulatedAnswer(status: 405)
        }
    }

    private mutating func addComment(to key: String, isRich: Bool, _ call: SimulatedCall) -> SimulatedAnswer {
        guard call.header("content-type")?.lowercased().hasPrefix("application/json") ?? false,
            let body = try? JSONReader.read(call.body, root: .object)
        else { return refuse("The request cannot be read as JSON.") }
        let text: String
        if isRich {
            guard let document = body["body"], document["type"] == "doc", document["version"] == 1,
                let found = Self.text(of: document)
            else { return refuse("Comment body is not valid!") }
            text = found
        } else {
            guard let found = body["body"]?.string else { return refuse("Comment body is not valid!") }
            text = found
        }
        guard !text.isEmpty else { return refuse("Comment body can not be empty!") }
        guard text.count <= Self.commentMax else {
            return refuse("The entered text is too long. It exceeds the allowed limit of 32,767 characters.")
        }
        let comment = keep(.comment, key, text, body, call)
        return .json(201, shown(comment, isRich: isRich, call))
    }

    private func comments(of key: String, isRich: Bool, _ call: SimulatedCall) -> SimulatedAnswer {
        let fields = call.queryFields
        func number(_ name: String) -> Int? { fields.first { $0.name == name }.flatMap { Int($0.value) } }
        var found = messages.filter { $0.kind == .comment && $0.place == key }
        if fields.contains(where: { $0.name == "orderBy" && $0.value == "-created" }) { found.reverse() }
        let start = max(0, number("startAt") ?? 0)
        let size = min(max(0, number("maxResults") ?? 100), 5_000)
        let page = found.dropFirst(start).prefix(size)
        return .json(
            200,
            [
                "startAt": .integer(Int64(start)), "maxResults": .integer(Int64(size)),
                "total": .integer(Int64(found.count)),
                "comments": .array(page.map { shown($0, isRich: isRich, call) }),
            ]
        )
    }

    private func shown(_ comment: ChatMessage, isRich: Bool, _ call: SimulatedCall) -> JSONValue {
        let author: JSONValue = ["accountId": "5b10ac8d82e05b22cc7d4ef5", "displayName": "bascule"]
        return [
            "self": .string(
                "\(call.base)/rest/api/\(isRich ? 3 : 2)/issue/\(comment.place)/comment/\(comment.id)"
            ),
            "id": .string(comment.id), "author": author,
            "body": isRich ? Self.document(comment) : .string(comment.text),
            "created": .string(SimulatedAction.stamp(comment.at).dropLast(5) + "+0000"),
        ]
    }

    private static func document(_ comment: ChatMessage) -> JSONValue {
        if let sent = comment.body["body"], sent["type"] == "doc" { return sent }
        let run: JSONValue = ["type": "text", "text": .string(comment.text)]
        return ["type": "doc", "version": 1, "content": [["type": "paragraph", "content": [run]]]]
    }

    /// All text of a document; nil if a text node is empty, which Jira refuses.
    ///
    /// Depth is bounded by the reader.
    private static func text(of node: JSONValue) -> String? {
        switch node["type"]?.string {
        case "text":
            guard let text = node["text"]?.string, !text.isEmpty else { return nil }
            return text
        case "hardBreak": return "\n"
        case nil: return nil
        default:
            var whole = ""
            for child in node["content"]?.array ?? [] {
                guard let text = text(of: child) else { return nil }
                if node["type"] == "doc", !whole.isEmpty { whole += "\n" }
                whole += text
            }
            return whole
        }
    }

    private func refuse(_ text: String) -> SimulatedAnswer {
        .json(400, ["errorMessages": [], "errors": ["comment": .string(text)]])
    }

    private func isAllowed(_ call: SimulatedCall) -> Bool {
        let words = call.header("authorization")?.split(separator: " ") ?? []
        guard words.count == 2 else { return false }
        let sent: String
        switch words[0].lowercased() {
        case "bearer": sent = String(words[1])
        case "basic":
            guard let bytes = Base64.decodePaddingOptional(String(words[1])), bytes.contains(0x3A) else {
                return false
            }
            sent = String(decoding: bytes, as: UTF8.self)
        default: return false
        }
        return script.jiraCredential.map { $0 == sent } ?? true
    }
}
