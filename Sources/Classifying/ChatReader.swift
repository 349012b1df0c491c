import JSONReader
package import Vocabulary

/// Something that somebody said to the bridge in a chat.
package struct ChatMessage: Sendable {
    /// As `people` spell it.
    package var identity: String
    package var shownName: String?
    /// The workspace, tenant, team or server that it was said in; it must be one that the settings list.
    package var tenant: String?
    /// The slash command or trigger word; ``mention`` where the bridge was addressed by its name.
    package var command: String
    /// What was said, without command and mention, with the medium's escapes undone.
    package var text: String
    /// The room.
    package var room: String?
    package var replyTo: ReplyAddress?
    package var answeredBy: AnswerWay = .response

    /// What a route writes as its `command` for messages that address the bridge.
    package static let mention = "mention"

    package init(identity: String, command: String, text: String) {
        self.identity = identity
        self.command = command
        self.text = text
    }
}

/// What a delivery of a chat is.
package enum ChatEvent: Sendable {
    case said(ChatMessage)
    /// A button of ours, or a form of ours, and who pressed it where.
    case asked(Request, ChatMessage)
    /// A question of the provider about the hook itself.
    case handshake(HookAnswer)
    /// Our own message.
    case own
    /// Nothing that is said to the bridge.
    case nothing
}

/// Chat kinds; a reader says who said what where, and this says what it asks for.
package protocol ChatReader: SourceReader {
    var reading: SourceReading { get }

    /// Says what the delivery is.
    ///
    /// - Parameter delivery: A genuine delivery of this kind.
    /// - Returns: What was said or pressed.
    /// - Throws: ``Unreadable`` if it has not the shape of its kind.
    func read(_ delivery: VerifiedDelivery) throws(Unreadable) -> ChatEvent
}

extension ChatReader {
    package func classify(
        _ delivery: VerifiedDelivery,
        with routes: RouteAsking
    ) async throws(Unreadable) -> Classification {
        switch try read(delivery) {
        case .handshake(let answer): return .handshake(answer)
        case .own: return .own
        case .nothing: return .unmatched
        case .said(let message): return try said(message)
        case .asked(let request, let message):
            guard try isAddressed(message) else { return .own }
            return .intents([intent(request, of: message)])
        }
    }

    private func said(_ message: ChatMessage) throws(Unreadable) -> Classification {
        guard try isAddressed(message) else { return .own }
        guard reading.commands.contains(message.command) else { return .unmatched }
        let requests: [Request]
        do throws(Misunderstanding) {
            requests = try ChatGrammar.parse(message.text)
        } catch {
            return .notUnderstood(words: error.words, answeredBy: message.answeredBy)
        }
        return .intents(requests.map { intent($0, of: message) })
    }

    /// False for what the bridge itself said.
    private func isAddressed(_ message: ChatMessage) throws(Unreadable) -> Bool {
        if let tenant = message.tenant, !reading.tenants.contains(tenant) {
            throw Unreadable(
                "\(Self.kind).not-listed",
                "It comes from a place that the settings do not list for this source."
            )
        }
        return !reading.ownAccounts.contains(message.identity)
    }

    private func intent(_ request: Request, of message: ChatMessage) -> Intent {
        Intent(
            source: reading.name,
            asker: .identity(message.identity),
            askerShownName: message.shownName,
            request: request,
            replyTo: message.replyTo,
            route: message.command,
            place: message.room.map(Place.room),
            answeredBy: message.answeredBy
        )
    }
}
