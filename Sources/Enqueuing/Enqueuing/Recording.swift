package import Vocabulary

/// Everything that one delivery puts on record, in one transaction.
package struct Acceptance: Sendable {
    package var delivery: DeliveryRecord
    /// Another name under which the sender may repeat the delivery; nil where it has none.
    package var secondKey: String?
    /// New jobs with where their answers go.
    ///
    /// A job already `refused` is kept for the record.
    package var jobs: [(job: Job, replyTo: ReplyAddress?)]
    /// Words that act on the ledger itself.
    package var deeds: [Deed]
    /// What the answer to the delivery cannot tell: whoever is told it instead, in order.
    ///
    /// What goes to `tell` is told there once in ten minutes for each code and source.
    package var notices: [(audience: Audience, notice: Notice)]
    /// The people and services who asked.
    package var actors: [Principal]

    package init(
        delivery: DeliveryRecord,
        secondKey: String? = nil,
        jobs: [(job: Job, replyTo: ReplyAddress?)] = [],
        deeds: [Deed] = [],
        notices: [(audience: Audience, notice: Notice)] = [],
        actors: [Principal] = []
    ) {
        self.delivery = delivery
        self.secondKey = secondKey
        self.jobs = jobs
        self.deeds = deeds
        self.notices = notices
        self.actors = actors
    }
}

/// A word that acts on the ledger, already decided.
package enum Deed: Sendable, Hashable {
    case freeze(Freeze)
    case unfreeze(by: String)
    case cancel(JobID, by: String)
    /// `waives` the limit that holds it.
    case letGo(JobID, by: String, waives: Bool)
    case approve(JobID, Approval, seen: String?)
    case deny(JobID, Approval, because: String, seen: String?)
    /// Moves the end of a claim further off, to at most `most` from now.
    case extend(claim: JobID, by: TimeBox, most: TimeBox?, actor: String)
    /// No automatic release for a claim.
    case hold(claim: JobID, by: String)
}

/// What came of recording a delivery.
package enum Receipt: Sendable, Hashable {
    case recorded(DeliveryID)
    /// Seen before: the first answer again.
    case repeated(HookAnswer)
}

extension Ledger {
    /// The answer given to an earlier delivery with any of the keys; nil for a new one.
    package func firstAnswer(
        source: SourceName,
        signedKey: String,
        senderKey: String?,
        secondKey: String? = nil
    ) async throws -> HookAnswer? {
        try await read { transaction in
            let known = try transaction.delivery(source: source, signedKey: signedKey, senderKey: senderKey)
            return try (known ?? delivery(from: source, secondKey, in: transaction))?.answer
        }
    }

    /// Records a delivery with its jobs, once.
    ///
    /// - Throws: ``LedgerError/unavailable(_:)``; nothing is then on record and the sender is told to come again.
    package func record(_ acceptance: Acceptance) async throws -> Receipt {
        try await write { transaction in
            let delivery = acceptance.delivery
            let seen = try transaction.delivery(
                source: delivery.source,
                signedKey: delivery.signedKey,
                senderKey: delivery.senderKey
            )
            let other = try Enqueuing.delivery(from: delivery.source, acceptance.secondKey, in: transaction)
            if let first = seen ?? other { return .repeated(first.answer) }
            try transaction.insert(delivery)
            try noteHeard(delivery.source, in: transaction)
            if let key = acceptance.secondKey {
                try transaction.setFlag(secondKeyFlag(delivery.source, key), delivery.id.text)
            }
            var detail = ["source": delivery.source.text, "body-sha256": delivery.bodyDigest]
            detail["note"] = delivery.note
            // Whatever came of it, who it was that asked.
            if !acceptance.actors.isEmpty {
                detail["by"] = Set(acceptance.actors.map(\.name)).sorted().joined(separator: " ")
            }
            try seal(
                AuditEntry(
                    kind: "delivery.\(delivery.verdict.rawValue)",
                    subject: delivery.id.text,
                    actor: delivery.source.text,
                    detail: detail
                ),
                in: transaction
            )
            for (job, replyTo) in acceptance.jobs { try insert(job, replyTo: replyTo, in: transaction) }
            for (audience, notice) in acceptance.notices {
                switch audience {
                case .tell: try tellSeldom(notice, from: delivery.source, in: transaction)
                case .conversation, .room, .place, .whisper, .dialog:
                    // In a group's conversation each notice is about one job of it.
                    let named = notice.fields.first { $0.name == "job" }.map { JobID($0.value) }
                    let about = acceptance.jobs.first { $0.job.id == named }?.job.id ?? audience.job
                    try tell(audience, notice, about: about, in: transaction)
                }
            }
            for actor in acceptance.actors { try noteActive(actor, in: transaction) }
            for deed in acceptance.deeds { try act(deed, in: transaction) }
            return .recorded(delivery.id)
        }
    }

