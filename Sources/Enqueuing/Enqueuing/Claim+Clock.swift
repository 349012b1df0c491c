import Catalogue
package import Vocabulary

extension Ledger {
    /// Moves a claim to the time at which Defender says that it began, its end with it.
    ///
    /// For a claim that was confirmed while our clock was behind: by the clock that was put right since, its time
    /// would be over before it was.
    package func countAnew(_ id: JobID, from begunAt: Timestamp) async throws {
        try await write { transaction in
            guard let job = try transaction.job(id), var claim = try transaction.claim(id), claim.isOpen,
                let containedAt = claim.containedAt, containedAt < begunAt, let end = claim.endsAt
            else { return }
            let next = begunAt + end.since(containedAt)
            claim.containedAt = begunAt
            claim.endsAt = next
            try transaction.put(claim)
            let detail = ["from": end.iso8601, "to": next.iso8601, "machine": claim.machine.text]
            try seal(
                AuditEntry(kind: "claim.counted-anew", subject: id.text, actor: "clock", detail: detail),
                in: transaction
            )
            let text =
                "The clock was behind when \(claim.machineName) was \(claim.restraint.done): its time ends at \(next.iso8601)."
            let notice = job.notice(.warning, "claim.counted-anew", text, isFinal: false)
            try tell(.conversation(job.conversationID), notice, about: id, in: transaction)
        }
    }
}
