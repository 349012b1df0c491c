package import JSONReader
package import Vocabulary

/// Kinds that tell what happened to a ticket; a reader says what it was, and this says what it asks for.
package protocol TicketReader: SourceReader {
    var reading: SourceReading { get }
    /// Those of ``Trigger/keys`` that can ever fire: some systems say what a ticket is, not what changed.
    static var triggerKeys: [String] { get }

    /// Says what happened.
    ///
    /// - Parameters:
    ///   - body: The delivery's body as JSON, an object.
    ///   - delivery: For its headers and times.
    /// - Returns: Nil if the delivery is about no ticket, such as a test of the hook.
    /// - Throws: ``Unreadable`` if it has not the shape of its kind.
    static func read(_ body: JSONValue, of delivery: VerifiedDelivery) throws(Unreadable) -> TicketEvent?

    /// Says no to what the source's settings do not know, such as a table that they do not list; nil for the rest.
    func refusal(of body: JSONValue) -> Classification?
}

extension TicketReader {
    package func refusal(of body: JSONValue) -> Classification? { nil }
    package static var triggerKeys: [String] { Trigger.keys }

    package func classify(
        _ delivery: VerifiedDelivery,
        with routes: RouteAsking
    ) async throws(Unreadable) -> Classification {
        let body = try Unreadable.reading(delivery.body, root: .object)
        guard let event = try Self.read(body, of: delivery) else { return .unmatched }
        if let refusal = refusal(of: body) { return refusal }
        if let actor = event.actor, reading.ownAccounts.contains(actor.identity) { return .own }
        if let comment = event.comment, OwnMark.isIn(comment) { return .own }
        if let moment = event.happenedAt { try checkAge(moment, at: delivery.receivedAt) }
        let commands = try commands(in: event)
        let matches: [RouteProgram.Match]
        do throws(Unreadable) {
            matches = try await routes.matches(delivery.body, on: event)
        } catch {
            // A condition that cannot be read would be told on every ticket there is.
            if error.isUnsure || !error.code.hasPrefix("route.") { throw error }
            // Whoever moved the ticket would believe that it is done.
            throw Unreadable(error, of: event)
        }
        if matches.isEmpty, commands.isEmpty { return .unmatched }
        let asker: Asker
        if let actor = event.actor {
            asker = .identity(actor.identity)
        } else {
            // A system that always names somebody, and this once does not, is not believed.
            guard Self.kind.actsAsService else {
                throw Unreadable(
                    "\(Self.kind).no-actor",
                    "The event does not say which account caused it."
                )
            }
            asker = .service
        }
        func intent(_ request: Request) -> Intent {
            Intent(
                source: reading.name,
                asker: asker,
                askerShownName: event.actor?.shownName,
                request: request,
                replyTo: event.replyTo,
                ticket: event.ticket,
                place: event.place
            )
        }
        var intents = matches.map { match in
            var intent = intent(.action(match.request))
            intent.askedForBy = match.askedForBy
            intent.ticket = event.ticket ?? match.ticket
            intent.route = match.route
            intent.confirmation = match.confirmation
            return intent
        }
        for (command, route) in commands {
            let requests: [Request]
            do throws(Misunderstanding) {
                requests = try ChatGrammar.parse(command)
            } catch {
                let way = event.replyTo.map(AnswerWay.reply) ?? .response
                guard !matches.isEmpty else { return .notUnderstood(words: error.words, answeredBy: way) }
                // What a state or a label asked for is asked for whatever somebody wrote beside it.
                var unclear = intent(.notUnderstood(error.words))
                unclear.answeredBy = way
                intents.append(unclear)
                continue
            }
            intents += requests.map { request in
                var intent = intent(request)
                intent.route = route.name
                intent.confirmation = route.confirmation
                if let address = event.replyTo { intent.answeredBy = .reply(address) }
                return intent
            }
        }
        return .intents(intents)
    }

    /// Lines of one comment that are commands.
    private static var commandsMax: Int { 20 }

    /// What follows the word, of each line of the comment that begins with it; with the route that reads it.
    private func commands(in event: TicketEvent) throws(Unreadable) -> [(text: String, route: Route)] {
        guard let comment = event.comment else { return [] }
        var found: [(text: String, route: Route)] = []
        for route in reading.routes {
            guard case .commentCommand(let word) = route.trigger else { continue }
            for line in comment.split(whereSeparator: \.isNewline) {
                let words = line.drop(while: \.isWhitespace)
                guard words.lowercased().hasPrefix(word.lowercased()) else { continue }
                let rest = words.dropFirst(word.count)
                guard rest.first.map({ $0.isWhitespace || $0 == ":" || $0 == "," }) ?? true else { continue }
                found.append((String(rest.drop { $0.isWhitespace || $0 == ":" || $0 == "," }), route))
            }
        }
        guard found.count <= Self.commandsMax else {
            throw Unreadable(
                "comment.too-many-commands",
                "The comment holds more than \(Self.commandsMax) commands."
            )
        }
        return found
    }

    private func checkAge(_ moment: Timestamp, at now: Timestamp) throws(Unreadable) {
        let ageMax = Duration.seconds(24 * 60 * 60)
        let age = now.since(moment)
        guard age <= ageMax, age >= .zero - ageMax else {
            throw Unreadable("stale", "The event's own time is more than 24 hours off.")
        }
    }
}

/// What stands in every comment of ours, by which it is known when it comes back.
enum OwnMark {
    /// True for a mark at the start of a line; who quotes us writes something before it.
    static func isIn(_ comment: String) -> Bool {
        comment.split(whereSeparator: \.isNewline).contains {
            $0.drop(while: \.isWhitespace).hasPrefix("[bascule:")
        }
    }
}
