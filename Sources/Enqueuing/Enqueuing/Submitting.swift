package import Catalogue
package import Vocabulary

/// What Defender's own list said of a machine's network, or of what may run there, just before a submission.
package struct OutsideView: Sendable, Hashable {
    /// Since when and by whom it is contained, if not by us.
    package var foreignContainment: String?
    /// `Full` or `Selective` if it is contained by us.
    package var ownContainment: String?
    /// True if the action of ours that holds it is of a job that never had a claim.
    package var isUnclaimed = false
    /// Who released it, and when, if Defender's last word is a release.
    package var releasedOutside: String?
    /// Who else acted after our isolate of this claim, and how.
    package var takenOver: String?
    /// When the claim of a time box began by Defender's clock, if ours was behind then.
    package var begunAt: Timestamp?
    /// Defender's clock, where it told it.
    package var serverTime: Timestamp?
    /// The lane as it was before Defender was asked; nil if nothing rests on it.
    package var standing: LaneStanding?

    package init(
        foreignContainment: String? = nil,
        ownContainment: String? = nil,
        releasedOutside: String? = nil,
        takenOver: String? = nil
    ) {
        self.foreignContainment = foreignContainment
        self.ownContainment = ownContainment
        self.releasedOutside = releasedOutside
        self.takenOver = takenOver
    }
}

/// What of a machine's lane changes with our own actions: a view of Defender's list rests on it.
package struct LaneStanding: Sendable, Hashable {
    private var inFlight: Set<JobID>
    private var contained: Set<JobID>
    private var pending: Set<JobID>

    fileprivate init(_ lane: Lane?, jobs: [Job], claims: [Claim]) {
        let flying = jobs.filter { $0.lane == lane && $0.joined == nil && $0.state.isInFlight }
        let claims = claims.filter { $0.lane == lane }
        inFlight = Set(flying.map(\.id))
        contained = Set(claims.filter { $0.containedAt != nil }.map(\.id))
        pending = Set(claims.filter { $0.containedAt == nil }.map(\.id))
    }
}

extension Ledger {
    /// How a machine's lane stands now; taken before Defender's list is read, and given with its view.
    package func laneStanding(of machine: MachineID, _ lane: Lane) async throws -> LaneStanding {
        try await read { transaction in
            LaneStanding(
                lane,
                jobs: try transaction.jobs(JobQuery(states: JobState.open, machine: machine, limit: .max)),
                claims: try transaction.openClaims(on: machine)
            )
        }
    }

    /// Decides the step of a leased job in state `ready` and takes it, in one transaction: after this returns
    /// ``LaneRules/Step/submit(ending:)`` the job is `submitting`, durably, and may be posted once.
    ///
    /// - Parameters:
    ///   - job: As leased.
    ///   - view: What Defender's list said; empty for other lanes.
    ///   - rehearsal: What to say instead of posting; nil to act.
    ///   - budgets: The limits that hold for the job; what would exceed one is held.
    ///   - times: How long the lease of the submission lasts.
    /// - Returns: The step taken, and the job as it is now.
    /// - Throws: ``LedgerError`` or ``TransitionError`` if another worker has the job or it has moved.
    package func beginSubmission(
        of job: Job,
        view: OutsideView,
        rehearsal: Outcome?,
        budgets: [Budget] = [],
        times: LeaseTimes
    ) async throws -> (step: LaneRules.Step, job: Job) {
        let fence = job.fence
        return try await write { transaction in
            guard let stored = try transaction.job(job.id) else { throw LedgerError.noSuchJob(job.id) }
            guard stored.state == .ready else {
                throw TransitionError(state: stored.state, event: "submissionStarted")
            }
            var situation = try situation(of: stored, in: transaction)
            let standing = LaneStanding(
                stored.lane,
                jobs: situation.others,
                claims: situation.openClaims
            )
            guard view.standing == nil || view.standing == standing else {
                // An action of ours began or ended since the list was read: it is read again.
                let again = JobEvent.waits(until: transaction.now)
                return (.wait, try move(stored, by: again, fence: fence, keeping: nil, in: transaction))
            }
            situation.foreignContainment = view.foreignContainment
            situation.ownContainment = view.ownContainment
            situation.isUnclaimed = view.isUnclaimed
            situation.releasedOutside = view.releasedOutside
            situation.takenOver = view.takenOver
            var step = LaneRules.step(for: stored, in: situation, at: transaction.now)
            if rehearsal == nil, step.begins,
                let spent = try spentBudget(for: stored, budgets, in: transaction)
            {
                step = spent.budget.refuses ? .refuse(spent.outcome) : .hold(spent.outcome)
            }
            if rehearsal == nil, step.begins,
                let queued = try LiveSessions.queue(for: stored, in: transaction)
            {
                return (.wait, try move(stored, by: queued, fence: fence, keeping: nil, in: transaction))
            }
            if var rehearsal, let words = step.rehearsed(stored.restraint ?? Catalogue.containment) {
                rehearsal.message += words
                let moved = try move(
                    stored,
                    by: .rehearsed(rehearsal),
                    fence: fence,
                    keeping: nil,
                    in: transaction
                )
                return (step, moved)
            }
            return (step, try take(step, for: stored, fence: fence, times: times, in: transaction))
        }
    }
}

