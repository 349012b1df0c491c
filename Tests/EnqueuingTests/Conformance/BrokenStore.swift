import Enqueuing
import Testing
import Vocabulary

/// A store with one mistake, built around a sound one; the suite must notice it.
struct BrokenStore: Ledger, CustomTestStringConvertible {
    let testDescription: String
    /// The promise that the suite must find broken.
    let breaks: String
    private let sound: MemoryLedger
    private let tamper: @Sendable (any LedgerTransaction) -> any LedgerTransaction
    private var undoes = true
    private var isSerial = true
    private var isHeard = true

    private init(
        _ description: String,
        breaks: String,
        _ clock: WallClock,
        tamper: @escaping @Sendable (any LedgerTransaction) -> any LedgerTransaction = { $0 }
    ) {
        testDescription = description
        self.breaks = breaks
        sound = MemoryLedger(clock: { clock.now })
        self.tamper = tamper
    }

    /// Every mistake the suite is tried on.
    static let all: [@Sendable (WallClock) -> BrokenStore] = [
        { clock in
            let promise = "a lease lost between the effect and its write refuses the write"
            return BrokenStore("no fencing", breaks: promise, clock, tamper: NoFencing.init)
        },
        { clock in
            let promise = "of 64 copies at once, under either key, one is taken"
            return BrokenStore("no uniqueness", breaks: promise, clock, tamper: NoUniqueness.init)
        },
        { clock in
            let promise = "a key is unique within its source, and only there"
            return BrokenStore("uniqueness of one key", breaks: promise, clock, tamper: NoSenderKey.init)
        },
        { clock in
            let promise = "only the present version of a row is overwritten"
            return BrokenStore("lost update", breaks: promise, clock, tamper: LostUpdate.init)
        },
        { clock in
            let promise = "a write that throws leaves nothing behind"
            var store = BrokenStore("nothing undone", breaks: promise, clock)
            store.undoes = false
            return store
        },
        { clock in
            let promise = "writes are serial: no increment is lost"
            var store = BrokenStore("writes side by side", breaks: promise, clock)
            store.isSerial = false
            return store
        },
        { clock in
            let promise = "every listener hears of what became due, and of nothing else"
            var store = BrokenStore("nobody woken", breaks: promise, clock)
            store.isHeard = false
            return store
        },
        { clock in
            let promise = "bodies go by age and, the oldest first, by size; records stay"
            return BrokenStore("bodies kept", breaks: promise, clock, tamper: BodiesKept.init)
        },
        { clock in
            let promise = "audit rows are read in pages and appended only as the next"
            return BrokenStore("audit rows anywhere", breaks: promise, clock, tamper: ForgetfulAudit.init)
        },
    ]

    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any LedgerTransaction) throws -> Result
    ) async throws -> Result {
        if !isSerial {
            let flags = try await sound.read { [try $0.flag("count")] }
            for _ in 0..<20 { await Task.yield() }
            return try await sound.write { try body(StaleFlags($0, count: flags[0])) }
        }
        if !undoes {
            return try await sound.write { rows in Swift.Result { try body(rows) } }.get()
        }
        return try await sound.write { [tamper] in try body(tamper($0)) }
    }

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any LedgerTransaction) throws -> Result
    ) async throws -> Result {
        try await sound.read { [tamper] in try body(tamper($0)) }
    }

    func changes() -> AsyncStream<Void> {
        isHeard ? sound.changes() : AsyncStream { _ in }
    }
}

private final class NoFencing: PassingTransaction {
    override func update(_ job: Job, fence: Int64?) throws -> Job {
        try inner.update(job, fence: nil)
    }
}

private final class NoUniqueness: PassingTransaction {
    override func insert(_ delivery: DeliveryRecord) throws {
        var unlike = delivery
        unlike.signedKey += delivery.id.text
        unlike.senderKey? += delivery.id.text
        try inner.insert(unlike)
    }
}

private final class NoSenderKey: PassingTransaction {
    override func insert(_ delivery: DeliveryRecord) throws {
        var unlike = delivery
        unlike.senderKey? += delivery.id.text
        try inner.insert(unlike)
    }
}

private final class LostUpdate: PassingTransaction {
    override func update(_ job: Job, fence: Int64?) throws -> Job {
        var job = job
        job.version = try inner.job(job.id)?.version ?? job.version
        return try inner.update(job, fence: fence)
    }
}

private final class StaleFlags: PassingTransaction {
    private let count: String?

    init(_ inner: any LedgerTransaction, count: String?) {
        self.count = count
        super.init(inner)
    }

    override func flag(_ name: String) throws -> String? {
        name == "count" ? count : try inner.flag(name)
    }
}

private final class BodiesKept: PassingTransaction {
    override func dropBodies(unreadableBefore: Timestamp, unmatchedBefore: Timestamp, bytesMax: Int64) throws
    {}
}

private final class ForgetfulAudit: PassingTransaction {
    override func append(_ row: AuditRow) throws {
        if row.sequence == (try inner.lastAudit()?.sequence ?? 0) + 1 { try inner.append(row) }
    }
}
