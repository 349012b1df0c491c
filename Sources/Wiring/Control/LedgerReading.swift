import Enqueuing
import JSONReader
import Vocabulary

/// The questions of the control socket that only read; asked of the ledger itself where no bridge runs.
struct LedgerReading: Sendable {
    /// The most jobs of one answer.
    static let jobsMax: Int64 = 10_000
    static let jobsDefault: Int64 = 1_000
    /// The most audit rows of one answer.
    static let rowsMax: Int64 = 500
    /// The most untold news of the bridge itself in one answer; the newest are shown.
    private static let newsMax = 20
    /// The most untold notices looked at.
    private static let untoldMax = 10_000

    let ledger: any Ledger

    /// - Throws: ``ControlRefusal`` for what is not there, ``LedgerError``.
    func answer(_ path: String, query: [String: String]) async throws -> JSONValue {
        let steps = path.split(separator: "/").map(String.init)
        switch steps {
        case ["jobs"]: return try await jobs(query)
        case ["isolated"]: return ["machines": try await ledger.read { try ClaimListing.json(in: $0) }]
        case ["freeze"]: return ["freeze": try await ledger.read { try Self.freeze(in: $0) }]
        case ["evidence"]: return ["evidence": try await ledger.read { try EvidenceListing.json(in: $0) }]
        case ["audit"]: return try await audit(query)
        case _ where steps.count == 2 && steps[0] == "jobs":
            return try await job(JobID(steps[1]))
        default: throw Self.noSuchPath
        }
    }

    private func jobs(_ query: [String: String]) async throws -> JSONValue {
        let limit = try Self.number("limit", query, in: 1...Self.jobsMax) ?? Self.jobsDefault
        let states = try query["state"].map(Self.states)
        return try await ledger.read { transaction in
            let jobs = try transaction.jobs(JobQuery(states: states, limit: Int(limit), newestFirst: true))
            let untold = try Self.untold(in: transaction)
            let news = (untold[nil] ?? []).suffix(Self.newsMax)
            return [
                "jobs": .array(jobs.map { JobListing.row($0, untold: untold[$0.id] ?? []) }),
                "untold": .array(news.map(JobListing.notice)),
                "freeze": try Self.freeze(in: transaction),
            ]
        }
    }

    private func job(_ id: JobID) async throws -> JSONValue {
        let found = try await ledger.read { transaction -> JSONValue? in
            guard let job = try transaction.job(id) else { return nil }
            let own = try transaction.outboxPending(.conversation(job.conversationID))
                .filter { job.group == nil || $0.job == id }
            let others = try transaction.outboxPending(.tell).filter { $0.job == id }
            return JobDetail(
                job: job,
                claim: try transaction.claim(id),
                pending: own + others,
                untold: try Self.untold(in: transaction)[id] ?? [],
                audit: try JobAudit.rows(of: job, in: transaction)
            ).json
        }
        guard let found else { throw Self.noSuchJob(id) }
        return found
    }

    /// `after` and `limit`, or the `last` rows.
    private func audit(_ query: [String: String]) async throws -> JSONValue {
        let limit = try Self.number("limit", query, in: 1...Self.rowsMax) ?? Self.rowsMax
        let last = try Self.number("last", query, in: 1...Self.rowsMax)
        let after = try Self.number("after", query, in: 0...Int64.max)
        return try await ledger.read { transaction in
            let end = try transaction.lastAudit()?.sequence ?? 0
            let start = last.map { max(0, end - $0) } ?? after ?? 0
            let rows = try transaction.audit(after: start, limit: Int(last ?? limit))
            return ["rows": .array(rows.map(\.json)), "last": .integer(end)]
        }
    }

    // MARK: Parts

    private static func untold(in transaction: any LedgerTransaction) throws -> [JobID?: [OutboxEntry]] {
        Dictionary(grouping: try transaction.outbox(state: .untold, limit: untoldMax), by: \.job)
    }

    private static func freeze(in transaction: any LedgerTransaction) throws -> JSONValue {
        guard let freeze = try Freeze.present(in: transaction) else { return .null }
        return [
            "by": .string(freeze.by), "because": .string(freeze.because), "at": .string(freeze.at.iso8601),
            "all": .bool(freeze.stopsReleases),
        ]
    }

    private static func number(
        _ name: String,
        _ query: [String: String],
        in range: ClosedRange<Int64>
    ) throws -> Int64? {
        guard let text = query[name] else { return nil }
        guard let number = Int64(text), range.contains(number) else {
            let most = range.upperBound == .max ? "" : " to \(range.upperBound)"
            throw ControlRefusal(
                400,
                "bad-number",
                "\"\(name)\" is \"\(text)\".",
                fix: "It is a whole number from \(range.lowerBound)\(most)."
            )
        }
        return number
    }

    private static func states(_ text: String) throws -> [JobState] {
        let words = JobState.allCases.map(\.rawValue)
        return try text.split(separator: ",").map { part in
            let word = String(part).trimmingBlanks
            guard let state = JobState(rawValue: word) else {
                let nearest = nearestWord(to: word, among: words).map { "Did you mean \"\($0)\"?" }
                throw ControlRefusal(
                    400,
                    "unknown-state",
                    "There is no state \"\(word)\".",
                    fix: nearest ?? "The states are: \(words.joined(separator: ", "))."
                )
            }
            return state
        }
    }

    static let noSuchPath = ControlRefusal(
        404,
        "no-such-path",
        "The bridge does not know this request.",
        fix: "Use the `bascule` of the same version as the bridge."
    )

    static func noSuchJob(_ id: JobID) -> ControlRefusal {
        let error = LedgerError.noSuchJob(id)
        return ControlRefusal(404, error.code, error.message, fix: error.fix)
    }
}
