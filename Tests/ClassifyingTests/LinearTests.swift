import JSONReader
import Testing
import Vocabulary

@testable import Classifying

struct LinearTests {
    static let name = "linear_issue_update.json"
    static let comment: JSONValue = [
        "action": "create", "type": "Comment", "createdAt": "2026-08-31T10:44:16.210Z",
        "actor": ["id": "540f6a41-a736-401c-b1db-98b74573cc61", "type": "user", "name": "Maya Okafor"],
        "data": [
            "id": "5b1f7c2e-0000-4000-8000-000000000001", "body": "@bascule status ws-0142",
            "issueId": "2441a4eb-6469-4b26-b598-17291f24216b",
            "issue": [
                "id": "2441a4eb-6469-4b26-b598-17291f24216b", "identifier": "SEC-482",
                "team": ["key": "SEC"],
            ],
        ],
    ]

    private func bench(own: Set<String> = []) throws -> TicketBench {
        TicketBench(
            reader: Linear.self,
            routes: try TicketBench.routes(
                .statusChangedTo("contain"),
                machine: #".data.description | ltrimstr("host: ")"#
            ),
            own: own
        )
    }

    @Test func `the sample becomes the intent that the reference expects`() async throws {
        let expected = try Payload.expected(Self.name)
        let found = try await bench().classified(try Payload.bytes(Self.name))
        let intent = try #require(found.intents.first)
        #expect(found.intents.count == 1)
        #expect(intent.asker == .identity(try #require(expected.at("actor.id")?.string)))
        #expect(intent.askerShownName == expected.at("actor.name")?.string)
        #expect(intent.ticket == expected["ticket"]?.string)
        #expect(intent.place == .project("SEC"))
        #expect(intent.replyTo == .at(["issue": try #require(expected.at("reply.issue")?.string)]))
        #expect(intent.request == TicketBench.isolation("ws-0142"))
        let event = try bench().event(try Payload.json(Self.name))
        #expect(event.statusTo.first == expected.at("status.to")?.string)
        #expect(event.statusFrom == ["db7942ba-b75f-4f80-bbf2-1e9c3de515f3"])
        // The labels of the issue did not change.
        #expect(event.labelsAdded == [])
    }

    @Test func `labels are told apart by their ids`() throws {
        let body = try Payload.json(Self.name)
        let added = try bench().event(body.with("updatedFrom", ["labelIds": ["gone"]]))
        #expect(added.statusTo == [])
        #expect(added.labelsAdded == ["contain", "627711cd-4cd4-47e5-b402-8b0cc5f76477"])
        #expect(added.labelsRemoved == ["gone"])
        let kept = try bench().event(
            body.with("updatedFrom", ["labelIds": ["627711cd-4cd4-47e5-b402-8b0cc5f76477"]])
        )
        #expect(kept.labelsAdded == [])
    }

    @Test func `a new issue went into its state, a removed one into none`() throws {
        let body = try Payload.json(Self.name).with("updatedFrom", nil)
        let made = try bench().event(body.with("action", "create"))
        #expect(made.statusTo.first == "Contain")
        #expect(made.labelsAdded.first == "contain")
        let removed = try bench().event(body.with("action", "remove"))
        #expect(removed.statusTo == [] && removed.labelsAdded == [])
    }

    @Test func `a new comment is a command, a changed one is not`() async throws {
        let found = try await bench().classified(Self.comment)
        #expect(found.intents.map(\.request) == [.status(.hostName("ws-0142"))])
        #expect(found.intents.map(\.ticket) == ["SEC-482"])
        #expect(
            found.intents.first?.answeredBy
                == .reply(.at(["issue": "2441a4eb-6469-4b26-b598-17291f24216b"]))
        )
        #expect(try await bench().classified(Self.comment.with("action", "update")) == .unmatched)
        #expect(try await bench().classified(Self.comment.with("data.issue", nil)) == .unmatched)
        let marked = Self.comment.with("data.body", "[bascule:j-1/job.succeeded/1]")
        #expect(try await bench().classified(marked) == .own)
        let own = try bench(own: ["540f6a41-a736-401c-b1db-98b74573cc61"])
        #expect(try await own.classified(Self.comment) == .own)
    }

    @Test(
        arguments: [
            ("type", nil, "linear.no-type"), ("action", 7, "linear.no-type"), ("data", [], "linear.no-issue"),
            ("data.id", "SEC-482", "linear.no-issue"), ("data.id", 7, "linear.no-issue"),
            ("createdAt", "now", "linear.malformed-time"),
            ("createdAt", "2026-08-31T10:44:16", "linear.malformed-time"),
        ] as [(String, JSONValue?, String)]
    )
    func `what has not its shape is unreadable`(field: String, value: JSONValue?, code: String) throws {
        #expect(try bench().code(try Payload.json(Self.name).with(field, value)) == code)
    }

    @Test func `labels without names are unreadable where they changed`() throws {
        let body = try Payload.json(Self.name).with("updatedFrom", ["labelIds": []])
        #expect(try bench().code(body.with("data.labels.0.name", nil)) == "linear.malformed-labels")
    }

    @Test(arguments: [nil, "", .null, 0.5] as [JSONValue?])
    func `nobody asks where nobody is named`(actor: JSONValue?) async throws {
        let body = try Payload.json(Self.name).with("actor.id", actor)
        #expect(try await bench().classified(body).unreadableCode == "linear.no-actor")
    }

    @Test func `events of other things are about no issue`() async throws {
        let body = try Payload.json(Self.name).with("type", "Project")
        #expect(try await bench().classified(body) == .unmatched)
    }
}
