import Enqueuing
import Foundation
import GRDB
import Synchronization
import Testing
import Vocabulary

@testable import EnqueuingSQLite

@Suite(.timeLimit(.minutes(5)))
struct LargeLedgerTests {
    @Test
    func `a hundred thousand jobs in memory are leased and listed right`() async throws {
        try await fill(MemoryLedger(clock: { Self.now }))
    }

    @Test
    func `a hundred thousand jobs in SQLite are leased and listed right`() async throws {
        try await withTemporaryFolder { folder in
            let ledger = try await SQLiteLedger.open(folder + "/ledger.db", clock: { Self.now })
            try await fill(ledger)
            try await ledger.close()
        }
    }

    /// Only lists of everything may read everything.
    @Test
    func `no statement of the SQLite ledger looks through a whole table`() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/ledger.db"
            try await SQLiteLedger.open(path).close()
            let plans = try await DatabaseQueue(path: path).write { database in
                let statements = Mutex<Set<String>>([])
                database.trace { event in
                    guard case .statement(let statement) = event, !statement.sql.hasPrefix("--") else {
                        return
                    }
                    statements.withLock { _ = $0.insert(statement.sql) }
                }
                try useEverything(SQLiteTransaction(database, now: Self.now, mayWrite: true))
                database.trace(nil)
                return try statements.withLock { $0 }.flatMap { sql in
                    let marks = sql.count { $0 == "?" }
                    let nothing = StatementArguments(Array(repeating: Int?.none, count: marks))
                    return try Row.fetchAll(database, sql: "EXPLAIN QUERY PLAN \(sql)", arguments: nothing)
                        .map { (plan: $0["detail"] as String, sql: sql) }
                }
            }
            #expect(plans.count > 25)
            for (plan, sql) in plans where plan.hasPrefix("SCAN") {
                let isIndexed =
                    plan.contains("INDEX") || plan.contains("(subquery") || plan == "SCAN 1 CONSTANT ROW"
                let isOneStep = sql.hasSuffix("ORDER BY sequence DESC LIMIT 1")
                #expect(isIndexed || isOneStep, "\(plan): \(sql)")
            }
        }
    }

    static let now = Timestamp(seconds: 1_790_000_000)

    private func fill(_ ledger: any Ledger) async throws {
        let now = Self.now
        for thousand in 0..<100 {
            try await ledger.write { rows in
                for number in thousand * 1_000..<(thousand + 1) * 1_000 {
                    let isLive = number.isMultiple(of: 1_000)
                    let job = try Sample.job(
                        "j-\(number)",
                        delivery: "d-\(number)",
                        state: isLive ? .ready : .succeeded,
                        machine: number % 5_000,
                        at: now,
                        due: isLive ? now + .seconds(number / 1_000 - 50) : nil
                    )
                    _ = try rows.insert(job)
                }
            }
        }
        let counts = try await ledger.read { try $0.jobCounts() }
        #expect(counts == [.ready: 100, .succeeded: 99_900])
        #expect(try await ledger.nextDue(JobState.executing) == now - .seconds(50))
        let leased = try await ledger.lease([.ready], owner: "a", times: LeaseTimes(), limit: 10)
        let earliest: [Int64] = [1, 1_001, 2_001, 3_001, 4_001, 5_001, 6_001, 7_001, 8_001, 9_001]
        #expect(leased.map(\.sequence) == earliest)
        let (due, ofMachine, newest) = try await ledger.read { rows in
            (
                try rows.jobs(JobQuery(states: [.ready], dueBy: now)).count,
                try rows.jobs(JobQuery(machine: Sample.machine(4_999))).map(\.id.text),
                try rows.jobs(JobQuery(limit: 1, newestFirst: true)).map(\.sequence)
            )
        }
        #expect(due == 41)
        let everyFiveThousandth: [String] = (0..<20).map { round in "j-\(round * 5_000 + 4_999)" }
        #expect(ofMachine == everyFiveThousandth)
        #expect(newest == [100_000])
    }
}

/// Runs every operation of a transaction once, so that its statements can be looked at.
private func useEverything(_ rows: any LedgerTransaction) throws {
    let now = rows.now
    let machine = try Sample.machine(1)
    try rows.insert(Sample.delivery("d-1", signed: "s1", sender: "x1", body: [1]))
    _ = try rows.delivery(source: Sample.source, signedKey: "none", senderKey: "x1")
    _ = try rows.delivery(DeliveryID("d-1"))
    try rows.dropBodies(unreadableBefore: now, unmatchedBefore: now, bytesMax: 10)
    let job = try rows.insert(Sample.job("j-1", machine: 1, at: now, due: now))
    _ = try rows.update(job, fence: nil)
    _ = try rows.job(job.id)
    for query in [
        JobQuery(states: JobState.executing, dueBy: now), JobQuery(states: [.ready], machine: machine),
        JobQuery(machine: machine), JobQuery(delivery: DeliveryID("d-1")),
        JobQuery(states: JobState.observing, leasedBeyond: now), JobQuery(states: [.held]),
        JobQuery(states: [.ready], actions: ["isolate"], dueBy: now),
    ] {
        _ = try rows.jobs(query)
    }
    _ = try rows.nextDue(JobState.executing)
    _ = try rows.jobCounts()
    try rows.put(Sample.claim("j-1", sequence: 1, machine: 1, at: now))
    _ = try rows.claim(job.id)
    _ = try rows.openClaims(on: machine)
    _ = try rows.openClaims(on: nil)
    let entry = try rows.insert(Sample.entry("o-1", at: now))
    _ = try rows.update(entry, fence: nil)
    _ = try rows.outboxDue(limit: 10)
    _ = try rows.outboxNextDue()
    _ = try rows.outboxPending(.tell)
    _ = try rows.outbox(state: .untold, limit: 10)
    try rows.put(Conversation(job: job.id, address: .jira(issue: "SEC-1")))
    _ = try rows.conversation(job.id)
    try rows.deleteConversation(job.id)
    try rows.setFlag("a", "b")
    _ = try rows.flag("a")
    try rows.setFlag("a", nil)
    try seal(AuditEntry(kind: "k", subject: "s", actor: "a"), in: rows)
    _ = try rows.audit(after: 0, limit: 10)
}
