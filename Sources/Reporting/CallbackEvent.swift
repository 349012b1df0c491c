import Enqueuing
import JSONReader
import Vocabulary

/// One notice as a callback says it.
///
/// The text is the same at every attempt, so that a repeat is one. What is not known is null.
struct CallbackEvent: Sendable {
    static let detailMax = 4_000
    static let fieldMax = 1_000

    /// The request and the place in the ledger's outbox: unique, ascending, without the dots of the signed input.
    let id: String
    let body: [UInt8]

    init(_ entry: OutboxEntry) {
        let notice = entry.notice
        func field(_ name: String) -> JSONValue {
            guard let value = notice.fields.first(where: { $0.name == name })?.value else { return .null }
            return .string(ReplyText.cut(value, to: Self.fieldMax))
        }
        let job = entry.job?.text ?? notice.fields.first { $0.name == "job" }?.value
        id = job.map { "\($0)-\(entry.sequence)" } ?? "notice-\(entry.id)"
        let data: JSONValue = [
            "request": job.map { .string($0) } ?? .null, "ticket": field("ticket"),
            "state": field("state"), "action": field("action"), "target": field("machine"),
            "actor": field("asked by"), "approver": field("approved by"), "reason": field("reason"),
            "for": field("for"), "detail": .string(ReplyText.cut(notice.text, to: Self.detailMax)),
            "code": .string(notice.code), "final": .bool(notice.isFinal),
            "sequence": .integer(entry.sequence),
        ]
        let event: JSONValue = [
            "type": job == nil ? "containment.notice" : "containment.request.updated",
            "timestamp": .string(entry.createdAt.iso8601), "data": data,
        ]
        body = event.encoded()
    }
}
