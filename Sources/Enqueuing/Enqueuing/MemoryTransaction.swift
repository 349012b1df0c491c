import Vocabulary

/// One write or read of a ``MemoryLedger``, on rows of its own.
final class MemoryTransaction: LedgerTransaction {
    private(set) var rows: MemoryRows
    /// Set once something became due.
    private(set) var hasNews = false
    let now: Timestamp
    private let mayWrite: Bool

    init(_ rows: MemoryRows, now: Timestamp, mayWrite: Bool) {
        self.rows = rows
        self.now = now
        self.mayWrite = mayWrite
    }

    private func needsWriting() throws {
        guard mayWrite else { throw LedgerError.unavailable("a read cannot write") }
    }

    // MARK: Deliveries

    func delivery(source: SourceName, signedKey: String, senderKey: String?) throws -> DeliveryRecord? {
        if let place = rows.signedKeys[SourceKey(source: source, key: signedKey)] {
            return rows.deliveries[place].value
        }
        guard let senderKey, let place = rows.senderKeys[SourceKey(source: source, key: senderKey)] else {
            return nil
        }
        return rows.deliveries[place].value
    }

    func insert(_ delivery: DeliveryRecord) throws {
        try needsWriting()
        let (signed, sender) = (delivery.signedKey, delivery.senderKey)
        guard try self.delivery(source: delivery.source, signedKey: signed, senderKey: sender) == nil,
            rows.deliveryPlaces[delivery.id] == nil
        else { throw LedgerError.duplicateDelivery }
        let place = rows.deliveries.count
        rows.deliveries.append(MemoryRow(delivery))
        rows.deliveryPlaces[delivery.id] = place
        rows.signedKeys[SourceKey(source: delivery.source, key: signed)] = place
        if let sender { rows.senderKeys[SourceKey(source: delivery.source, key: sender)] = place }
    }

    func delivery(_ id: DeliveryID) throws -> DeliveryRecord? {
        rows.deliveryPlaces[id].map { rows.deliveries[$0].value }
    }

    func dropBodies(unreadableBefore: Timestamp, unmatchedBefore: Timestamp, bytesMax: Int64) throws {
        try needsWriting()
        var kept: [(place: Int, receivedAt: Timestamp)] = []
        for (place, row) in rows.deliveries.enumerated() where row.value.body != nil {
            let limit = row.value.verdict == .unreadable ? unreadableBefore : unmatchedBefore
            if row.value.receivedAt < limit {
                dropBody(at: place)
            } else {
                kept.append((place, row.value.receivedAt))
            }
        }
        var bytes: Int64 = 0
        for (place, _) in kept.sorted(by: { ($0.receivedAt, $0.place) > ($1.receivedAt, $1.place) }) {
            bytes += Int64(rows.deliveries[place].value.body?.count ?? 0)
            if bytes > bytesMax { dropBody(at: place) }
        }
    }

    private func dropBody(at place: Int) {
        var delivery = rows.deliveries[place].value
        delivery.body = nil
        rows.deliveries[place] = MemoryRow(delivery)
    }

    // MARK: Jobs

    func insert(_ job: Job) throws -> Job {
        try needsWriting()
        guard rows.jobPlaces[job.id] == nil else { throw LedgerError.staleVersion }
        var job = job
        job.sequence = Int64(rows.jobs.count) + 1
        job.version = 1
        rows.jobPlaces[job.id] = rows.jobs.count
        rows.jobs.append(MemoryRow(job))
        note(Wake(job), after: nil)
        return job
    }

    func job(_ id: JobID) throws -> Job? {
        rows.jobPlaces[id].map { rows.jobs[$0].value }
    }

    func update(_ job: Job, fence: Int64?) throws -> Job {
        try needsWriting()
        guard let place = rows.jobPlaces[job.id] else { throw LedgerError.noSuchJob(job.id) }
        let stored = rows.jobs[place].value
        if let fence, fence != stored.fence { throw LedgerError.leaseLost }
        guard job.version == stored.version else { throw LedgerError.staleVersion }
        var job = job
        job.sequence = stored.sequence
        job.version += 1
        rows.jobs[place] = MemoryRow(job)
        note(Wake(job), after: Wake(stored))
        return job
    }

    func jobs(_ query: JobQuery) throws -> [Job] {
        let states = query.states.map(Set.init)
        var found: [Job] = []
        let places = query.newestFirst ? Array(rows.jobs.indices.reversed()) : Array(rows.jobs.indices)
        for place in places {
            guard found.count < query.limit else { break }
            let job = rows.jobs[place].value
            if let states, !states.contains(job.state) { continue }
            if let actions = query.actions, !actions.contains(job.action) { continue }
            if let machine = query.machine, job.machine?.id != machine { continue }
            if let delivery = query.delivery, job.delivery != delivery { continue }
            if let after = query.after, job.sequence <= after { continue }
            if let after = query.submittedAfter {
                guard let begun = job.firstSubmittedAt, begun > after else { continue }
            }
            if let dueBy = query.dueBy {
                guard let due = job.due, due <= dueBy else { continue }
            }
            if let leasedBeyond = query.leasedBeyond {
                guard let lease = job.lease, lease.until > leasedBeyond else { continue }
            }
            found.append(job)
        }
        return found
    }

