import JSONReader
import Vocabulary

/// A Mattermost server's posts, and the addresses that answer a command.
///
/// Source: `reference/webhook-replies.md` §8.
enum MattermostEnd: ReplyEnd {
    private static let messageMax = 16_383

    static func answer(_ call: SimulatedCall, in chat: inout ChatService) -> SimulatedAnswer? {
        let segments = call.segments
        guard segments.first == "mattermost" else { return nil }
        let steps = Array(segments.dropFirst())
        if steps.starts(with: ["hooks", "commands"]), steps.count == 3 { return respond(call, in: &chat) }
        guard steps.starts(with: ["api", "v4", "posts"]) else { return fail(404, "api.context.404") }
        guard let authorization = call.header("authorization"), authorization.hasPrefix("Bearer "),
            authorization.count > "Bearer ".count
        else { return fail(401, "api.context.session_expired") }
        guard let body = object(call), let message = body["message"]?.string, !message.isEmpty else {
            return fail(400, "api.context.invalid_body_param")
        }
        guard areTaken(body.at("props.attachments")?.array ?? []) else {
            return fail(400, "api.context.invalid_body_param")
        }
        guard message.unicodeScalars.count <= messageMax else {
            return fail(400, "model.post.is_valid.message_length")
        }
        switch (call.method, steps.count) {
        case ("POST", 3): return post(body, message, call, in: &chat)
        case ("PUT", 5) where steps[4] == "patch": return patch(steps[3], body, message, in: &chat)
        default: return fail(405, "api.context.method")
        }
    }

    private static func post(
        _ body: JSONValue,
        _ message: String,
        _ call: SimulatedCall,
        in chat: inout ChatService
    ) -> SimulatedAnswer {
        guard let channel = body["channel_id"]?.string, isID(channel) else {
            return fail(400, "api.context.invalid_body_param")
        }
        if let root = body["root_id"] {
            guard let text = root.string, isID(text), !isAnswer(text, in: chat) else {
                return fail(400, "api.post.create_post.root_id")
            }
        }
        let kept = chat.keep(.message, channel, message, body, call)
        return .json(
            201,
            ["id": .string(id(kept.id)), "channel_id": .string(channel), "message": .string(message)]
        )
    }

    private static func patch(
        _ post: String,
        _ body: JSONValue,
        _ message: String,
        in chat: inout ChatService
    ) -> SimulatedAnswer {
        let known = chat.messages.last { $0.kind == .message && id($0.id) == post }
        guard let known, chat.change(known.id, in: known.place, message, body) != nil else {
            return fail(404, "app.post.get")
        }
        return .json(
            200,
            ["id": .string(post), "channel_id": .string(known.place), "message": .string(message)]
        )
    }

    /// No token, five uses, thirty minutes.
    private static func respond(_ call: SimulatedCall, in chat: inout ChatService) -> SimulatedAnswer {
        guard call.method == "POST", let body = object(call), let text = body["text"]?.string, !text.isEmpty,
            ["in_channel", "ephemeral"].contains(body["response_type"]?.string ?? "ephemeral")
        else { return fail(400, "web.command_webhook.parse") }
        guard chat.useCommand(call.path, at: call.at) == nil else {
            return fail(404, "web.command_webhook.invalid")
        }
        _ = chat.keep(.answer, call.path, text, body, call)
        return SimulatedAnswer(status: 200, headers: [("Content-Type", "text/plain")], body: Array("ok".utf8))
    }

    /// Buttons: an id of letters and digits, a name, and where a press goes.
    private static func areTaken(_ attachments: [JSONValue]) -> Bool {
        let actions = attachments.flatMap { $0["actions"]?.array ?? [] }
        let ids = actions.compactMap { $0["id"]?.string }
        return ids.count == actions.count && Set(ids).count == ids.count
            && ids.allSatisfy { !$0.isEmpty && $0.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) } }
            && actions.allSatisfy { action in
                action["name"]?.string?.isEmpty == false && action.at("integration.url")?.string != nil
                    && (action.at("integration.context") == nil
                        || action.at("integration.context")?.object != nil)
            }
    }

    private static func isAnswer(_ post: String, in chat: ChatService) -> Bool {
        chat.messages.contains { id($0.id) == post && $0.body["root_id"] != nil }
    }

    private static func object(_ call: SimulatedCall) -> JSONValue? {
        guard call.header("content-type")?.lowercased().hasPrefix("application/json") ?? false else {
            return nil
        }
        return try? JSONReader.read(call.body, root: .object)
    }

    /// Mattermost numbers by 26 small letters and digits.
    private static func id(_ stamp: String) -> String {
        let digits = stamp.filter(\.isNumber)
        return String(("post" + digits + String(repeating: "x", count: 26)).prefix(26))
    }

    private static func isID(_ text: String) -> Bool {
        text.count == 26 && text.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber) }
    }

    private static func fail(_ status: Int, _ id: String) -> SimulatedAnswer {
        .json(
            status,
            [
                "id": .string(id + ".app_error"), "message": "It was not taken.",
                "status_code": .integer(Int64(status)),
            ]
        )
    }
}
