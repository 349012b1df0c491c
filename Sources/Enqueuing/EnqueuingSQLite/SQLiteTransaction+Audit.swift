import Enqueuing
import GRDB
import Vocabulary

extension SQLiteTransaction {
    private static let columns = "sequence, at, kind, subject, actor, detail, previous_hash, hash"

    func lastAudit() throws -> AuditRow? {
        try row("SELECT \(Self.columns) FROM audit ORDER BY sequence DESC LIMIT 1").map(readAudit)
    }

    func append(_ row: AuditRow) throws {
        try run(
            "INSERT INTO audit (\(Self.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                row.sequence, row.at.milliseconds, row.kind, row.subject, row.actor,
                try Document.encode(row.detail), row.previousHash, row.hash,
            ],
            orThrow: .staleVersion
        )
    }

    func audit(after sequence: Int64, limit: Int) throws -> [AuditRow] {
        try rows(
            "SELECT \(Self.columns) FROM audit WHERE sequence > ? ORDER BY sequence LIMIT ?",
            [sequence, max(0, limit)]
        ).map(readAudit)
    }

    private func readAudit(_ row: Row) throws -> AuditRow {
        let (text, sequence): (String, Int64) = (row["detail"], row["sequence"])
        return AuditRow(
            sequence: sequence,
            at: Timestamp(milliseconds: row["at"]),
            kind: row["kind"],
            subject: row["subject"],
            actor: row["actor"],
            detail: try Document.decode(text, of: "audit row \(sequence)"),
            previousHash: row["previous_hash"],
            hash: row["hash"]
        )
    }
}
