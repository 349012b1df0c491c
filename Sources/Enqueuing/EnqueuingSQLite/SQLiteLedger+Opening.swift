import Dispatch
import Enqueuing
import Foundation
import GRDB
package import Vocabulary

extension SQLiteLedger {
    /// Opens or creates the ledger for the one bridge that writes it, and brings its schema up to date.
    ///
    /// - Parameters:
    ///   - path: The file; its folder must exist. Beside it lie `-wal`, `-shm` and `.lock`.
    ///   - clock: The wall clock for ``LedgerTransaction/now``.
    /// - Returns: The ledger, which holds the file until it is closed.
    /// - Throws: ``LedgerError``, whose text says what is wrong with the folder, the file or its schema.
    package static func open(
        _ path: String,
        clock: @escaping @Sendable () -> Timestamp = { Timestamp.now() }
    ) async throws -> SQLiteLedger {
        try await open(path, limits: GroupCommit.Limits(), clock: clock)
    }

    static func open(
        _ path: String,
        limits: GroupCommit.Limits,
        clock: @escaping @Sendable () -> Timestamp
    ) async throws -> SQLiteLedger {
        try await onItsOwnThread {
            do {
                try LedgerFile.checkFolder(of: path)
                let lock = try LedgerLock(besides: path)
                try LedgerFile.checkHeader(of: path)
                try OwnFile.make(at: path)
                let pool = try DatabasePool(path: path, configuration: makeConfiguration())
                try prepare(pool)
                let broadcast = ChangeBroadcast()
                return SQLiteLedger(
                    reader: pool,
                    commits: GroupCommit(pool, limits: limits, broadcast: broadcast, clock: clock),
                    lock: lock,
                    broadcast: broadcast,
                    clock: clock
                )
            } catch {
                throw LedgerError.translating(error)
            }
        }
    }

    /// Opens an existing ledger for reading, beside a running bridge or without one.
    ///
    /// - Throws: ``LedgerError``; a ledger that an older version left is not migrated but refused.
    package static func openReadOnly(_ path: String) async throws -> SQLiteLedger {
        try await onItsOwnThread {
            do {
                guard FileManager.default.fileExists(atPath: path) else {
                    throw LedgerError.unavailable("there is no file \(path)")
                }
                var configuration = makeConfiguration()
                configuration.readonly = true
                let queue = try DatabaseQueue(path: path, configuration: configuration)
                try queue.read { try Schema.checkReadable($0) }
                return SQLiteLedger(
                    reader: queue,
                    commits: nil,
                    lock: nil,
                    broadcast: ChangeBroadcast(),
                    clock: { Timestamp.now() }
                )
            } catch {
                throw LedgerError.translating(error)
            }
        }
    }

    private static func makeConfiguration() -> Configuration {
        var configuration = Configuration()
        configuration.label = "ledger"
        // Only a reader's recovery or closing can hold the file, and only for moments.
        configuration.busyMode = .timeout(5)
        configuration.maximumReaderCount = 4
        // A failed rollback must not end the process; ``GroupCommit`` looks before each transaction.
        configuration.allowsUnsafeTransactions = true
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON")
            // Savepoints keep old pages: not in a file under /var/tmp, which is slow and holds rows.
            try database.execute(sql: "PRAGMA temp_store = MEMORY")
        }
        return configuration
    }

    /// Sets what makes a commit durable, migrates, and checks that it is so.
    private static func prepare(_ pool: DatabasePool) throws {
        try pool.writeWithoutTransaction { database in
            // After the pool's own `synchronous = NORMAL`, under which a commit is not on the disk.
            try database.execute(sql: "PRAGMA synchronous = FULL")
            try database.execute(sql: "PRAGMA wal_autocheckpoint = 1000")
            try database.execute(sql: "PRAGMA journal_size_limit = 67108864")
            try Schema.checkOwner(database)
        }
        try Schema.migrate(pool)
        try pool.writeWithoutTransaction { database in
            let journal = try String.fetchOne(database, sql: "PRAGMA journal_mode")
            let synchronous = try Int.fetchOne(database, sql: "PRAGMA synchronous")
            guard journal == "wal", synchronous == 2 else {
                throw LedgerError.unavailable("this file system does not let SQLite write durably")
            }
        }
    }
}

/// What can be seen of the file before SQLite touches it.
enum LedgerFile {
    static func checkFolder(of path: String) throws {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        guard FileManager.default.fileExists(atPath: folder + "/.") else {
            throw LedgerError.unavailable("there is no folder \(folder)")
        }
        guard FileManager.default.isWritableFile(atPath: folder) else {
            throw LedgerError.unavailable("the folder \(folder) may not be written by this user")
        }
        if FileManager.default.fileExists(atPath: path + "/.") {
            throw LedgerError.unavailable("\(path) is a folder")
        }
    }

    /// Refuses a file that is no database, or another program's, before its journal mode is changed.
    ///
    /// - Source: SQLite, "Database File Format", §1.3: the first 16 bytes, the page count at 28, the
    ///   application id at 68.
    static func checkHeader(of path: String) throws {
        guard FileManager.default.fileExists(atPath: path) else { return }
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw LedgerError.unavailable("\(path) may not be read by this user")
        }
        defer { _ = try? file.close() }
        guard let header = try file.read(upToCount: 100).map(Array.init), !header.isEmpty else { return }
        guard header.count == 100, header.starts(with: Array("SQLite format 3\0".utf8)) else {
            throw LedgerError.damaged("\(path) is no SQLite database")
        }
        let pages = number(in: header, at: 28)
        let application = number(in: header, at: 68)
        guard application == Schema.applicationID || (application == 0 && pages <= 1) else {
            throw LedgerError.unavailable("\(path) is a database of another program")
        }
    }

    private static func number(in header: [UInt8], at place: Int) -> UInt32 {
        header[place..<place + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }
}

/// Runs blocking work away from the cooperative pool.
func onItsOwnThread<Result: Sendable>(
    _ work: @escaping @Sendable () throws -> Result
) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async {
            continuation.resume(with: Swift.Result(catching: work))
        }
    }
}
