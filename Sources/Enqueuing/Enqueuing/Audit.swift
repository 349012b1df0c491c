import Cryptography
import Foundation
package import Vocabulary

/// One sealed row of the audit: what happened, chained to the row before.
package struct AuditRow: Sendable, Hashable, Codable {
    package let sequence: Int64
    package let at: Timestamp
    /// Such as `delivery.accepted`, `job.watching`, `bridge.frozen`.
    package let kind: String
    /// The delivery or job it is about.
    package let subject: String
    /// Who caused it.
    package let actor: String
    /// Further facts; digests of bodies, never bodies, never a credential.
    package let detail: [String: String]
    /// Lower-case hex; 64 zeros for the first row.
    package let previousHash: String
    /// Lower-case hex SHA-256 of ``canonical``.
    package let hash: String

    /// Seals an entry as the successor of `previous`.
    package init(_ entry: AuditEntry, at now: Timestamp, after previous: AuditRow?) {
        sequence = (previous?.sequence ?? 0) + 1
        at = now
        kind = entry.kind
        subject = entry.subject
        actor = entry.actor
        detail = entry.detail
        previousHash = previous?.hash ?? String(repeating: "0", count: 64)
        hash = Hex.encode(
            Digest.of(
                AuditRow.canonical(
                    sequence: sequence,
                    at: at,
                    kind: kind,
                    subject: subject,
                    actor: actor,
                    detail: detail,
                    previousHash: previousHash
                )
            )
        )
    }

    /// A row as a store holds it, believed unseen; ``AuditVerifier`` tells whether it is what was sealed.
    package init(
        sequence: Int64,
        at: Timestamp,
        kind: String,
        subject: String,
        actor: String,
        detail: [String: String],
        previousHash: String,
        hash: String
    ) {
        self.sequence = sequence
        self.at = at
        self.kind = kind
        self.subject = subject
        self.actor = actor
        self.detail = detail
        self.previousHash = previousHash
        self.hash = hash
    }

    /// The bytes that are hashed: a JSON array `[sequence, milliseconds, kind, subject, actor, [[name, value],
    /// …] sorted by name, previous hash]`, no spaces, strings escaped as RFC 8259 demands and no further.
    package var canonical: [UInt8] {
        AuditRow.canonical(
            sequence: sequence,
            at: at,
            kind: kind,
            subject: subject,
            actor: actor,
            detail: detail,
            previousHash: previousHash
        )
    }

    private static func canonical(
        sequence: Int64,
        at: Timestamp,
        kind: String,
        subject: String,
        actor: String,
        detail: [String: String],
        previousHash: String
    ) -> [UInt8] {
        let pairs = detail.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            .map { "[\(CanonicalText.quoted($0.key)),\(CanonicalText.quoted($0.value))]" }
            .joined(separator: ",")
        let text =
            "[\(sequence),\(at.milliseconds),\(CanonicalText.quoted(kind)),\(CanonicalText.quoted(subject)),\(CanonicalText.quoted(actor)),[\(pairs)],"
            + "\(CanonicalText.quoted(previousHash))]"
        return Array(text.utf8)
    }
}

/// What is to be audited, before it is sealed.
package struct AuditEntry: Sendable, Hashable {
    package var kind: String
    package var subject: String
    package var actor: String
    package var detail: [String: String]

    package init(kind: String, subject: String, actor: String, detail: [String: String] = [:]) {
        self.kind = kind
        self.subject = subject
        self.actor = actor
        self.detail = detail
    }
}

/// Walks the chain and names the first row that does not fit.
package struct AuditVerifier: Sendable {
    /// What was found.
    package enum Finding: Sendable, Hashable {
        case intact(rows: Int64, lastHash: String)
        case broken(sequence: Int64, reason: String)
    }

    private var previous: AuditRow?
    private var broken: Finding?

    package init() {}

    /// Takes the next row in order of sequence.
    package mutating func take(_ row: AuditRow) {
        guard broken == nil else { return }
        let expected = (previous?.sequence ?? 0) + 1
        if row.sequence != expected {
            broken = .broken(sequence: expected, reason: "row \(expected) is missing")
        } else if row.previousHash != (previous?.hash ?? String(repeating: "0", count: 64)) {
            broken = .broken(sequence: row.sequence, reason: "it does not follow the row before")
        } else if row.hash != Hex.encode(Digest.of(row.canonical)) {
            broken = .broken(sequence: row.sequence, reason: "its content was changed")
        }
        previous = row
    }

    /// The verdict on all rows taken.
    package var finding: Finding {
        broken
            ?? .intact(
                rows: previous?.sequence ?? 0,
                lastHash: previous?.hash ?? String(repeating: "0", count: 64)
            )
    }
}
