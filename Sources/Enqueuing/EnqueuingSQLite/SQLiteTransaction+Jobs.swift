import Enqueuing
import GRDB
import Vocabulary

extension SQLiteTransaction {
    private static let columns = "sequence, version, document"

    func insert(_ job: Job) throws -> Job {
        var job = job
        // Writes are serial: nobody takes the number in between.
        job.sequence = (try value("SELECT MAX(sequence) FROM job") ?? Int64(0)) + 1
        job.version = 1
        try run(
            """
            INSERT INTO job (
                sequence, id, version, state, action, machine, delivery, due, fence, leased_until, submitted_at,
                document
            ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                job.sequence, job.id.text, job.version, job.state.rawValue, job.action, job.machine?.id.text,
                job.delivery?.text, job.due?.milliseconds, job.fence, job.lease?.until.milliseconds,
                job.firstSubmittedAt?.milliseconds, try Document.encode(job),
            ],
            orThrow: .staleVersion
        )
        note(Wake(job), after: nil)
        return job
    }

    func job(_ id: JobID) throws -> Job? {
        try row("SELECT \(Self.columns) FROM job WHERE id = ?", [id.text]).map(readJob)
    }

    func update(_ job: Job, fence: Int64?) throws -> Job {
        let guards = "sequence, version, state, due, fence, leased_until"
        guard let stored = try row("SELECT \(guards) FROM job WHERE id = ?", [job.id.text]) else {
            throw LedgerError.noSuchJob(job.id)
        }
        if let fence, fence != stored["fence"] { throw LedgerError.leaseLost }
        guard job.version == stored["version"] else { throw LedgerError.staleVersion }
        var job = job
        job.sequence = stored["sequence"]
        job.version += 1
        try run(
            """
            UPDATE job SET version = ?, state = ?, action = ?, machine = ?, delivery = ?, due = ?, fence = ?,
                leased_until = ?, submitted_at = ?, document = ?
            WHERE sequence = ?
            """,
            [
                job.version, job.state.rawValue, job.action, job.machine?.id.text, job.delivery?.text,
                job.due?.milliseconds, job.fence, job.lease?.until.milliseconds,
                job.firstSubmittedAt?.milliseconds, try Document.encode(job), job.sequence,
            ]
        )
        note(Wake(job), after: Wake(storedIn: stored))
        return job
    }

    func jobs(_ query: JobQuery) throws -> [Job] {
        let statement = query.statement(columns: Self.columns)
        return try rows(statement.sql, statement.arguments).map(readJob)
    }

    func nextDue(_ states: [JobState]) throws -> Timestamp? {
        // One look at the index for each state; `state IN (…)` would read all their entries.
        let dues: [Int64] = try Set(states).compactMap { state in
            try value("SELECT MIN(due) FROM job WHERE state = ? AND due IS NOT NULL", [state.rawValue])
        }
        return dues.min().map { Timestamp(milliseconds: $0) }
    }

    func jobCounts() throws -> [JobState: Int] {
        var counts: [JobState: Int] = [:]
        for row in try rows("SELECT state, COUNT(*) AS jobs FROM job GROUP BY state") {
            let word: String = row["state"]
            guard let state = JobState(rawValue: word) else {
                throw LedgerError.damaged("a job in the unknown state \(word)")
            }
            counts[state] = row["jobs"]
        }
        return counts
    }

    private func readJob(_ row: Row) throws -> Job {
        let (text, place): (String, Int64) = (row["document"], row["sequence"])
        var job: Job = try Document.decode(text, of: "job \(place)")
        job.sequence = place
        job.version = row["version"]
        return job
    }
}

extension Wake {
    /// The wake of a row with the columns `state`, `due` and `leased_until`.
    init(storedIn row: Row) {
        let (due, leasedUntil): (Int64?, Int64?) = (row["due"], row["leased_until"])
        self.init(
            state: row["state"],
            due: due.map { Timestamp(milliseconds: $0) },
            isLeased: leasedUntil != nil
        )
    }
}

extension JobQuery {
    /// The query as SQL; values are always bound.
    func statement(columns: String) -> (sql: String, arguments: StatementArguments) {
        var conditions: [String] = []
        var arguments = StatementArguments()
        if let states {
            let marks = states.map { _ in "?" }.joined(separator: ", ")
            conditions.append("state IN (\(marks))")
            arguments += StatementArguments(states.map(\.rawValue))
        }
        if let actions {
            let marks = actions.map { _ in "?" }.joined(separator: ", ")
            conditions.append("action IN (\(marks))")
            arguments += StatementArguments(actions)
        }
        if let machine {
            conditions.append("machine = ?")
            arguments += [machine.text]
        }
        if let delivery {
            conditions.append("delivery = ?")
            arguments += [delivery.text]
        }
        if let dueBy {
            conditions.append("due <= ?")
            arguments += [dueBy.milliseconds]
        }
        if let leasedBeyond {
            conditions.append("leased_until > ?")
            arguments += [leasedBeyond.milliseconds]
        }
        if let after {
            conditions.append("sequence > ?")
            arguments += [after]
        }
        if let submittedAfter {
            conditions.append("submitted_at > ?")
            arguments += [submittedAfter.milliseconds]
        }
        let filter = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        let order = newestFirst ? "DESC" : "ASC"
        arguments += [max(0, limit)]
        return ("SELECT \(columns) FROM job\(filter) ORDER BY sequence \(order) LIMIT ?", arguments)
    }
}
