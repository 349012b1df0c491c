import JSONReader
import Testing
import Vocabulary

@testable import Classifying

struct GitLabTests {
    static let name = "extra_gitlab_issue_hook.json"
    static let note: JSONValue = [
        "object_kind": "note", "event_type": "note",
        "user": ["id": 1, "name": "Maya Okafor", "username": "maya.okafor", "email": "[REDACTED]"],
        "project": ["id": 77, "path_with_namespace": "soc/incidents"],
        "object_attributes": [
            "id": 9, "note": "@bascule release ws-0142", "noteable_type": "Issue", "action": "create",
            "system": false, "created_at": "2026-08-31 10:44:19 UTC", "updated_at": "2026-08-31 10:44:19 UTC",
        ],
        "issue": ["id": 301, "iid": 482, "title": "Beacon"],
    ]

    private func bench(own: Set<String> = []) throws -> TicketBench {
        TicketBench(
            reader: GitLab.self,
            routes: try TicketBench.routes(
                .labelAdded("contain"),
                machine: #".object_attributes.title | split(" ") | last"#
            ),
            own: own
        )
    }

    @Test func `a label that is added isolates`() async throws {
        let found = try await bench().classified(try Payload.bytes(Self.name))
        let intent = try #require(found.intents.first)
        #expect(found.intents.count == 1)
        #expect(intent.asker == .identity("1"))
        #expect(intent.askerShownName == "Maya Okafor")
        #expect(intent.ticket == "soc/incidents#482")
        #expect(intent.place == .project("soc/incidents"))
        #expect(intent.replyTo == .at(["project": "77", "issue": "482"]))
        #expect(intent.request == TicketBench.isolation("ws-0142"))
    }

    @Test func `a label that was there, or is taken off, asks nothing`() async throws {
        let body = try Payload.json(Self.name)
        let current = try #require(body.at("changes.labels.current"))
        let kept = body.with("changes.labels.previous", current)
        #expect(try await bench().classified(kept) == .unmatched)
        let removed = kept.with("changes.labels.current", [])
        #expect(try bench().event(removed).labelsRemoved == ["contain"])
        #expect(try await bench().classified(removed) == .unmatched)
    }

    @Test(arguments: [("close", "closed", "opened"), ("reopen", "opened", "closed")])
    func `closing and reopening are changes of the state`(action: String, to: String, from: String) throws {
        let body = try Payload.json(Self.name).with("object_attributes.action", .string(action))
        let event = try bench().event(body)
        #expect(event.statusTo == [to])
        #expect(event.statusFrom == [from])
    }

    @Test func `a new note is a command, an older one and GitLab's own are not`() async throws {
        let found = try await bench().classified(Self.note)
        #expect(
            found.intents.map(\.request) == [
                .action(ActionRequest(action: "release", subject: .hostName("ws-0142")))
            ]
        )
        #expect(found.intents.first?.answeredBy == .reply(.at(["project": "77", "issue": "482"])))
        let attributes = "object_attributes."
        for (field, value) in [
            ("action", "update"), ("system", true), ("noteable_type", "MergeRequest"),
        ] as [(String, JSONValue)] {
            #expect(try await bench().classified(Self.note.with(attributes + field, value)) == .unmatched)
        }
        // Older releases send no action.
        let silent = Self.note.with(attributes + "action", nil)
        #expect(try await bench().classified(silent).intents.count == 1)
        let changed = silent.with(attributes + "created_at", "2026-08-31 09:00:00 UTC")
        #expect(try await bench().classified(changed) == .unmatched)
    }

    @Test func `our own notes are ours, by mark or by account`() async throws {
        let marked = Self.note.with("object_attributes.note", "[bascule:j-1/job.succeeded/1]")
        #expect(try await bench().classified(marked) == .own)
        #expect(try await bench(own: ["1"]).classified(Self.note) == .own)
    }

    @Test(
        arguments: [
            ("object_attributes.iid", "../1", "gitlab.no-issue"),
            ("object_attributes", nil, "gitlab.no-issue"),
            ("project.id", 0, "gitlab.no-project"), ("project.id", "soc/incidents", "gitlab.no-project"),
            ("project.path_with_namespace", "soc", "gitlab.no-project"),
            ("project.path_with_namespace", 7, "gitlab.no-project"),
            ("object_attributes.updated_at", "now", "gitlab.malformed-time"),
            ("changes.labels.current", "contain", "gitlab.malformed-labels"),
            ("changes.labels.previous", [7], "gitlab.malformed-labels"),
        ] as [(String, JSONValue?, String)]
    )
    func `what has not its shape is unreadable`(field: String, value: JSONValue?, code: String) throws {
        #expect(try bench().code(try Payload.json(Self.name).with(field, value)) == code)
    }

    @Test(arguments: [nil, 0, "", [1]] as [JSONValue?])
    func `nobody asks where nobody is named`(user: JSONValue?) async throws {
        let body = try Payload.json(Self.name).with("user.id", user)
        #expect(try await bench().classified(body).unreadableCode == "gitlab.no-actor")
    }

    @Test func `events of other things are about no issue`() async throws {
        #expect(try await bench().classified(["object_kind": "push", "user_id": 1]) == .unmatched)
    }
}
