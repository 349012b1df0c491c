import JSONReader
import Vocabulary

/// A Rocket.Chat server's messages.
///
/// Source: `reference/webhook-replies.md` §8.
enum RocketChatEnd: ReplyEnd {
    private static let textMax = 5_000

    static func answer(_ call: SimulatedCall, in chat: inout ChatService) -> SimulatedAnswer? {
        let segments = call.segments
        guard segments.first == "rocketchat" else { return nil }
        guard call.method == "POST", segments.count == 4, segments[1] == "api", segments[2] == "v1" else {
            return fail(404, "Method not found")
        }
        guard call.header("x-auth-token")?.isEmpty == false, call.header("x-user-id")?.isEmpty == false else {
            return .json(401, ["status": "error", "message": "You must be logged in to do this."])
        }
        guard call.header("content-type")?.lowercased().hasPrefix("application/json") ?? false,
            let body = try? JSONReader.read(call.body, root: .object)
        else { return fail(400, "Invalid JSON") }
        guard let text = body["text"]?.string, !text.isEmpty else {
            return fail(400, "Body param text is needed")
        }
        guard text.unicodeScalars.count <= textMax else { return fail(400, "error-message-size-exceeded") }
        switch segments[3] {
        case "chat.postMessage":
            guard let room = (body["roomId"] ?? body["channel"])?.string, !room.isEmpty else {
                return fail(400, "Body param roomId or channel is needed")
            }
            let kept = chat.keep(.message, room, text, body, call)
            return .json(
                200,
                [
                    "success": true, "channel": .string(room),
                    "message": ["_id": .string(id(kept.id)), "rid": .string(room), "msg": .string(text)],
                ]
            )
        case "chat.update":
            let known = chat.messages.last { $0.kind == .message && id($0.id) == body["msgId"]?.string }
            guard let known, known.place == body["roomId"]?.string,
                chat.change(known.id, in: known.place, text, body) != nil
            else { return fail(400, "No message found with the id") }
            return .json(
                200,
                ["success": true, "message": ["_id": .string(id(known.id)), "msg": .string(text)]]
            )
        default: return fail(404, "Method not found")
        }
    }

    private static func id(_ stamp: String) -> String { "m" + stamp.filter(\.isNumber) }

    private static func fail(_ status: Int, _ error: String) -> SimulatedAnswer {
        .json(status, ["success": false, "error": .string(error)])
    }
}
