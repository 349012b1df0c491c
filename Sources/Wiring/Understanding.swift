import Enqueuing
import Reporting
import Vocabulary

/// What a delivery came to: what is recorded of it, and what its sender is answered.
struct Understanding {
    var verdict: DeliveryRecord.Verdict
    /// What is said, in order.
    var notices: [Notice]
    var jobs: [(job: Job, replyTo: ReplyAddress?)] = []
    var deeds: [Deed] = []
    var note: String?
    /// What is told besides the answer, for senders whose answer nobody reads.
    var told: [(job: JobID?, notice: Notice)] = []
    /// True if everybody in the room should see the answer: something changes.
    var isPublic = false

    init(verdict: DeliveryRecord.Verdict, notices: [Notice], note: String?) {
        self.verdict = verdict
        self.notices = notices
        self.note = note
    }

    /// Joins what another intent of the same delivery came to.
    mutating func add(_ other: Understanding) {
        notices += other.notices
        jobs += other.jobs
        deeds += other.deeds
        told += other.told
        isPublic = isPublic || other.isPublic
        note = note ?? other.note
        let order: [DeliveryRecord.Verdict] = [.accepted, .refused, .answered]
        verdict = order.first { $0 == verdict || $0 == other.verdict } ?? other.verdict
    }

    /// The answer of the table in design §11: words for chat kinds, an acknowledgement for the others.
    func answer(to kind: SourceKind, delivery: DeliveryID) -> HookAnswer {
        guard kind.isChat else {
            return verdict == .accepted ? PlainAnswer.accepted(delivery) : PlainAnswer.recorded
        }
        guard let last = notices.last else {
            return HookAnswer(status: 200, contentType: "text/plain; charset=utf-8", body: "")
        }
        var one = last
        one.text = notices.map(\.text).joined(separator: "\n")
        if notices.count > 1 { one.fields = [] }
        return SlackMessage.immediate(one, seenBy: isPublic ? .channel : .asker)
    }
}
