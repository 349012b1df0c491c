package import JSONReader
package import Vocabulary

/// GitLab's webhooks of issues and their notes.
///
/// `user` is who did it, by its number. With a plain token instead of a signing token nothing covers the body:
/// whoever knows the token can write anybody's number there.
///
/// Source: `reference/webhook-sources.md` §5.2.
package struct GitLab: TicketReader {
    package static let kind = SourceKind("gitlab", isChat: false, provesPerson: true)

    package let reading: SourceReading

    package init(_ reading: SourceReading) {
        self.reading = reading
    }

    package static func read(
        _ body: JSONValue,
        of delivery: VerifiedDelivery
    ) throws(Unreadable) -> TicketEvent? {
        let attributes = body["object_attributes"] ?? .null
        let issue: JSONValue
        switch body["object_kind"]?.string {
        case "issue": issue = attributes
        case "note" where attributes["noteable_type"] == "Issue": issue = body["issue"] ?? .null
        default: return nil
        }
        guard let number = TicketField.number(issue["iid"]) else {
            throw Unreadable("gitlab.no-issue", "The event does not say the number of its issue.")
        }
        guard let project = TicketField.number(body.at("project.id")),
            let path = body.at("project.path_with_namespace")?.string, isPath(path)
        else {
            throw Unreadable("gitlab.no-project", "The event does not name its project.")
        }
        var event = TicketEvent(actor: nil)
        if let user = TicketField.identity(body.at("user.id")) {
            event.actor = TicketEvent.Actor(user, shownName: body.at("user.name")?.string)
        }
        event.ticket = "\(path)#\(number)"
        event.place = .project(path)
        event.replyTo = .at(["project": project, "issue": number])
        event.happenedAt = try TicketField.time(attributes["updated_at"], kind)
        if body["object_kind"] == "note" {
            event.comment = try note(attributes)
        } else {
            try readChange(of: body, attributes, into: &event)
        }
        return event
    }

    private static func readChange(
        of body: JSONValue,
        _ attributes: JSONValue,
        into event: inout TicketEvent
    ) throws(Unreadable) {
        switch attributes["action"]?.string {
        case "close": (event.statusTo, event.statusFrom) = (["closed"], ["opened"])
        case "reopen": (event.statusTo, event.statusFrom) = (["opened"], ["closed"])
        default: break
        }
        guard let labels = body.at("changes.labels"), !labels.isNull else { return }
        let before = try titles(labels["previous"])
        let after = try titles(labels["current"])
        event.labelsAdded = after.filter { !before.contains($0) }
        event.labelsRemoved = before.filter { !after.contains($0) }
    }

    private static func titles(_ labels: JSONValue?) throws(Unreadable) -> [String] {
        guard let labels, !labels.isNull else { return [] }
        let titles = (labels.array ?? []).compactMap { $0["title"]?.string }
        guard let all = labels.array, all.count == titles.count else {
            throw Unreadable("gitlab.malformed-labels", "The event's labels have no titles.")
        }
        return titles
    }

    /// What somebody wrote just now: no note of GitLab's own, and no change of an older one.
    private static func note(_ attributes: JSONValue) throws(Unreadable) -> String? {
        guard let text = attributes["note"]?.string else {
            throw Unreadable("gitlab.no-note", "The event of a note does not hold its text.")
        }
        guard attributes["system"] != true else { return nil }
        // Older releases do not say the action, and send changes of a note as the note.
        let action = attributes["action"]?.string
        let isNew = action.map { $0 == "create" } ?? (attributes["created_at"] == attributes["updated_at"])
        return isNew ? text : nil
    }

    private static func isPath(_ text: String) -> Bool {
        text.utf8.count <= 255 && text.wholeMatch(of: /[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)+/) != nil
    }
}
