package import Vocabulary

/// The waist: everything that must survive a crash, and the order in which it happened.
///
/// A store keeps rows and promises five things, which the conformance suite tries to break: a returned
/// `write` is durable; writes are serial; what a throwing write did is undone; a delivery key is unique by
/// source; a row is only overwritten by its present version and, where a fence is named, under that fence.
/// What the rows mean is decided in this target, once for all stores.
package protocol Ledger: Sendable {
    /// Runs `body` alone, then makes it durable. `body` may run more than once and so touches nothing else.
    ///
    /// - Throws: What `body` throws; ``LedgerError/unavailable(_:)`` if it cannot be made durable.
    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any LedgerTransaction) throws -> Result
    ) async throws -> Result

    /// Runs `body` on one consistent state.
    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any LedgerTransaction) throws -> Result
    ) async throws -> Result

    /// Yields after every write that made a job or an outbox entry due; buffers the newest only.
    func changes() -> AsyncStream<Void>
}

/// The rows, inside one `write` or `read`.
///
/// Lists are in order of sequence unless said otherwise.
package protocol LedgerTransaction: AnyObject {
    /// The store's clock; a shared one where replicas share the store.
    var now: Timestamp { get }

    // Deliveries.
    /// The delivery of this source that had either key.
    func delivery(source: SourceName, signedKey: String, senderKey: String?) throws -> DeliveryRecord?
    /// - Throws: ``LedgerError/duplicateDelivery`` if either key was seen.
    func insert(_ delivery: DeliveryRecord) throws
    func delivery(_ id: DeliveryID) throws -> DeliveryRecord?
    /// Forgets bodies of deliveries received before these times, and the oldest beyond the quota.
    func dropBodies(unreadableBefore: Timestamp, unmatchedBefore: Timestamp, bytesMax: Int64) throws

    // Jobs.
    /// Assigns ``Job/sequence`` and version 1.
    func insert(_ job: Job) throws -> Job
    func job(_ id: JobID) throws -> Job?
    /// Stores the job under the next version, which it returns.
    ///
    /// - Parameters:
    ///   - job: As it was read in this transaction, and changed.
    ///   - fence: The fence of the lease that the writer holds; nil for a write under no lease.
    /// - Returns: The job as stored.
    /// - Throws: ``LedgerError/staleVersion`` if the row has another version than `job`;
    ///   ``LedgerError/leaseLost`` if the row's fence is not `fence`.
    func update(_ job: Job, fence: Int64?) throws -> Job
    func jobs(_ query: JobQuery) throws -> [Job]
    /// The earliest ``Job/due`` of jobs in these states; nil if none is due ever.
    func nextDue(_ states: [JobState]) throws -> Timestamp?
    func jobCounts() throws -> [JobState: Int]

    // Claims.
    func claim(_ id: JobID) throws -> Claim?
    func put(_ claim: Claim) throws
    func openClaims(on machine: MachineID?) throws -> [Claim]

    // Outbox.
    func insert(_ entry: OutboxEntry) throws -> OutboxEntry
    func update(_ entry: OutboxEntry, fence: Int64?) throws -> OutboxEntry
    /// Entries in state `due` whose ``OutboxEntry/due`` is not after `now`.
    func outboxDue(limit: Int) throws -> [OutboxEntry]
    func outboxNextDue() throws -> Timestamp?
    func outboxEntry(_ id: String) throws -> OutboxEntry?
    /// Entries of an audience that are still `due`, whether their time has come or not.
    func outboxPending(_ audience: Audience) throws -> [OutboxEntry]
    func outbox(state: OutboxEntry.State, limit: Int) throws -> [OutboxEntry]
    func conversation(_ job: JobID) throws -> Conversation?
    func put(_ conversation: Conversation) throws
    func deleteConversation(_ job: JobID) throws

    // Flags: small facts such as the freeze.
    func flag(_ name: String) throws -> String?
    func setFlag(_ name: String, _ value: String?) throws

    // Audit.
    func lastAudit() throws -> AuditRow?
    func append(_ row: AuditRow) throws
    func audit(after sequence: Int64, limit: Int) throws -> [AuditRow]
}

/// Which jobs to list; conditions are joined by `and`.
package struct JobQuery: Sendable, Hashable {
    package var states: [JobState]?
    package var actions: [String]?
    package var machine: MachineID?
    package var delivery: DeliveryID?
    /// Only jobs whose ``Job/due`` is not after this.
    package var dueBy: Timestamp?
    /// Only jobs whose lease ends after this: later than any can, if the clock was put back since.
    package var leasedBeyond: Timestamp?
    /// Only jobs of a higher sequence.
    package var after: Int64?
    /// Only jobs whose first submission began after this.
    package var submittedAfter: Timestamp?
    package var limit: Int
    package var newestFirst: Bool

    package init(
        states: [JobState]? = nil,
        actions: [String]? = nil,
        machine: MachineID? = nil,
        delivery: DeliveryID? = nil,
        dueBy: Timestamp? = nil,
        leasedBeyond: Timestamp? = nil,
        after: Int64? = nil,
        submittedAfter: Timestamp? = nil,
        limit: Int = 10_000,
        newestFirst: Bool = false
    ) {
        self.states = states
        self.actions = actions
        self.machine = machine
        self.delivery = delivery
        self.dueBy = dueBy
        self.leasedBeyond = leasedBeyond
        self.after = after
        self.submittedAfter = submittedAfter
        self.limit = limit
        self.newestFirst = newestFirst
    }
}

/// Why the ledger did not take a write.
package enum LedgerError: Explained, Equatable {
    case duplicateDelivery
    case staleVersion
    case leaseLost
    case noSuchJob(JobID)
    case unavailable(String)
    case damaged(String)
    case newerSchema(found: Int, known: Int)

    package var code: String {
        switch self {
        case .duplicateDelivery: "ledger.duplicate-delivery"
        case .staleVersion: "ledger.stale-version"
        case .leaseLost: "ledger.lease-lost"
        case .noSuchJob: "ledger.no-such-job"
        case .unavailable: "ledger.unavailable"
        case .damaged: "ledger.damaged"
        case .newerSchema: "ledger.newer-schema"
        }
    }

    package var message: String {
        switch self {
        case .duplicateDelivery: "This delivery was seen before."
        case .staleVersion: "Somebody else changed the row first."
        case .leaseLost: "The lease on the job was lost to another worker."
        case .noSuchJob(let id): "There is no job \(id)."
        case .unavailable(let detail): "The ledger cannot be used: \(detail)."
        case .damaged(let detail): "The ledger is damaged: \(detail)."
        case .newerSchema(let found, let known):
            "The ledger was written by a newer version (schema \(found); this one knows \(known))."
        }
    }

    package var fix: String {
        switch self {
        case .duplicateDelivery, .staleVersion, .leaseLost: "Nothing to do."
        case .noSuchJob: "`jobs list` shows the jobs there are."
        case .unavailable: "Check the file's folder, its permissions and the free space."
        case .damaged: "Stop the bridge, keep a copy of the ledger, and restore the last backup."
        case .newerSchema: "Start the newer version again, or restore the backup made before the upgrade."
        }
    }
}