    func nextDue(_ states: [JobState]) throws -> Timestamp? {
        rows.jobs.lazy.map(\.value).filter { states.contains($0.state) }.compactMap(\.due).min()
    }

    func jobCounts() throws -> [JobState: Int] {
        rows.jobs.reduce(into: [:]) { $0[$1.value.state, default: 0] += 1 }
    }

    // MARK: Claims

    func claim(_ id: JobID) throws -> Claim? {
        rows.claims[id]?.value
    }

    func put(_ claim: Claim) throws {
        try needsWriting()
        rows.claims[claim.id] = MemoryRow(claim)
    }

    func openClaims(on machine: MachineID?) throws -> [Claim] {
        rows.claims.values.map(\.value)
            .filter { $0.isOpen && (machine == nil || $0.machine == machine) }
            .sorted { $0.sequence < $1.sequence }
    }

    // MARK: Outbox

    func insert(_ entry: OutboxEntry) throws -> OutboxEntry {
        try needsWriting()
        guard rows.outboxPlaces[entry.id] == nil else { throw LedgerError.staleVersion }
        var entry = entry
        entry.sequence = Int64(rows.outbox.count) + 1
        entry.version = 1
        rows.outboxPlaces[entry.id] = rows.outbox.count
        rows.outbox.append(MemoryRow(entry))
        note(Wake(entry), after: nil)
        return entry
    }

    func update(_ entry: OutboxEntry, fence: Int64?) throws -> OutboxEntry {
        try needsWriting()
        guard let place = rows.outboxPlaces[entry.id] else { throw LedgerError.staleVersion }
        let stored = rows.outbox[place].value
        if let fence, fence != stored.fence { throw LedgerError.leaseLost }
        guard entry.version == stored.version else { throw LedgerError.staleVersion }
        var entry = entry
        entry.sequence = stored.sequence
        entry.version += 1
        rows.outbox[place] = MemoryRow(entry)
        note(Wake(entry), after: Wake(stored))
        return entry
    }

    func outboxDue(limit: Int) throws -> [OutboxEntry] {
        entries(limit: limit) { [now] entry in
            guard entry.state == .due, let due = entry.due else { return false }
            return due <= now
        }
    }

    func outboxNextDue() throws -> Timestamp? {
        rows.outbox.lazy.map(\.value).filter { $0.state == .due }.compactMap(\.due).min()
    }

    func outboxEntry(_ id: String) throws -> OutboxEntry? {
        rows.outboxPlaces[id].map { rows.outbox[$0].value }
    }

    func outboxPending(_ audience: Audience) throws -> [OutboxEntry] {
        entries(limit: .max) { $0.state == .due && $0.audience == audience }
    }

    func outbox(state: OutboxEntry.State, limit: Int) throws -> [OutboxEntry] {
        entries(limit: limit) { $0.state == state }
    }

    private func entries(limit: Int, where fits: (OutboxEntry) -> Bool) -> [OutboxEntry] {
        Array(rows.outbox.lazy.map(\.value).filter(fits).prefix(limit))
    }

    func conversation(_ job: JobID) throws -> Conversation? {
        rows.conversations[job]?.value
    }

    func put(_ conversation: Conversation) throws {
        try needsWriting()
        rows.conversations[conversation.job] = MemoryRow(conversation)
    }

    func deleteConversation(_ job: JobID) throws {
        try needsWriting()
        rows.conversations[job] = nil
    }

    // MARK: Flags and audit

    func flag(_ name: String) throws -> String? {
        rows.flags[name]
    }

    func setFlag(_ name: String, _ value: String?) throws {
        try needsWriting()
        rows.flags[name] = value
    }

    func lastAudit() throws -> AuditRow? {
        rows.audit.last?.value
    }

    func append(_ row: AuditRow) throws {
        try needsWriting()
        guard row.sequence == Int64(rows.audit.count) + 1 else { throw LedgerError.staleVersion }
        rows.audit.append(MemoryRow(row))
    }

    func audit(after sequence: Int64, limit: Int) throws -> [AuditRow] {
        rows.audit.dropFirst(Int(clamping: max(0, sequence))).prefix(limit).map(\.value)
    }

    private func note(_ wake: Wake, after old: Wake?) {
        if wake.isNews(after: old) { hasNews = true }
    }
}
