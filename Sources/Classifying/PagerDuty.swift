package import JSONReader
package import Vocabulary

/// PagerDuty's webhooks, version 3: what happened to an incident, and what was noted on it.
///
/// `agent` is who did it. It is null where an integration or PagerDuty itself did, and such an event is asked by
/// the source's service.
///
/// Source: `reference/webhook-sources.md` §4.6.
package struct PagerDuty: TicketReader {
    package static let kind = SourceKind(
        "pagerduty",
        isChat: false,
        provesPerson: true,
        actsAsService: true
    )

    /// An incident goes into a state; out of which is not said, nor are there labels.
    package static let triggerKeys = ["status-changed-to", "comment-command"]

    package let reading: SourceReading

    package init(_ reading: SourceReading) {
        self.reading = reading
    }

    /// Events that are a change of the incident's state, with the state where the body does not say it.
    private static let changes = [
        "triggered": "triggered", "acknowledged": "acknowledged", "resolved": "resolved",
        "unacknowledged": "triggered", "reopened": "triggered",
    ]

    package static func read(
        _ body: JSONValue,
        of delivery: VerifiedDelivery
    ) throws(Unreadable) -> TicketEvent? {
        guard let told = body["event"], let type = told["event_type"]?.string else {
            throw Unreadable("pagerduty.no-event", "The body holds no event of a webhook of version 3.")
        }
        // A test of the hook, or news of a service.
        guard type.hasPrefix("incident.") else { return nil }
        var event = TicketEvent(actor: try actor(of: told))
        event.happenedAt = try TicketField.time(told["occurred_at"], kind)
        let data = told["data"] ?? .null
        let incident = data["type"]?.string == "incident" ? data : data["incident"] ?? .null
        guard let id = incident["id"]?.string, isIdentifier(id) else {
            throw Unreadable("pagerduty.no-incident", "The event does not name its incident.")
        }
        event.ticket = id
        event.replyTo = .at(["incident": id])
        event.place = incident.at("service.id")?.string.flatMap { isIdentifier($0) ? .project($0) : nil }
        if let state = changes[String(type.dropFirst("incident.".count))] {
            event.statusTo = [data["status"]?.string ?? state]
        }
        if type == "incident.annotated" { event.comment = try note(data, isByPerson: event.actor != nil) }
        return event
    }

    /// The event's own id, which is signed.
    package static func senderKey(of delivery: VerifiedDelivery) -> String? {
        guard let body = try? JSONReader.read(delivery.body, root: .object) else { return nil }
        return body.at("event.id")?.string.flatMap { (1...200).contains($0.utf8.count) ? $0 : nil }
    }

    /// Nil for what an integration did; an account that cannot be read is no integration.
    private static func actor(of event: JSONValue) throws(Unreadable) -> TicketEvent.Actor? {
        guard let agent = event["agent"] else {
            throw Unreadable("pagerduty.no-agent", "The event does not say who caused it.")
        }
        if agent.isNull { return nil }
        guard let type = agent["type"]?.string, let id = agent["id"]?.string, isIdentifier(id) else {
            throw Unreadable("pagerduty.no-agent", "The event does not say who caused it.")
        }
        guard type == "user_reference" || type == "user" else { return nil }
        return TicketEvent.Actor(id, shownName: agent["summary"]?.string)
    }

    /// What a person noted.
    ///
    /// Integrations note what others wrote, such as the text of an alert: no command is read out of that.
    private static func note(_ data: JSONValue, isByPerson: Bool) throws(Unreadable) -> String? {
        guard let content = data["content"]?.string else {
            throw Unreadable("pagerduty.no-note", "The event of a note does not hold the note.")
        }
        guard isByPerson else { return OwnMark.isIn(content) ? content : nil }
        guard data["trimmed"] != true else {
            throw Unreadable(
                "pagerduty.trimmed-note",
                "The note came cut, so what it asks for may be cut as well."
            )
        }
        return content
    }

    private static func isIdentifier(_ text: String) -> Bool {
        text.wholeMatch(of: /[A-Z0-9]{1,64}/) != nil
    }
}
