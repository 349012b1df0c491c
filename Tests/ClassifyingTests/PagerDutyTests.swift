import JSONReader
import Testing
import Vocabulary

@testable import Classifying

struct PagerDutyTests {
    static let triggered = "pagerduty_incident_triggered.json"
    static let annotated = "pagerduty_incident_annotated.json"

    private func bench(own: Set<String> = []) throws -> TicketBench {
        var routes = try TicketBench.routes(
            .statusChangedTo("triggered"),
            machine: #".event.data.incident_key | split("-")[1:3] | join("-")"#
        )
        routes[1] = Route(name: "commands", commentCommand: "!contain")
        return TicketBench(reader: PagerDuty.self, routes: routes, own: own)
    }

    @Test func `a triggered incident is asked by the service, as the reference expects`() async throws {
        let expected = try Payload.expected(Self.triggered)
        let found = try await bench().classified(try Payload.bytes(Self.triggered))
        let intent = try #require(found.intents.first)
        #expect(expected["actor"] == .null)
        #expect(intent.asker == .service)
        #expect(intent.ticket == expected["ticket"]?.string)
        #expect(intent.place == .project("PEDRSVC"))
        #expect(intent.replyTo == .at(["incident": try #require(expected.at("reply.incident")?.string)]))
        #expect(intent.request == TicketBench.isolation("ws-0142"))
        let event = try bench().event(try Payload.json(Self.triggered))
        #expect(event.statusTo == [try #require(expected.at("status.to")?.string)])
        #expect(event.statusFrom == [])
        let delivery = verified(try Payload.bytes(Self.triggered), kind: PagerDuty.kind)
        #expect(PagerDuty.senderKey(of: delivery) == "01J9ZKAST3R0000000000TRIG1")
    }

    @Test func `a note is a command of who wrote it, as the reference expects`() async throws {
        let expected = try Payload.expected(Self.annotated)
        let found = try await bench().classified(try Payload.bytes(Self.annotated))
        let intent = try #require(found.intents.first)
        #expect(try bench().event(try Payload.json(Self.annotated)).comment == expected["text"]?.string)
        #expect(intent.asker == .identity(try #require(expected.at("actor.id")?.string)))
        #expect(intent.askerShownName == expected.at("actor.name")?.string)
        #expect(intent.ticket == expected["ticket"]?.string)
        #expect(
            intent.request == .action(ActionRequest(action: "isolate", subject: .hostName("ws-0142")))
        )
        #expect(intent.answeredBy == .reply(.at(["incident": "Q2AB34CD56EF78"])))
    }

    @Test func `a note of an integration gives no command, and ours is ours`() async throws {
        let body = try Payload.json(Self.annotated)
        #expect(try await bench().classified(body.with("event.agent", .null)) == .unmatched)
        let integration: JSONValue = ["id": "PINT01", "type": "inbound_integration_reference"]
        #expect(try await bench().classified(body.with("event.agent", integration)) == .unmatched)
        let marked = body.with("event.data.content", "done\n[bascule:j-1/job.succeeded/1]")
        #expect(try await bench().classified(marked) == .own)
        #expect(try await bench().classified(marked.with("event.agent", .null)) == .own)
        #expect(try await bench(own: ["PMAYA01"]).classified(body) == .own)
    }

    @Test func `a command that is none is answered on the incident`() async throws {
        let body = try Payload.json(Self.annotated).with("event.data.content", "!contain isolte ws-1")
        guard case .notUnderstood(_, let way) = try await bench().classified(body) else {
            Issue.record("It was understood.")
            return
        }
        #expect(way == .reply(.at(["incident": "Q2AB34CD56EF78"])))
    }

    @Test(
        arguments: [
            ("event.agent", nil, "pagerduty.no-agent"), ("event.agent", "PMAYA01", "pagerduty.no-agent"),
            ("event.agent.id", nil, "pagerduty.no-agent"), ("event.agent.id", "p maya", "pagerduty.no-agent"),
            ("event.agent.type", nil, "pagerduty.no-agent"),
            ("event.data.incident.id", "Q2/notes", "pagerduty.no-incident"),
            ("event.data.incident", nil, "pagerduty.no-incident"), ("event.data", 7, "pagerduty.no-incident"),
            ("event.data.content", nil, "pagerduty.no-note"), ("event.data.content", [], "pagerduty.no-note"),
            ("event.data.trimmed", true, "pagerduty.trimmed-note"),
            ("event.occurred_at", "yesterday", "pagerduty.malformed-time"),
            ("event.occurred_at", 1_788_173_060, "pagerduty.malformed-time"),
            ("event.event_type", 7, "pagerduty.no-event"), ("event", [], "pagerduty.no-event"),
        ] as [(String, JSONValue?, String)]
    )
    func `what has not its shape is unreadable`(field: String, value: JSONValue?, code: String) throws {
        #expect(try bench().code(try Payload.json(Self.annotated).with(field, value)) == code)
    }

    @Test(arguments: [
        ("acknowledged", "acknowledged"), ("resolved", "resolved"), ("reopened", "triggered"),
        ("unacknowledged", "triggered"),
    ])
    func `other changes of the state are changes`(type: String, state: String) throws {
        let body = try Payload.json(Self.triggered).with("event.event_type", .string("incident.\(type)"))
        #expect(try bench().event(body.with("event.data.status", .string(state))).statusTo == [state])
        #expect(try bench().event(body.with("event.data.status", nil)).statusTo == [state])
    }

    @Test(arguments: ["incident.priority_updated", "incident.delegated"])
    func `what leaves the state alone is no change of it`(type: String) throws {
        let body = try Payload.json(Self.triggered).with("event.event_type", .string(type))
        #expect(try bench().event(body).statusTo == [])
    }

    @Test(arguments: ["pagey.ping", "service.updated"])
    func `a test of the hook and news of a service are about no incident`(type: String) async throws {
        let body = try Payload.json(Self.triggered).with("event.event_type", .string(type))
        #expect(try await bench().classified(body) == .unmatched)
    }

    @Test func `an event of more than a day is stale, however often it is sent again`() async throws {
        let late = sampleTime + .seconds(86_400)
        #expect(
            try await bench().classified(try Payload.bytes(Self.annotated), at: late).intents.count == 1
        )
        #expect(
            try await bench().classified(try Payload.bytes(Self.annotated), at: late + .seconds(71))
                .unreadableCode == "stale"
        )
    }
}
