package import JSONReader
package import Vocabulary

/// Microsoft Sentinel's incidents, as a playbook passes them on.
///
/// Only a new incident says what is new of it: of an update the routes ask in jq. Any other body that a playbook's
/// author wrote is any JSON.
///
/// Source: `reference/webhook-sources.md` §6.3.
package struct Sentinel: TicketReader {
    package static let kind = SourceKind("sentinel", isChat: false, provesPerson: false)
    package static let triggerKeys = ["status-changed-to", "label-added"]

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
        guard try whole.text("objectSchemaType") == "Incident",
            let incident = try whole.object("object.properties")
        else { return event }
        event.ticket = try incident.number("incidentNumber").map(String.init)
        event.place = try whole.text("workspaceInfo.WorkspaceName").map(Place.project)
        guard try whole.text("objectEventType") == "Create" else { return event }
        if let status = try incident.text("status") { event.statusTo = [status] }
        for label in incident.body["labels"]?.array ?? [] {
            let name = try TicketFields(kind: kind, body: label).text("labelName")
            if let name { event.labelsAdded.append(name) }
        }
        event.happenedAt = try incident.time("createdTimeUtc")
        return event
    }

    /// Logic Apps repeats what was not answered under the same id.
    package static func senderKey(of delivery: VerifiedDelivery) -> String? {
        let body = try? JSONReader.read(delivery.body, root: .object)
        return (body?["eventUniqueId"]?.string).map { String($0.prefix(128)) }
    }
}
