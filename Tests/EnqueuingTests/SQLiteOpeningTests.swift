import Enqueuing
import EnqueuingSQLite
import Foundation
import GRDB
import Testing
import Vocabulary

struct SQLiteOpeningTests {
    @Test
    func `a ledger of a newer schema is refused, to write and to read`() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/ledger.db"
            try await SQLiteLedger.open(path).close()
            try await DatabaseQueue(path: path).write { database in
                try database.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('3')")
            }
            let newer = LedgerError.newerSchema(found: 3, known: 2)
            await #expect(throws: newer) { try await SQLiteLedger.open(path) }
            await #expect(throws: newer) { try await SQLiteLedger.openReadOnly(path) }
        }
    }

    @Test
    func `an older ledger knows, once opened, when its jobs were submitted`() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/ledger.db"
            let older = try await SQLiteLedger.open(path)
            let now = Timestamp(seconds: 1_788_000_000)
            try await older.write { rows in
                var job = try Sample.job("j-1", at: now, due: nil)
                job.submission = Submission(attempt: 1, startedAt: now, leaseUntil: now)
                _ = try rows.insert(job)
                _ = try rows.insert(Sample.job("j-2", at: now, due: nil))
            }
            try await older.close()
            let queue = try DatabaseQueue(path: path)
            try await queue.write { database in
                try database.execute(
                    sql: """
                        DROP INDEX job_submitted;
                        ALTER TABLE job DROP COLUMN submitted_at;
                        DELETE FROM grdb_migrations WHERE identifier = '2';
                        """
                )
            }
            try queue.close()
            let opened = try await SQLiteLedger.open(path)
            let query = JobQuery(submittedAfter: now - .seconds(1))
            #expect(try await opened.read { try $0.jobs(query).map(\.id.text) } == ["j-1"])
            try await opened.close()
        }
    }

    @Test
    func `what is no ledger is left as it is`() async throws {
        try await withTemporaryFolder { folder in
            let text = folder + "/text.db"
            try Data("just some text\n".utf8).write(to: URL(filePath: text))
            await #expect(throws: LedgerError.damaged("\(text) is no SQLite database")) {
                try await SQLiteLedger.open(text)
            }
            let foreign = folder + "/foreign.db"
            let queue = try DatabaseQueue(path: foreign)
            try await queue.write { try $0.execute(sql: "CREATE TABLE recipe (name TEXT)") }
            try queue.close()
            let before = try Data(contentsOf: URL(filePath: foreign))
            await #expect(throws: LedgerError.unavailable("\(foreign) is a database of another program")) {
                try await SQLiteLedger.open(foreign)
            }
            await #expect(throws: LedgerError.unavailable("the file is a database of another program")) {
                try await SQLiteLedger.openReadOnly(foreign)
            }
            #expect(try Data(contentsOf: URL(filePath: foreign)) == before)
        }
    }

    @Test
    func `a damaged file is said to be damaged`() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/ledger.db"
            try await SQLiteLedger.open(path).close()
            var bytes = try Data(contentsOf: URL(filePath: path))
            bytes.replaceSubrange(100..<bytes.count, with: Data(repeating: 0xAB, count: bytes.count - 100))
            try bytes.write(to: URL(filePath: path))
            let error = try #require(await errorOfOpening(path))
            guard case .damaged = error else {
                Issue.record("\(error)")
                return
            }
        }
    }

    @Test
    func `a folder that is missing, or a path that is a folder, is named`() async throws {
        try await withTemporaryFolder { folder in
            let missing = folder + "/none/ledger.db"
            #expect(await errorOfOpening(missing) == .unavailable("there is no folder \(folder)/none"))
            #expect(await errorOfOpening(folder) == .unavailable("\(folder) is a folder"))
            #expect(
                await errorOfOpening("/proc/ledger.db")
                    == .unavailable("/proc/ledger.db.lock cannot be created")
            )
        }
    }

    private func errorOfOpening(_ path: String) async -> LedgerError? {
        do {
            try await SQLiteLedger.open(path).close()
            return nil
        } catch {
            return error as? LedgerError
        }
    }
}
