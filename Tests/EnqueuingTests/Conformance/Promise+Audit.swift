import Enqueuing
import Vocabulary

extension AuditVerifier.Finding {
    func isIntact(rows wanted: Int64) -> Bool {
        if case .intact(wanted, _) = self { true } else { false }
    }
}

/// Walks the whole chain of a ledger.
func finding(of ledger: any Ledger) async throws -> AuditVerifier.Finding {
    var verifier = AuditVerifier()
    for row in try await ledger.read({ try $0.audit(after: 0, limit: .max) }) { verifier.take(row) }
    return verifier.finding
}

extension Promise {
    static let audit = [
        Promise("the chain holds with 64 writers") { ledger, _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<64 {
                    group.addTask {
                        for number in 0..<4 {
                            let detail = ["number": String(number), "text": "\"\\\n\u{7}\u{1F6A8}/"]
                            let entry = AuditEntry(
                                kind: "test",
                                subject: "j-\(writer)",
                                actor: "mia",
                                detail: detail
                            )
                            try await ledger.write { try seal(entry, in: $0) }
                        }
                    }
                }
                try await group.waitForAll()
            }
            let finding = try await finding(of: ledger)
            try need(finding.isIntact(rows: 256), "the chain of 256 rows: \(finding)")
        },
        Promise("audit rows are read in pages and appended only as the next") { ledger, clock in
            let now = clock.now
            for number in 1...5 {
                try await ledger.write { rows in
                    try seal(
                        AuditEntry(kind: "k\(number)", subject: "s", actor: "a", detail: ["x": "y"]),
                        in: rows
                    )
                }
            }
            let page = try await ledger.read { try $0.audit(after: 2, limit: 2) }
            try need(page.map(\.sequence), is: [3, 4], "a page")
            guard let last = try await ledger.read({ try $0.lastAudit() }) else {
                throw BrokenPromise("there is no last row")
            }
            try need(last.kind, is: "k5", "the last row")
            let entry = AuditEntry(kind: "k", subject: "s", actor: "a")
            let again = AuditRow(entry, at: now, after: page.last)
            try await need(.staleVersion, from: "a row in the place of another") {
                try await ledger.write { try $0.append(again) }
            }
            let gap = AuditRow(entry, at: now, after: AuditRow(entry, at: now, after: last))
            try await need(.staleVersion, from: "a row after a gap") {
                try await ledger.write { try $0.append(gap) }
            }
            try need(try await finding(of: ledger).isIntact(rows: 5), "the chain after refused rows")
        },
    ]

    static let changes = [
        Promise("every listener hears of what became due, and of nothing else") { ledger, clock in
            let now = clock.now
            func heard(
                _ write: @escaping @Sendable (any LedgerTransaction) throws -> Void
            ) async throws -> [Bool] {
                let listeners = [ledger.changes(), ledger.changes()]
                do {
                    try await ledger.write(write)
                } catch is CancellationError {}
                var heard: [Bool] = []
                for listener in listeners { heard.append(await hasRung(listener)) }
                return heard
            }
            func needs(
                _ wanted: Bool,
                _ what: String,
                _ write: @escaping @Sendable (any LedgerTransaction) throws -> Void
            ) async throws {
                try need(try await heard(write), is: [wanted, wanted], "who heard of \(what)")
            }
            try await needs(false, "a flag") { try $0.setFlag("a", "b") }
            try await needs(true, "a new job") { _ = try $0.insert(Sample.job("j-1", at: now, due: now)) }
            try await needs(true, "a job due later") { rows in
                _ = try rows.insert(Sample.job("j-2", at: now, due: now + .seconds(60)))
            }
            try await needs(false, "a job that nothing is to be done for") { rows in
                _ = try rows.insert(Sample.job("j-3", at: now))
            }
            try await needs(false, "a lease") { try change("j-1", in: $0) { $0.lease = lease(at: now) } }
            try await needs(true, "a job given back") { try change("j-1", in: $0) { $0.lease = nil } }
            try await needs(true, "a job in its next state") {
                try change("j-1", in: $0) { $0.state = .located }
            }
            try await needs(false, "a job put off") {
                try change("j-1", in: $0) { $0.due = now + .seconds(9) }
            }
            try await needs(true, "a job brought forward") { try change("j-1", in: $0) { $0.due = now } }
            try await needs(true, "a notice") { _ = try $0.insert(Sample.entry("o-1", at: now)) }
            try await needs(false, "a write that throws") { rows in
                _ = try rows.insert(Sample.job("j-4", at: now, due: now))
                throw CancellationError()
            }
        }
    ]

    private static func lease(at now: Timestamp) -> Lease {
        Lease(owner: "worker", fence: 1, until: now + .seconds(60))
    }

    private static func change(
        _ id: String,
        in rows: any LedgerTransaction,
        _ change: (inout Job) -> Void
    ) throws {
        guard var job = try rows.job(JobID(id)) else { throw BrokenPromise("\(id) is gone") }
        change(&job)
        _ = try rows.update(job, fence: nil)
    }

    /// Whether the stream holds an element now: a task that is cancelled takes what is there and waits for
    /// nothing.
    private static func hasRung(_ stream: AsyncStream<Void>) async -> Bool {
        let listener = Task {
            for await _ in stream { return true }
            return false
        }
        listener.cancel()
        return await listener.value
    }
}
