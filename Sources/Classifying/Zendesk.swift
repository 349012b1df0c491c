package import JSONReader
package import Vocabulary

/// Zendesk's webhooks: events that it subscribes a hook to, and bodies that an administrator's trigger makes.
///
/// An event names who did it by `actor_id`. A trigger is a machine: its body is asked by the source's service, unless
/// its author wrote `actor` into it; the ticket's requester is never taken for who did something.
///
/// Source: `reference/webhook-sources.md` §4.5.
package struct Zendesk: TicketReader {
    package static let kind = SourceKind(
        "zendesk",
        isChat: false,
        provesPerson: true,
        actsAsService: true
    )

    package let reading: SourceReading

    package init(_ reading: SourceReading) {
        self.reading = reading
    }

    private static let eventPrefix = "zen:event-type:"

    package static func read(
        _ body: JSONValue,
        of delivery: VerifiedDelivery
    ) throws(Unreadable) -> TicketEvent? {
        guard let type = body["type"] else { return try trigger(body) }
        guard let word = type.string, word.hasPrefix(eventPrefix) else {
            throw Unreadable("zendesk.no-type", "The event does not say what happened.")
        }
        let name = String(word.dropFirst(eventPrefix.count))
        guard name.hasPrefix("ticket.") else { return nil }
        let detail = body["detail"] ?? .null
        guard let actor = TicketField.identity(detail["actor_id"]) else {
            throw Unreadable("zendesk.no-actor", "The event does not say which account caused it.")
        }
        var event = try about(detail["id"], actor: TicketEvent.Actor(actor))
        event.happenedAt = try TicketField.time(body["time"], kind)
        let change = body["event"] ?? .null
        switch name {
        case "ticket.status_changed", "ticket.custom_status_changed":
            event.statusTo = TicketField.texts(change["current"])
            event.statusFrom = TicketField.texts(change["previous"])
        case "ticket.tags_changed":
            event.labelsAdded = try tags(change["tags_added"])
            event.labelsRemoved = try tags(change["tags_removed"])
        case "ticket.comment_added": event.comment = try comment(change["comment"], by: actor)
        default: break
        }
        return event
    }

    /// What an administrator's trigger sends: our own form, of which only the ticket is needed.
    private static func trigger(_ body: JSONValue) throws(Unreadable) -> TicketEvent? {
        guard let ticket = body["ticket"] else { return nil }
        guard let actor = body["actor"], !actor.isNull else { return try about(ticket["id"], actor: nil) }
        guard let identity = TicketField.identity(actor["id"]) else {
            throw Unreadable("zendesk.no-actor", "The body names an actor that has no id.")
        }
        return try about(
            ticket["id"],
            actor: TicketEvent.Actor(identity, shownName: actor["name"]?.string)
        )
    }

    private static func about(
        _ id: JSONValue?,
        actor: TicketEvent.Actor?
    ) throws(Unreadable) -> TicketEvent {
        guard let ticket = TicketField.number(id) else {
            throw Unreadable("zendesk.no-ticket", "The event does not say the number of its ticket.")
        }
        var event = TicketEvent(actor: actor)
        event.ticket = ticket
        event.replyTo = .at(["ticket": ticket])
        return event
    }

    private static func tags(_ value: JSONValue?) throws(Unreadable) -> [String] {
        guard let value, !value.isNull else { return [] }
        let texts = (value.array ?? []).compactMap(\.string)
        guard let all = value.array, all.count == texts.count else {
            throw Unreadable("zendesk.malformed-tags", "The event's tags are no list of texts.")
        }
        return texts
    }

    /// What somebody of the staff noted internally.
    ///
    /// A mail becomes a public comment in the name of its sender's address, which anybody can forge: public comments
    /// give no commands.
    private static func comment(_ comment: JSONValue?, by actor: String) throws(Unreadable) -> String? {
        guard let comment, let text = comment["body"]?.string else {
            throw Unreadable("zendesk.no-comment", "The event of a comment does not hold its text.")
        }
        let isByActor = TicketField.identity(comment.at("author.id")).map { $0 == actor } ?? true
        guard comment["is_public"] == false, comment.at("author.is_staff") != false, isByActor else {
            // Our own is known as ours all the same.
            return OwnMark.isIn(text) ? text : nil
        }
        return text
    }
}
