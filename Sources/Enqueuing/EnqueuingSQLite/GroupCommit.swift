import Enqueuing
import GRDB
import Synchronization
import Vocabulary

/// Takes the writes that wait at the same time into one transaction, so that one fsync serves them all.
///
/// Each runs in a savepoint of its own: one that throws undoes itself only. Nobody learns how a write went,
/// not even that it was refused, before the transaction it was part of is durable: a refusal may rest on a
/// neighbour's rows. While one transaction is being made durable the next writes gather, so that nobody waits
/// for company.
final class GroupCommit: Sendable {
    /// What may pile up.
    struct Limits: Sendable {
        /// Writes waiting; one more is refused at once.
        var waitingMax = 1024
        /// Writes in one transaction.
        var togetherMax = 256
        /// A write that waited longer, because the disk hangs, is refused unexecuted.
        var waitMax = Duration.seconds(10)
    }

    /// One write and whoever waits for it.
    private struct Waiting: Sendable {
        let since: ContinuousClock.Instant
        /// Runs the write and returns how to tell its result.
        let run: @Sendable (SQLiteTransaction) throws -> @Sendable () -> Void
        let refuse: @Sendable (any Error) -> Void
    }

    private struct Line {
        var waiting: [Waiting] = []
        var isCommitting = false
        var isClosed = false
        var closers: [CheckedContinuation<Void, Never>] = []
    }

    private let line = Mutex(Line())
    private let pool: DatabasePool
    private let limits: Limits
    private let broadcast: ChangeBroadcast
    private let clock: @Sendable () -> Timestamp

    init(
        _ pool: DatabasePool,
        limits: Limits,
        broadcast: ChangeBroadcast,
        clock: @escaping @Sendable () -> Timestamp
    ) {
        self.pool = pool
        self.limits = limits
        self.broadcast = broadcast
        self.clock = clock
    }

    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any LedgerTransaction) throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            enter(
                Waiting(
                    since: .now,
                    run: { transaction in
                        let result = try body(transaction)
                        return { continuation.resume(returning: result) }
                    },
                    refuse: { continuation.resume(throwing: $0) }
                )
            )
        }
    }

    /// Takes no more writes and returns once those that wait are done.
    func close() async {
        await withCheckedContinuation { continuation in
            let isIdle = line.withLock { line in
                line.isClosed = true
                if line.isCommitting { line.closers.append(continuation) }
                return !line.isCommitting
            }
            if isIdle { continuation.resume() }
        }
    }

    private func enter(_ write: Waiting) {
        enum Entry {
            case refused(String)
            case waits
            case starts
        }
        let entry: Entry = line.withLock { line in
            if line.isClosed { return .refused("it is closed") }
            if line.waiting.count >= limits.waitingMax {
                return .refused("\(limits.waitingMax) writes are waiting already")
            }
            line.waiting.append(write)
            if line.isCommitting { return .waits }
            line.isCommitting = true
            return .starts
        }
        switch entry {
        case .refused(let detail): write.refuse(LedgerError.unavailable(detail))
        case .waits: break
        case .starts:
            // GRDB's writer queue: no thread of the cooperative pool waits for the disk.
            pool.asyncWriteWithoutTransaction { database in
                while let together = self.next() { self.commit(together, in: database) }
            }
        }
    }

    /// The next writes to commit together; nil once none waits.
    private func next() -> [Waiting]? {
        var closers: [CheckedContinuation<Void, Never>] = []
        let together: [Waiting]? = line.withLock { line in
            if line.waiting.isEmpty {
                line.isCommitting = false
                swap(&closers, &line.closers)
                return nil
            }
            let together = Array(line.waiting.prefix(limits.togetherMax))
            line.waiting.removeFirst(together.count)
            return together
        }
        for closer in closers { closer.resume() }
        return together
    }

    private func commit(_ together: [Waiting], in database: Database) {
        let now = ContinuousClock.now
        let (fresh, late) = together.partitioned { now - $0.since <= limits.waitMax }
        for write in late {
            write.refuse(LedgerError.unavailable("it took longer than \(limits.waitMax.spoken) to write"))
        }
        guard !fresh.isEmpty else { return }
        do {
            let outcome = try commitTogether(fresh, in: database)
            if outcome.hasNews { broadcast.announce() }
            for tell in outcome.tell { tell() }
        } catch {
            if database.isInsideTransaction { LedgerRollback.tryRollback(database) }
            for write in fresh { write.refuse(LedgerError.translating(error)) }
        }
    }

    private func commitTogether(
        _ writes: [Waiting],
        in database: Database
    ) throws -> (tell: [@Sendable () -> Void], hasNews: Bool) {
        if database.isInsideTransaction { LedgerRollback.tryRollback(database) }
        var tell: [@Sendable () -> Void] = []
        var hasNews = false
        try database.run("BEGIN IMMEDIATE")
        for write in writes {
            try database.run("SAVEPOINT one")
            let transaction = SQLiteTransaction(database, now: clock(), mayWrite: true)
            do {
                let success = try write.run(transaction)
                try database.needsTransaction()
                tell.append(success)
                hasNews = hasNews || transaction.hasNews
            } catch {
                // A full disk or a bad read ends the whole transaction: then nobody's write was done.
                guard database.isInsideTransaction else { throw error }
                try database.run("ROLLBACK TO one")
                let refusal = LedgerError.translating(error)
                tell.append { write.refuse(refusal) }
            }
            try database.run("RELEASE one")
        }
        try database.run("COMMIT")
        return (tell, hasNews)
    }
}

/// Ends a transaction that failed.
enum LedgerRollback {
    /// A rollback that fails leaves nothing to do here: SQLite has ended the transaction by itself, or the
    /// next write tries again.
    static func tryRollback(_ database: Database) {
        _ = try? database.run("ROLLBACK")
    }
}

extension Array {
    /// Splits by a condition, keeping the order.
    fileprivate func partitioned(by fits: (Element) -> Bool) -> (fitting: [Element], others: [Element]) {
        (filter(fits), filter { !fits($0) })
    }
}

extension Database {
    /// Runs one prepared statement without results.
    func run(_ sql: String, _ arguments: StatementArguments = []) throws {
        try cachedStatement(sql: sql).execute(arguments: arguments)
    }

    /// A write that swallowed an error which ended the transaction must not count as done.
    fileprivate func needsTransaction() throws {
        guard isInsideTransaction else { throw LedgerError.unavailable("the transaction was lost") }
    }
}
