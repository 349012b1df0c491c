import JSONReader
import Vocabulary

/// What Slack tells of its own accord (Events API): that somebody addressed the bot by its name.
///
/// Source: `reference/webhook-sources.md` §3.1.
struct SlackEvent {
    private static let keyBytesMax = 100

    private let reading: SourceReading
    private let payload: JSONValue
    private var event: JSONValue { payload["event"] ?? .null }

    /// - Throws: ``Unreadable`` for what two readers could read differently.
    init(_ reading: SourceReading, body: [UInt8]) throws(Unreadable) {
        self.reading = reading
        payload = try Unreadable.reading(body, root: .object)
    }

    func classify() throws(Unreadable) -> Classification {
        switch payload["type"]?.string {
        case "url_verification": return try handshake()
        // Slack holds back what is beyond 30,000 events an hour; it only wants to be heard.
        case "app_rate_limited":
            return .handshake(HookAnswer(status: 200, contentType: "text/plain", body: ""))
        case "event_callback": return try callback()
        default:
            throw Unreadable("slack.unknown-event", "Slack sent JSON that is no event of a workspace.")
        }
    }

    private func handshake() throws(Unreadable) -> Classification {
        guard let challenge = payload["challenge"]?.string, (1...500).contains(challenge.utf8.count),
            challenge.utf8.allSatisfy({ (0x20..<0x7F).contains($0) })
        else { throw Unreadable("slack.no-challenge", "The handshake carries no usable challenge.") }
        return .handshake(HookAnswer(status: 200, contentType: "text/plain", body: challenge))
    }

    // MARK: Keys

    /// `event_id`: the same on each of Slack's retries.
    static func eventID(of body: [UInt8]) -> String? {
        guard let payload = try? JSONReader.read(body, root: .object), payload["type"] == "event_callback",
            let id = payload["event_id"]?.string, (1...keyBytesMax).contains(id.utf8.count)
        else { return nil }
        return id
    }

    /// Channel and `event_ts` of a mention: the same where Slack repeats it under a new id, which was reported.
    ///
    /// Of no other event: one message may be told as a mention and as a message, each once, and the mention must not
    /// be taken for a repeat of the other.
    static func place(of body: [UInt8]) -> String? {
        guard let payload = try? JSONReader.read(body, root: .object), payload["type"] == "event_callback",
            payload.at("event.type") == "app_mention",
            let channel = payload.at("event.channel")?.string, Slack.isIdentifier(channel),
            let moment = payload.at("event.event_ts")?.string, isStamp(moment)
        else { return nil }
        return "\(channel):\(moment)"
    }

    /// Unix seconds, a point and a number.
    private static func isStamp(_ text: String) -> Bool {
        text.wholeMatch(of: /[0-9]{1,20}(\.[0-9]{1,10})?/) != nil
    }

    // MARK: Mentions

    private func callback() throws(Unreadable) -> Classification {
        guard let kind = event["type"]?.string else {
            throw Unreadable("slack.no-event", "The event does not say what happened.")
        }
        guard kind == "app_mention" else { return .unmatched }
        if let bot = event["bot_id"], !bot.isNull { return isOurs ? .own : .unmatched }
        guard let team = payload["team_id"]?.string, let user = event["user"]?.string,
            let channel = event["channel"]?.string, [team, user, channel].allSatisfy(Slack.isIdentifier),
            let text = event["text"]?.string, let message = event["ts"]?.string, Self.isStamp(message)
        else { throw Unreadable("slack.not-a-mention", "The event does not say who said what where.") }
        let thread = event["thread_ts"].flatMap { $0.isNull ? nil : $0.string ?? "" } ?? message
        guard Self.isStamp(thread) else {
            throw Unreadable("slack.not-a-mention", "The event names a thread that cannot be one.")
        }
        if isOurs || reading.ownAccounts.contains("\(team)/\(user)") { return .own }
        guard reading.tenants.contains(team) else {
            throw Unreadable(
                "slack.workspace-not-listed",
                "The event comes from a workspace that the settings do not list."
            )
        }
        guard isListed else {
            return .refused(
                code: "slack.workspace-not-listed",
                words: "You belong to a workspace that this bridge does not serve; nothing was done.",
                answeredBy: .whisper(room: channel, person: user)
            )
        }
        guard reading.commands.contains(ChatMessage.mention) else { return .unmatched }
        let address = ReplyAddress.slack(channel: channel, user: user, responseURL: nil, thread: thread)
        return said(text, by: "\(team)/\(user)", in: channel, address)
    }

    private func said(
        _ text: String,
        by identity: String,
        in channel: String,
        _ address: ReplyAddress
    ) -> Classification {
        if let edited = event["edited"], !edited.isNull {
            return .refused(
                code: "slack.edited",
                words: "A message that was edited is no command; nothing was done. Write it anew.",
                answeredBy: .reply(address)
            )
        }
        let requests: [Request]
        do throws(Misunderstanding) {
            requests = try ChatGrammar.parse(withoutMention(text))
        } catch {
            return .notUnderstood(words: error.words, answeredBy: .reply(address))
        }
        return .intents(
            requests.map { request in
                Intent(
                    source: reading.name,
                    asker: .identity(identity),
                    request: request,
                    replyTo: address,
                    route: ChatMessage.mention,
                    place: .room(channel),
                    answeredBy: .reply(address)
                )
            }
        )
    }

    /// The users that the app itself is, as the event and the settings name them.
    private var ownUsers: Set<String> {
        let bots = (payload["authorizations"]?.array ?? []).filter { $0["is_bot"] == true }
        let listed = reading.ownAccounts.compactMap { $0.split(separator: "/").last.map(String.init) }
        return Set(bots.compactMap { $0["user_id"]?.string } + listed)
    }

    private var isOurs: Bool {
        if let user = event["user"]?.string, ownUsers.contains(user) { return true }
        guard let app = event["app_id"]?.string else { return false }
        return app == payload["api_app_id"]?.string
    }

    /// True if every workspace that the event names for the person may speak here.
    ///
    /// In a channel shared with another organisation the bot can be mentioned by people of theirs. Only where the
    /// channel is said not to be shared may their own workspace stay unnamed.
    private var isListed: Bool {
        let named = ["team", "user_team", "source_team"].compactMap { event[$0] }.filter { !$0.isNull }
        if named.isEmpty { return payload["is_ext_shared_channel"] == false }
        return named.allSatisfy { $0.string.map(reading.tenants.contains) ?? false }
    }

    /// What follows the bot's name at the beginning; a text that begins with another name stays as it is, and is
    /// then no command.
    private func withoutMention(_ text: String) -> String {
        guard let match = text.prefixMatch(of: /\s*<@([A-Z0-9]+)(?:\|[^>]*)?>[\s:,]*/) else { return text }
        let users = ownUsers
        guard users.isEmpty || users.contains(String(match.output.1)) else { return text }
        return String(text[match.range.upperBound...])
    }
}
