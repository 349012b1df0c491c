import JSONReader
package import Vocabulary

/// An app in Google Chat: messages to it, its slash commands, and buttons of its cards.
///
/// Events come in two shapes: those of a Chat app, and those of an add-on of Workspace, whose parts lie below
/// `chat`. The token covers neither.
///
/// Source: `reference/webhook-sources.md` §3.6.
package struct GoogleChat: ChatReader {
    package static let kind = SourceKind("google-chat", isChat: true, provesPerson: true)
    private static let shownNameMax = 200

    package let reading: SourceReading

    package init(_ reading: SourceReading) {
        self.reading = reading
    }

    /// The message and the time of the event: one message may be pressed more than once.
    package static func senderKey(of delivery: VerifiedDelivery) -> String? {
        guard let body = try? JSONReader.read(delivery.body, root: .object),
            let event = GoogleChatEvent(body), let name = event.message?["name"]?.string,
            let time = event.time, (1...300).contains(name.utf8.count), time.utf8.count <= 64
        else { return nil }
        return "\(name) \(time)"
    }

    package func read(_ delivery: VerifiedDelivery) throws(Unreadable) -> ChatEvent {
        let body = try Unreadable.reading(delivery.body, root: .object)
        guard let event = GoogleChatEvent(body) else { return .nothing }
        switch event.kind {
        case .message: return try said(event)
        case .press(let data):
            guard let pressed = CardPress(data) else { return .nothing }
            var message = try message(event, "")
            // Everybody in the space would see what a press is answered.
            if case .at(let place)? = message.replyTo {
                var parts = place.parts
                parts["person"] = message.identity
                message.answeredBy = .reply(.at(parts))
            }
            return .asked(try pressed.request(at: delivery.receivedAt), message)
        case .other: return .nothing
        }
    }

    private func said(_ event: GoogleChatEvent) throws(Unreadable) -> ChatEvent {
        guard let content = event.message, let whole = content["text"]?.string else {
            throw Unreadable("google-chat.no-text", "The message has no text.")
        }
        if content.at("sender.type") == "BOT" || event.user["type"] == "BOT" { return .own }
        // Without the mention or the command, as Google takes them off.
        var message = try message(event, escaped(content["argumentText"]?.string ?? whole))
        if event.isCommand {
            message.command = whole.split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
        }
        // An add-on is answered in a form of its own, which says nothing more than a message does.
        if event.isAddOn, let address = message.replyTo { message.answeredBy = .reply(address) }
        return .said(message)
    }

    private func message(_ event: GoogleChatEvent, _ text: String) throws(Unreadable) -> ChatMessage {
        guard let user = event.user["name"]?.string, GoogleChatName.isUser(user) else {
            throw Unreadable("google-chat.no-person", "The event does not say who caused it.")
        }
        guard let space = event.space?["name"]?.string, GoogleChatName.isSpace(space) else {
            throw Unreadable("google-chat.no-space", "The event does not say in which space it was.")
        }
        var message = ChatMessage(identity: user, command: ChatMessage.mention, text: text)
        message.shownName = event.user["displayName"]?.string.map { String($0.prefix(Self.shownNameMax)) }
        message.room = space
        if !reading.tenants.isEmpty { message.tenant = event.user["domainId"]?.string ?? "" }
        var parts = ["space": space]
        if let thread = event.message?.at("thread.name")?.string {
            guard GoogleChatName.isThread(thread, in: space) else {
                throw Unreadable("google-chat.no-space", "The message's thread is not in its space.")
            }
            parts["thread"] = thread
        }
        message.replyTo = .at(parts)
        return message
    }

    /// What was typed stays what it was: the grammar undoes these.
    private func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}

/// One event, whichever of the two shapes it has.
///
/// The shape of an add-on's is from memory (reference §3.6).
struct GoogleChatEvent {
    enum Kind {
        case message
        /// What a button sends back, as ``CardField`` names it.
        case press(JSONValue)
        case other
    }

    let kind: Kind
    let isAddOn: Bool
    let isCommand: Bool
    let user: JSONValue
    let space: JSONValue?
    let message: JSONValue?
    let time: String?

    /// Nil for what is no event of Google Chat.
    init?(_ body: JSONValue) {
        if let type = body["type"]?.string {
            isAddOn = false
            user = body["user"] ?? .null
            message = body["message"]
            space = body["space"] ?? body.at("message.space")
            time = body["eventTime"]?.string
            isCommand = body.at("message.slashCommand") != nil
            switch type {
            case "MESSAGE": kind = .message
            case "CARD_CLICKED": kind = .press(Self.pressed(body["common"] ?? body["action"] ?? .null, body))
            default: kind = .other
            }
        } else if let chat = body["chat"], chat.object != nil {
            isAddOn = true
            user = chat["user"] ?? .null
            time = chat["eventTime"]?.string
            isCommand = chat["appCommandPayload"] != nil
            let payload = chat["appCommandPayload"] ?? chat["messagePayload"] ?? chat["buttonClickedPayload"]
            message = payload?["message"]
            space = payload?["space"] ?? payload?.at("message.space")
            if chat["buttonClickedPayload"] != nil {
                kind = .press(Self.pressed(body["commonEventObject"] ?? .null, body))
            } else {
                kind = payload == nil ? .other : .message
            }
        } else {
            return nil
        }
    }

    /// Parameters come as an object, or as a list of `key` and `value`; what was filled in beside them.
    private static func pressed(_ common: JSONValue, _ body: JSONValue) -> JSONValue {
        var data: [String: JSONValue] = common["parameters"]?.object ?? [:]
        for entry in body.at("action.parameters")?.array ?? [] {
            guard let key = entry["key"]?.string, let value = entry["value"] else { continue }
            data[key] = value
        }
        data[CardField.because] =
            common["formInputs"]?[CardField.because]?["stringInputs"]?["value"]?[0] ?? .null
        return .object(data)
    }
}
