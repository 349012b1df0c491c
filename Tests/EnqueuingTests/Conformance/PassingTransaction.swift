import Enqueuing
import Vocabulary

/// Passes everything on; a subclass gets one thing wrong.
class PassingTransaction: LedgerTransaction {
    let inner: any LedgerTransaction

    init(_ inner: any LedgerTransaction) {
        self.inner = inner
    }

    var now: Timestamp { inner.now }

    func delivery(source: SourceName, signedKey: String, senderKey: String?) throws -> DeliveryRecord? {
        try inner.delivery(source: source, signedKey: signedKey, senderKey: senderKey)
    }

    func insert(_ delivery: DeliveryRecord) throws {
        try inner.insert(delivery)
    }

    func delivery(_ id: DeliveryID) throws -> DeliveryRecord? {
        try inner.delivery(id)
    }

    func dropBodies(unreadableBefore: Timestamp, unmatchedBefore: Timestamp, bytesMax: Int64) throws {
        try inner.dropBodies(
            unreadableBefore: unreadableBefore,
            unmatchedBefore: unmatchedBefore,
            bytesMax: bytesMax
        )
    }

    func insert(_ job: Job) throws -> Job {
        try inner.insert(job)
    }

    func job(_ id: JobID) throws -> Job? {
        try inner.job(id)
    }

    func update(_ job: Job, fence: Int64?) throws -> Job {
        try inner.update(job, fence: fence)
    }

    func jobs(_ query: JobQuery) throws -> [Job] {
        try inner.jobs(query)
    }

    func nextDue(_ states: [JobState]) throws -> Timestamp? {
        try inner.nextDue(states)
    }

    func jobCounts() throws -> [JobState: Int] {
        try inner.jobCounts()
    }

    func claim(_ id: JobID) throws -> Claim? {
        try inner.claim(id)
    }

    func put(_ claim: Claim) throws {
        try inner.put(claim)
    }

    func openClaims(on machine: MachineID?) throws -> [Claim] {
        try inner.openClaims(on: machine)
    }

    func insert(_ entry: OutboxEntry) throws -> OutboxEntry {
        try inner.insert(entry)
    }

    func update(_ entry: OutboxEntry, fence: Int64?) throws -> OutboxEntry {
        try inner.update(entry, fence: fence)
    }

    func outboxDue(limit: Int) throws -> [OutboxEntry] {
        try inner.outboxDue(limit: limit)
    }

    func outboxNextDue() throws -> Timestamp? {
        try inner.outboxNextDue()
    }

    func outboxEntry(_ id: String) throws -> OutboxEntry? {
        try inner.outboxEntry(id)
    }

    func outboxPending(_ audience: Audience) throws -> [OutboxEntry] {
        try inner.outboxPending(audience)
    }

    func outbox(state: OutboxEntry.State, limit: Int) throws -> [OutboxEntry] {
        try inner.outbox(state: state, limit: limit)
    }

    func conversation(_ job: JobID) throws -> Conversation? {
        try inner.conversation(job)
    }

    func put(_ conversation: Conversation) throws {
        try inner.put(conversation)
    }

    func deleteConversation(_ job: JobID) throws {
        try inner.deleteConversation(job)
    }

    func flag(_ name: String) throws -> String? {
        try inner.flag(name)
    }

    func setFlag(_ name: String, _ value: String?) throws {
        try inner.setFlag(name, value)
    }

    func lastAudit() throws -> AuditRow? {
        try inner.lastAudit()
    }

    func append(_ row: AuditRow) throws {
        try inner.append(row)
    }

    func audit(after sequence: Int64, limit: Int) throws -> [AuditRow] {
        try inner.audit(after: sequence, limit: limit)
    }
}
