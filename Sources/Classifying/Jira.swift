package import JSONReader
package import Vocabulary

/// Jira's deliveries, Cloud and Data Center: what happened to an issue, and who made it happen.
///
/// Jira signs no time outside the body; a retry may come an hour late, a replay may come any time.
///
/// Source: `reference/webhook-sources.md` §§4.1, 4.2.
package struct Jira: TicketReader {
    package static let kind = SourceKind("jira", isChat: false, provesPerson: true)

    package let reading: SourceReading

    package init(_ reading: SourceReading) {
        self.reading = reading
    }

    package static func read(
        _ body: JSONValue,
        of delivery: VerifiedDelivery
    ) throws(Unreadable) -> TicketEvent? {
        var event = TicketEvent(actor: actor(of: body))
        event.happenedAt = try time(of: body)
        if let issue = body.at("issue.key")?.string, isIssueKey(issue) {
            event.ticket = issue
            event.place = project(of: issue)
            event.replyTo = .jira(issue: issue)
        }
        for item in body.at("changelog.items")?.array ?? [] {
            func texts(_ keys: String...) -> [String] { keys.compactMap { item[$0]?.string } }
            switch item["field"]?.string {
            case "status":
                event.statusTo += texts("toString", "to")
                event.statusFrom += texts("fromString", "from")
            case "labels":
                let before = words(item["fromString"])
                let after = words(item["toString"])
                event.labelsAdded += after.filter { !before.contains($0) }
                event.labelsRemoved += before.filter { !after.contains($0) }
            default: break
            }
        }
        if body["webhookEvent"]?.string == "comment_created", !mayBeMail(body) {
            event.comment = body.at("comment.body")?.string
        }
        return event
    }

    /// A service desk makes comments of mails, in the name of their sender's address, which anybody can forge; what is
    /// internal was written by its agents.
    private static func mayBeMail(_ body: JSONValue) -> Bool {
        body.at("issue.fields.project.projectTypeKey")?.string == "service_desk"
            && body.at("comment.jsdPublic") != false
    }

    /// Issue, time and changelog id, for senders that give no header.
    package static func senderKey(of delivery: VerifiedDelivery) -> String? {
        guard let event = try? JSONReader.read(delivery.body, root: .object),
            let issue = event.at("issue.key")?.string, let time = event["timestamp"]?.integer,
            let change = event.at("changelog.id")
        else { return nil }
        guard let changeID = change.string ?? change.integer.map(String.init) else { return nil }
        return "\(issue.prefix(64)):\(time):\(changeID.prefix(64))"
    }

    /// Who caused the event: Cloud's account id, else Data Center's key, else its name.
    ///
    /// An event of a comment may name nobody as `user`. Then whoever wrote it last did it, who need not be
    /// its author: in Jira some may change the comments of others.
    private static func actor(of event: JSONValue) -> TicketEvent.Actor? {
        let people = [event["user"], event.at("comment.updateAuthor"), event.at("comment.author")]
        guard let person = people.lazy.compactMap({ $0 }).first(where: { !$0.isNull }) else { return nil }
        for key in ["accountId", "key", "name"] {
            if let identity = person[key]?.string, (1...256).contains(identity.utf8.count) {
                return TicketEvent.Actor(identity, shownName: person["displayName"]?.string)
            }
        }
        return nil
    }

    /// A body that carries no time passes: the signature covers it, so nobody could have taken it out, and
    /// the memory of signed bytes refuses its repetition for as long as the ledger lasts.
    private static func time(of event: JSONValue) throws(Unreadable) -> Timestamp? {
        guard let value = event["timestamp"], !value.isNull else { return nil }
        guard let milliseconds = value.integer else {
            throw Unreadable("jira.malformed-timestamp", "The event's time is not a whole number.")
        }
        return Timestamp(milliseconds: milliseconds)
    }

    /// The key of the issue's project: all before the last hyphen of the issue's key.
    static func project(of issue: String) -> Place? {
        issue.lastIndex(of: "-").map { .project(String(issue[..<$0])) }
    }

    /// It goes into an address later: `SEC-1482`, nothing else.
    static func isIssueKey(_ text: String) -> Bool {
        text.utf8.count <= 64 && text.wholeMatch(of: /[A-Z][A-Z0-9_]*-[0-9]+/) != nil
    }

    /// Labels come as one text with blanks between them.
    private static func words(_ value: JSONValue?) -> [String] {
        (value?.string ?? "").split(whereSeparator: \.isWhitespace).map(String.init)
    }
}
