import JSONReader
import Vocabulary

/// One vendor's end of what is told; one file a vendor.
///
/// Its own reading of the wire: what the vendor would refuse is refused here, with the vendor's own words.
protocol ReplyEnd: Sendable {
    /// Nil if the path is none of the vendor's.
    static func answer(_ call: SimulatedCall, in chat: inout ChatService) -> SimulatedAnswer?
}

/// The simulated ends of chat and tickets, and what they were told.
///
/// Source: `reference/webhook-replies.md` §§1 and 3.
struct ChatService: Sendable {
    /// Beyond this many the oldest are forgotten.
    static let messagesMax = 20_000

    let script: ChatScript
    /// Signs where a provider does.
    let mint: TokenMint
    private(set) var messages: [ChatMessage] = []
    var teams = TeamsMemory()
    private var lastID: Int64 = 0
    private var recentPosts: [String: [Timestamp]] = [:]
    private var usedTriggers: Set<String> = []
    private var commandUses: [String: (first: Timestamp, count: Int)] = [:]

    init(script: ChatScript, mint: TokenMint) {
        self.script = script
        self.mint = mint
    }

    /// Nil if the path is none of chat's.
    mutating func answer(_ call: SimulatedCall) -> SimulatedAnswer? {
        let segments = call.segments
        switch (segments.first, segments.count) {
        case ("api", 2) where segments[1].hasPrefix("chat.") || segments[1].hasPrefix("views."):
            return slack(segments[1], call)
        case ("commands", 2...): return command(call)
        case ("rest", 6) where segments[1] == "api" && segments[3] == "issue" && segments[5] == "comment":
            guard segments[2] == "2" || segments[2] == "3" else { return nil }
            return issue(segments[4], isRich: segments[2] == "3", call)
        default:
            for end in Self.ends {
                if let answer = end.answer(call, in: &self) { return answer }
            }
            return nil
        }
    }

    /// The vendors' ends besides Slack and Jira, each under a first segment of its own.
    private static let ends: [any ReplyEnd.Type] = [
        ServiceNowEnd.self, PagerDutyEnd.self, GitHubEnd.self, GitLabEnd.self, LinearEnd.self,
        ForgejoEnd.self, ZendeskEnd.self, CallbackEnd.self,
        MattermostEnd.self,
        DiscordEnd.self, ZulipEnd.self, RocketChatEnd.self,
        TeamsWorkflowEnd.self, BotFrameworkEnd.self, TeamsServiceEnd.self, GoogleChatEnd.self,
    ]

    mutating func keep(
        _ kind: ChatMessage.Kind,
        _ place: String,
        _ text: String,
        _ body: JSONValue,
        _ call: SimulatedCall
    )
        -> ChatMessage
    {
        lastID += 1
        let isStamped = kind == .message || kind == .ephemeral
        let id = isStamped ? slackStamp(call.at) : String(10_000 + lastID)
        let message = ChatMessage(
            kind: kind,
            place: place,
            id: id,
            text: text,
            body: body,
            at: call.at,
            updates: 0
        )
        messages.append(message)
        if messages.count > Self.messagesMax { messages.removeFirst(Self.messagesMax / 10) }
        return message
    }

    /// - Returns: Nil if there is no such message.
    mutating func change(_ id: String, in place: String, _ text: String, _ body: JSONValue) -> ChatMessage? {
        guard
            let index = messages.lastIndex(where: { $0.id == id && $0.place == place && $0.kind == .message })
        else { return nil }
        messages[index].text = text
        messages[index].body = body
        messages[index].updates += 1
        return messages[index]
    }

    /// One a second for each channel, five at once.
    ///
    /// - Returns: True if this one is too many.
    mutating func isTooFast(_ channel: String, at now: Timestamp) -> Bool {
        let recent = (recentPosts[channel] ?? []).filter { now.since($0) < .seconds(5) }
        recentPosts[channel] = recent.count < 5 ? recent + [now] : recent
        return recent.count >= 5
    }

    /// Five uses within thirty minutes of the first.
    mutating func useCommand(_ path: String, at now: Timestamp) -> String? {
        let use = commandUses[path] ?? (now, 0)
        guard now.since(use.first) < .seconds(1_800) else { return "expired_url" }
        guard use.count < 5 else { return "used_url" }
        commandUses[path] = (use.first, use.count + 1)
        return nil
    }

    /// - Returns: False if it has opened a dialog already.
    mutating func useTrigger(_ trigger: String) -> Bool {
        if usedTriggers.count >= Self.messagesMax { usedTriggers = [] }
        return usedTriggers.insert(trigger).inserted
    }

    /// Unix seconds and a number that makes it unique.
    private func slackStamp(_ now: Timestamp) -> String {
        let number = String(lastID % 1_000_000)
        return "\(now.seconds)." + String(repeating: "0", count: 6 - number.count) + number
    }
}
