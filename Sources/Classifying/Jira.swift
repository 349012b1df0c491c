import JSONReader
import Vocabulary

/// Jira's deliveries, Cloud and Data Center: what happened to an issue, and who made it happen.
///
/// Source: `reference/webhook-sources.md` §§4.1, 4.2.
struct Jira {
    /// Jira signs no time outside the body; a retry may come an hour late, a replay may come any time.
    private static let ageMax = Duration.seconds(24 * 60 * 60)

    private let reading: SourceReading
    private let program: RouteProgram?

    init(_ reading: SourceReading, program: RouteProgram?) {
        self.reading = reading
        self.program = program
    }

    func classify(
        _ delivery: VerifiedDelivery,
        jq: Classifier.Filter?
    ) async throws(Unreadable) -> Classification {
        let event = try Unreadable.reading(delivery.body, root: .object)
        let actor = Self.actor(of: event)
        if let actor, reading.ownAccounts.contains(actor.identity) { return .own }
        try Self.checkAge(of: event, at: delivery.receivedAt)
        guard let program, let jq else { return .unmatched }
        let matches = try await program.matches(delivery.body, jq: jq)
        if matches.isEmpty { return .unmatched }
        guard let actor else {
            throw Unreadable("jira.no-actor", "The event does not say which account caused it.")
        }
        let issue = event.at("issue.key")?.string.flatMap { Self.isIssueKey($0) ? $0 : nil }
        return .intents(
            matches.map { match in
                Intent(
                    source: reading.name,
                    asker: .identity(actor.identity),
                    askerShownName: actor.shownName,
                    request: .action(match.request),
                    replyTo: issue.map(ReplyAddress.jira),
                    askedForBy: match.askedForBy,
                    ticket: issue ?? match.ticket,
                    route: match.route,
                    place: issue.flatMap(Self.project(of:))
                )
            }
        )
    }

    /// The key of the issue's project: all before the last hyphen of the issue's key.
    private static func project(of issue: String) -> Place? {
        issue.lastIndex(of: "-").map { .project(String(issue[..<$0])) }
    }

    static func eventKey(of delivery: VerifiedDelivery) -> String? {
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
    private static func actor(of event: JSONValue) -> (identity: String, shownName: String?)? {
        let people = [event["user"], event.at("comment.updateAuthor"), event.at("comment.author")]
        guard let person = people.lazy.compactMap({ $0 }).first(where: { !$0.isNull }) else { return nil }
        for key in ["accountId", "key", "name"] {
            if let identity = person[key]?.string, (1...256).contains(identity.utf8.count) {
                return (identity, person["displayName"]?.string)
            }
        }
        return nil
    }

    /// A body that carries no time passes: the signature covers it, so nobody could have taken it out, and
    /// the memory of signed bytes refuses its repetition for as long as the ledger lasts.
    private static func checkAge(of event: JSONValue, at now: Timestamp) throws(Unreadable) {
        guard let value = event["timestamp"], !value.isNull else { return }
        guard let milliseconds = value.integer else {
            throw Unreadable("jira.malformed-timestamp", "The event's time is not a whole number.")
        }
        let age = now.since(Timestamp(milliseconds: milliseconds))
        guard age <= ageMax, age >= .zero - ageMax else {
            throw Unreadable("stale", "The event's own time is more than 24 hours off.")
        }
    }

    /// It goes into an address later: `SEC-1482`, nothing else.
    private static func isIssueKey(_ text: String) -> Bool {
        text.utf8.count <= 64 && text.wholeMatch(of: /[A-Z][A-Z0-9_]*-[0-9]+/) != nil
    }
}
