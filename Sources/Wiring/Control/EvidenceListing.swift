import Catalogue
import Enqueuing
import JSONReader
import Vocabulary

/// The files kept as evidence, with their hashes and through whose hands they went.
enum EvidenceListing {
    /// The most jobs looked at; the newest.
    static let jobsMax = 1_000

    static func json(in transaction: any LedgerTransaction) throws -> JSONValue {
        let words = [Catalogue.collect, Catalogue.runScript, Catalogue.getFile].map(\.word)
        let query = JobQuery(actions: words, limit: jobsMax, newestFirst: true)
        return .array(
            try transaction.jobs(query).compactMap { job -> JSONValue? in
                guard let note = job.evidence else { return nil }
                let custody = try JobAudit.rows(of: job, in: transaction)
                return [
                    "file": .string(note.file), "sha256": .string(note.sha256),
                    "bytes": .integer(note.bytes), "job": .string(job.id.text),
                    "machine": job.machine.map { .string($0.id.text) } ?? .null,
                    "action": job.machineAction.map { .string($0.id) } ?? .null,
                    "reason": job.reason.map { .string($0) } ?? .null,
                    "custody": .array(
                        custody.map { row -> JSONValue in
                            [
                                "row": .integer(row.sequence), "hash": .string(row.hash),
                                "at": .string(row.at.iso8601), "what": .string(row.kind),
                                "by": .string(row.actor),
                            ]
                        }
                    ),
                ]
            }
        )
    }
}
