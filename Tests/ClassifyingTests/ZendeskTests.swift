import JSONReader
import Testing
import Vocabulary

@testable import Classifying

struct ZendeskTests {
    static let event = "zendesk_ticket_event.json"
    static let trigger = "zendesk_trigger_custom.json"

    private func bench(own: Set<String> = []) throws -> TicketBench {
        TicketBench(
            reader: Zendesk.self,
            routes: try TicketBench.routes(
                .statusChangedTo("pending"),
                machine: #".detail.description | split(" ")[0]"#
            ),
            own: own
        )
    }

    private func noted(_ text: String) throws -> JSONValue {
        try Payload.json(Self.event).with("type", "zen:event-type:ticket.comment_added")
            .with(
                "event",
                [
                    "comment": [
                        "id": "1", "body": .string(text), "is_public": false,
                        "author": ["id": "9013372041001", "is_staff": true, "name": "Maya Okafor"],
                    ]
                ]
            )
    }

    @Test func `the event becomes the intent that the reference expects`() async throws {
        let expected = try Payload.expected(Self.event)
        let found = try await bench().classified(try Payload.bytes(Self.event))
        let intent = try #require(found.intents.first)
        #expect(found.intents.count == 1)
        #expect(intent.asker == .identity(try #require(expected.at("actor.id")?.string)))
        #expect(intent.ticket == expected["ticket"]?.string)
        #expect(intent.replyTo == .at(["ticket": try #require(expected.at("reply.ticket")?.string)]))
        #expect(intent.request == TicketBench.isolation("ws-0142"))
        let event = try bench().event(try Payload.json(Self.event))
        #expect(event.statusTo == [try #require(expected.at("status.to")?.string)])
        #expect(event.statusFrom == [try #require(expected.at("status.from")?.string)])
    }

    @Test func `a trigger is asked by the service, never by the ticket's requester`() async throws {
        let expected = try Payload.expected(Self.trigger)
        var bench = try bench()
        bench.routes = [
            try Route(name: "contain", when: #".action == "isolate""#, action: "isolate", machine: ".host")
        ]
        let intent = try #require(try await bench.classified(try Payload.bytes(Self.trigger)).intents.first)
        #expect(intent.asker == .service)
        #expect(intent.ticket == expected["ticket"]?.string)
        #expect(intent.replyTo == .at(["ticket": "5158"]))
        let host = try #require(expected.at("custom.host")?.string)
        #expect(intent.request == .action(ActionRequest(action: "isolate", subject: .hostName(host))))
        let named = try Payload.json(Self.trigger).with("actor", ["id": "901", "name": "Maya"])
        #expect(try await bench.classified(named).intents.first?.asker == .identity("901"))
        for id in [nil, "", "{{current_user.id"] as [JSONValue?] {
            let body = try Payload.json(Self.trigger).with("actor", ["name": "x"]).with("actor.id", id)
            let found = try await bench.classified(body)
            #expect(found.intents.first?.asker != .service)
        }
        #expect(bench.code(["actor": ["name": "x"], "ticket": ["id": "1"]]) == "zendesk.no-actor")
    }

    @Test func `tags that are added and removed are labels`() throws {
        let body = try Payload.json(Self.event).with("type", "zen:event-type:ticket.tags_changed")
        let event = try bench().event(
            body.with("event", ["tags_added": ["contain"], "tags_removed": ["edr", "x"]])
        )
        #expect(event.labelsAdded == ["contain"])
        #expect(event.labelsRemoved == ["edr", "x"])
        #expect(try bench().code(body.with("event", ["tags_added": "contain"])) == "zendesk.malformed-tags")
        #expect(try bench().code(body.with("event", ["tags_added": [1]])) == "zendesk.malformed-tags")
    }

    @Test func `an internal note of the staff is a command, what a mail can bring is not`() async throws {
        let note = try noted("@bascule isolate ws-0142")
        let found = try await bench().classified(note)
        #expect(
            found.intents.map(\.request) == [
                .action(ActionRequest(action: "isolate", subject: .hostName("ws-0142")))
            ]
        )
        #expect(found.intents.first?.answeredBy == .reply(.at(["ticket": "5158"])))
        for (field, value) in [
            ("is_public", true), ("is_public", nil), ("author.is_staff", false), ("author.id", "7"),
        ] as [(String, JSONValue?)] {
            #expect(try await bench().classified(note.with("event.comment." + field, value)) == .unmatched)
        }
    }

    @Test func `our own notes are ours, by mark or by account`() async throws {
        let marked = try noted("[bascule:j-1/job.succeeded/1]")
        #expect(try await bench().classified(marked) == .own)
        #expect(try await bench().classified(marked.with("event.comment.is_public", true)) == .own)
        #expect(
            try await bench(own: ["9013372041001"]).classified(try Payload.bytes(Self.event)) == .own
        )
    }

    @Test(
        arguments: [
            ("type", 7, "zendesk.no-type"), ("type", "ticket", "zendesk.no-type"),
            ("detail.actor_id", nil, "zendesk.no-actor"), ("detail.actor_id", "", "zendesk.no-actor"),
            ("detail", nil, "zendesk.no-actor"), ("detail.id", "5158.json", "zendesk.no-ticket"),
            ("detail.id", "0", "zendesk.no-ticket"), ("detail.id", nil, "zendesk.no-ticket"),
            ("time", "now", "zendesk.malformed-time"),
        ] as [(String, JSONValue?, String)]
    )
    func `what has not its shape is unreadable`(field: String, value: JSONValue?, code: String) throws {
        #expect(try bench().code(try Payload.json(Self.event).with(field, value)) == code)
    }

    @Test func `events of other things are about no ticket`() async throws {
        let body = try Payload.json(Self.event).with("type", "zen:event-type:user.created")
        #expect(try await bench().classified(body) == .unmatched)
        #expect(try await bench().classified(["hello": "world"]) == .unmatched)
    }
}
