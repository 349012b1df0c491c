import Enqueuing
import GRDB

/// The tables, and how an older ledger gets them.
///
/// Columns hold what is searched, counted or guarded; `document` holds the whole record as JSON with sorted
/// keys. A newer minor version may add keys to a document without a migration: readers skip what they do not
/// know. There are no foreign keys: checked late they would fail a commit that others share.
enum Schema {
    /// `BSCL`, in the file's header, so that no other database is taken for a ledger.
    static let applicationID: UInt32 = 0x4253_434C

    /// Names of migrations, in order; the number is the schema's.
    private static let migrations: [(name: String, sql: String)] = [("1", first), ("2", second)]

    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        for migration in migrations {
            migrator.registerMigration(migration.name) { try $0.execute(sql: migration.sql) }
        }
        return migrator
    }

    static func migrate(_ pool: DatabasePool) throws {
        try pool.read { try checkNotNewer($0) }
        try migrator.migrate(pool)
    }

    /// - Throws: ``LedgerError/newerSchema(found:known:)`` for a ledger that a newer version has written.
    static func checkNotNewer(_ database: Database) throws {
        guard try migrator.hasBeenSuperseded(database) else { return }
        let found = try migrator.appliedIdentifiers(database).compactMap { Int($0) }.max() ?? 0
        throw LedgerError.newerSchema(found: found, known: migrations.count)
    }

    /// - Throws: ``LedgerError`` unless the file is a ledger of exactly this schema.
    static func checkReadable(_ database: Database) throws {
        try checkOwner(database)
        try checkNotNewer(database)
        guard try migrator.hasCompletedMigrations(database) else {
            throw LedgerError.unavailable("its schema is older than this version; start the bridge once")
        }
    }

    /// - Throws: ``LedgerError/unavailable(_:)`` for a database with tables that are not ours.
    static func checkOwner(_ database: Database) throws {
        let owner = try Int64.fetchOne(database, sql: "PRAGMA application_id")
        let tables = try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM sqlite_master") ?? 0
        guard owner == Int64(applicationID) || (owner == 0 && tables == 0) else {
            throw LedgerError.unavailable("the file is a database of another program")
        }
    }

    /// Limits count by the beginning of a job's first try.
    private static let second = """
        ALTER TABLE job ADD COLUMN submitted_at INTEGER;
        UPDATE job SET submitted_at = json_extract(document, '$.submission.startedAt');
        CREATE INDEX job_submitted ON job (action, submitted_at) WHERE submitted_at IS NOT NULL;
        """

    private static let first = """
        PRAGMA application_id = \(applicationID);

        CREATE TABLE delivery (
            sequence INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            source TEXT NOT NULL,
            signed_key TEXT NOT NULL,
            sender_key TEXT,
            received_at INTEGER NOT NULL,
            verdict TEXT NOT NULL,
            body BLOB,
            document TEXT NOT NULL,
            UNIQUE (source, signed_key),
            UNIQUE (source, sender_key)
        ) STRICT;
        CREATE INDEX delivery_body ON delivery (received_at) WHERE body IS NOT NULL;

        CREATE TABLE job (
            sequence INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            version INTEGER NOT NULL,
            state TEXT NOT NULL,
            action TEXT NOT NULL,
            machine TEXT,
            delivery TEXT,
            due INTEGER,
            fence INTEGER NOT NULL,
            leased_until INTEGER,
            document TEXT NOT NULL
        ) STRICT;
        CREATE INDEX job_due ON job (state, due) WHERE due IS NOT NULL;
        CREATE INDEX job_leased ON job (leased_until) WHERE leased_until IS NOT NULL;
        CREATE INDEX job_state ON job (state);
        CREATE INDEX job_machine ON job (machine, state);
        CREATE INDEX job_delivery ON job (delivery);

        CREATE TABLE claim (
            id TEXT NOT NULL PRIMARY KEY,
            sequence INTEGER NOT NULL,
            machine TEXT NOT NULL,
            closed_at INTEGER,
            document TEXT NOT NULL
        ) STRICT;
        CREATE INDEX claim_open ON claim (machine, sequence) WHERE closed_at IS NULL;

        CREATE TABLE outbox (
            sequence INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            version INTEGER NOT NULL,
            state TEXT NOT NULL,
            audience TEXT NOT NULL,
            due INTEGER,
            fence INTEGER NOT NULL,
            leased_until INTEGER,
            document TEXT NOT NULL
        ) STRICT;
        CREATE INDEX outbox_due ON outbox (state, due);
        CREATE INDEX outbox_audience ON outbox (audience, state);

        CREATE TABLE conversation (job TEXT NOT NULL PRIMARY KEY, document TEXT NOT NULL) STRICT;

        CREATE TABLE flag (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT;

        CREATE TABLE audit (
            sequence INTEGER PRIMARY KEY,
            at INTEGER NOT NULL,
            kind TEXT NOT NULL,
            subject TEXT NOT NULL,
            actor TEXT NOT NULL,
            detail TEXT NOT NULL,
            previous_hash TEXT NOT NULL,
            hash TEXT NOT NULL
        ) STRICT;
        CREATE TRIGGER audit_order BEFORE INSERT ON audit
        WHEN NEW.sequence IS NOT (SELECT COALESCE(MAX(sequence), 0) + 1 FROM audit)
        BEGIN SELECT RAISE(ABORT, 'an audit row out of order'); END;
        CREATE TRIGGER audit_update BEFORE UPDATE ON audit
        BEGIN SELECT RAISE(ABORT, 'audit rows are never changed'); END;
        CREATE TRIGGER audit_delete BEFORE DELETE ON audit
        BEGIN SELECT RAISE(ABORT, 'audit rows are never deleted'); END;
        """
}
