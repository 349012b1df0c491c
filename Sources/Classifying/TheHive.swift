package import JSONReader
package import Vocabulary

/// TheHive's notifications: an operation on a case or an alert, with what it changed.
///
/// Source: `reference/webhook-sources.md` §4.9.
package struct TheHive: TicketReader {
    package static let kind = SourceKind("thehive", isChat: false, provesPerson: false)
    /// An update names all tags that there are then, not the one that is new.
    package static let triggerKeys = ["status-changed-to", "label-added"]

    package let reading: SourceReading

    package init(_ reading: SourceReading) {
        self.reading = reading
    }

    package static func read(
        _ body: JSONValue,
        of delivery: VerifiedDelivery
    ) throws(Unreadable) -> TicketEvent? {
        let whole = TicketFields(kind: kind, body: body)
        guard let operation = try whole.text("operation"), try whole.text("objectType") != nil else {
            throw Unreadable("thehive.no-operation", "The body names no operation on an object.")
        }
        var event = TicketEvent(actor: nil)
        event.ticket = try whole.number("object.caseId").map(String.init)
        event.place = try whole.text("organisation").map(Place.project)
        event.happenedAt = try whole.number("startDate").map { Timestamp(milliseconds: $0) }
        switch operation {
        case "Create":
            if let status = try whole.text("object.status") { event.statusTo = [status] }
            event.labelsAdded = try whole.texts("object.tags")
        case "Update":
            if let status = try whole.text("details.status") { event.statusTo = [status] }
        default: break
        }
        return event
    }

    package static func senderKey(of delivery: VerifiedDelivery) -> String? {
        guard let body = try? JSONReader.read(delivery.body, root: .object),
            let request = body["requestId"]?.string, let object = body["objectId"]?.string
        else { return nil }
        return "\(request.prefix(128)):\(object.prefix(128))"
    }
}
