import Synchronization
package import Vocabulary

/// A ledger that lives as long as the process: for tests and tools.
///
/// Serial by a lock. A write works on a copy of the rows, which replaces them if it does not throw.
package final class MemoryLedger: Ledger {
    private let clock: @Sendable () -> Timestamp
    private let rows = Mutex(MemoryRows())
    private let broadcast = ChangeBroadcast()

    package init(clock: @escaping @Sendable () -> Timestamp = { Timestamp.now() }) {
        self.clock = clock
    }

    package func write<Result: Sendable>(
        _ body: @escaping @Sendable (any LedgerTransaction) throws -> Result
    ) async throws -> Result {
        let (result, hasNews) = try rows.withLock { rows in
            let transaction = MemoryTransaction(rows, now: clock(), mayWrite: true)
            let result = try body(transaction)
            rows = transaction.rows
            return (result, transaction.hasNews)
        }
        if hasNews { broadcast.announce() }
        return result
    }

    package func read<Result: Sendable>(
        _ body: @escaping @Sendable (any LedgerTransaction) throws -> Result
    ) async throws -> Result {
        let copy = rows.withLock { $0 }
        return try body(MemoryTransaction(copy, now: clock(), mayWrite: false))
    }

    package func changes() -> AsyncStream<Void> {
        broadcast.listen()
    }
}

/// A row behind a reference, so that copying all rows copies no row.
final class MemoryRow<Value: Sendable>: Sendable {
    let value: Value

    init(_ value: Value) {
        self.value = value
    }
}

/// A key that is unique within its source.
struct SourceKey: Sendable, Hashable {
    let source: SourceName
    let key: String
}

/// All rows.
///
/// Lists are in order of sequence, which is the place in the list plus one.
struct MemoryRows: Sendable {
    var deliveries: [MemoryRow<DeliveryRecord>] = []
    var deliveryPlaces: [DeliveryID: Int] = [:]
    var signedKeys: [SourceKey: Int] = [:]
    var senderKeys: [SourceKey: Int] = [:]
    var jobs: [MemoryRow<Job>] = []
    var jobPlaces: [JobID: Int] = [:]
    var claims: [JobID: MemoryRow<Claim>] = [:]
    var outbox: [MemoryRow<OutboxEntry>] = []
    var outboxPlaces: [String: Int] = [:]
    var conversations: [JobID: MemoryRow<Conversation>] = [:]
    var flags: [String: String] = [:]
    var audit: [MemoryRow<AuditRow>] = []
}
