import JSONReader
package import Vocabulary

/// What a Rocket.Chat outgoing integration tells: somebody wrote a message with its trigger word.
///
/// Nothing is signed; a token in the body proves that it comes from there.
///
/// Source: `reference/webhook-sources.md` §3.8.
package struct RocketChat: ChatReader {
    package static let kind = SourceKind("rocketchat", isChat: true, provesPerson: true)

    package let reading: SourceReading

    package init(_ reading: SourceReading) {
        self.reading = reading
    }

    package func read(_ delivery: VerifiedDelivery) throws(Unreadable) -> ChatEvent {
        let fields = try BodyFields(delivery)
        guard let user = fields["user_id"], let room = fields["channel_id"], let id = fields["message_id"],
            [user, room, id].allSatisfy(Self.isIdentifier), let text = fields["text"]
        else { throw Unreadable("rocketchat.not-a-message", "The body does not say who said what where.") }
        if let time = fields["timestamp"] {
            guard let moment = Timestamp(iso8601: time) else {
                throw Unreadable("rocketchat.malformed-timestamp", "The message's time is no time.")
            }
            try BodyAge.check(moment, at: delivery.receivedAt)
        }
        // False, or which integration said it.
        if let bot = fields.json?["bot"], bot != false, !bot.isNull { return .nothing }
        // The first version was a command already, or was none.
        if let edited = fields.json?["isEdited"], edited != false, !edited.isNull { return .nothing }
        guard let word = fields["trigger_word"], let said = ChatText.rest(of: text, after: word) else {
            return .nothing
        }
        var message = ChatMessage(identity: user, command: word, text: ChatText.escaped(said))
        message.shownName = fields["user_name"].map { String($0.prefix(200)) }
        message.room = room
        message.replyTo = .at(["room": room])
        return .said(message)
    }

    /// The message's id.
    package static func senderKey(of delivery: VerifiedDelivery) -> String? {
        guard let id = (try? BodyFields(delivery))?["message_id"], isIdentifier(id) else { return nil }
        return id
    }

    /// Letters and digits, as Rocket.Chat makes them.
    static func isIdentifier(_ text: String) -> Bool { text.wholeMatch(of: /[A-Za-z0-9_-]{1,64}/) != nil }
}
