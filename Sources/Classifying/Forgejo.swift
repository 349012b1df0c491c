package import JSONReader
package import Vocabulary

/// Forgejo's webhooks of issues and their comments; Gitea sends the same.
///
/// `sender` is who did it. What labels changed is not said, only which there are now: routes ask for that in jq.
///
/// Source: Forgejo's documentation, "Webhooks".
package struct Forgejo: TicketReader {
    package static let kind = SourceKind("forgejo", isChat: false, provesPerson: true)
    package static let triggerKeys = ["status-changed-to", "status-changed-from", "comment-command"]

    package let reading: SourceReading

    package init(_ reading: SourceReading) {
        self.reading = reading
    }

    package static func read(
        _ body: JSONValue,
        of delivery: VerifiedDelivery
    ) throws(Unreadable) -> TicketEvent? {
        // Pushes, releases and the test of the hook.
        guard let issue = body["issue"], !issue.isNull else { return nil }
        guard let number = TicketField.number(issue["number"]) else {
            throw Unreadable("forgejo.no-issue", "The event does not say the number of its issue.")
        }
        guard let repository = body.at("repository.full_name")?.string, isRepository(repository) else {
            throw Unreadable("forgejo.no-repository", "The event does not name its repository.")
        }
        guard let action = body["action"]?.string else {
            throw Unreadable("forgejo.no-action", "The event does not say what was done to the issue.")
        }
        var event = TicketEvent(actor: nil)
        if let sender = TicketField.identity(body.at("sender.id")) {
            event.actor = TicketEvent.Actor(sender, shownName: body.at("sender.login")?.string)
        }
        event.ticket = "\(repository)#\(number)"
        event.place = .project(repository)
        event.replyTo = .at(["repository": repository, "issue": number])
        let comment = body["comment"] ?? .null
        event.happenedAt = try TicketField.time(comment["updated_at"] ?? issue["updated_at"], kind)
        guard comment.isNull else {
            guard let text = comment["body"]?.string else {
                throw Unreadable("forgejo.no-comment", "The event of a comment does not hold its text.")
            }
            if action == "created" { event.comment = text }
            return event
        }
        switch action {
        case "closed": (event.statusTo, event.statusFrom) = (["closed"], ["open"])
        case "reopened": (event.statusTo, event.statusFrom) = (["open"], ["closed"])
        default: break
        }
        return event
    }

    private static func isRepository(_ text: String) -> Bool {
        guard text.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9._-]{0,63}\/[A-Za-z0-9._-]{1,100}/) != nil else {
            return false
        }
        return !text.hasSuffix("/.") && !text.hasSuffix("/..")
    }
}
