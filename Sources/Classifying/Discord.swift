import JSONReader
package import Vocabulary

/// Discord's interactions: the handshake, commands, buttons of ours, and the form that asks why.
///
/// Source: `reference/webhook-sources.md` §3.5.
package struct Discord: ChatReader {
    package static let kind = SourceKind("discord", isChat: true, provesPerson: true)

    /// How long the token of an interaction lives.
    private static let tokenLife = Duration.seconds(15 * 60)

    package let reading: SourceReading

    package init(_ reading: SourceReading) {
        self.reading = reading
    }

    package func read(_ delivery: VerifiedDelivery) throws(Unreadable) -> ChatEvent {
        let body = try Unreadable.reading(delivery.body, root: .object)
        switch body["type"]?.integer {
        case 1: return .handshake(Self.answer(["type": 1]))
        case 2: return try command(body, at: delivery.receivedAt)
        case 3: return try press(body, at: delivery.receivedAt)
        case 5: return try form(body, at: delivery.receivedAt)
        default:
            throw Unreadable(
                "discord.unknown-interaction",
                "Discord sent what is no command, button or form."
            )
        }
    }

    /// The interaction's id.
    package static func senderKey(of delivery: VerifiedDelivery) -> String? {
        guard let body = try? JSONReader.read(delivery.body, root: .object), body["type"] != 1,
            let id = body["id"]?.string, isIdentifier(id)
        else { return nil }
        return id
    }

    // MARK: What was said

    private func command(_ body: JSONValue, at moment: Timestamp) throws(Unreadable) -> ChatEvent {
        guard let data = body["data"], let name = data["name"]?.string else {
            throw Unreadable("discord.no-command", "The command has no name.")
        }
        // The entries of a menu on a person or a message are no commands of ours.
        guard data["type"]?.integer ?? 1 == 1 else { return .nothing }
        var message = try message(body, at: moment)
        let slashed = "/\(name)"
        message.command = reading.commands.contains(slashed) ? slashed : name
        guard reading.commands.contains(message.command) else { return .said(message) }
        message.text = ChatText.escaped(try DiscordOptions(data["options"]).sentence(of: name))
        return .said(message)
    }

    // MARK: What was pressed

    private func press(_ body: JSONValue, at moment: Timestamp) throws(Unreadable) -> ChatEvent {
        let message = try message(body, at: moment)
        guard body.at("data.component_type")?.integer == 2,
            let press = Press(short: body.at("data.custom_id")?.string ?? "")
        else { throw Unreadable("discord.unknown-button", "The button is none that this build draws.") }
        switch press.word {
        case .approve: return .asked(.approve(press.job, seen: press.seen), message)
        case .deny: return try ask(press, message)
        case .go: return .asked(.go(press.job), message)
        case .extend:
            guard let duration = press.duration else {
                throw Unreadable("discord.unknown-button", "The button does not say for how long.")
            }
            return .asked(.extendClaim(press.job, by: duration), message)
        case .release: return .asked(.releaseClaim(press.job), message)
        case .freeze:
            return .asked(.freeze(because: "the button beside \(press.job) was pressed"), message)
        }
    }

    /// A denial is asked why: Discord wants the form in the answer to the press.
    ///
    /// Who may deny is looked at when the form comes back; an open form denies nothing.
    private func ask(_ press: Press, _ message: ChatMessage) throws(Unreadable) -> ChatEvent {
        guard let tenant = message.tenant, reading.tenants.contains(tenant) else {
            throw Unreadable(
                "discord.not-listed",
                "It comes from a place that the settings do not list for this source."
            )
        }
        guard let room = message.room,
            let id = DenialForm(job: press.job, seen: press.seen, room: room).short
        else { throw Unreadable("discord.unknown-button", "The button is none that this build draws.") }
        let field: JSONValue = [
            "type": 4, "custom_id": .string(DenialForm.field), "label": "Why?", "style": 2, "required": true,
            "max_length": .integer(Int64(DenialForm.reasonCharactersMax)),
        ]
        return .handshake(
            Self.answer([
                "type": 9,
                "data": [
                    "custom_id": .string(id), "title": .string("Deny \(press.job)"),
                    "components": [["type": 1, "components": [field]]],
                ],
            ])
        )
    }

    private func form(_ body: JSONValue, at moment: Timestamp) throws(Unreadable) -> ChatEvent {
        let message = try message(body, at: moment)
        let rows = body.at("data.components")?.array ?? []
        let fields = rows.flatMap { $0["components"]?.array ?? [] }
        guard let form = DenialForm(short: body.at("data.custom_id")?.string ?? "", room: message.room ?? ""),
            fields.count == 1, fields[0]["custom_id"]?.string == DenialForm.field,
            let value = fields[0]["value"]?.string
        else { throw Unreadable("discord.broken-form", "The form is not as this build draws it.") }
        let words = ChatText.plain(value).split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard !words.isEmpty else { throw Unreadable("discord.no-reason", "A denial needs a reason.") }
        let reason = String(words.prefix(DenialForm.reasonCharactersMax))
        return .asked(.deny(form.job, because: reason, seen: form.seen), message)
    }

    // MARK: Who, where

    private func message(_ body: JSONValue, at moment: Timestamp) throws(Unreadable) -> ChatMessage {
        // In a direct message the person stands outside `member`.
        let person = body.at("member.user") ?? body["user"]
        guard let user = person?["id"]?.string, let channel = body["channel_id"]?.string,
            [user, channel].allSatisfy(Self.isIdentifier)
        else { throw Unreadable("discord.no-person", "The interaction does not say who acted where.") }
        var message = ChatMessage(identity: user, command: "button", text: "")
        message.shownName = person?["username"]?.string.map { String($0.prefix(200)) }
        // A direct message is in no server, and none that the settings could list.
        message.tenant = body["guild_id"]?.string ?? ""
        message.room = channel
        message.replyTo = .at(["channel": channel], responseURL: followUp(body, at: moment))
        return message
    }

    /// Where later messages can go for a quarter of an hour without a bot's token: a path, and a credential.
    private func followUp(_ body: JSONValue, at moment: Timestamp) -> ResponseURL? {
        guard let application = body["application_id"]?.string, Self.isIdentifier(application),
            let token = body["token"]?.string, token.wholeMatch(of: /[A-Za-z0-9._=-]{1,1024}/) != nil
        else { return nil }
        return ResponseURL(url: "webhooks/\(application)/\(token)", expiresAt: moment + Self.tokenLife)
    }

    private static func answer(_ body: JSONValue) -> HookAnswer {
        HookAnswer(status: 200, contentType: "application/json", body: body.encodedText)
    }

    /// They go into paths later: digits.
    static func isIdentifier(_ text: String) -> Bool { text.wholeMatch(of: /[0-9]{1,20}/) != nil }
}
