import JSONReader
package import Vocabulary

/// A bot in Microsoft Teams: messages that mention it, and buttons of its cards.
///
/// Nothing covers the body but the connection it came over; its `serviceUrl` is the one that the token names.
///
/// Source: `reference/webhook-sources.md` §3.3.
package struct TeamsBot: ChatReader {
    package static let kind = SourceKind("teams-bot", isChat: true, provesPerson: true)

    package let reading: SourceReading

    package init(_ reading: SourceReading) {
        self.reading = reading
    }

    package static func senderKey(of delivery: VerifiedDelivery) -> String? {
        TeamsActivity.senderKey(of: delivery)
    }

    package func read(_ delivery: VerifiedDelivery) throws(Unreadable) -> ChatEvent {
        let activity = try TeamsActivity(delivery)
        switch (activity.type, activity.body["name"]?.string) {
        case ("message", _):
            if activity.isFromBot { return .own }
            let value = activity.body["value"] ?? .null
            if value.isNull { return try said(activity) }
            // An older client sends what was pressed as a message, whose answer nobody sees.
            guard let pressed = CardPress(value) else { return .nothing }
            var message = try message("", activity)
            if let address = address(of: activity, alone: true) { message.answeredBy = .reply(address) }
            return .asked(try pressed.request(at: delivery.receivedAt), message)
        case ("invoke", "adaptiveCard/action"):
            guard activity.body.at("value.action.type") == "Action.Execute",
                let pressed = CardPress(activity.body.at("value.action.data") ?? .null)
            else { return .nothing }
            // Whoever pressed alone is shown what the invocation is answered.
            return .asked(try pressed.request(at: delivery.receivedAt), try message("", activity))
        default: return .nothing
        }
    }

    private func said(_ activity: TeamsActivity) throws(Unreadable) -> ChatEvent {
        guard let text = activity.body["text"]?.string else {
            throw Unreadable("teams-bot.no-text", "The message has no text.")
        }
        var message = try message(TeamsText.typed(text, own: ownMentions(activity)), activity)
        if let address = message.replyTo { message.answeredBy = .reply(address) }
        return .said(message)
    }

    private func message(_ text: String, _ activity: TeamsActivity) throws(Unreadable) -> ChatMessage {
        var message = try activity.message(text, in: reading)
        message.replyTo = address(of: activity, alone: false)
        return message
    }

    /// The mentions of this bot, as they stand in the text; nil if the activity does not say who it is.
    private func ownMentions(_ activity: TeamsActivity) -> Set<String>? {
        guard let bot = activity.body.at("recipient.id")?.string, !bot.isEmpty else { return nil }
        let own = (activity.body["entities"]?.array ?? []).filter {
            $0["type"] == "mention" && $0.at("mentioned.id")?.string == bot
        }
        return Set(own.compactMap { $0["text"]?.string })
    }

    /// Where to answer; nil if the service is none that may be called.
    ///
    /// `alone`: to whoever it was by themselves, if Teams lets us.
    private func address(of activity: TeamsActivity, alone: Bool) -> ReplyAddress? {
        guard let stated = activity.body["serviceUrl"]?.string,
            let service = TeamsName.service(stated, hosts: reading.replyHosts)
        else { return nil }
        var parts = ["service": service, "conversation": activity.conversation]
        guard alone, let person = activity.body.at("from.id")?.string, TeamsName.isAccount(person),
            let bot = activity.body.at("recipient.id")?.string, TeamsName.isAccount(bot),
            let tenant = activity.body.at("channelData.tenant.id")?.string.flatMap(TeamsName.guid)
        else { return .at(parts) }
        parts["person"] = person
        parts["bot"] = bot
        parts["tenant"] = tenant
        return .at(parts)
    }
}

/// What a button of a card sends back, with what was filled in beside it.
struct CardPress {
    private let press: Press?
    private let because: String?

    /// Nil if it is no button of the bridge.
    init?(_ data: JSONValue) {
        guard let action = data[CardField.action]?.string, Press.isOurs(actionID: action) else { return nil }
        press = Press(actionID: action, value: data[CardField.press]?.string ?? "")
        because = data[CardField.because]?.string
    }

    /// - Throws: ``Unreadable`` for a button that this build does not draw.
    func request(at now: Timestamp) throws(Unreadable) -> Request {
        guard let press else {
            throw Unreadable("card.unknown-button", "The button is none that this build draws.")
        }
        switch press.word {
        case .approve: return .approve(press.job, seen: press.seen)
        case .deny:
            let reason = sentence
            // Nothing opens a form here: who left it empty is told what to type.
            guard !reason.isEmpty else {
                return .askWhy(press.job, seen: press.seen, DialogTrigger(id: "", expiresAt: now))
            }
            return .deny(press.job, because: reason, seen: press.seen)
        case .go: return .go(press.job)
        case .extend:
            guard let duration = press.duration else {
                throw Unreadable("card.unknown-button", "The button does not say for how long.")
            }
            return .extendClaim(press.job, by: duration)
        case .release: return .releaseClaim(press.job)
        case .freeze: return .freeze(because: "the button beside \(press.job) was pressed")
        }
    }

    /// Made one line and bounded, as a typed reason is.
    private var sentence: String {
        let words = ChatText.plain(because ?? "").split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return String(words.prefix(DenialForm.reasonCharactersMax))
    }
}
