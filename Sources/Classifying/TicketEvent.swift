package import Vocabulary

/// What happened to a ticket, an issue or an incident, in the words that all such systems share.
///
/// The reader of a kind fills in what the delivery says and leaves empty what did not happen.
package struct TicketEvent: Sendable {
    /// Who made it happen: the actor of the *event*, not the assignee, reporter or author of the ticket.
    package struct Actor: Sendable, Hashable {
        /// As `people` spell it.
        package var identity: String
        package var shownName: String?

        package init(_ identity: String, shownName: String? = nil) {
            self.identity = identity
            self.shownName = shownName
        }
    }

    /// Nil where a machine made it happen, or nobody is named.
    package var actor: Actor?
    /// The ticket as people call it, such as `SEC-1482`.
    package var ticket: String?
    package var place: Place?
    package var replyTo: ReplyAddress?
    /// The state that it went into, by every name and number that the delivery gives it; empty if it did not.
    package var statusTo: [String] = []
    /// The state that it came out of, likewise.
    package var statusFrom: [String] = []
    package var labelsAdded: [String] = []
    package var labelsRemoved: [String] = []
    /// The text of a comment that was written just now.
    package var comment: String?
    /// When it happened, by the sender's clock, where nothing signed says it better.
    package var happenedAt: Timestamp?

    package init(actor: Actor?) {
        self.actor = actor
    }
}

/// The ready condition of a route, for the common cases that need no jq.
package enum Trigger: Sendable, Hashable {
    case statusChangedTo(String)
    case statusChangedFrom(String)
    case labelAdded(String)
    case labelRemoved(String)
    /// A comment has lines that begin with this word; what follows is the grammar of the chat.
    case commentCommand(String)

    /// The keys of the settings.
    package static let keys = [
        "status-changed-to", "status-changed-from", "label-added", "label-removed", "comment-command",
    ]

    /// Nil for a key that is none of ``keys``.
    package init?(key: String, value: String) {
        switch key {
        case "status-changed-to": self = .statusChangedTo(value)
        case "status-changed-from": self = .statusChangedFrom(value)
        case "label-added": self = .labelAdded(value)
        case "label-removed": self = .labelRemoved(value)
        case "comment-command": self = .commentCommand(value)
        default: return nil
        }
    }

    /// True if the event is what the trigger waits for; a comment's commands are read elsewhere.
    ///
    /// States and labels compare without regard to case: nobody means another state by another spelling.
    func fires(on event: TicketEvent) -> Bool {
        func holds(_ wanted: String, _ found: [String]) -> Bool {
            found.contains { $0.lowercased() == wanted.lowercased() }
        }
        switch self {
        case .statusChangedTo(let status):
            return holds(status, event.statusTo) && !holds(status, event.statusFrom)
        case .statusChangedFrom(let status):
            return holds(status, event.statusFrom) && !holds(status, event.statusTo)
        case .labelAdded(let label): return holds(label, event.labelsAdded)
        case .labelRemoved(let label): return holds(label, event.labelsRemoved)
        case .commentCommand: return false
        }
    }
}
