import Vocabulary

extension Ledger {
    /// Puts a notice on its way to `tell` that must be told before a job acts, once for each job.
    ///
    /// - Returns: What became of the notice, and the job as it is now.
    package func tellFirst(
        _ text: String,
        of job: Job
    ) async throws -> (state: OutboxEntry.State, job: Job) {
        let fence = job.fence
        return try await write { transaction in
            guard let stored = try transaction.job(job.id) else { throw LedgerError.noSuchJob(job.id) }
            if let id = stored.toldFirst, let entry = try transaction.outboxEntry(id) {
                return (entry.state, stored)
            }
            let notice = stored.notice(.warning, "job.break-glass", text, isFinal: false)
            let id = try tell(.tell, notice, about: stored.id, in: transaction)
            let entry = AuditEntry(
                kind: "job.break-glass",
                subject: stored.id.text,
                actor: stored.askerText,
                detail: ["name": stored.decision?.breakGlass ?? "", "reason": stored.reason ?? ""]
            )
            try seal(entry, in: transaction)
            var kept = stored
            kept.toldFirst = id
            return (.due, try transaction.update(kept, fence: fence))
        }
    }
}
