import Enqueuing
import Logging
import Vocabulary

/// A `response_url` is a credential: it is deleted when it has expired, and its conversation with it once
/// nothing more can be told there.
extension Reporter {
    /// Jobs looked through at the start for addresses that a former process did not live to delete.
    private static let jobsLookedThrough = 2_000

    func learnExpiries() async {
        do {
            let conversations = try await ledger.read { transaction in
                try transaction.jobs(JobQuery(limit: Self.jobsLookedThrough, newestFirst: true))
                    .compactMap { try transaction.conversation($0.id) }
            }
            for conversation in conversations { memory.note(conversation) }
        } catch {
            logger.error("The ledger cannot be used", metadata: ["error": "\(error)"])
        }
    }

    func forgetExpiredAddresses() async throws {
        let expired = memory.takeExpired(at: wallClock())
        guard !expired.isEmpty else { return }
        try await ledger.write { transaction in
            for id in expired { try forgetAddress(of: id, in: transaction) }
        }
    }
}

private func forgetAddress(of id: JobID, in transaction: any LedgerTransaction) throws {
    guard var conversation = try transaction.conversation(id), conversation.address.responseURL != nil else {
        return
    }
    var jobs = [try transaction.job(id)].compactMap { $0 }
    if let first = jobs.first, first.group != nil {
        jobs = try transaction.jobs(JobQuery(delivery: first.delivery, limit: .max)).filter { $0.group == id }
    }
    let hasEnded = jobs.allSatisfy(\.state.isEnd)
    let isContained = try jobs.contains { try transaction.claim($0.id)?.isOpen ?? false }
    let isPending = try !transaction.outboxPending(.conversation(id)).isEmpty
    if hasEnded && !isContained && !isPending {
        try transaction.deleteConversation(id)
    } else {
        conversation.address = conversation.address.withoutResponseURL
        try transaction.put(conversation)
    }
}
