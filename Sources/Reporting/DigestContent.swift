import Catalogue
import Enqueuing
import Vocabulary

/// What a digest says, read from the ledger at one moment.
struct DigestContent: Sendable {
    /// Lines of each list; how many are left out is said.
    static let linesMax = 30
    /// The longest line, in UTF-16 units: all lists together then fit into one message.
    static let lineMax = 400
    /// Claims of a machine that its line names.
    private static let partiesMax = 3
    private static let reasonMax = 80
    private static let nameMax = 60
    /// The most jobs looked at; the newest.
    private static let jobsMax = 10_000
    /// After this long past its end a containment is overdue (design §9).
    private static let grace = Duration.seconds(60)
    /// A digest that comes this late says so.
    private static let lateness = Duration.seconds(300)
    private static let unhappyEnds: [JobState] = [.failed, .timedOut, .expired, .denied]

    /// What is awaited by people, not by machines.
    private static let waitingStates: [JobState] = [.awaitingApproval, .held]

    private let schedule: DigestSchedule
    private let slot: Timestamp
    private let since: Timestamp
    private let now: Timestamp
    private let freeze: Freeze?
    private let containments: [Containment]
    private let waiting: [Job]
    private let unhappy: [Job]

    /// It was due at `slot`; what ended before `since`, when the last one was written, was told by that one.
    init(
        _ schedule: DigestSchedule,
        slot: Timestamp,
        since: Timestamp,
        in transaction: any LedgerTransaction
    ) throws {
        self.schedule = schedule
        self.slot = slot
        self.since = since
        now = transaction.now
        freeze = try Freeze.present(in: transaction)
        containments = try Containment.all(in: transaction)
        waiting = try transaction.jobs(JobQuery(states: Self.waitingStates, limit: Self.jobsMax))
        unhappy = try transaction.jobs(
            JobQuery(states: Self.unhappyEnds, limit: Self.jobsMax, newestFirst: true)
        ).filter { $0.since >= since }.sorted { ($1.since, $1.sequence) < ($0.since, $0.sequence) }
    }

    var notice: Notice {
        Notice(code: "digest", tone: tone, text: text)
    }

    private var tone: Notice.Tone {
        if freeze != nil || !unhappy.isEmpty || containments.contains(where: isOverdue) { return .warning }
        return containments.isEmpty && waiting.isEmpty ? .good : .progress
    }

    private var text: String {
        var lines = ["Digest of \(schedule.wallText(slot))."]
        if now.since(slot) >= Self.lateness {
            lines.append("It was due at \(slot.iso8601), comes late, and says what is so now.")
        }
        if let freeze {
            let scope = freeze.stopsReleases ? ", releases included" : ""
            let reason = Self.line(freeze.because, Self.lineMax / 2)
            lines.append("FROZEN by \(freeze.by) since \(freeze.at.iso8601)\(scope): \(reason)")
        }
        let ours = containments.filter { !$0.claims.isEmpty }.sorted(by: endsSooner)
        let foreign = containments.filter { $0.foreign != nil }.sorted { since($0) < since($1) }
        if ours.isEmpty, foreign.isEmpty, waiting.isEmpty { lines.append("Nothing is open.") }
        lines += Self.list("Contained by Bascule", ours.map(words))
        lines += Self.list("Contained outside Bascule", foreign.compactMap(foreignWords))
        lines += Self.list("Waiting for somebody", waiting.map(words))
        if unhappy.isEmpty {
            lines.append("Nothing failed, timed out, expired or was denied since \(since.iso8601).")
        } else {
            let counts = Self.unhappyEnds.compactMap { state in
                let count = unhappy.count { $0.state == state }
                return count == 0 ? nil : "\(count) \(state.rawValue)"
            }
            let title = "Not done since \(since.iso8601): \(counts.joined(separator: ", "))"
            lines += Self.list(title, unhappy.map(ending), showsCount: false)
        }
        return lines.joined(separator: "\n")
    }

    // MARK: Containments

    private func endsSooner(_ one: Containment, _ other: Containment) -> Bool {
        let never = Timestamp(milliseconds: .max)
        let first = one.firstEnd ?? never
        let second = other.firstEnd ?? never
        return (first, one.machineName, one.machine) < (second, other.machineName, other.machine)
    }

