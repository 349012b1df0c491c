package import JSONReader
package import Vocabulary

/// GitHub's webhooks of issues and their comments.
///
/// `sender` is who did it, by the number that stays the same when a name changes. The header that names the event
/// is not signed, so that the event is told by the body.
///
/// Source: `reference/webhook-sources.md` §5.1.
package struct GitHub: TicketReader {
    package static let kind = SourceKind("github", isChat: false, provesPerson: true)

    package let reading: SourceReading

    package init(_ reading: SourceReading) {
        self.reading = reading
    }

    package static func read(
        _ body: JSONValue,
        of delivery: VerifiedDelivery
    ) throws(Unreadable) -> TicketEvent? {
        // The first delivery of a hook, and events of what is no issue.
        guard let issue = body["issue"], !issue.isNull else { return nil }
        guard let number = TicketField.number(issue["number"]) else {
            throw Unreadable("github.no-issue", "The event does not say the number of its issue.")
        }
        guard let repository = body.at("repository.full_name")?.string, isRepository(repository) else {
            throw Unreadable("github.no-repository", "The event does not name its repository.")
        }
        let comment = body["comment"] ?? .null
        var event = TicketEvent(actor: nil)
        if let sender = TicketField.identity(body.at("sender.id")) {
            event.actor = TicketEvent.Actor(sender, shownName: body.at("sender.login")?.string)
        }
        event.ticket = "\(repository)#\(number)"
        event.place = .project(repository)
        event.replyTo = .at(["repository": repository, "issue": number])
        event.happenedAt = try TicketField.time(comment["updated_at"] ?? issue["updated_at"], kind)
        guard let action = body["action"]?.string else {
            throw Unreadable("github.no-action", "The event does not say what was done to the issue.")
        }
        guard comment.isNull else {
            // Who changes a comment may not be who wrote it; only what is new is read.
            if action == "created" { event.comment = try text(of: comment) }
            return event
        }
        switch action {
        case "labeled": event.labelsAdded = [try label(of: body)]
        case "unlabeled": event.labelsRemoved = [try label(of: body)]
        case "closed": (event.statusTo, event.statusFrom) = (["closed"], ["open"])
        case "reopened": (event.statusTo, event.statusFrom) = (["open"], ["closed"])
        default: break
        }
        return event
    }

    private static func text(of comment: JSONValue) throws(Unreadable) -> String {
        guard let text = comment["body"]?.string else {
            throw Unreadable("github.no-comment", "The event of a comment does not hold its text.")
        }
        return text
    }

    private static func label(of body: JSONValue) throws(Unreadable) -> String {
        guard let label = body.at("label.name")?.string, !label.isEmpty else {
            throw Unreadable("github.no-label", "The event of a label does not name the label.")
        }
        return label
    }

    private static func isRepository(_ text: String) -> Bool {
        guard text.wholeMatch(of: /[A-Za-z0-9-]{1,64}\/[A-Za-z0-9._-]{1,100}/) != nil else { return false }
        return !text.hasSuffix("/.") && !text.hasSuffix("/..")
    }
}