    /// Records the jobs of one command at the control socket, all or none: limits must see a group whole.
    package func record(_ jobs: [Job]) async throws {
        try await write { transaction in
            for job in jobs { try insert(job, replyTo: nil, in: transaction) }
        }
    }

    /// Records a job that no delivery brought: one asked for at the control socket.
    package func record(_ job: Job, replyTo: ReplyAddress?) async throws {
        try await write { try insert(job, replyTo: replyTo, in: $0) }
    }
}

/// The delivery that came under this second key; nil for a new one.
private func delivery(
    from source: SourceName,
    _ secondKey: String?,
    in transaction: any LedgerTransaction
) throws -> DeliveryRecord? {
    guard let secondKey, let id = try transaction.flag(secondKeyFlag(source, secondKey)) else { return nil }
    return try transaction.delivery(DeliveryID(id))
}

private func secondKeyFlag(_ source: SourceName, _ key: String) -> String { "seen.\(source).\(key)" }

/// News of a source that may come with every delivery: told once in ten minutes.
private func tellSeldom(
    _ notice: Notice,
    from source: SourceName,
    in transaction: any LedgerTransaction
) throws {
    // One ticket's trouble does not hide another's.
    let ticket = notice.fields.first { $0.name == "ticket" }.map { ".\($0.value.prefix(64))" } ?? ""
    let flag = "told.\(notice.code).\(source)\(ticket)"
    let last = try transaction.flag(flag).flatMap { Int64($0) }.map { Timestamp(milliseconds: $0) }
    if let last, last <= transaction.now, transaction.now.since(last) < .seconds(600) { return }
    try transaction.setFlag(flag, String(transaction.now.milliseconds))
    try tell(.tell, notice, about: nil, in: transaction)
}

private func insert(_ job: Job, replyTo: ReplyAddress?, in transaction: any LedgerTransaction) throws {
    if let replyTo, job.conversationID == job.id {
        try transaction.put(Conversation(job: job.id, address: replyTo))
    }
    let kept = try transaction.insert(job)
    var detail = ["action": kept.action, "machine": kept.selector.description, "source": kept.source.text]
    detail["asked-for-by"] = kept.askedForBy
    detail["in-name-of"] = kept.inNameOf
    detail["ticket"] = kept.ticket
    detail["reason"] = kept.reason
    detail["for"] = kept.duration?.description
    detail["outcome"] = kept.outcome?.code
    try seal(
        AuditEntry(
            kind: "job.\(kept.state.rawValue)",
            subject: kept.id.text,
            actor: kept.askerText,
            detail: detail
        ),
        in: transaction
    )
}

/// Keeps when a person last asked for something, by the hour, so that `check` can tell who has not for long.
package func noteActive(_ principal: Principal, in transaction: any LedgerTransaction) throws {
    guard principal.isPerson else { return }
    let flag = "active.\(principal.name)"
    let last = try transaction.flag(flag).flatMap { Int64($0) }.map { Timestamp(milliseconds: $0) }
    if let last, last <= transaction.now, transaction.now.since(last) < .seconds(3_600) { return }
    try transaction.setFlag(flag, String(transaction.now.milliseconds))
}
