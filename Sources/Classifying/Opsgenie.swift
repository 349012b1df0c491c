package import JSONReader
package import Vocabulary

/// Opsgenie's webhook integration: an action on an alert.
///
/// The product ends in April 2027.
///
/// Source: `reference/webhook-sources.md` §4.7.
package struct Opsgenie: TicketReader {
    package static let kind = SourceKind("opsgenie", isChat: false, provesPerson: false)
    /// Actions are what happens here; an action added to the integration is asked for in jq: `.action == "Contain"`.
    package static let triggerKeys = ["status-changed-to", "label-added", "comment-command"]

    package let reading: SourceReading

    package init(_ reading: SourceReading) {
        self.reading = reading
    }

    package static func read(
        _ body: JSONValue,
        of delivery: VerifiedDelivery
    ) throws(Unreadable) -> TicketEvent? {
        let whole = TicketFields(kind: kind, body: body)
        guard let action = try whole.text("action"), let alert = try whole.object("alert") else {
            throw Unreadable("opsgenie.no-action", "The body names no action on an alert.")
        }
        var event = TicketEvent(actor: nil)
        event.ticket = try alert.text("tinyId")
        event.place = try alert.text("team").map(Place.project)
        // Milliseconds at its creation, nanoseconds at its change.
        event.happenedAt = try alert.number("updatedAt").map { Timestamp(milliseconds: $0 / 1_000_000) }
        switch action {
        case "Create": event.labelsAdded = try alert.texts("tags")
        case "Acknowledge": event.statusTo = ["acknowledged"]
        case "Close": event.statusTo = ["closed"]
        // An integration notes what others wrote: commands are read out of what was typed into the site alone.
        case "AddNote" where body.at("source.type")?.string == "web":
            event.comment = alert.body["note"]?.string
        default: break
        }
        return event
    }

    package static func senderKey(of delivery: VerifiedDelivery) -> String? {
        guard let body = try? JSONReader.read(delivery.body, root: .object),
            let alert = body.at("alert.alertId")?.string, let action = body["action"]?.string,
            let time = body.at("alert.updatedAt")?.integer
        else { return nil }
        return "\(alert.prefix(128)):\(action.prefix(64)):\(time)"
    }
}
