import Catalogue
package import Vocabulary

extension Ledger {
    /// Applies an event to a leased job and does everything that follows from it, in one transaction.
    ///
    /// - Parameters:
    ///   - event: What happened.
    ///   - job: The job as leased.
    ///   - times: Given to keep and renew the lease; nil to give it back with this write.
    /// - Returns: The job as it is now.
    /// - Throws: ``LedgerError/leaseLost`` if another worker has taken the job; ``TransitionError``.
    package func apply(_ event: JobEvent, to job: Job, keeping times: LeaseTimes?) async throws -> Job {
        let fence = job.fence
        return try await write { transaction in
            guard var stored = try transaction.job(job.id) else { throw LedgerError.noSuchJob(job.id) }
            if case .waits = event, stored.state != job.state {
                // Somebody's word came between the look and this write: a time that was planned for the state
                // before, such as the end of an approval, is none for the one that it is in now.
                stored.lease = nil
                stored.due = transaction.now
                return try transaction.update(stored, fence: fence)
            }
            return try move(stored, by: event, fence: fence, keeping: times, in: transaction)
        }
    }
}

/// Moves one stored job, keeps its effects, and returns it as stored.
func move(
    _ stored: Job,
    by event: JobEvent,
    fence: Int64?,
    keeping times: LeaseTimes?,
    in transaction: any LedgerTransaction
) throws -> Job {
    var job = stored
    let now = transaction.now
    let effects = try job.apply(event, at: now)
    if fence != nil, !job.state.isEnd {
        if let times {
            job.lease = Lease(owner: job.lease?.owner ?? "", fence: job.fence, until: now + times.lease)
            job.due = now + times.lease
        } else {
            job.lease = nil
        }
    }
    let kept = try transaction.update(job, fence: fence)
    try perform(effects, of: kept, in: transaction)
    return kept
}

/// Does what a transition asked for.
func perform(_ effects: [JobEffect], of job: Job, in transaction: any LedgerTransaction) throws {
    for effect in effects {
        switch effect {
        case .audit(let entry): try seal(entry, in: transaction)
        case .tell(let audience, let notice): try tell(audience, notice, about: job.id, in: transaction)
        case .openClaim: try openClaim(of: job, in: transaction)
        case .confirmClaim: try confirmClaim(of: job, in: transaction)
        case .closeClaim(let code): try closeClaim(job.id, code: code, by: job, in: transaction)
        case .closeEndingClaims(let code):
            if let machine = job.machine?.id, let lane = job.lane {
                try ForeignContainment.remove(machine: machine, lane: lane, in: transaction)
            }
            for claim in try transaction.openClaims(on: job.machine?.id) where claim.endingBy == job.id {
                try closeClaim(claim.id, code: code, by: job, in: transaction)
            }
        case .keepEndingClaims:
            for var claim in try transaction.openClaims(on: job.machine?.id) where claim.endingBy == job.id {
                claim.endingBy = nil
                try transaction.put(claim)
            }
        case .settleJoined(let how): try settleJoined(to: job, how, in: transaction)
        case .wakeLane: try wakeLane(of: job, in: transaction)
        case .withdrawOlder:
            try withdrawOlder(than: job, in: transaction)
            try withdrawOlderChanges(than: job, in: transaction)
        }
    }
}

/// Appends to the audit chain.
package func seal(_ entry: AuditEntry, in transaction: any LedgerTransaction) throws {
    try transaction.append(AuditRow(entry, at: transaction.now, after: try transaction.lastAudit()))
}

/// Puts a notice into the outbox.
///
/// - Returns: The entry's id; nil if nobody is told.
@discardableResult
package func tell(
    _ audience: Audience,
    _ notice: Notice,
    about job: JobID?,
    in transaction: any LedgerTransaction
) throws -> String? {
    let now = transaction.now
    var audience = audience
    var notice = notice
    if let freeze = try Freeze.present(in: transaction) { notice.fields.append(freeze.field) }
    if case .conversation(let id) = audience, try transaction.conversation(id) == nil {
        // Nobody can be answered there; what did not happen, and what can still be averted, must be heard.
        guard notice.isFinal && notice.tone == .bad || notice.code == "claim.ending" else { return nil }
        audience = .tell
    }
    let entry = OutboxEntry(
        id: IdentifierMaker().makeText(at: now),
        job: job,
        audience: audience,
        notice: notice,
        createdAt: now
    )
    return try transaction.insert(entry).id
}

