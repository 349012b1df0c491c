package import Enqueuing
package import Vocabulary

/// Everything that is to be told to one audience now, oldest first, under one lease.
package struct Batch: Sendable {
    /// The most that is told in one message; the rest follows in the next.
    static let entriesMax = 5

    package var audience: Audience
    /// As stored; at least one.
    package var entries: [OutboxEntry]
    /// Where the job is talked about; nil for every other audience.
    package var conversation: Conversation?
    /// Whose settings say how to reach it; nil if the job is gone.
    package var source: SourceName?

    /// Of a group of jobs: how each of them stands with this batch told, in their order; else empty.
    package var lines: [Conversation.Line] = []

    /// What one message that is kept up to date shows: all that is due, or of a group how each job stands.
    package var shown: [Notice] { lines.isEmpty ? entries.map(\.notice) : lines.map(\.notice) }

    /// What stands above a group's lines; nil for one job.
    package var heading: String? {
        guard let first = lines.first?.notice else { return nil }
        func field(_ name: String) -> String? { first.fields.first { $0.name == name }?.value }
        let because = field("reason").map { " because \($0)" } ?? ""
        return
            "\(field("action") ?? "Asked") for \(lines.count) machines, asked by \(field("asked by") ?? "somebody")\(because)"
    }

    /// No further notice is expected after this one.
    package var holdsFinal: Bool {
        lines.isEmpty ? entries.contains(where: \.notice.isFinal) : lines.allSatisfy(\.notice.isFinal)
    }
}

/// How batches are taken.
struct BatchLease: Sendable {
    var owner: String
    var length: Duration
    var batchesMax: Int
    var tellSource: SourceName?
    /// Sources whose provider asked for a pause, and until when.
    var paused: [SourceName: Timestamp]
}

extension Ledger {
    /// Takes what is due, a batch for each audience, so that an audience is told in order.
    ///
    /// An entry that is found under a lease that ended was being sent when its worker vanished: it may have
    /// arrived.
    func leaseBatches(_ order: BatchLease) async throws -> [Batch] {
        let isAnythingDue = try await read { try !$0.outboxDue(limit: 1).isEmpty }
        guard isAnythingDue else { return [] }
        return try await write { transaction in
            var batches: [Batch] = []
            var seen: Set<Audience> = []
            for entry in try transaction.outboxDue(limit: 256) {
                guard batches.count < order.batchesMax else { break }
                guard seen.insert(entry.audience).inserted else { continue }
                if let batch = try takeBatch(for: entry.audience, order, in: transaction) {
                    batches.append(batch)
                }
            }
            return batches
        }
    }

    /// Keeps what came of a batch, in one transaction.
    ///
    /// - Parameters:
    ///   - batch: As leased.
    ///   - delivery: What came of it.
    ///   - lifetime: How long after its creation a notice is given up.
    ///   - nextTry: When a failed one is tried again, by the ledger's time.
    /// - Returns: The entries as they are now.
    /// - Throws: ``LedgerError/leaseLost`` if another worker has taken them.
    @discardableResult
    func settle(
        _ batch: Batch,
        _ delivery: Delivery,
        lifetime: Duration,
        nextTry: @escaping @Sendable (Timestamp) -> Timestamp
    ) async throws -> [OutboxEntry] {
        try await write { transaction in
            let now = transaction.now
            try keep(delivery, of: batch, in: transaction)
            let settled = try batch.entries.map { entry in
                var entry = entry
                entry.apply(delivery, lifetime: lifetime, now: now, nextTry: nextTry(now))
                return try transaction.update(entry, fence: entry.fence)
            }
            for entry in settled { try sayInstead(of: entry, in: transaction) }
            // What came in meanwhile was put off until the lease's end.
            for var entry in try transaction.outboxPending(batch.audience)
            where entry.lease == nil && entry.tries == 0 && (entry.due ?? now) > now {
                entry.due = now
                _ = try transaction.update(entry, fence: nil)
            }
            return settled
        }
    }
}

private func takeBatch(
    for audience: Audience,
    _ order: BatchLease,
    in transaction: any LedgerTransaction
) throws -> Batch? {
    let now = transaction.now
    var batch = Batch(audience: audience, entries: [])
    switch audience {
    case .conversation(let id):
        batch.conversation = try transaction.conversation(id)
        batch.source = try transaction.job(id)?.source
    case .tell: batch.source = order.tellSource
    case .room(let source, _), .place(let source, _), .whisper(let source, _, _), .dialog(let source, _):
        batch.source = source
    }
    let pending = try transaction.outboxPending(audience)
    let live = pending.compactMap(\.lease).first { $0.isLive(at: now, leaseMax: order.length) }
    if let later = live?.until ?? batch.source.flatMap({ order.paused[$0] }), later > now {
        for var entry in pending where entry.lease == nil && (entry.due ?? now) <= now {
            entry.due = later
            _ = try transaction.update(entry, fence: nil)
        }
        return nil
    }
    let until = now + order.length
    batch.entries = try together(pending, audience).map { entry in
        var entry = entry
        if entry.lease != nil { entry.mayHaveBeenSent = true }
        entry.fence += 1
        entry.lease = Lease(owner: order.owner, fence: entry.fence, until: until)
        entry.due = until
        entry.tries += 1
        return try transaction.update(entry, fence: nil)
    }
    guard !batch.entries.isEmpty else { return nil }
    batch.lines = try lines(of: batch, in: transaction)
    return batch
}