    private func isOverdue(_ containment: Containment) -> Bool {
        containment.claims.contains(where: isOverdue)
    }

    private func isOverdue(_ claim: Claim) -> Bool {
        guard let end = claim.endsAt else { return false }
        return end + Self.grace <= now && heldRelease(of: claim) == nil
    }

    /// The release at the end of its time, if somebody holds it back.
    private func heldRelease(of claim: Claim) -> Job? {
        waiting.first { $0.state == .held && $0.origin == .timeBox(of: claim.id) }
    }

    private func words(on containment: Containment) -> String {
        let soonest = containment.claims.enumerated().sorted { one, other in
            let never = Timestamp(milliseconds: .max)
            return (one.element.endsAt ?? never, one.offset) < (other.element.endsAt ?? never, other.offset)
        }.map(\.element)
        var parties = soonest.prefix(Self.partiesMax).map(words)
        let left = soonest.count - parties.count
        if left > 0 { parties.append("and \(left) more") }
        let mark = isOverdue(containment) ? "OVERDUE " : ""
        let name = name(of: containment)
        return "\(mark)\(name): \(parties.joined(separator: "; "))"
    }

    private func words(on claim: Claim) -> String {
        var words = Self.line(claim.ownerText, Self.nameMax)
        if let ticket = claim.ticket { words += " \(Self.line(ticket, Self.nameMax))" }
        words += " [\(claim.reason.map { Self.line($0, Self.reasonMax) } ?? "no reason given")]"
        words += claim.containedAt.map { ", since \($0.iso8601)" } ?? ", under way"
        if let held = heldRelease(of: claim) { return "\(words), held: `go \(held.id)` lets it end" }
        guard let end = claim.endsAt else { return "\(words), no end" }
        return words + (isOverdue(claim) ? ", was to end \(end.iso8601)" : ", ends \(end.iso8601)")
    }

    private func since(_ containment: Containment) -> Timestamp {
        containment.foreign?.since ?? Timestamp(milliseconds: .max)
    }

    /// The machine, and what it is where that is not contained.
    private func name(of containment: Containment) -> String {
        let name = Self.line(containment.machineName, Self.nameMax)
        return containment.restraint.lane == .network ? name : "\(name) (\(containment.restraint.done))"
    }

    private func foreignWords(on containment: Containment) -> String? {
        guard let foreign = containment.foreign else { return nil }
        let name = name(of: containment)
        return "\(name): \(Self.line(foreign.by, Self.nameMax * 2)), since \(foreign.since.iso8601)"
    }

    // MARK: Jobs

    private func words(on job: Job) -> String {
        var words = "\(head(of: job)), \(job.state.rawValue) since \(job.since.iso8601)"
        if job.state == .awaitingApproval, let asked = job.approval {
            let who = Self.line(asked.shown.joined(separator: ", "), Self.nameMax * 2)
            return words
                + ", \(asked.given.count) of \(asked.count) approvals, until \(asked.until.iso8601): \(who)"
        }
        if let outcome = job.outcome { words += ": \(outcome.message)" }
        return words
    }

    private func ending(_ job: Job) -> String {
        var words = "\(head(of: job)), \(job.state.rawValue) \(job.since.iso8601)"
        if let outcome = job.outcome { words += ": \(outcome.message)" }
        return words
    }

    private func head(of job: Job) -> String {
        let ticket = job.ticket.map { " \(Self.line($0, Self.nameMax))" } ?? ""
        let machine = Self.line(job.machineText, Self.nameMax)
        return "\(job.id): \(job.action) \(machine) by \(Self.line(job.askerText, Self.nameMax))\(ticket)"
    }

    // MARK: Lines

    private static func list(_ title: String, _ items: [String], showsCount: Bool = true) -> [String] {
        guard !items.isEmpty else { return [] }
        var lines = [showsCount ? "\(title): \(items.count)" : title]
        lines += items.prefix(linesMax).map { line("• \($0)", lineMax) }
        if items.count > linesMax { lines.append("and \(items.count - linesMax) more") }
        return lines
    }

    /// Foreign text draws no lines of its own.
    private static func line(_ text: String, _ unitsMax: Int) -> String {
        ReplyText.cut(text.split(whereSeparator: \.isNewline).joined(separator: " "), to: unitsMax)
    }
}
