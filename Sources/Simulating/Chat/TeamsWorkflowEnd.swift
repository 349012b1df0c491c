import JSONReader
import Vocabulary

/// The address of a workflow that posts into a channel of Teams: `/workflows/NAME/…?…&sig=…`.
///
/// - Source: `reference/webhook-replies.md` §2, "Later messages".
enum TeamsWorkflowEnd: ReplyEnd {
    static func answer(_ call: SimulatedCall, in chat: inout ChatService) -> SimulatedAnswer? {
        guard call.segments.first == "workflows", call.segments.count >= 2 else { return nil }
        guard call.method == "POST" else { return SimulatedAnswer(status: 404) }
        guard call.queryFields.contains(where: { $0.name == "sig" && !$0.value.isEmpty }) else {
            return refuse(401, "DirectApiAuthorizationRequired", "The request must be authenticated.")
        }
        guard call.header("content-type")?.lowercased().hasPrefix("application/json") ?? false,
            let body = try? JSONReader.read(call.body, root: .object)
        else { return refuse(400, "InvalidRequestContent", "The request content is not valid JSON.") }
        guard call.body.count <= CardReading.bytesMax else {
            return refuse(413, "RequestEntityTooLarge", "The message is larger than 28 KB.")
        }
        // What comes back from a button has no way into a workflow of this kind.
        guard let card = CardReading(message: body), card.actions.allSatisfy({ $0 == "Action.OpenUrl" })
        else { return refuse(400, "TriggerInputSchemaMismatch", "The body is no message with one card.") }
        if chat.teams.isTooFast(call.segments[1], at: call.at, most: 4, within: .seconds(1)) {
            var answer = refuse(429, "WorkflowTriggerRateLimitExceeded", "Too many requests.")
            answer.headers.append(("Retry-After", "1"))
            return answer
        }
        _ = chat.keep(.message, call.segments[1], card.lines.joined(separator: "\n"), body, call)
        return SimulatedAnswer(status: 202)
    }

    private static func refuse(_ status: Int, _ code: String, _ text: String) -> SimulatedAnswer {
        .json(status, ["error": ["code": .string(code), "message": .string(text)]])
    }
}

/// What the simulated Teams remembers besides its messages.
struct TeamsMemory: Sendable {
    private var recent: [String: [Timestamp]] = [:]

    /// - Returns: True if this one is too many.
    mutating func isTooFast(_ place: String, at now: Timestamp, most: Int, within length: Duration) -> Bool {
        let kept = (recent[place] ?? []).filter { now.since($0) < length }
        recent[place] = kept.count < most ? kept + [now] : kept
        return kept.count >= most
    }
}