// MARK: Claims

private func openClaim(of job: Job, in transaction: any LedgerTransaction) throws {
    guard let machine = job.machine else { return }
    if let claim = try transaction.claim(job.id), claim.isOpen {
        // It may have got its time box since an earlier try.
        return try openTimeBox(of: job, claim, in: transaction)
    }
    let claim = Claim(
        id: job.id,
        sequence: job.sequence,
        machine: machine.id,
        machineName: machine.shownName,
        owner: job.principal,
        ownerText: job.askerText,
        source: job.source,
        ticket: job.ticket,
        reason: job.reason,
        isolationType: job.parameters["type"] ?? "Full",
        lane: job.lane ?? .network,
        openedAt: transaction.now
    )
    try transaction.put(claim)
    try openTimeBox(of: job, claim, in: transaction)
}

private func openTimeBox(of job: Job, _ claim: Claim, in transaction: any LedgerTransaction) throws {
    guard let machine = job.machine, job.duration != nil,
        try timeBoxRelease(of: claim, in: transaction) == nil
    else { return }
    let release = timeBoxRelease(of: job, to: claim.restraint, at: transaction.now)
    let inserted = try transaction.insert(release)
    try seal(
        AuditEntry(
            kind: "job.ready",
            subject: inserted.id.text,
            actor: job.askerText,
            detail: ["action": release.action, "time-box-of": job.id.text, "machine": machine.id.text]
        ),
        in: transaction
    )
}

private func timeBoxRelease(of isolate: Job, to restraint: Restraint, at now: Timestamp) -> Job {
    let intent = Intent(
        source: isolate.source,
        asker: isolate.asker,
        askerShownName: isolate.askerShownName,
        request: .isolated,
        ticket: isolate.ticket
    )
    let request = ActionRequest(
        action: restraint.ends.word,
        subject: isolate.selector,
        reason: "end of the time box"
    )
    var release = Job(
        id: IdentifierMaker().makeJobID(at: now),
        origin: .timeBox(of: isolate.id),
        delivery: isolate.delivery,
        intent: intent,
        request: request,
        principal: isolate.principal,
        acceptedAt: now,
        validUntil: nil
    )
    release.group = isolate.group
    release.machine = isolate.machine
    release.factsAt = isolate.factsAt
    release.state = .ready
    release.due = nil
    return release
}

private func confirmClaim(of job: Job, in transaction: any LedgerTransaction) throws {
    guard var claim = try transaction.claim(job.id), claim.isOpen else { return }
    let now = transaction.now
    claim.containedAt = now
    claim.endsAt = job.duration.map { now + $0.duration }
    try transaction.put(claim)
    guard claim.endsAt != nil, let release = try timeBoxRelease(of: claim, in: transaction) else { return }
    // Looked at once, to plan when its owner is warned.
    _ = try move(release, by: .armed(now), fence: nil, keeping: nil, in: transaction)
}

/// The release at the end of a claim's time, if nothing was posted for it yet.
func timeBoxRelease(of claim: Claim, in transaction: any LedgerTransaction) throws -> Job? {
    let waiting = JobQuery(states: [.ready, .held], machine: claim.machine)
    return try transaction.jobs(waiting).first { $0.origin == .timeBox(of: claim.id) }
}

/// Closes a claim if it is open; its time box's release is withdrawn, and its owner is told of another's hand.
func closeClaim(_ id: JobID, code: String, by job: Job, in transaction: any LedgerTransaction) throws {
    guard var claim = try transaction.claim(id), claim.isOpen else { return }
    claim.closedAt = transaction.now
    claim.closedCode = code
    claim.endingBy = nil
    try transaction.put(claim)
    try seal(
        AuditEntry(
            kind: "claim.closed",
            subject: id.text,
            actor: job.askerText,
            detail: ["code": code, "by-job": job.id.text, "machine": claim.machine.text]
        ),
        in: transaction
    )
    if let release = try timeBoxRelease(of: claim, in: transaction), release.id != job.id {
        let outcome = Outcome(code: "released-before", message: "The claim had ended before its time.")
        _ = try move(release, by: .withdrawn(outcome), fence: nil, keeping: nil, in: transaction)
    }
    if job.id != id, job.subject != id {
        let text = "\(job.askerText) ended your claim on \(claim.machineName) (\(code))."
        try tell(
            .conversation(try conversation(about: id, in: transaction)),
            Notice(code: "claim.closed", tone: .warning, text: text, isFinal: true),
            about: id,
            in: transaction
        )
    }
}

