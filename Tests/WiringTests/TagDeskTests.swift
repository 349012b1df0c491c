import Deciding
import Enqueuing
import Testing
import Vocabulary

@testable import Wiring

struct TagDeskTests {
    private func understood(_ parameters: [String: String]) async throws -> Understanding {
        let policy = Policy(
            people: [Person(name: "mia", localUsers: ["mia"])],
            grants: [OperatorScene.grant(1, ["tag"], to: "mia")]
        )
        let desk = IntentDesk(
            policy: policy,
            ledger: MemoryLedger(clock: { OperatorScene.noon }),
            identifiers: IdentifierMaker(random: { 7 }),
            now: OperatorScene.noon,
            isAnswerRead: true
        )
        let request = ActionRequest(action: "tag", subject: .hostName("laptop-7"), parameters: parameters)
        return try await desk.decide(
            Intent(source: SourceName("local"), asker: .local("mia"), request: .action(request))
        )
    }

    @Test func `a wish without its tag is refused in words and becomes no job`() async throws {
        let refused = try await understood([:])
        #expect(refused.verdict == .refused)
        #expect(refused.notices.map(\.text) == [#""tag" needs "with tag=<tag>"."#])
        #expect(refused.jobs.isEmpty)
    }

    @Test func `a wish with it is recorded under its name`() async throws {
        let accepted = try await understood(["tag": "under review"])
        #expect(accepted.notices.map(\.text) == [#"tag laptop-7 with tag="under review": recorded."#])
        #expect(accepted.jobs.first?.0.parameters == ["tag": "under review"])
    }
}
