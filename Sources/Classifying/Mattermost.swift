import JSONReader
package import Vocabulary

/// Mattermost's deliveries: slash commands, outgoing webhooks and buttons of ours.
///
/// Nothing is signed; a token in the body proves that it comes from there, or what a button carries unseen.
///
/// Source: `reference/webhook-sources.md` §3.4.
package struct Mattermost: ChatReader {
    package static let kind = SourceKind("mattermost", isChat: true, provesPerson: true)

    /// How long a `response_url` lives.
    private static let responseURLLife = Duration.seconds(30 * 60)

    package let reading: SourceReading

    package init(_ reading: SourceReading) {
        self.reading = reading
    }

    package func read(_ delivery: VerifiedDelivery) throws(Unreadable) -> ChatEvent {
        let fields = try BodyFields(delivery)
        guard let user = fields["user_id"], let team = fields["team_id"], let channel = fields["channel_id"],
            [user, team, channel].allSatisfy(Self.isIdentifier)
        else {
            throw Unreadable("mattermost.not-a-message", "The body does not say who said something where.")
        }
        let name = fields["user_name"]
        // Without a token it was believed for the sake of its context, and is nothing but a press.
        if let json = fields.json, json["token"] == nil {
            return try press(json, message(by: user, name, in: channel, of: team, "button", ""))
        }
        if let command = fields["command"], let text = fields["text"] {
            var message = message(by: user, name, in: channel, of: team, command, text)
            message.replyTo = .at(
                ["channel": channel],
                responseURL: responseURL(fields, receivedAt: delivery.receivedAt)
            )
            return .said(message)
        }
        guard let post = fields["post_id"], Self.isIdentifier(post), let text = fields["text"] else {
            throw Unreadable(
                "mattermost.not-a-message",
                "It is neither a command nor a message of a channel."
            )
        }
        if let milliseconds = Self.time(fields) {
            try BodyAge.check(Timestamp(milliseconds: milliseconds), at: delivery.receivedAt)
        }
        // A webhook without trigger words sends everything that is said.
        guard let word = fields["trigger_word"], let said = ChatText.rest(of: text, after: word) else {
            return .nothing
        }
        var message = message(by: user, name, in: channel, of: team, word, said)
        message.replyTo = .at(["channel": channel, "thread": post])
        return .said(message)
    }

    /// `trigger_id` of a command or a press, the message's id of a webhook.
    package static func senderKey(of delivery: VerifiedDelivery) -> String? {
        guard let fields = try? BodyFields(delivery) else { return nil }
        let isMessage = fields["command"] == nil && fields.json?["context"] == nil
        let key = isMessage ? fields["post_id"] : fields["trigger_id"]
        guard let key, (1...200).contains(key.utf8.count) else { return nil }
        return key
    }

    private func press(_ body: JSONValue, _ said: ChatMessage) throws(Unreadable) -> ChatEvent {
        var message = said
        message.replyTo = message.room.map { .at(["channel": $0]) }
        guard let press = Press(short: body.at("context.bascule")?.string ?? "") else {
            throw Unreadable("mattermost.unknown-button", "The button is none that this build draws.")
        }
        switch press.word {
        case .approve: return .asked(.approve(press.job, seen: press.seen), message)
        case .go: return .asked(.go(press.job), message)
        case .extend:
            guard let duration = press.duration else { break }
            return .asked(.extendClaim(press.job, by: duration), message)
        case .release: return .asked(.releaseClaim(press.job), message)
        case .freeze:
            return .asked(.freeze(because: "the button beside \(press.job) was pressed"), message)
        case .deny: break
        }
        throw Unreadable("mattermost.unknown-button", "The button is none that this build draws.")
    }

    private func message(
        by user: String,
        _ name: String?,
        in channel: String,
        of team: String,
        _ command: String,
        _ text: String
    ) -> ChatMessage {
        var message = ChatMessage(identity: user, command: command, text: ChatText.escaped(text))
        message.shownName = name.map { String($0.prefix(200)) }
        // The token belongs to one team already; the settings may name it all the same.
        message.tenant = reading.tenants.isEmpty ? nil : team
        message.room = channel
        return message
    }

    /// The address to answer to, if it is at the site that the settings name.
    private func responseURL(_ fields: BodyFields, receivedAt: Timestamp) -> ResponseURL? {
        guard let hosts = reading.replyHosts.map(ReplyHosts.init), let address = fields["response_url"],
            hosts.permits(address)
        else { return nil }
        return ResponseURL(url: address, expiresAt: receivedAt + Self.responseURLLife)
    }

    /// Milliseconds: a number in JSON, digits in a form.
    private static func time(_ fields: BodyFields) -> Int64? {
        fields.json?["timestamp"]?.integer ?? fields["timestamp"].flatMap { Int64($0) }
    }

    /// They go into paths later: 26 small letters and digits.
    static func isIdentifier(_ text: String) -> Bool { text.wholeMatch(of: /[a-z0-9]{26}/) != nil }
}
