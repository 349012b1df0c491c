import Cryptography
import JSONReader
import Vocabulary

/// A Zulip organisation's messages.
///
/// Source: `reference/webhook-replies.md` §8.
enum ZulipEnd: ReplyEnd {
    private static let contentMax = 10_000
    private static let topicMax = 60

    static func answer(_ call: SimulatedCall, in chat: inout ChatService) -> SimulatedAnswer? {
        let segments = call.segments
        guard segments.first == "zulip" else { return nil }
        let steps = Array(segments.dropFirst())
        guard steps.starts(with: ["api", "v1", "messages"]) else { return fail(404, "NOT_FOUND") }
        guard isKnown(call) else { return fail(401, "UNAUTHORIZED") }
        guard call.header("content-type") == "application/x-www-form-urlencoded",
            let fields = SimulatedCall.fields(String(decoding: call.body, as: UTF8.self)),
            Set(fields.map(\.name)).count == fields.count
        else { return fail(400, "BAD_REQUEST") }
        let form = Dictionary(uniqueKeysWithValues: fields.map { ($0.name, $0.value) })
        guard let content = form["content"], !content.isEmpty, content.unicodeScalars.count <= contentMax
        else {
            return fail(400, "BAD_REQUEST")
        }
        switch (call.method, steps.count) {
        case ("POST", 3): return post(form, content, call, in: &chat)
        case ("PATCH", 4): return patch(steps[3], form, content, in: &chat)
        default: return fail(405, "METHOD_NOT_ALLOWED")
        }
    }

    private static func post(
        _ form: [String: String],
        _ content: String,
        _ call: SimulatedCall,
        in chat: inout ChatService
    ) -> SimulatedAnswer {
        let to = form["to"] ?? ""
        let place: String
        switch form["type"] {
        case "stream", "channel":
            guard let topic = form["topic"], topic.unicodeScalars.count <= topicMax, let stream = name(to)
            else {
                return fail(400, "STREAM_DOES_NOT_EXIST")
            }
            place = "\(stream)/\(topic)"
        case "direct", "private":
            guard let people = (try? JSONReader.read(to, root: .array))?.array, !people.isEmpty,
                people.allSatisfy({ $0.integer != nil || $0.string != nil })
            else { return fail(400, "BAD_REQUEST") }
            place = to
        default: return fail(400, "BAD_REQUEST")
        }
        let kept = chat.keep(.message, place, content, .object(form.mapValues { .string($0) }), call)
        return .json(200, ["result": "success", "msg": "", "id": .integer(number(kept.id))])
    }

    private static func patch(
        _ id: String,
        _ form: [String: String],
        _ content: String,
        in chat: inout ChatService
    ) -> SimulatedAnswer {
        let known = chat.messages.last { $0.kind == .message && String(number($0.id)) == id }
        let body = JSONValue.object(form.mapValues { .string($0) })
        guard let known, chat.change(known.id, in: known.place, content, body) != nil else {
            return fail(400, "BAD_REQUEST")
        }
        return .json(200, ["result": "success", "msg": ""])
    }

    /// An id in digits, or a name as JSON text.
    private static func name(_ to: String) -> String? {
        if Int64(to) != nil { return to }
        let list = try? JSONReader.read("[\(to)]", root: .array)
        return list?[0]?.string
    }

    private static func isKnown(_ call: SimulatedCall) -> Bool {
        guard let value = call.header("authorization"), value.hasPrefix("Basic "),
            let bytes = Base64.decodePaddingOptional(String(value.dropFirst("Basic ".count)))
        else { return false }
        let parts = String(decoding: bytes, as: UTF8.self).split(separator: ":", maxSplits: 1)
        return parts.count == 2 && parts[0].contains("@")
    }

    private static func number(_ stamp: String) -> Int64 { Int64(stamp.filter(\.isNumber)) ?? 0 }

    private static func fail(_ status: Int, _ code: String) -> SimulatedAnswer {
        .json(status, ["result": "error", "msg": "It was not taken.", "code": .string(code)])
    }
}