/// How each job of a group stands with the batch told; empty for a conversation about one job.
private func lines(
    of batch: Batch,
    in transaction: any LedgerTransaction
) throws -> [Conversation.Line] {
    guard case .conversation(let id) = batch.audience, let first = try transaction.job(id), first.group != nil
    else { return [] }
    let group = try transaction.jobs(JobQuery(delivery: first.delivery, limit: .max))
        .filter { $0.group == id && !$0.isAutomatic }
    var newest: [JobID: Notice] = [:]
    for line in batch.conversation?.lines ?? [] { newest[line.job] = line.notice }
    for entry in batch.entries {
        guard let job = try entry.job.flatMap({ try transaction.job($0) }) else { continue }
        newest[job.subject] = entry.notice
    }
    return group.map { Conversation.Line(job: $0.id, notice: newest[$0.id] ?? standing(of: $0)) }
}

/// How a job stands of which nothing was told yet.
private func standing(of job: Job) -> Notice {
    guard job.state.isEnd else {
        return job.notice(.progress, "job.recorded", "\(job.title): recorded.", isFinal: false)
    }
    let words = job.outcome.map { " \($0.message)" } ?? ""
    let tone: Notice.Tone = job.state == .succeeded ? .good : .bad
    return job.notice(
        tone,
        "job.\(job.state.rawValue)",
        "\(job.title): \(job.state.rawValue).\(words)",
        isFinal: true
    )
}

/// What goes into one message.
///
/// Only the newest notice's buttons are shown. A conversation is about one job, but a room hears of many: there
/// a notice with buttons is the last of its message, so that no job loses its own.
private func together(_ pending: [OutboxEntry], _ audience: Audience) -> ArraySlice<OutboxEntry> {
    let some = pending.prefix(Batch.entriesMax)
    if case .conversation = audience { return some }
    let last = some.firstIndex { $0.notice.buttons?.isEmpty == false }
    return last.map { some.prefix(through: $0) } ?? some
}

private func keep(_ delivery: Delivery, of batch: Batch, in transaction: any LedgerTransaction) throws {
    guard case .conversation(let id) = batch.audience, var conversation = try transaction.conversation(id)
    else {
        return
    }
    switch delivery {
    case .told(let messageID, let usesResponseURL):
        if let messageID { conversation.messageID = messageID }
        if usesResponseURL { conversation.uses += 1 }
        conversation.told = (conversation.told + batch.entries.map(\.id)).suffix(50)
        if !batch.lines.isEmpty { conversation.lines = batch.lines }
    case .failed(let trouble) where trouble.usesResponseURL:
        conversation.uses += 1
    case .failed, .deferred, .impossible:
        return
    }
    try transaction.put(conversation)
}

/// Whoever pressed *Deny* and saw no dialog is told what to type.
private func sayInstead(of entry: OutboxEntry, in transaction: any LedgerTransaction) throws {
    guard entry.state == .untold, case .dialog(let source, let dialog) = entry.audience else { return }
    let notice = Notice(
        code: "dialog.not-opened",
        tone: .warning,
        text: "Nothing is denied yet: the dialog that asks why could not be opened. "
            + "Type instead: deny \(dialog.job) because <reason>"
    )
    let person = Audience.whisper(source: source, room: dialog.room, person: dialog.person)
    try tell(person, notice, about: dialog.job, in: transaction)
}

extension OutboxEntry {
    /// When it is given up.
    private func end(_ lifetime: Duration) -> Timestamp {
        if case .dialog(_, let dialog) = audience { return dialog.trigger.expiresAt }
        return createdAt + lifetime
    }

    fileprivate mutating func apply(
        _ delivery: Delivery,
        lifetime: Duration,
        now: Timestamp,
        nextTry: Timestamp
    ) {
        lease = nil
        due = nil
        switch delivery {
        case .told:
            state = .sent
            trouble = nil
        case .deferred(let until, let code):
            due = until
            trouble = code
        case .failed(let failure):
            trouble = failure.code
            mayHaveBeenSent = mayHaveBeenSent || failure.mayHaveArrived
            if nextTry < end(lifetime) { due = nextTry } else { state = .untold }
        case .impossible(let code):
            state = .untold
            trouble = code
        }
    }
}
