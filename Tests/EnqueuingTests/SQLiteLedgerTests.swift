import Enqueuing
import Foundation
import GRDB
import Testing
import Vocabulary

@testable import EnqueuingSQLite

struct SQLiteLedgerTests {
    @Test
    func `what was written is there after closing and opening again`() async throws {
        try await withTemporaryFolder { folder in
            let first = try await SQLiteLedger.open(folder + "/ledger.db")
            try await first.write { rows in
                try rows.insert(Sample.delivery("d-1", signed: "s1"))
                try seal(AuditEntry(kind: "k", subject: "s", actor: "a"), in: rows)
            }
            try await first.close()
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == [
                    "ledger.db", "ledger.db.lock",
                ]
            )
            await #expect(throws: LedgerError.unavailable("it is closed")) {
                try await first.write { try $0.setFlag("a", "b") }
            }
            let second = try await SQLiteLedger.open(folder + "/ledger.db")
            #expect(try await second.read { try $0.delivery(DeliveryID("d-1")) } != nil)
            #expect(try await finding(of: second).isIntact(rows: 1))
            try await second.close()
        }
    }

    @Test
    func `every file of the ledger is for its own user only`() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/ledger.db"
            try Data().write(to: URL(filePath: path))
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
            let ledger = try await SQLiteLedger.open(path)
            try await ledger.write { try $0.setFlag("a", "b") }
            for suffix in ["", "-wal", "-shm", ".lock"] {
                let attributes = try FileManager.default.attributesOfItem(atPath: path + suffix)
                #expect(attributes[.posixPermissions] as? Int == 0o600, "\(suffix)")
            }
            try await ledger.close()
        }
    }

    @Test
    func `one ledger at a time writes a file, even in one process`() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/ledger.db"
            let first = try await SQLiteLedger.open(path)
            await #expect(throws: LedgerError.unavailable("another bridge is running on \(path)")) {
                try await SQLiteLedger.open(path)
            }
            try await first.write { try $0.setFlag("a", "b") }
            try await first.close()
            try await SQLiteLedger.open(path).close()
        }
    }

    @Test
    func `a ledger is read beside the bridge and without it, and not written`() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/ledger.db"
            await #expect(throws: LedgerError.unavailable("there is no file \(path)")) {
                try await SQLiteLedger.openReadOnly(path)
            }
            let bridge = try await SQLiteLedger.open(path)
            try await bridge.write { try $0.setFlag("a", "1") }
            let beside = try await SQLiteLedger.openReadOnly(path)
            #expect(try await beside.read { try $0.flag("a") } == "1")
            try await bridge.write { try $0.setFlag("a", "2") }
            #expect(try await beside.read { try $0.flag("a") } == "2")
            await #expect(throws: LedgerError.unavailable("it was opened for reading only")) {
                try await beside.write { try $0.setFlag("a", "3") }
            }
            try await beside.close()
            try await bridge.close()
            let alone = try await SQLiteLedger.openReadOnly(path)
            #expect(try await alone.read { try $0.flag("a") } == "2")
            try await alone.close()
            try await SQLiteLedger.open(path).close()
        }
    }

    @Test
    func `writes that wait share a commit, and past the limit they are refused at once`() async throws {
        try await withTemporaryFolder { folder in
            var limits = GroupCommit.Limits()
            limits.waitingMax = 100
            let path = folder + "/ledger.db"
            let ledger = try await SQLiteLedger.open(path, limits: limits, clock: { .now() })
            let before = try bytes(of: path + "-wal")
            let (started, start) = AsyncStream<Void>.makeStream()
            let disk = DispatchSemaphore(value: 0)
            let slow = Task {
                try await ledger.write { rows in
                    start.yield()
                    disk.wait()
                    try rows.setFlag("slow", "done")
                }
            }
            for await _ in started { break }
            let outcomes = await withTaskGroup(of: LedgerError?.self) { group in
                for number in 0..<120 {
                    group.addTask {
                        do {
                            try await ledger.write { try $0.setFlag("flag \(number)", "done") }
                            return nil
                        } catch {
                            return error as? LedgerError
                        }
                    }
                }
                var outcomes: [LedgerError?] = []
                for await outcome in group {
                    outcomes.append(outcome)
                    // A hundred wait now: let the first one end.
                    if outcomes.count == 20 { disk.signal() }
                }
                return outcomes
            }
            try await slow.value
            let full = LedgerError.unavailable("100 writes are waiting already")
            let refused: [LedgerError?] = Array(repeating: full, count: 20)
            let done: [LedgerError?] = Array(repeating: nil, count: 100)
            #expect(outcomes == refused + done)
            // A commit of its own would have put at least one page of 4,096 bytes there for each write.
            #expect(try bytes(of: path + "-wal") - before < 20 * 4_096)
            try await ledger.close()
        }
    }

    private func bytes(of path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.size] as? Int)
    }

    @Test
    func `a write that waited too long is refused and not done`() async throws {
        try await withTemporaryFolder { folder in
            var limits = GroupCommit.Limits()
            limits.waitMax = .zero
            let ledger = try await SQLiteLedger.open(folder + "/ledger.db", limits: limits, clock: { .now() })
            await #expect(throws: LedgerError.unavailable("it took longer than 0s to write")) {
                try await ledger.write { try $0.setFlag("a", "b") }
            }
            #expect(try await ledger.read { try $0.flag("a") } == nil)
            try await ledger.close()
        }
    }

    @Test(arguments: [
        "UPDATE audit SET actor = 'x'", "DELETE FROM audit",
        "INSERT OR REPLACE INTO audit SELECT * FROM audit",
    ])
    func `audit rows cannot be changed in SQL`(sql: String) async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/ledger.db"
            let ledger = try await SQLiteLedger.open(path)
            try await ledger.write { try seal(AuditEntry(kind: "k", subject: "s", actor: "a"), in: $0) }
            try await ledger.close()
            let error = try #require(throws: DatabaseError.self) {
                try DatabaseQueue(path: path).write { try $0.execute(sql: sql) }
            }
            #expect(error.extendedResultCode == .SQLITE_CONSTRAINT_TRIGGER)
        }
    }

    @Test
    func `keys of a newer minor version are skipped, and a row that cannot be read is named`() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/ledger.db"
            let ledger = try await SQLiteLedger.open(path)
            let now = Timestamp(seconds: 1_790_000_000)
            for id in ["j-1", "j-2"] { _ = try await ledger.write { try $0.insert(Sample.job(id, at: now)) } }
            try await ledger.close()
            try await DatabaseQueue(path: path).write { database in
                let newer = "UPDATE job SET document = json_set(document, '$.newKey', 'x') WHERE id = 'j-1'"
                let older = "UPDATE job SET document = json_remove(document, '$.action') WHERE id = 'j-2'"
                try database.execute(sql: "\(newer); \(older)")
            }
            let again = try await SQLiteLedger.open(path)
            #expect(try await again.read { try $0.job(JobID("j-1")) }?.action == "isolate")
            await #expect(throws: LedgerError.damaged("job 2")) {
                try await again.read { try $0.job(JobID("j-2")) }
            }
            try await again.close()
        }
    }
}
