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
            return "\(containment.machineName): \(parties.joined(separator: "; "))"
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
        let jobs = try transaction.jobs(JobQuery(states: open, limit: linesMax, newestFirst: true))
        guard !jobs.isEmpty else { return "Nothing is under way." }
        let lines = jobs.map { job in
            "\(job.id): \(job.title), \(job.state.rawValue) since \(job.since.iso8601), by \(job.askerText)"
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
