import Catalogue
import Vocabulary

extension Ledger {
    /// Does a word asked for at the control socket.
    package func perform(_ deed: Deed) async throws {
        try await write { try act(deed, in: $0) }
    }
}

/// Does a word on the ledger, on the record under the name of whoever said it.
///
/// The job's own rows name its requester, who may be somebody else. What has moved on since the word was decided
/// is left as it is, and told where it was asked for.
func act(_ deed: Deed, in transaction: any LedgerTransaction) throws {
    switch deed {
    case .freeze(let freeze): try Freeze.begin(freeze, in: transaction)
    case .unfreeze(let by): try Freeze.end(by: by, in: transaction)
    case .cancel(let id, let by): try cancel(id, by: by, in: transaction)
    case .letGo(let id, let by, let waives):
        guard let job = try transaction.job(id), job.state == .held else { return }
        var detail: [String: String] = [:]
        if waives { detail["waives"] = job.outcome?.message }
        try seal(AuditEntry(kind: "job.let-go", subject: id.text, actor: by, detail: detail), in: transaction)
        for job in [job] + (try confirmedTogether(with: job, in: transaction)) {
            _ = try move(job, by: .letGo(by: by, waives: waives), fence: nil, keeping: nil, in: transaction)
        }
    case .approve(let id, let approval, let seen):
        try answer(id, approval, "approve", seen, .approved(approval), in: transaction)
    case .deny(let id, let approval, let because, let seen):
        try answer(id, approval, "deny", seen, .turnedDown(approval, because: because), in: transaction)
    case .extend(let claim, let box, let most, let actor):
        try extend(claim, by: box, most: most, actor: actor, in: transaction)
    case .hold(let claim, let by): try hold(claim, by: by, in: transaction)
    }
}

/// Whoever confirms one machine of a command or a ticket that names several confirms what they asked: all of them.
private func confirmedTogether(with job: Job, in transaction: any LedgerTransaction) throws -> [Job] {
    guard let group = job.group, job.outcome?.code == Job.unconfirmed else { return [] }
    let held = try transaction.jobs(JobQuery(states: [.held], delivery: job.delivery, limit: .max))
    return held.filter { $0.id != job.id && $0.group == group && $0.outcome?.code == Job.unconfirmed }
}

private func cancel(_ id: JobID, by: String, in transaction: any LedgerTransaction) throws {
    // Without its release a time box would be forgotten.
    guard let job = try transaction.job(id), !job.state.isEnd, !job.isAutomatic else { return }
    let event: JobEvent
    if job.state.isBeforeSubmitting {
        let words = "\(by) cancelled it before it was submitted."
        event = .withdrawn(Outcome(code: "cancelled", message: words))
    } else if job.joined != nil {
        event = .ended(.cancelled, detail: "\(by) cancelled it.")
    } else {
        event = .cancelRequested(
            CancelRequest(by: by, because: "\(by) cancelled it.", at: transaction.now)
        )
    }
    try seal(AuditEntry(kind: "job.cancel-asked", subject: id.text, actor: by), in: transaction)
    _ = try move(job, by: event, fence: nil, keeping: nil, in: transaction)
}

/// An approval or a denial, bound to what the job asks for at this moment.
///
/// The rules are looked at here once more, in the transaction that counts: nobody answers their own, nobody twice,
/// and nothing but what was shown.
private func answer(
    _ id: JobID,
    _ approval: Approval,
    _ word: String,
    _ seen: String?,
    _ event: JobEvent,
    in transaction: any LedgerTransaction
) throws {
    guard let job = try transaction.job(id) else { return }
    guard job.state == .awaitingApproval, let request = job.approval, request.digest == job.approvalDigest,
        seen ?? request.digest == request.digest
    else {
        return try tellLate(job, approval.by, "\(approval.by)'s answer came too late", in: transaction)
    }
    guard approval.by != job.principal?.name, !request.given.contains(where: { $0.by == approval.by }) else {
        return
    }
    var detail = ["digest": request.digest, "source": approval.source.text]
    if case .turnedDown(_, let because) = event { detail["because"] = because }
    let kind = word == "approve" ? "approval.given" : "approval.denied"
    try seal(AuditEntry(kind: kind, subject: id.text, actor: approval.by, detail: detail), in: transaction)
    _ = try move(job, by: event, fence: nil, keeping: nil, in: transaction)
}

private func extend(
    _ id: JobID,
    by box: TimeBox,
    most: TimeBox?,
    actor: String,
    in transaction: any LedgerTransaction
) throws {
    guard let job = try transaction.job(id) else { return }
    let now = transaction.now
    guard var claim = try transaction.claim(id), claim.isOpen, claim.endingBy == nil, let end = claim.endsAt,
        let release = try timeBoxRelease(of: claim, in: transaction)
    else { return try tellLate(job, actor, "\(actor)'s extension came too late", in: transaction) }
    let next = max(end, now) + box.duration
    if let most, next.since(now) > most.duration {
        return try tellLate(
            job,
            actor,
            "\(actor) may not move the end beyond \(most) from now",
            in: transaction
        )
    }
    claim.endsAt = next
    try transaction.put(claim)
    let detail = ["from": end.iso8601, "to": next.iso8601, "machine": claim.machine.text]
    try seal(
        AuditEntry(kind: "claim.extended", subject: id.text, actor: actor, detail: detail),
        in: transaction
    )
    // A release that somebody works on finds the new end by itself.
    if release.state == .ready, release.lease == nil {
        _ = try move(release, by: .armed(now), fence: nil, keeping: nil, in: transaction)
    }
    // What made way for the release need not wait for it any more.
    try wakeLane(of: release, in: transaction)
    let text =
        "\(actor) extended the \(claim.restraint.noun) of \(claim.machineName) by \(box): it ends at \(next.iso8601)."
    let notice = job.notice(.progress, "claim.extended", text, isFinal: false)
    try tell(.conversation(job.conversationID), notice, about: id, in: transaction)
}

private func hold(_ id: JobID, by actor: String, in transaction: any LedgerTransaction) throws {
    guard let job = try transaction.job(id) else { return }
    guard let claim = try transaction.claim(id), claim.isOpen,
        let release = try timeBoxRelease(of: claim, in: transaction)
    else { return try tellLate(job, actor, "\(actor) came too late to hold it", in: transaction) }
    guard release.state == .ready else { return }
    let detail = ["release": release.id.text, "machine": claim.machine.text]
    try seal(AuditEntry(kind: "claim.held", subject: id.text, actor: actor, detail: detail), in: transaction)
    _ = try move(release, by: .heldBack(by: actor), fence: nil, keeping: nil, in: transaction)
}

/// Somebody's word was overtaken: said where the job is talked about.
private func tellLate(
    _ job: Job,
    _ actor: String,
    _ words: String,
    in transaction: any LedgerTransaction
) throws {
    let text = "\(words): \(job.title) is \(job.state.rawValue). Nothing was done."
    let detail = ["state": job.state.rawValue, "text": text]
    try seal(
        AuditEntry(kind: "word.late", subject: job.id.text, actor: actor, detail: detail),
        in: transaction
    )
    let notice = job.notice(.warning, "word.late", text, isFinal: false)
    try tell(.conversation(job.conversationID), notice, about: job.id, in: transaction)
}