// MARK: The lane

private func settleJoined(to job: Job, _ how: JobEnd, in transaction: any LedgerTransaction) throws {
    guard job.isRestraining, let restraint = job.restraint, let machine = job.machine?.id else { return }
    let watching = try transaction.jobs(JobQuery(states: [.watching], machine: machine))
    for joiner in watching where joiner.joined == job.id {
        let event: JobEvent =
            how == .succeeded
            ? .ended(.succeeded, detail: "\(restraint.doneFirst) together with \(job.id).") : .parted
        _ = try move(joiner, by: event, fence: nil, keeping: nil, in: transaction)
    }
}

func wakeLane(of job: Job, in transaction: any LedgerTransaction) throws {
    let now = transaction.now
    for var waiting in try namesakes(of: job, states: [.ready], in: transaction) where waiting.lease == nil {
        waiting.due = now
        _ = try transaction.update(waiting, fence: nil)
    }
    guard let machine = job.machine?.id, let lane = job.lane else { return }
    if job.isSession { try LiveSessions.wake(besides: job, in: transaction) }
    let ready = try transaction.jobs(JobQuery(states: [.ready], machine: machine))
    for var waiting in ready where waiting.lane == lane && waiting.id != job.id && waiting.lease == nil {
        if case .timeBox(let isolate) = waiting.origin {
            // Before its end it has a look of its own ahead, or will get one.
            guard let end = try transaction.claim(isolate)?.endsAt, end <= now else { continue }
            waiting.due = now
        } else {
            waiting.due = now
        }
        _ = try transaction.update(waiting, fence: nil)
    }
}

/// What has not begun and goes against a newer intent that counts is taken back, and whoever asked is told.
///
/// Jobs that are ready find it out by themselves; these would first take somebody's agreement.
private func withdrawOlder(than job: Job, in transaction: any LedgerTransaction) throws {
    guard let restraint = job.restraint, !job.isAutomatic, !job.isRehearsal, let machine = job.machine?.id
    else { return }
    let opposite = job.isRestraining ? restraint.ends.word : restraint.begins.word
    let query = JobQuery(states: [.awaitingApproval, .held], actions: [opposite], machine: machine)
    for older in try transaction.jobs(query) where older.sequence < job.sequence && !older.isAutomatic {
        let mayEnd =
            job.isRestraining || job.decision?.mayEndOthers == true
            || (job.principal != nil && job.principal == older.principal)
        guard mayEnd else { continue }
        let outcome = Outcome(
            code: "superseded",
            message: "\(job.askerText) asked to \(job.action) after this was asked."
        )
        _ = try move(older, by: .withdrawn(outcome), fence: nil, keeping: nil, in: transaction)
    }
}

// MARK: What the sweep finds

/// A success that came after the job had ended: its claim is open again, so that it is not forgotten.
package func reopenClaim(of job: Job, in transaction: any LedgerTransaction) throws {
    guard var claim = try transaction.claim(job.id), !claim.isOpen else { return }
    let now = transaction.now
    claim.closedAt = nil
    claim.closedCode = nil
    claim.containedAt = now
    claim.endsAt = job.duration.map { now + $0.duration }
    try transaction.put(claim)
    let entry = AuditEntry(kind: "claim.reopened", subject: job.id.text, actor: "sweep", detail: [:])
    try seal(entry, in: transaction)
    guard let end = claim.endsAt else { return }
    var release = timeBoxRelease(of: job, to: claim.restraint, at: now)
    release.due = min(now, end)
    _ = try transaction.insert(release)
}

/// Where a job is talked about.
private func conversation(about id: JobID, in transaction: any LedgerTransaction) throws -> JobID {
    try transaction.job(id)?.conversationID ?? id
}

/// Somebody outside ended the containment: the claim is closed and its owner told.
package func closeTakenOver(_ claim: Claim, words: String, in transaction: any LedgerTransaction) throws {
    guard let job = try transaction.job(claim.id) else { return }
    try closeClaim(claim.id, code: "taken-over", by: job, in: transaction)
    let notice = job.notice(.warning, "claim.taken-over", words, isFinal: true)
    try tell(.conversation(job.conversationID), notice, about: claim.id, in: transaction)
}
