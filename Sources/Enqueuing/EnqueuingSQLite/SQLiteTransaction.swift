import Enqueuing
import GRDB
import Vocabulary

/// The rows as SQL, for one write or read of a ledger.
///
/// Used on the connection's own queue only.
final class SQLiteTransaction: LedgerTransaction {
    let database: Database
    /// Read once, so that one write has one time.
    let now: Timestamp
    private let mayWrite: Bool
    /// Set once something became due.
    private(set) var hasNews = false

    init(_ database: Database, now: Timestamp, mayWrite: Bool) {
        self.database = database
        self.now = now
        self.mayWrite = mayWrite
    }

    func note(_ wake: Wake, after old: Wake?) {
        if wake.isNews(after: old) { hasNews = true }
    }

    // MARK: Statements

    func run(_ sql: String, _ arguments: StatementArguments = []) throws {
        guard mayWrite else { throw LedgerError.unavailable("a read cannot write") }
        try database.run(sql, arguments)
    }

    /// Runs an insert that may break a rule of the schema; `error` is thrown in place of the broken rule.
    func run(_ sql: String, _ arguments: StatementArguments, orThrow error: LedgerError) throws {
        do {
            try run(sql, arguments)
        } catch let problem as DatabaseError where problem.resultCode == .SQLITE_CONSTRAINT {
            throw error
        }
    }

    func row(_ sql: String, _ arguments: StatementArguments = []) throws -> Row? {
        try Row.fetchOne(database.cachedStatement(sql: sql), arguments: arguments)
    }

    func rows(_ sql: String, _ arguments: StatementArguments = []) throws -> [Row] {
        try Row.fetchAll(database.cachedStatement(sql: sql), arguments: arguments)
    }

    func value<Value: DatabaseValueConvertible & StatementColumnConvertible>(
        _ sql: String,
        _ arguments: StatementArguments = []
    ) throws -> Value? {
        try Value.fetchOne(database.cachedStatement(sql: sql), arguments: arguments)
    }

    // MARK: Flags

    func flag(_ name: String) throws -> String? {
        try value("SELECT value FROM flag WHERE name = ?", [name])
    }

    func setFlag(_ name: String, _ value: String?) throws {
        if let value {
            try run("INSERT OR REPLACE INTO flag (name, value) VALUES (?, ?)", [name, value])
        } else {
            try run("DELETE FROM flag WHERE name = ?", [name])
        }
    }
}
