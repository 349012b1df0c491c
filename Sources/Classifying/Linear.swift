package import JSONReader
package import Vocabulary

/// Linear's webhooks of issues and their comments.
///
/// `updatedFrom` holds the old values of what changed, of a state and of labels only the ids. An issue that is made
/// in a state, or with labels, went into them.
///
/// Source: `reference/webhook-sources.md` §5.3.
package struct Linear: TicketReader {
    package static let kind = SourceKind("linear", isChat: false, provesPerson: true)

    package let reading: SourceReading

    package init(_ reading: SourceReading) {
        self.reading = reading
    }

    package static func read(
        _ body: JSONValue,
        of delivery: VerifiedDelivery
    ) throws(Unreadable) -> TicketEvent? {
        guard let type = body["type"]?.string, let action = body["action"]?.string else {
            throw Unreadable("linear.no-type", "The event does not say what happened to what.")
        }
        let data = body["data"] ?? .null
        let issue: JSONValue
        switch type {
        case "Issue": issue = data
        case "Comment": issue = data["issue"] ?? .null
        default: return nil
        }
        // A comment on something else, such as a project's news.
        if type == "Comment", issue.isNull { return nil }
        guard let id = issue["id"]?.string, isUUID(id) else {
            throw Unreadable("linear.no-issue", "The event does not name its issue.")
        }
        var event = TicketEvent(actor: nil)
        if let actor = TicketField.identity(body.at("actor.id")) {
            event.actor = TicketEvent.Actor(actor, shownName: body.at("actor.name")?.string)
        }
        event.ticket = issue["identifier"]?.string.flatMap { isIdentifier($0) ? $0 : nil }
        event.place = issue.at("team.key")?.string.flatMap { isTeam($0) ? .project($0) : nil }
        event.replyTo = .at(["issue": id])
        event.happenedAt = try TicketField.time(body["createdAt"], kind)
        switch (type, action) {
        case ("Comment", "create"):
            guard let text = data["body"]?.string else {
                throw Unreadable("linear.no-comment", "The event of a comment does not hold its text.")
            }
            event.comment = text
        case ("Issue", "create"), ("Issue", "update"):
            try readChange(of: data, from: action == "update" ? body["updatedFrom"] : nil, into: &event)
        default: break
        }
        return event
    }

    /// `before` holds the old values of what changed; nil for an issue that is new.
    private static func readChange(
        of issue: JSONValue,
        from before: JSONValue?,
        into event: inout TicketEvent
    ) throws(Unreadable) {
        if before == nil || before?["stateId"] != nil {
            event.statusTo = TicketField.texts(issue.at("state.name"), issue.at("state.id"))
            event.statusFrom = TicketField.texts(before?["stateId"])
        }
        guard before == nil || before?["labelIds"] != nil else { return }
        let oldIDs = (before?["labelIds"]?.array ?? []).compactMap(\.string)
        let labels = issue["labels"]?.array ?? []
        let named = labels.compactMap { label in
            label["id"]?.string.flatMap { id in label["name"]?.string.map { (id: id, name: $0) } }
        }
        guard named.count == labels.count else {
            throw Unreadable("linear.malformed-labels", "The event's labels have no ids and names.")
        }
        event.labelsAdded = named.filter { !oldIDs.contains($0.id) }.flatMap { [$0.name, $0.id] }
        event.labelsRemoved = oldIDs.filter { id in !named.contains { $0.id == id } }
    }

    private static func isUUID(_ text: String) -> Bool {
        text.wholeMatch(of: /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/) != nil
    }

    private static func isTeam(_ text: String) -> Bool {
        text.wholeMatch(of: /[A-Z0-9_]{1,40}/) != nil
    }

    private static func isIdentifier(_ text: String) -> Bool {
        text.utf8.count <= 64 && text.wholeMatch(of: /[A-Z0-9_]+-[0-9]+/) != nil
    }
}
