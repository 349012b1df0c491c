import JSONReader
import Testing
import Vocabulary

@testable import Classifying

struct ForgejoTests {
    private func bench(own: Set<String> = []) throws -> TicketBench {
        TicketBench(
            reader: Forgejo.self,
            routes: try TicketBench.routes(
                .statusChangedTo("closed"),
                machine: #".issue.body | capture("host: (?<h>\\S+)").h"#
            ),
            own: own
        )
    }

    private func sample() throws -> JSONValue {
        try JSONReader.read(Payload.bytes("forgejo_issue_comment.json"), root: .object)
    }

    @Test func `a comment's command is asked by whoever wrote it, and answered on the issue`() async throws {
        let intent = try #require(try await bench().classified(sample()).intents.first)
        #expect(intent.asker == .identity("8") && intent.askerShownName == "maya.okafor")
        #expect(intent.ticket == "soc/incidents#482")
        #expect(intent.place == .project("soc/incidents"))
        #expect(intent.replyTo == .at(["repository": "soc/incidents", "issue": "482"]))
        let request = ActionRequest(
            action: "isolate",
            subject: .hostName("ws-0142"),
            duration: TimeBox("4h"),
            reason: "C2 beacon"
        )
        #expect(intent.request == .action(request))
        let other = try await bench().classified(sample().with("sender.id", 7))
        #expect(other.intents.map(\.asker) == [.identity("7")])
        #expect(try await bench().classified(sample().with("action", "edited")) == .unmatched)
        #expect(try await bench(own: ["8"]).classified(sample()) == .own)
    }

    @Test func `an issue that is closed is a state it went into`() async throws {
        let closed = try sample().with("comment", .null).with("action", "closed")
        let intent = try #require(try await bench().classified(closed).intents.first)
        #expect(intent.asker == .identity("8"))
        #expect(try await bench().classified(closed.with("action", "label_updated")) == .unmatched)
    }

    @Test(arguments: [
        ("issue.number", JSONValue.string("x"), "forgejo.no-issue"),
        ("repository.full_name", "soc/../etc", "forgejo.no-repository"),
        ("action", .null, "forgejo.no-action"), ("comment.body", 7, "forgejo.no-comment"),
        ("sender", .null, "forgejo.no-actor"),
    ])
    func `what is not of its shape is read by nobody`(
        field: String,
        value: JSONValue,
        code: String
    ) async throws {
        #expect(try await bench().classified(sample().with(field, value)).unreadableCode == code)
    }
}
