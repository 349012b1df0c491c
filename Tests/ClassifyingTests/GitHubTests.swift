import JSONReader
import Testing
import Vocabulary

@testable import Classifying

struct GitHubTests {
    static let name = "github_issues_labeled.json"
    static let comment: JSONValue = [
        "action": "created",
        "issue": ["number": 482, "title": "Beacon", "updated_at": "2026-08-31T10:44:15Z"],
        "comment": [
            "id": 7, "body": "Thanks.\n@bascule isolate ws-0142 for 4h", "user": ["id": 9_100_101],
            "created_at": "2026-08-31T10:44:15Z", "updated_at": "2026-08-31T10:44:15Z",
        ],
        "repository": ["id": 1, "full_name": "aster-soc/incidents"],
        "sender": ["id": 9_100_101, "login": "maya-okafor", "type": "User"],
    ]

    private func bench(own: Set<String> = []) throws -> TicketBench {
        TicketBench(
            reader: GitHub.self,
            routes: try TicketBench.routes(
                .labelAdded("contain"),
                machine: #".issue.body | capture("host: (?<h>\\S+)").h"#
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
        let repository = try #require(expected.at("reply.repo")?.string)
        #expect(intent.place == .project(repository))
        let number = try #require(expected.at("reply.issue")?.integer)
        #expect(intent.replyTo == .at(["repository": repository, "issue": String(number)]))
        #expect(intent.request == TicketBench.isolation("ws-0142"))
        let event = try bench().event(try Payload.json(Self.name))
        #expect(event.labelsAdded == [try #require(expected["label_added"]?.string)])
    }

    @Test func `a label that is taken off, or another one, asks nothing`() async throws {
        let body = try Payload.json(Self.name)
        #expect(try await bench().classified(body.with("action", "unlabeled")) == .unmatched)
        #expect(try await bench().classified(body.with("label.name", "edr")) == .unmatched)
        #expect(try bench().event(body.with("action", "unlabeled")).labelsRemoved == ["contain"])
    }

    @Test func `a new comment is a command of who sent it, a changed one is not`() async throws {
        let found = try await bench().classified(Self.comment)
        #expect(found.intents.map(\.asker) == [.identity("9100101")])
        #expect(
            found.intents.map(\.request) == [
                .action(
                    ActionRequest(
                        action: "isolate",
                        subject: .hostName("ws-0142"),
                        duration: TimeBox("4h")
                    )
                )
            ]
        )
        #expect(try await bench().classified(Self.comment.with("action", "edited")) == .unmatched)
        let other = Self.comment.with("sender.id", 7)
        #expect(try await bench().classified(other).intents.map(\.asker) == [.identity("7")])
    }

    @Test func `our own comments are ours, by mark or by account`() async throws {
        let marked = Self.comment.with(
            "comment.body",
            "```\n@bascule isolate x\n[bascule:j-1/job.succeeded/1]\n```"
        )
        #expect(try await bench().classified(marked) == .own)
        // Who quotes us says something of their own.
        let quoted = Self.comment.with(
            "comment.body",
            "> [bascule:j-1/job.succeeded/1]\n\n@bascule isolate ws-0142"
        )
        #expect(try await bench().classified(quoted).intents.count == 1)
        #expect(try await bench(own: ["9100101"]).classified(Self.comment) == .own)
    }

    @Test(arguments: [("closed", "closed", "open"), ("reopened", "open", "closed")])
    func `closing and reopening are changes of the state`(action: String, to: String, from: String) throws {
        let event = try bench().event(try Payload.json(Self.name).with("action", .string(action)))
        #expect(event.statusTo == [to])
        #expect(event.statusFrom == [from])
    }

    @Test func `the first delivery of a hook is about no issue`() async throws {
        #expect(
            try await bench().classified(["zen": "Keep it logically awesome.", "hook": [:]]) == .unmatched
        )
    }

    @Test(
        arguments: [
            ("issue.number", "482/comments", "github.no-issue"), ("issue.number", 0, "github.no-issue"),
            ("issue", 7, "github.no-issue"), ("repository", nil, "github.no-repository"),
            ("repository.full_name", "aster-soc", "github.no-repository"),
            ("repository.full_name", "aster-soc/..", "github.no-repository"),
            ("repository.full_name", "a/b/c", "github.no-repository"),
            ("repository.full_name", "aster soc/x", "github.no-repository"),
            ("action", nil, "github.no-action"),
            ("label", nil, "github.no-label"), ("label.name", 7, "github.no-label"),
            ("issue.updated_at", "soon", "github.malformed-time"),
        ] as [(String, JSONValue?, String)]
    )
    func `what has not its shape is unreadable`(field: String, value: JSONValue?, code: String) throws {
        #expect(try bench().code(try Payload.json(Self.name).with(field, value)) == code)
    }

    @Test(arguments: [nil, -1, 0, "", ["id": 1]] as [JSONValue?])
    func `nobody asks where nobody is named`(sender: JSONValue?) async throws {
        let body = try Payload.json(Self.name).with("sender.id", sender)
        #expect(try await bench().classified(body).unreadableCode == "github.no-actor")
    }

    @Test func `a comment without text is unreadable`() throws {
        #expect(try bench().code(Self.comment.with("comment.body", nil)) == "github.no-comment")
    }
}
