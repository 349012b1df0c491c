import JSONReader
import Testing
import Vocabulary

@testable import Classifying

struct JiraAutomationTests {
    static let name = "jira_automation_custom.json"

    private func bench(own: Set<String> = []) throws -> TicketBench {
        TicketBench(
            reader: JiraAutomation.self,
            routes: try TicketBench.routes(.statusChangedTo("Contain"), machine: ".issue.host"),
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
        #expect(intent.replyTo == .jira(issue: try #require(expected.at("reply.issue")?.string)))
        #expect(intent.request == TicketBench.isolation("ws-0142"))
        let event = try bench().event(try Payload.json(Self.name))
        #expect(event.statusTo == [try #require(expected.at("status.to")?.string)])
        #expect(event.statusFrom == [try #require(expected.at("status.from")?.string)])
        let delivery = verified(try Payload.bytes(Self.name), kind: JiraAutomation.kind)
        #expect(JiraAutomation.senderKey(of: delivery) == expected["dedupe_key"]?.string)
    }

    @Test(arguments: [nil, "", "Contain", 7] as [JSONValue?])
    func `a status without an old one is no change`(previous: JSONValue?) async throws {
        let body = try Payload.json(Self.name).with("issue.previousStatus", previous)
        #expect(try await bench().classified(body) == .unmatched)
    }

    @Test func `a comment is a command, and ours is ours`() async throws {
        let quiet = try Payload.json(Self.name).with("issue.previousStatus", nil)
        let found = try await bench().classified(quiet.with("comment", ["body": "@bascule whoami"]))
        #expect(found.intents.map(\.request) == [.whoAmI])
        #expect(try await bench().classified(quiet.with("comment", ["body": ""])) == .unmatched)
        let marked = quiet.with("comment", ["body": "[bascule:j-1/job.succeeded/1]"])
        #expect(try await bench().classified(marked) == .own)
        let own = try bench(own: ["712020:1a2b3c4d-1111-4222-8333-444455556666"])
        #expect(try await own.classified(try Payload.bytes(Self.name)) == .own)
    }

    @Test(
        arguments: [
            ("issue", nil, "jira-automation.no-issue"), ("issue.key", "SEC", "jira-automation.no-issue"),
            ("issue.key", "SEC-1/../2", "jira-automation.no-issue"),
            ("sentAt", "now", "jira-automation.malformed-time"),
            ("sentAt", 7, "jira-automation.malformed-time"),
            ("comment", "text", "jira-automation.no-comment"),
        ] as [(String, JSONValue?, String)]
    )
    func `what has not its shape is unreadable`(field: String, value: JSONValue?, code: String) throws {
        #expect(try bench().code(try Payload.json(Self.name).with(field, value)) == code)
    }

    @Test func `nobody asks where nobody is named`() async throws {
        let body = try Payload.json(Self.name).with("actor", nil)
        #expect(try await bench().classified(body).unreadableCode == "jira-automation.no-actor")
    }
}

/// Triggers on Jira's own sample.
struct JiraTriggerTests {
    private func bench(_ trigger: Trigger) throws -> TicketBench {
        TicketBench(
            reader: Jira.self,
            routes: try TicketBench.routes(trigger, machine: ".issue.fields.customfield_10071")
        )
    }

    @Test(arguments: [
        (Trigger.statusChangedTo("Contain"), true), (.statusChangedTo("contain"), true),
        (.statusChangedTo("10044"), true), (.statusChangedTo("To Do"), false),
        (.statusChangedFrom("To Do"), true), (.statusChangedFrom("10000"), true),
        (.statusChangedFrom("Contain"), false), (.labelAdded("contain-requested"), true),
        (.labelAdded("edr"), false), (.labelRemoved("edr"), false),
    ])
    func `the sample fires what it is`(trigger: Trigger, fires: Bool) async throws {
        let found = try await bench(trigger).classified(try Payload.bytes("jira_issue_updated.json"))
        #expect(found.intents.map(\.request) == (fires ? [TicketBench.isolation("ws-0142")] : []))
        #expect(fires || found == .unmatched)
    }

    @Test func `a comment is a command of who wrote it`() async throws {
        let body: JSONValue = [
            "timestamp": 1_788_173_050_613, "webhookEvent": "comment_created",
            "comment": [
                "author": ["accountId": "mia"], "updateAuthor": ["accountId": "mia"],
                "body": "see below\n@bascule isolate ws-0142, ws-0143",
            ],
            "issue": ["key": "SEC-1482"],
        ]
        let found = try await bench(.labelAdded("x")).classified(body)
        #expect(found.intents.map(\.asker) == [.identity("mia"), .identity("mia")])
        #expect(found.intents.first?.answeredBy == .reply(.jira(issue: "SEC-1482")))
        #expect(
            try await bench(.labelAdded("x")).classified(body.with("webhookEvent", "comment_updated"))
                == .unmatched
        )
    }
}