extension LaneRules.Step {
    /// What a rehearsal says of a step it does not take; nil for steps that touch nothing but the job itself.
    fileprivate func rehearsed(_ restraint: Restraint) -> String? {
        switch self {
        case .submit, .submitAnew: ""
        case .join(_, let others):
            " It would have joined the \(restraint.noun) by \(others.joined(separator: ", "))."
        case .claimContained: " The machine is \(restraint.done) already, by an earlier job of Bascule."
        case .settle(let outcome, _, _): " \(outcome.message)"
        case .cancelFirst, .putBehind: " The opposite action under way would have been cancelled first."
        case .wait: " It would have waited for the action that is under way."
        case .expire, .hold, .withdraw, .refuse, .waitUntil: nil
        }
    }

    /// True if something new is posted.
    fileprivate var begins: Bool {
        switch self {
        case .submit, .submitAnew: true
        case .expire, .hold, .wait, .waitUntil, .cancelFirst, .putBehind, .join, .claimContained, .settle,
            .withdraw,
            .refuse:
            false
        }
    }
}

private func situation(of job: Job, in transaction: any LedgerTransaction) throws -> LaneRules.Situation {
    guard let machine = job.machine?.id else {
        var situation = LaneRules.Situation(
            others: try namesakes(of: job, in: transaction),
            openClaims: [],
            isFrozen: try Freeze.present(in: transaction) != nil
        )
        situation.newerOpposite = try newerOpposite(of: job, in: transaction)
        return situation
    }
    let others = try transaction.jobs(JobQuery(states: JobState.open, machine: machine, limit: .max))
        .filter { $0.id != job.id }
    let claims = try transaction.openClaims(on: machine)
    let freeze = try Freeze.present(in: transaction)
    var situation = LaneRules.Situation(others: others, openClaims: claims, isFrozen: freeze != nil)
    situation.isFrozenForReleases = freeze?.stopsReleases == true
    situation.newerOpposite = try newerOpposite(of: job, in: transaction)
    guard let restraint = job.restraint else { return situation }
    // Of what has ended only what came after this job can count: a long history costs nothing.
    let released = JobQuery(
        states: [.succeeded],
        actions: [restraint.ends.word],
        machine: machine,
        after: job.sequence,
        limit: .max
    )
    situation.newestCountedRelease = (others + (try transaction.jobs(released)))
        .filter { counts($0, restraint.ends.word) }
        .filter {
            $0.decision?.mayEndOthers == true || ($0.principal != nil && $0.principal == job.principal)
        }
        .max { $0.sequence < $1.sequence }
    let holders = try claims.compactMap { $0.id == job.id ? nil : try transaction.job($0.id) }
    situation.newestCountedIsolate = (others.filter { $0.state == .ready } + holders)
        .filter { counts($0, restraint.begins.word) }
        .max { $0.sequence < $1.sequence }
    return situation
}

/// An intent counts once it is allowed, if somebody asked for it and meant it.
private func counts(_ job: Job, _ action: String) -> Bool {
    job.action == action && !job.isAutomatic && !job.isRehearsal
        && (job.state == .ready || job.state.isInFlight || job.state == .succeeded)
}

private func take(
    _ step: LaneRules.Step,
    for job: Job,
    fence: Int64,
    times: LeaseTimes,
    in transaction: any LedgerTransaction
) throws -> Job {
    func moved(_ event: JobEvent) throws -> Job {
        try move(job, by: event, fence: fence, keeping: nil, in: transaction)
    }
    switch step {
    case .submitAnew(let closing, let words):
        for id in closing {
            guard let claim = try transaction.claim(id), claim.isOpen else { continue }
            try closeTakenOver(claim, words: "\(words); the claim is closed.", in: transaction)
        }
        return try take(.submit(ending: []), for: job, fence: fence, times: times, in: transaction)
    case .submit(let ending):
        for id in ending {
            guard var claim = try transaction.claim(id), claim.isOpen else { continue }
            claim.endingBy = job.id
            try transaction.put(claim)
        }
        let until = transaction.now + times.lease
        return try move(
            job,
            by: .submissionStarted(leaseUntil: until),
            fence: fence,
            keeping: times,
            in: transaction
        )
    case .expire: return try moved(.expired)
    case .hold(let outcome): return try moved(.held(outcome))
    case .waitUntil(let moment): return try moved(.waits(until: moment))
    case .wait:
        try sayFrozen(job, in: transaction)
        return try moved(.waits(until: nil))
    case .cancelFirst(let others):
        try cancel(others, for: job, in: transaction)
        return try moved(.waits(until: nil))
    case .putBehind(let others):
        try cancel(others, for: job, resumesAfter: job.id, in: transaction)
        return try moved(.waits(until: nil))
    case .join(let primary, let others): return try join(job, primary, others, moved, in: transaction)
    case .claimContained:
        let joined = try moved(.joined(job.id, others: ["an earlier job of Bascule"]))
        let done = job.restraint?.done ?? Catalogue.containment.done
        let words = "The machine is \(done) already, by an earlier job of Bascule."
        return try move(
            joined,
            by: .ended(.succeeded, detail: words),
            fence: nil,
            keeping: nil,
            in: transaction
        )
    case .settle(let outcome, let closing, let code):
        for id in closing { try closeClaim(id, code: code, by: job, in: transaction) }
        try withdrawIsolates(closing, outcome: outcome, by: job, in: transaction)
        return try moved(.settled(outcome))
    case .withdraw(let outcome, let closing, let code):
        for id in closing { try closeClaim(id, code: code, by: job, in: transaction) }
        if code == "taken-over" { try tellTakenOver(outcome, by: job, in: transaction) }
        return try moved(.withdrawn(outcome))
    case .refuse(let outcome): return try moved(.refused(outcome))
    }
}

