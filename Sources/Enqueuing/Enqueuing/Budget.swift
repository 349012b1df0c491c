import Catalogue
import Vocabulary

/// One limit as it holds for one job: what counts, how much there may be, what is said when there is no more.
package struct Budget: Sendable {
    package enum Bound: Sendable, Hashable {
        /// Jobs submitted within the last so long, this one included.
        case begun(within: Duration, most: Int)
        /// Machines contained at the same moment, this one included.
        case contained(most: Int)
    }

    package var bound: Bound
    /// The limit in words, such as `isolate per-hour 10`.
    package var words: String
    /// What to do when it is spent.
    package var fix: String
    /// True if what is over is refused; else it is held.
    package var refuses: Bool
    /// True if other actions draw on it as well.
    package var spansActions: Bool
    /// Whether a submitted job draws on it.
    package var counts: @Sendable (Job) -> Bool

    package init(
        bound: Bound,
        words: String,
        fix: String,
        refuses: Bool = false,
        spansActions: Bool = false,
        counts: @escaping @Sendable (Job) -> Bool
    ) {
        self.bound = bound
        self.words = words
        self.fix = fix
        self.refuses = refuses
        self.spansActions = spansActions
        self.counts = counts
    }
}

/// The first budget that a job about to be submitted would exceed; nil if all have room.
///
/// Asked in the transaction that begins the submission: what another worker begins is counted before or after,
/// never at the same time.
func spentBudget(
    for job: Job,
    _ budgets: [Budget],
    in transaction: any LedgerTransaction
) throws -> (budget: Budget, outcome: Outcome)? {
    // What was booked once is not booked again by another try.
    guard job.firstSubmittedAt == nil, job.bookedAt == nil else { return nil }
    let group = try waitingGroup(of: job, in: transaction)
    for budget in budgets where budget.refuses || job.limitsWaivedBy == nil {
        // Several machines asked for in one breath are one decision: what holds one holds all that wait.
        if !budget.refuses, let held = try heldByLimit(with: job, in: transaction) { return (budget, held) }
        let (used, most) = try use(of: budget, for: job, in: transaction)
        let others = group.count(where: budget.counts)
        guard used + 1 + others > most else { continue }
        let asks = others > 0 ? ", and this asks for \(others + 1)" : ""
        let state = used >= most ? "is reached" : "has not room enough"
        let message = "The limit \(budget.words) \(state) (\(used) of \(most)\(asks))."
        return (budget, Outcome(code: "limit", message: message, fix: budget.fix))
    }
    if !budgets.isEmpty {
        for var other in group {
            other.bookedAt = transaction.now
            _ = try transaction.update(other, fence: nil)
        }
    }
    return nil
}

/// The other jobs of its group that will be submitted without another person's word, as far as is known now.
private func waitingGroup(of job: Job, in transaction: any LedgerTransaction) throws -> [Job] {
    // Somebody let this one go on by itself.
    guard let group = job.group, job.limitsWaivedBy == nil else { return [] }
    let query = JobQuery(states: JobState.beforeApproval + [.ready], delivery: job.delivery, limit: .max)
    return try transaction.jobs(query).filter { other in
        guard other.id != job.id, other.group == group, !other.isAutomatic, other.firstSubmittedAt == nil
        else { return false }
        // Who joins a containment posts nothing and does not count.
        guard let machine = other.machine?.id else { return true }
        return try !transaction.openClaims(on: machine).contains { $0.lane == job.lane }
    }
}

/// Why a limit holds another job of the group; nil if none is held by one.
private func heldByLimit(with job: Job, in transaction: any LedgerTransaction) throws -> Outcome? {
    guard let group = job.group else { return nil }
    let held = try transaction.jobs(JobQuery(states: [.held], delivery: job.delivery, limit: .max))
    return held.first { $0.group == group && $0.outcome?.code == "limit" }?.outcome
}

private func use(
    of budget: Budget,
    for job: Job,
    in transaction: any LedgerTransaction
) throws -> (used: Int, most: Int) {
    switch budget.bound {
    case .begun(let window, let most):
        let query = JobQuery(
            actions: budget.spansActions ? nil : [job.action],
            submittedAfter: transaction.now - window,
            limit: .max
        )
        let used = try transaction.jobs(query).count { other in
            other.id != job.id && !other.wasSurelyNotExecuted && budget.counts(other)
        }
        let actions = budget.spansActions ? nil : [job.action]
        return (used + (try booked(actions, besides: job, in: transaction).count(where: budget.counts)), most)
    case .contained(let most):
        let claims = try transaction.openClaims(on: nil).filter { $0.lane == job.lane }
        var machines = Set(claims.map(\.machine))
        let booked = try booked([job.action], besides: job, in: transaction)
        machines.formUnion(booked.compactMap { $0.machine?.id })
        machines.subtract([job.machine?.id].compactMap { $0 })
        return (machines.count + booked.count { $0.machine == nil }, most)
    }
}

/// Jobs that have their place already and are not submitted yet.
private func booked(
    _ actions: [String]?,
    besides job: Job,
    in transaction: any LedgerTransaction
) throws -> [Job] {
    // Also while somebody has to agree or to let it go on: it goes on without being asked for a place again.
    let states = JobState.beforeApproval + [.ready, .awaitingApproval, .held]
    let query = JobQuery(states: states, actions: actions, limit: .max)
    return try transaction.jobs(query).filter {
        $0.id != job.id && $0.bookedAt != nil && $0.firstSubmittedAt == nil
    }
}

extension Job {
    /// It ended, and Defender never had an action of it.
    fileprivate var wasSurelyNotExecuted: Bool {
        state.isEnd && state != .succeeded && machineAction == nil && spentActions == nil
    }
}
