package import JSONReader
package import Vocabulary

/// Zammad's trigger webhooks: a ticket as it is now, and the article that was written.
///
/// What came by mail or a messenger proves nobody: its sender is whoever the mail says it is.
///
/// Source: `reference/webhook-sources.md` §4.9.
package struct Zammad: TicketReader {
    package static let kind = SourceKind("zammad", isChat: false, provesPerson: true)
    /// The trigger decides when it fires, and its delivery says the state.
    package static let triggerKeys = ["status-changed-to", "comment-command"]
    /// What people write where they are logged in.
    private static let provenTypes: Set<String> = ["note", "web", "phone"]
    /// An article is new if it was written when the ticket changed.
    private static let newnessMax = Duration.seconds(60)

    package let reading: SourceReading

    package init(_ reading: SourceReading) {
        self.reading = reading
    }

    package static func read(
        _ body: JSONValue,
        of delivery: VerifiedDelivery
    ) throws(Unreadable) -> TicketEvent? {
        let whole = TicketFields(kind: kind, body: body)
        guard let ticket = try whole.object("ticket") else {
            throw Unreadable("zammad.no-ticket", "The body has no ticket.")
        }
        let changedAt = try ticket.time("updated_at")
        let article = try newArticle(whole, changedAt)
        if let article, let type = try article.text("type"), !provenTypes.contains(type) { return nil }
        var event = TicketEvent(actor: try actor(ticket))
        event.ticket = try ticket.text("number")
        event.place = try ticket.text("group.name").map(Place.project)
        event.happenedAt = changedAt
        let state = try ticket.body["state"]?.object == nil ? ticket.text("state") : ticket.text("state.name")
        event.statusTo = [state, try ticket.number("state_id").map(String.init)].compactMap(\.self)
        if let article, try article.text("type") == "note", try article.text("sender") == "Agent" {
            // The ticket names who touched it last; the note may be another's.
            var author = try article.number("created_by.id")
            if author == nil { author = try article.number("created_by_id") }
            if let author, event.actor?.identity == String(author) { event.comment = try comment(article) }
        }
        return event
    }

    private static func actor(_ ticket: TicketFields) throws(Unreadable) -> TicketEvent.Actor? {
        guard let id = try ticket.number("updated_by.id") else { return nil }
        guard id > 0 else { throw ticket.malformed("updated_by.id", "is no account's number") }
        return TicketEvent.Actor(String(id), shownName: try ticket.text("updated_by.email"))
    }

    private static func newArticle(
        _ whole: TicketFields,
        _ changedAt: Timestamp?
    ) throws(Unreadable) -> TicketFields? {
        guard let article = try whole.object("article"), let writtenAt = try article.time("created_at"),
            let changedAt
        else { return nil }
        let apart = changedAt.since(writtenAt)
        return apart <= newnessMax && apart >= .zero - newnessMax ? article : nil
    }

    private static func comment(_ article: TicketFields) throws(Unreadable) -> String? {
        guard let text = article.body["body"]?.string else { return nil }
        switch try article.text("content_type") {
        case "text/plain": return text
        case "text/html": return MarkedText.plain(text)
        default: return nil
        }
    }
}