/// Has the actions of others cancelled at Defender.
private func cancel(
    _ others: [JobID],
    for job: Job,
    resumesAfter release: JobID? = nil,
    in transaction: any LedgerTransaction
) throws {
    for id in others {
        guard let other = try transaction.job(id), other.state == .watching else { continue }
        let request = CancelRequest(
            by: job.askerText,
            because: "\(job.askerText) asked to \(job.title).",
            at: transaction.now,
            resumesAfter: release
        )
        _ = try move(other, by: .cancelRequested(request), fence: nil, keeping: nil, in: transaction)
    }
}

private func join(
    _ job: Job,
    _ primary: JobID,
    _ others: [String],
    _ moved: (JobEvent) throws -> Job,
    in transaction: any LedgerTransaction
) throws -> Job {
    let joiner = try moved(.joined(primary, others: others))
    guard try transaction.claim(primary)?.containedAt != nil else {
        // Whoever had joined this one hangs on the same action now; nobody looks through more than one join.
        let query = JobQuery(states: [.watching], machine: job.machine?.id)
        for var follower in try transaction.jobs(query) where follower.joined == job.id {
            follower.joined = primary
            _ = try transaction.update(follower, fence: nil)
        }
        return joiner
    }
    let done = job.restraint?.done ?? Catalogue.containment.done
    let event = JobEvent.ended(
        .succeeded,
        detail: "The machine is \(done) already, by \(others.joined(separator: ", "))."
    )
    return try move(joiner, by: event, fence: nil, keeping: nil, in: transaction)
}

/// An isolate whose claim was ended has nothing left to do, whether Defender has it already or not.
private func withdrawIsolates(
    _ claims: [JobID],
    outcome: Outcome,
    by job: Job,
    in transaction: any LedgerTransaction
) throws {
    for id in claims {
        guard let isolate = try transaction.job(id) else { continue }
        let event: JobEvent
        if isolate.state.isBeforeSubmitting {
            event = .withdrawn(Outcome(code: "released", message: "\(job.askerText) released it."))
        } else if isolate.state == .watching, isolate.joined != nil {
            event = .ended(.cancelled, detail: "\(job.askerText) released it.")
        } else if isolate.state.isInFlight {
            // Whoever joined it asks for it by themselves.
            let because = "\(job.askerText) released it."
            event = .cancelRequested(CancelRequest(by: job.askerText, because: because, at: transaction.now))
        } else {
            continue
        }
        _ = try move(isolate, by: event, fence: nil, keeping: nil, in: transaction)
    }
}

/// An automatic release that a freeze holds back says so, once for each freeze.
private func sayFrozen(_ job: Job, in transaction: any LedgerTransaction) throws {
    guard job.isAutomatic, let freeze = try Freeze.present(in: transaction) else { return }
    let flag = "told.frozen.\(job.id)"
    let mark = String(freeze.at.milliseconds)
    guard try transaction.flag(flag) != mark else { return }
    try transaction.setFlag(flag, mark)
    let text = "\(job.title) is due, and waits: \(freeze.by) froze Bascule (\(freeze.because))."
    let notice = job.notice(.warning, "job.frozen", text, isFinal: false)
    try tell(.conversation(job.conversationID), notice, about: job.id, in: transaction)
    try tell(.tell, notice, about: job.id, in: transaction)
}

private func tellTakenOver(_ outcome: Outcome, by job: Job, in transaction: any LedgerTransaction) throws {
    let notice = job.notice(
        .warning,
        "claim.taken-over",
        "\(job.machineText): \(outcome.message)",
        isFinal: true
    )
    try tell(.conversation(job.conversationID), notice, about: job.id, in: transaction)
    try tell(.tell, notice, about: job.id, in: transaction)
}
