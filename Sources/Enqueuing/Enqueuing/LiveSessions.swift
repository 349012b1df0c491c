import Catalogue
import Vocabulary

/// Live-response sessions over all machines: how many Defender lets a tenant have, and who comes next.
///
/// Defender counts what it has queued for machines that are off as well, so a job counts from its submission until
/// Defender says that it ended. Counted in the transaction that begins a submission, no two workers take one place.
///
/// Source: `reference/defender-api.md` §3.6, Limits.
enum LiveSessions {
    /// Sessions of a tenant at once.
    static let most = 25
    /// How long one that waits for a place sleeps unless it is woken: places may be taken by others than us.
    static let again = Duration.seconds(30)
    static let code = "sessions-used"

    /// What a job that is ready has to wait for first; nil if it may begin now.
    static func queue(for job: Job, in transaction: any LedgerTransaction) throws -> JobEvent? {
        guard job.isSession else { return nil }
        let now = transaction.now
        let older = try jobs(JobState.beforeApproval + [.ready], in: transaction)
            .filter { $0.sequence < job.sequence && $0.isInLine(at: now) }
        if let first = older.first(where: { $0.meansMachine(of: job) }) {
            // It was asked for first on this machine; a session is not taken from under it.
            let due = first.lease == nil ? max(first.due ?? now, now) : now
            return .waits(until: due + .seconds(1))
        }
        let open = try open(in: transaction).filter { $0.id != job.id }
        let busy = Set(open.compactMap { $0.machine?.id })
        let waiting = older.filter { $0.state == .ready }
        let ahead = Set(waiting.compactMap { $0.machine?.id }).subtracting(busy).count
        guard open.count + ahead >= most else { return nil }
        let others = ahead > 0 ? ", and \(ahead) more asked before" : ""
        let outcome = Outcome(
            code: code,
            message:
                "\(open.count) of \(most) live-response sessions are open\(others); it waits for a place."
        )
        return .queued(until: now + again, because: outcome)
    }

    /// Lets the oldest of those that wait for a place look again.
    static func wake(besides job: Job, in transaction: any LedgerTransaction) throws {
        let free = most - (try open(in: transaction).count)
        guard free > 0 else { return }
        let waiting = try jobs([.ready], in: transaction).filter {
            $0.waitingFor == code && $0.id != job.id && $0.lease == nil
        }
        for var next in waiting.prefix(free) {
            next.due = transaction.now
            _ = try transaction.update(next, fence: nil)
        }
    }

    private static func open(in transaction: any LedgerTransaction) throws -> [Job] {
        try jobs([.submitting, .reconciling, .watching], in: transaction).filter(\.holdsLane)
    }

    private static func jobs(
        _ states: [JobState],
        in transaction: any LedgerTransaction
    ) throws -> [Job] {
        try transaction.jobs(JobQuery(states: states, actions: words, limit: .max))
    }

    private static var words: [String] { Catalogue.words(of: .liveResponse) }
}

extension Job {
    /// True for what opens a live-response session.
    package var isSession: Bool { lane == .liveResponse }

    /// Defender is done with its session; only the result is not here yet.
    var isFetchingResult: Bool {
        isSession && state == .watching && machineAction?.status == "Succeeded"
    }

    /// Nothing else of its lane may begin on its machine.
    package var holdsLane: Bool { lane != nil && state.isInFlight && !isFetchingResult }

    /// It is next as soon as it may; what waits for another time holds nobody up.
    fileprivate func isInLine(at now: Timestamp) -> Bool {
        lease != nil || waitingFor != nil || due.map { $0 <= now } == true
    }

    /// It is about the machine of another job, or said so while its machine is not found yet.
    fileprivate func meansMachine(of other: Job) -> Bool {
        machine.map { $0.id == other.machine?.id } ?? (selector == other.selector)
    }

    /// What is fetched once Defender is done.
    var fetchingWords: String {
        switch action {
        case Catalogue.runScript.word: "The script has run; fetching its transcript."
        case Catalogue.getFile.word: "Defender has the file; fetching it."
        default: "The package is complete; fetching it."
        }
    }

    /// It waits, and is told so once for each cause.
    mutating func waiting(for cause: Outcome) -> [JobEffect] {
        guard waitingFor != cause.code else { return [] }
        waitingFor = cause.code
        return [tellAsker(.warning, "job.waiting", "\(title) waits: \(cause.message)")]
    }
}

extension Ledger {
    /// Puts a leased job that is ready in line, if it cannot begin its session now.
    ///
    /// Asked before anything is read for it: what waits costs Defender no call.
    ///
    /// - Returns: The job as it waits; nil if it may go on.
    package func queueSession(_ job: Job) async throws -> Job? {
        guard try await read({ try LiveSessions.queue(for: job, in: $0) }) != nil else { return nil }
        let fence = job.fence
        return try await write { transaction in
            guard let stored = try transaction.job(job.id) else { throw LedgerError.noSuchJob(job.id) }
            guard let event = try LiveSessions.queue(for: stored, in: transaction) else { return nil }
            return try move(stored, by: event, fence: fence, keeping: nil, in: transaction)
        }
    }
}
