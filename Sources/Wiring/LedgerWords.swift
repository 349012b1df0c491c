import Deciding
import Enqueuing
import Vocabulary

/// The ledger in sentences, for chat.
enum LedgerWords {
    private static let linesMax = 20

    static func isolated(in transaction: any LedgerTransaction) throws -> String {
        let containments = try Containment.all(in: transaction)
        guard !containments.isEmpty else { return "No machine is contained by Bascule." }
        var lines = containments.prefix(linesMax).map { containment in
            let parties =
                containment.claims.map(words) + [containment.foreign.map(words)].compactMap(\.self)
            return "\(containment.shownName): \(parties.joined(separator: "; "))"
        }
        let left = containments.count - lines.count
        if left > 0 { lines.append("and \(left) more: `bascule isolated` lists them all") }
        return lines.joined(separator: "\n")
    }

    private static func words(on claim: Claim) -> String {
        let end = claim.endsAt.map { " until \($0.iso8601)" } ?? ""
        let state = claim.containedAt == nil ? " (under way)" : ""
        let ticket = claim.ticket.map { " \($0)" } ?? ""
        return "\(claim.ownerText)\(end)\(state)\(ticket) [\(claim.reason ?? "no reason given")]"
    }

    private static func words(on foreign: ForeignContainment) -> String {
        "outside Bascule by \(foreign.by) since \(foreign.since.iso8601)"
    }

    static func jobs(in transaction: any LedgerTransaction) throws -> String {
        let open = JobState.allCases.filter { !$0.isEnd }
        let all = try transaction.jobs(JobQuery(states: open, newestFirst: true))
        guard !all.isEmpty else { return "Nothing is under way." }
        // What waits for a person comes first; what only waits for its time is counted.
        let scheduled = all.filter { $0.isAutomatic && $0.state == .ready }
        let waiting = all.filter { $0.state == .awaitingApproval || $0.state == .held }
        let known = Set((scheduled + waiting).map(\.id))
        let shown = waiting + all.filter { !known.contains($0.id) }
        var lines = shown.prefix(linesMax).map { job in
            "\(job.id): \(job.title), \(job.state.rawValue) since \(job.since.iso8601), by \(job.askerText)"
        }
        if shown.count > lines.count { lines.append("and \(shown.count - lines.count) more: `bascule jobs`") }
        if !scheduled.isEmpty {
            lines.append("\(scheduled.count) releases wait for the end of their time: `isolated` says when")
        }
        return lines.joined(separator: "\n")
    }

    static func whoAmI(_ intent: Intent, _ policy: Policy) -> String {
        let identity = "At \(intent.source) you are \(intent.asker.text)"
        guard let principal = policy.principal(of: intent.asker, at: intent.source) else {
            return "\(identity); the settings' `people` do not name that."
        }
        return "\(identity), which is \(principal.name)."
    }
}
