import JSONReader
import Vocabulary

/// Discord's channels, and the addresses that follow up an interaction.
///
/// Source: `reference/webhook-replies.md` §8.
enum DiscordEnd: ReplyEnd {
    private static let contentMax = 2_000
    private static let rowsMax = 5
    private static let buttonsMax = 5

    static func answer(_ call: SimulatedCall, in chat: inout ChatService) -> SimulatedAnswer? {
        let segments = call.segments
        guard segments.first == "discord" else { return nil }
        let steps = Array(segments.dropFirst())
        let place: String
        var rest: ArraySlice<String>
        switch steps.first {
        case "channels" where steps.count >= 3 && steps[2] == "messages":
            guard let value = call.header("authorization"), value.hasPrefix("Bot "), value.count > 4 else {
                return fail(401, 0, "401: Unauthorized")
            }
            (place, rest) = (steps[1], steps[3...])
        case "webhooks" where steps.count >= 3:
            // The token in the path is the credential.
            place = "\(steps[1])/\(steps[2])"
            rest = steps[3...]
            if rest.popFirst() ?? "messages" != "messages" { return fail(404, 0, "404: Not Found") }
        default: return fail(404, 0, "404: Not Found")
        }
        guard let body = object(call), isTaken(body) else { return fail(400, 50_035, "Invalid Form Body") }
        let content = body["content"]?.string ?? ""
        switch (call.method, rest.count) {
        case ("POST", 0):
            let kept = chat.keep(.message, place, content, body, call)
            let isShown = steps.first == "channels" || call.query == "wait=true"
            return isShown ? .json(200, shown(kept)) : SimulatedAnswer(status: 204)
        case ("PATCH", 1):
            let known = chat.messages.last { $0.kind == .message && number($0.id) == rest.first }
            guard let known, let changed = chat.change(known.id, in: place, content, body) else {
                return fail(404, 10_008, "Unknown Message")
            }
            return .json(200, shown(changed))
        default: return fail(405, 0, "405: Method Not Allowed")
        }
    }

    private static func isTaken(_ body: JSONValue) -> Bool {
        guard let content = body["content"]?.string, !content.isEmpty,
            content.unicodeScalars.count <= contentMax
        else { return false }
        let rows = body["components"]?.array ?? []
        let buttons = rows.flatMap { $0["components"]?.array ?? [] }
        let names = buttons.compactMap { $0["custom_id"]?.string }
        return rows.count <= rowsMax && Set(names).count == names.count
            && rows.allSatisfy { row in
                row["type"] == 1 && (1...buttonsMax).contains(row["components"]?.array?.count ?? 0)
            }
            && buttons.allSatisfy(isButton)
    }

    private static func isButton(_ button: JSONValue) -> Bool {
        button["type"] == 2 && (1...4).contains(button["style"]?.integer ?? 0)
            && (1...100).contains(button["custom_id"]?.string?.count ?? 0)
            && (1...80).contains(button["label"]?.string?.count ?? 0)
    }

    private static func shown(_ message: ChatMessage) -> JSONValue {
        [
            "id": .string(number(message.id)), "channel_id": .string(message.place),
            "content": .string(message.text),
        ]
    }

    private static func object(_ call: SimulatedCall) -> JSONValue? {
        guard call.header("content-type")?.lowercased().hasPrefix("application/json") ?? false else {
            return nil
        }
        return try? JSONReader.read(call.body, root: .object)
    }

    /// Discord numbers by digits.
    private static func number(_ stamp: String) -> String { stamp.filter(\.isNumber) }

    private static func fail(_ status: Int, _ code: Int64, _ message: String) -> SimulatedAnswer {
        .json(status, ["code": .integer(code), "message": .string(message)])
    }
}
