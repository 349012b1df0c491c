package import Vocabulary

/// What is kept of a verified delivery.
package struct DeliveryRecord: Sendable, Hashable, Codable {
    package enum Verdict: String, Sendable, Codable, CaseIterable {
        case accepted
        case refused
        case unreadable
        case unmatched
        /// An event caused by the bridge's own account.
        case own
        /// A question or a word answered at once.
        case answered
    }

    package let id: DeliveryID
    package var source: SourceName
    package var receivedAt: Timestamp
    /// Unique by source.
    package var signedKey: String
    /// Unique by source where present.
    package var senderKey: String?
    package var verdict: Verdict
    /// Lower-case hex SHA-256 of the body.
    package var bodyDigest: String
    /// Kept for a while where it could not be used; dropped by retention.
    package var body: [UInt8]?
    package var answer: HookAnswer
    package var note: String?

    package init(
        id: DeliveryID,
        source: SourceName,
        receivedAt: Timestamp,
        signedKey: String,
        senderKey: String?,
        verdict: Verdict,
        bodyDigest: String,
        body: [UInt8]?,
        answer: HookAnswer,
        note: String?
    ) {
        self.id = id
        self.source = source
        self.receivedAt = receivedAt
        self.signedKey = signedKey
        self.senderKey = senderKey
        self.verdict = verdict
        self.bodyDigest = bodyDigest
        self.body = body
        self.answer = answer
        self.note = note
    }
}
