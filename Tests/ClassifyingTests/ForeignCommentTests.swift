import JSONReader
import Testing
import Vocabulary

@testable import Classifying

/// Comments that may be another's: no command, whatever mark of ours they carry.
struct ForeignCommentTests {
    private func classify(_ reader: any SourceReader.Type, _ body: JSONValue) async -> Classification {
        let reading = SourceReading(
            name: SourceName("source"),
            reader: reader,
            routes: [Route(name: "commands", commentCommand: "@bascule")]
        )
        return await Classifier(reading).classify(verified(body.encodedText, kind: reader.kind), jq: nil)
    }

    private static let mail = "Re: your note [bascule:x]\n@bascule isolate ws-0142 because mail"

    @Test func `a public comment in Zendesk stays one, with a mark of ours in it`() async {
        func event(_ isPublic: Bool) -> JSONValue {
            [
                "type": "zen:event-type:ticket.comment_added", "id": "1", "time": "2026-08-31T10:44:20Z",
                "subject": "zen:ticket:5158", "account_id": 1,
                "detail": ["id": "5158", "actor_id": "9013372041001", "status": "OPEN"],
                "event": [
                    "comment": [
                        "id": "7", "body": .string(Self.mail), "is_public": .bool(isPublic),
                        "author": ["id": "9013372041001", "is_staff": .bool(!isPublic)],
                    ]
                ],
            ]
        }
        #expect(await classify(Zendesk.self, event(true)).intents.isEmpty)
        #expect(await classify(Zendesk.self, event(false)).intents.count == 1)
    }

    @Test func `an integration's note in PagerDuty gives no command`() async {
        func event(_ agent: JSONValue) -> JSONValue {
            [
                "event": [
                    "id": "1", "event_type": "incident.annotated", "occurred_at": "2026-08-31T10:44:20Z",
                    "agent": agent,
                    "data": [
                        "content": .string(Self.mail), "trimmed": false, "incident": ["id": "Q2AB34CD56EF78"],
                    ],
                ]
            ]
        }
        #expect(await classify(PagerDuty.self, event(.null)).intents.isEmpty)
        let person: JSONValue = ["id": "PMAYA01", "type": "user_reference", "summary": "Maya"]
        #expect(await classify(PagerDuty.self, event(person)).intents.count == 1)
    }

    @Test func `what a customer of a service desk can read gives no command in Jira`() async {
        func event(_ type: String, _ isPublic: JSONValue) -> JSONValue {
            [
                "webhookEvent": "comment_created", "timestamp": 1_788_173_060_000,
                "comment": [
                    "body": "@bascule isolate ws-0142", "jsdPublic": isPublic,
                    "author": ["accountId": "5b10", "displayName": "Maya"],
                ],
                "issue": [
                    "key": "SEC-1", "fields": ["project": ["key": "SEC", "projectTypeKey": .string(type)]],
                ],
            ]
        }
        #expect(await classify(Jira.self, event("service_desk", true)).intents.isEmpty)
        #expect(await classify(Jira.self, event("service_desk", .null)).intents.isEmpty)
        #expect(await classify(Jira.self, event("service_desk", false)).intents.count == 1)
        #expect(await classify(Jira.self, event("software", true)).intents.count == 1)
    }

    @Test func `a state is asked for whatever was written beside it`() async throws {
        let body: JSONValue = [
            "webhookEvent": "comment_created", "timestamp": 1_788_173_060_000, "user": ["accountId": "5b10"],
            "comment": ["body": "@bascule please contain it"], "host": "ws-0142",
            "changelog": ["items": [["field": "status", "fromString": "To Do", "toString": "Contain"]]],
            "issue": ["key": "SEC-1"],
        ]
        let reading = SourceReading(
            name: SourceName("source"),
            reader: Jira.self,
            routes: [
                try Route(
                    name: "contain",
                    when: nil,
                    trigger: .statusChangedTo("Contain"),
                    action: "isolate",
                    machine: ".host"
                ),
                Route(name: "commands", commentCommand: "@bascule"),
            ]
        )
        let found = try await Classifier(reading).classified(verified(body.encodedText, kind: Jira.kind))
        let intents = found.first?.intents ?? []
        #expect(intents.count == 2)
        guard case .action(let request)? = intents.first?.request,
            case .notUnderstood? = intents.last?.request
        else {
            Issue.record("\(intents)")
            return
        }
        #expect(request.subject == .hostName("ws-0142"))
    }

    @Test func `a route that finds no machine says so on the ticket`() async throws {
        let body: JSONValue = [
            "timestamp": 1_788_173_060_000, "user": ["accountId": "5b10"], "issue": ["key": "SEC-1"],
            "changelog": ["items": [["field": "status", "fromString": "To Do", "toString": "Contain"]]],
        ]
        let reading = SourceReading(
            name: SourceName("source"),
            reader: Jira.self,
            routes: [
                try Route(
                    name: "contain",
                    when: nil,
                    trigger: .statusChangedTo("Contain"),
                    action: "isolate",
                    machine: ".host"
                )
            ]
        )
        let found = try await Classifier(reading).classified(verified(body.encodedText, kind: Jira.kind))
        #expect(
            found == [
                .unreadable(
                    code: "route.no-machine",
                    words: "Route \"contain\" finds no machine in this delivery.",
                    ticket: "SEC-1",
                    replyTo: .jira(issue: "SEC-1")
                )
            ]
        )
    }

    @Test func `a condition that fails is told on no ticket`() async throws {
        let body: JSONValue = [
            "timestamp": 1_788_173_060_000, "user": ["accountId": "5b10"], "issue": ["key": "SEC-1"],
        ]
        let reading = SourceReading(
            name: SourceName("source"),
            reader: Jira.self,
            routes: [
                try Route(name: "contain", when: ".issue | keys | .x", action: "isolate", machine: ".host")
            ]
        )
        let found = try await Classifier(reading).classified(verified(body.encodedText, kind: Jira.kind))
        #expect(
            found == [
                .unreadable(
                    code: "route.jq-failed",
                    words: "The \"when\" of route \"contain\" failed on this delivery.",
                    ticket: nil,
                    replyTo: nil
                )
            ]
        )
    }
}
