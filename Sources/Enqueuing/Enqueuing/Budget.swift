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
    guard job.firstSubmittedAt == nil else { return nil }
    for budget in budgets where budget.refuses || job.limitsWaivedBy == nil {
        let (used, most) = try use(of: budget, for: job, in: transaction)
        guard used >= most else { continue }
        let message = "The limit \(budget.words) is reached (\(used) of \(most))."
        return (budget, Outcome(code: "limit", message: message, fix: budget.fix))
    }
    return nil
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
        return (used, most)
    case .contained(let most):
        let machines = Set(try transaction.openClaims(on: nil).map(\.machine))
        return (machines.subtracting([job.machine?.id].compactMap { $0 }).count, most)
    }
}

extension Job {
    /// It ended, and Defender never had an action of it.
    fileprivate var wasSurelyNotExecuted: Bool {
        state.isEnd && state != .succeeded && machineAction == nil && spentActions == nil
    }
}
