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
    /// What is told besides the answer, for senders whose answer nobody reads: where the job was asked for, or
    /// on `tell`.
    var told: [(job: JobID?, notice: Notice)] = []
    /// What is told to others besides, or asked of whoever pressed something.
    var addressed: [(audience: Audience, notice: Notice)] = []
    /// Who asked, where the settings know them.
    var actors: [Principal] = []
    /// How whoever asked reads ``notices``.
    var answeredBy = AnswerWay.response
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
        addressed += other.addressed
        actors += other.actors
        isPublic = isPublic || other.isPublic
        note = note ?? other.note
        let order: [DeliveryRecord.Verdict] = [.accepted, .refused, .answered]
        verdict = order.first { $0 == verdict || $0 == other.verdict } ?? other.verdict
    }

    /// Says what came of one intent where it was said: of a job where that is talked about, else at the place.
    ///
    /// A refused job was told of already.
    mutating func say(at address: ReplyAddress, from source: SourceName) {
        if let job = jobs.first?.job {
            if job.state != .refused { told += notices.map { (job.id, $0) } }
        } else {
            let place = Audience.place(source: source, address.withoutResponseURL)
            addressed += notices.map { (place, $0) }
        }
        notices = []
    }

    /// Makes one group of the jobs that ask the same of several machines.
    ///
    /// One that was refused already is over, and is no part of it.
    mutating func group() {
        var firsts: [String: Int] = [:]
        for index in jobs.indices where jobs[index].job.state == .recorded {
            let job = jobs[index].job
            let same = [job.route ?? "", job.action, job.duration?.description ?? "", job.reason ?? ""]
            let key = (same + job.parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
                .joined(separator: "\u{0}")
            if let first = firsts[key] {
                jobs[first].job.group = jobs[first].job.id
                jobs[index].job.group = jobs[first].job.id
            } else {
                firsts[key] = index
            }
        }
    }

    /// Everything that goes out through the outbox, in order: first what the answer to the delivery would have
    /// said, where that answer is not shown to whoever asked.
    func outgoing(from source: SourceName) -> [(audience: Audience, notice: Notice)] {
        var all: [(audience: Audience, notice: Notice)] = []
        if case .whisper(let room, let person) = answeredBy {
            let audience = Audience.whisper(source: source, room: room, person: person)
            all = notices.map { (audience, $0) }
        }
        if case .reply(let address) = answeredBy {
            let place = Audience.place(source: source, address.withoutResponseURL)
            all = notices.map { (place, $0) }
        }
        let conversations = Dictionary(uniqueKeysWithValues: jobs.map { ($0.job.id, $0.job.conversationID) })
        all += told.map { told in
            (told.job.map { .conversation(conversations[$0] ?? $0) } ?? .tell, told.notice)
        }
        return all + addressed
    }

    /// The answer of the table in design §11: words for chat kinds, an acknowledgement for the others.
    func answer(to kind: SourceKind, delivery: DeliveryID) -> HookAnswer {
        guard kind.isChat, let voice = kind.whole.voice else {
            return verdict == .accepted ? PlainAnswer.accepted(delivery) : PlainAnswer.recorded
        }
        guard let last = notices.last else { return voice.empty }
        var one = last
        one.text = notices.map(\.text).joined(separator: "\n")
        if notices.count > 1 { one.fields = [] }
        switch answeredBy {
        case .response: return voice.immediate(one, seenByAll: isPublic)
        case .whisper, .reply: return voice.empty
        case .form(let field): return voice.formStaysOpen(field: field, words: one.text)
        }
    }
}
