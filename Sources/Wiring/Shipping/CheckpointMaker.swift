import Enqueuing
import Foundation
import Vocabulary

/// Signs on a schedule how far the audit is, whether it grew or not: an hour without a checkpoint is news as well.
struct CheckpointMaker: Sendable {
    let ledger: any Ledger
    let signer: AuditSigner
    let every: Duration
    let now: @Sendable () -> Timestamp

    private static let flag = "audit.checkpoint"

    /// Signs if it is time.
    ///
    /// - Returns: How long it is until the next.
    func makeIfDue() async throws -> Duration {
        let moment = now()
        let signer = signer
        let every = every
        return try await ledger.write { transaction in
            // A clock that was put back must not silence it.
            if let last = try CheckpointMaker.latest(in: transaction), last.key == signer.name,
                last.at <= moment, moment < last.at + every
            {
                return (last.at + every).since(moment)
            }
            let checkpoint = try signer.sign(try transaction.lastAudit(), at: moment)
            let text = String(decoding: try JSONEncoder().encode(checkpoint), as: UTF8.self)
            try transaction.setFlag(CheckpointMaker.flag, text)
            return every
        }
    }

    static func latest(in transaction: any LedgerTransaction) throws -> AuditCheckpoint? {
        guard let text = try transaction.flag(flag) else { return nil }
        return try JSONDecoder().decode(AuditCheckpoint.self, from: Data(text.utf8))
    }
}
