import JSONReader
import Vocabulary

/// Slack's Web API and the addresses that answer a command.
extension ChatService {
    private static let textMax = 40_000

    mutating func slack(_ method: String, _ call: SimulatedCall) -> SimulatedAnswer {
        guard call.method == "POST",
            ["chat.postMessage", "chat.update", "chat.postEphemeral", "views.open"].contains(method)
        else { return fail("unknown_method") }
        if let problem = tokenProblem(call) { return fail(problem) }
        guard let body = Self.json(call) else { return fail("invalid_json") }
        if method == "views.open" { return openView(body, call) }
        guard let channel = body["channel"]?.string, !channel.isEmpty,
            script.channels.isEmpty || script.channels.contains(channel)
        else { return fail("channel_not_found") }
        if let problem = Self.problem(of: body) { return fail(problem) }
        if let thread = body["thread_ts"], thread.string?.wholeMatch(of: /[0-9]+\.[0-9]{6}/) == nil {
            return fail("thread_not_found")
        }
        if isTooFast(channel, at: call.at) {
            var answer = SimulatedAnswer.json(429, ["ok": false, "error": "ratelimited"])
            answer.headers.append(("Retry-After", "1"))
            return answer
        }
        return post(method, body, in: channel, call)
    }

    private mutating func post(
        _ method: String,
        _ body: JSONValue,
        in channel: String,
        _ call: SimulatedCall
    ) -> SimulatedAnswer {
        let text = body["text"]?.string ?? ""
        let message: ChatMessage
        switch method {
        case "chat.update":
            guard let changed = change(body["ts"]?.string ?? "", in: channel, text, body) else {
                return fail("message_not_found")
            }
            message = changed
        case "chat.postEphemeral":
            guard body["user"]?.string?.isEmpty == false else { return fail("invalid_arguments") }
            let whisper = keep(.ephemeral, channel, text, body, call)
            return .json(200, ["ok": true, "message_ts": .string(whisper.id)])
        default: message = keep(.message, channel, text, body, call)
        }
        return .json(
            200,
            [
                "ok": true, "channel": .string(channel), "ts": .string(message.id),
                "message": ["type": "message", "text": .string(text), "ts": .string(message.id)],
            ]
        )
    }

    /// A dialog for whoever pressed something.
    ///
    /// Who pressed what is not known here: any trigger opens one dialog, once, at any time.
    private mutating func openView(_ body: JSONValue, _ call: SimulatedCall) -> SimulatedAnswer {
        guard let trigger = body["trigger_id"]?.string, !trigger.isEmpty else {
            return fail("invalid_trigger_id")
        }
        guard let view = body["view"], SlackBlocks.isTaken(view: view) else {
            return fail("invalid_arguments")
        }
        guard useTrigger(trigger) else { return fail("exchanged_trigger_id") }
        let opened = keep(.view, trigger, view.at("title.text")?.string ?? "", body, call)
        var shown = view.object ?? [:]
        shown["id"] = .string("V" + opened.id)
        return .json(200, ["ok": true, "view": .object(shown)])
    }

    /// A response address: no token, five uses, thirty minutes.
    mutating func command(_ call: SimulatedCall) -> SimulatedAnswer {
        guard call.method == "POST" else { return SimulatedAnswer(status: 405) }
        guard let body = Self.json(call), Self.problem(of: body) == nil else {
            return .json(400, ["ok": false, "error": "invalid_payload"])
        }
        if let problem = useCommand(call.path, at: call.at) {
            return .json(404, ["ok": false, "error": .string(problem)])
        }
        _ = keep(.answer, call.path, body["text"]?.string ?? "", body, call)
        return SimulatedAnswer(status: 200, headers: [("Content-Type", "text/plain")], body: Array("ok".utf8))
    }

    private func tokenProblem(_ call: SimulatedCall) -> String? {
        let words = call.header("authorization")?.split(separator: " ") ?? []
        guard words.count == 2, words[0].lowercased() == "bearer" else { return "not_authed" }
        guard script.slackToken.map({ $0 == words[1] }) ?? true else { return "invalid_auth" }
        return nil
    }

    private func fail(_ error: String) -> SimulatedAnswer {
        .json(200, ["ok": false, "error": .string(error)])
    }

    private static func problem(of body: JSONValue) -> String? {
        let blocks = body["blocks"]?.array ?? []
        let text = body["text"]?.string ?? ""
        if text.isEmpty, blocks.isEmpty { return "no_text" }
        if text.count > textMax { return "msg_too_long" }
        return SlackBlocks.areTaken(blocks) ? nil : "invalid_blocks"
    }

    private static func json(_ call: SimulatedCall) -> JSONValue? {
        guard call.header("content-type")?.lowercased().hasPrefix("application/json") ?? false else {
            return nil
        }
        return try? JSONReader.read(call.body, root: .object)
    }
}
