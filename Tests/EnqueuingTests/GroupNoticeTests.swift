import Enqueuing
import Testing
import Vocabulary

/// What the asker is told of one job, alone and among the others of a group.
struct GroupNoticeTests {
    private static let now = Timestamp(seconds: 1_790_000_000)

    private func told(_ group: JobID?, _ events: [JobEvent], _ code: String) throws -> [String] {
        let request = ActionRequest(action: "isolate", subject: .hostName("ws-1"))
        var job = Job(
            id: JobID("j-1"),
            delivery: nil,
            intent: Intent(source: SourceName("chat"), asker: .identity("T/U"), request: .action(request)),
            request: request,
            principal: .person("mia"),
            acceptedAt: Self.now,
            validUntil: nil
        )
        job.group = group
        return try events.flatMap { try job.apply($0, at: Self.now) }.compactMap { effect in
            guard case .tell(.conversation, let notice) = effect, notice.code == code else { return nil }
            return notice.text
        }
    }

    @Test func `a held job of a group is named`() throws {
        let held = JobEvent.held(Outcome(code: "limit", message: "Over the limit.", fix: "Let it go on."))
        #expect(try told(nil, [held], "job.held") == ["Held: Over the limit. Let it go on."])
        #expect(
            try told(JobID("j-0"), [held], "job.held")
                == ["Held: isolate ws-1. Over the limit. Let it go on."]
        )
    }

    @Test func `a job of a group that waits is named`() throws {
        let trouble = Outcome(code: "defender", message: "Defender does not answer.")
        let waits = JobEvent.postponed(until: Self.now + .seconds(60), trouble: trouble)
        #expect(try told(nil, [waits], "job.waiting") == ["Waiting: Defender does not answer."])
        #expect(
            try told(JobID("j-0"), [waits], "job.waiting")
                == ["isolate ws-1 waits: Defender does not answer."]
        )
    }
}
