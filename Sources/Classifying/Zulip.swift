import JSONReader
package import Vocabulary

/// What a Zulip outgoing-webhook bot tells: somebody mentioned it, or wrote to it alone.
///
/// Nothing is signed; a token in the body proves that it comes from there.
///
/// Source: `reference/webhook-sources.md` §3.7.
package struct Zulip: ChatReader {
    package static let kind = SourceKind("zulip", isChat: true, provesPerson: true)

    /// Zulip's own limit of a topic, in characters.
    private static let topicMax = 60

    package let reading: SourceReading

    package init(_ reading: SourceReading) {
        self.reading = reading
    }

    package func read(_ delivery: VerifiedDelivery) throws(Unreadable) -> ChatEvent {
        let body = try Unreadable.reading(delivery.body, root: .object)
        guard let said = body["message"], let sender = said["sender_id"]?.integer, sender > 0,
            let content = said["content"]?.string, let trigger = body["trigger"]?.string
        else { throw Unreadable("zulip.not-a-message", "The body does not say who said what.") }
        if let seconds = said["timestamp"]?.integer {
            try BodyAge.check(Timestamp(seconds: seconds), at: delivery.receivedAt)
        }
        if let bot = body["bot_email"]?.string, bot == said["sender_email"]?.string { return .own }
        let name = body["bot_full_name"]?.string ?? ""
        let text: String
        switch trigger {
        case "mention": text = Self.withoutMention(content, of: name) ?? content
        // `private_message` in older versions.
        case "direct_message", "private_message": text = Self.withoutMention(content, of: name) ?? content
        default: return .nothing
        }
        var message = ChatMessage(
            identity: String(sender),
            command: ChatMessage.mention,
            text: ChatText.escaped(text)
        )
        message.shownName = said["sender_full_name"]?.string.map { String($0.prefix(200)) }
        if !reading.tenants.isEmpty { message.tenant = said["sender_realm_str"]?.string ?? "" }
        switch said["type"]?.string {
        case "stream", "channel":
            guard let stream = said["stream_id"]?.integer, stream > 0, let topic = said["subject"]?.string,
                topic.unicodeScalars.count <= Self.topicMax
            else { throw Unreadable("zulip.no-place", "The message does not say in which topic it is.") }
            message.room = String(stream)
            message.replyTo = .at(["stream": String(stream), "topic": topic])
        case "private", "direct": message.replyTo = .at(["person": String(sender)])
        default:
            throw Unreadable("zulip.no-place", "The message is neither in a channel nor for the bot alone.")
        }
        return .said(message)
    }

    /// The message's id.
    package static func senderKey(of delivery: VerifiedDelivery) -> String? {
        guard let body = try? JSONReader.read(delivery.body, root: .object) else { return nil }
        return body.at("message.id")?.integer.map(String.init)
    }

    /// `@**Name** isolate …` or, where two have one name, `@**Name|17** isolate …`.
    ///
    /// Nil if the text begins otherwise: then it is no command, and is said not to be one.
    private static func withoutMention(_ text: String, of name: String) -> String? {
        guard let match = text.prefixMatch(of: /\s*@\*\*([^*|]+)(?:\|[0-9]+)?\*\*[\s:,]*/),
            match.output.1 == name
        else { return nil }
        return String(text[match.range.upperBound...])
    }
}
