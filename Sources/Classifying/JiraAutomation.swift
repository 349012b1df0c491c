package import JSONReader
package import Vocabulary

/// Jira Automation's "Send web request" with the body of `deploy/sources/jira.md`.
///
/// It is not signed: a header holds a shared secret. Whoever may change the rule, or knows the header, can name
/// anybody as the actor.
///
/// Source: `reference/webhook-sources.md` §4.3.
package struct JiraAutomation: TicketReader {
    package static let kind = SourceKind("jira-automation", isChat: false, provesPerson: true)

    package let reading: SourceReading

    package init(_ reading: SourceReading) {
        self.reading = reading
    }

    package static func read(
        _ body: JSONValue,
        of delivery: VerifiedDelivery
    ) throws(Unreadable) -> TicketEvent? {
        guard let issue = body["issue"], let key = issue["key"]?.string, Jira.isIssueKey(key) else {
            throw Unreadable("jira-automation.no-issue", "The body does not name its issue.")
        }
        var event = TicketEvent(actor: nil)
        if let identity = TicketField.identity(body.at("actor.accountId")) {
            event.actor = TicketEvent.Actor(identity, shownName: body.at("actor.name")?.string)
        }
        event.ticket = key
        event.place = Jira.project(of: key)
        event.replyTo = .jira(issue: key)
        event.happenedAt = try TicketField.time(body["sentAt"], kind)
        // Without the old status nothing says that the new one is new.
        let status = (to: issue["status"]?.string ?? "", from: issue["previousStatus"]?.string ?? "")
        if !status.to.isEmpty, !status.from.isEmpty, status.to != status.from {
            event.statusTo = [status.to]
            event.statusFrom = [status.from]
        }
        if let comment = body["comment"], !comment.isNull {
            guard let text = comment["body"]?.string else {
                throw Unreadable("jira-automation.no-comment", "The comment has no text.")
            }
            if !text.isEmpty { event.comment = text }
        }
        return event
    }

    /// The id that the rule's author makes of issue and change.
    package static func senderKey(of delivery: VerifiedDelivery) -> String? {
        guard let body = try? JSONReader.read(delivery.body, root: .object) else { return nil }
        return body["id"]?.string.flatMap { (1...200).contains($0.utf8.count) ? $0 : nil }
    }
}
