package import JSONReader
package import Vocabulary

/// Freshservice's and Freshdesk's workflow webhooks: what a ticket is now, sent when its author's workflow fires.
///
/// Who changed it is not said. A body that the author wrote is any JSON, and its routes ask in jq.
///
/// Source: `reference/webhook-sources.md` §4.8.
package struct Freshservice: TicketReader {
    package static let kind = SourceKind("freshservice", isChat: false, provesPerson: false)
    /// The workflow decides when it fires, and its delivery says the state; never which tag is new.
    package static let triggerKeys = ["status-changed-to"]

    package let reading: SourceReading

    package init(_ reading: SourceReading) {
        self.reading = reading
    }

    package static func read(
        _ body: JSONValue,
        of delivery: VerifiedDelivery
    ) throws(Unreadable) -> TicketEvent? {
        var event = TicketEvent(actor: nil)
        let whole = TicketFields(kind: kind, body: body)
        var wrapped = try whole.object("freshservice_webhook")
        if wrapped == nil { wrapped = try whole.object("freshdesk_webhook") }
        guard let ticket = wrapped else { return event }
        if let id = try ticket.name("ticket_id") {
            guard id.wholeMatch(of: /(?:[A-Z]{1,10}-)?[0-9]{1,18}/) != nil else {
                throw ticket.malformed("ticket_id", "is no ticket's number")
            }
            event.ticket = id
        }
        if let status = try ticket.name("ticket_status") { event.statusTo = [status] }
        // Nothing is signed and there is no id: without a time a second one would pass for a repeat of the first.
        guard let changedAt = try ticket.time("ticket_updated_at") else {
            throw Unreadable(
                "freshservice.no-time",
                "The body lacks ticket_updated_at, which tells one from the next."
            )
        }
        event.happenedAt = changedAt
        return event
    }
}
