package import Enqueuing
import GRDB
import Vocabulary

/// The ledger in one SQLite file: one bridge, one host, nothing to operate.
///
/// A write is durable when it returns: WAL with `synchronous=FULL`. Writes that wait together share a
/// transaction and its fsync (``GroupCommit``). One bridge opens the file for writing (``LedgerLock``);
/// any number of processes of the same user may read it meanwhile.
package final class SQLiteLedger: Ledger {
    private let reader: any DatabaseReader
    /// Nil if opened for reading only.
    private let commits: GroupCommit?
    private let lock: LedgerLock?
    private let broadcast: ChangeBroadcast
    private let clock: @Sendable () -> Timestamp

    init(
        reader: any DatabaseReader,
        commits: GroupCommit?,
        lock: LedgerLock?,
        broadcast: ChangeBroadcast,
        clock: @escaping @Sendable () -> Timestamp
    ) {
        self.reader = reader
        self.commits = commits
        self.lock = lock
        self.broadcast = broadcast
        self.clock = clock
    }

    package func write<Result: Sendable>(
        _ body: @escaping @Sendable (any LedgerTransaction) throws -> Result
    ) async throws -> Result {
        guard let commits else { throw LedgerError.unavailable("it was opened for reading only") }
        return try await commits.write(body)
    }

    package func read<Result: Sendable>(
        _ body: @escaping @Sendable (any LedgerTransaction) throws -> Result
    ) async throws -> Result {
        do {
            return try await reader.read { [clock] database in
                try body(SQLiteTransaction(database, now: clock(), mayWrite: false))
            }
        } catch {
            throw LedgerError.translating(error)
        }
    }

    package func changes() -> AsyncStream<Void> {
        broadcast.listen()
    }

    /// Finishes the writes that wait, takes no more, and lets the file go.
    ///
    /// Unless somebody else reads it, the file alone is the whole ledger then: `-wal` and `-shm` are gone.
    package func close() async throws {
        await commits?.close()
        try await onItsOwnThread { [reader, lock] in
            do {
                // The writer must be the last to close: only then does SQLite fold the WAL into the file.
                (reader as? DatabasePool)?.invalidateReadOnlyConnections()
                try reader.close()
            } catch {
                throw LedgerError.translating(error)
            }
            lock?.release()
        }
    }
}
