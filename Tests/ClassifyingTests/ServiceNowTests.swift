import JSONReader
import Testing
import Vocabulary

@testable import Classifying

struct ServiceNowTests {
    static let name = "servicenow_business_rule.json"

    private func bench(own: Set<String> = []) throws -> TicketBench {
        TicketBench(
            reader: ServiceNow.self,
            routes: try TicketBench.routes(.statusChangedTo("Contain"), machine: ".cmdb_ci.name"),
            own: own,
            tenants: ["sn_si_incident"]
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
        #expect(intent.place == .project("sn_si_incident"))
        #expect(
            intent.replyTo
                == .at([
                    "table": try #require(expected.at("reply.table")?.string),
                    "record": try #require(expected.at("reply.sys_id")?.string),
                ])
        )
        #expect(intent.request == TicketBench.isolation("ws-0142"))
        let event = try bench().event(try Payload.json(Self.name))
        #expect(event.statusTo == ["Contain", "18"])
        #expect(event.statusFrom == ["Draft", "10"])
        let delivery = verified(try Payload.bytes(Self.name), kind: ServiceNow.kind)
        #expect(ServiceNow.senderKey(of: delivery) == expected["dedupe_key"]?.string)
    }

    @Test func `who did it is the account that changed the record, not caller or assignee`() throws {
        let body = try Payload.json(Self.name).with("updated_by", "jonas.lindqvist")
        let event = try bench().event(body)
        #expect(event.actor == TicketEvent.Actor("jonas.lindqvist", shownName: "Jonas Lindqvist"))
        #expect(try bench().event(body.with("updated_by", "omar")).actor == TicketEvent.Actor("omar"))
    }

    @Test func `a state that stayed is no change, a new record went into its state`() throws {
        let body = try Payload.json(Self.name)
        let stayed = body.with("state.previous", body.at("state.current"))
        #expect(try bench().event(stayed).statusTo == [])
        let translated = body.with("state.previous", ["value": "18", "display_value": "Eindämmen"])
        #expect(try bench().event(translated).statusTo == [])
        #expect(try bench().event(body.with("state.previous", .null)).statusTo == ["Contain", "18"])
        #expect(try bench().event(body.with("state", nil)).statusTo == [])
    }

    @Test func `a work note with the word is a command, one with our mark is ours`() async throws {
        let quiet = try Payload.json(Self.name).with("state", nil)
        let note = "2026-08-31 10:44:12 - Maya Okafor (Work notes)\n@bascule isolate ws-7 because SEC-1\n"
        let found = try await bench().classified(quiet.with("comment", .string(note)))
        #expect(
            found.intents.map(\.request) == [
                .action(
                    ActionRequest(action: "isolate", subject: .hostName("ws-7"), reason: "SEC-1")
                )
            ]
        )
        #expect(found.intents.first?.answeredBy.isReply == true)
        let ours = note + "[bascule:j-1/job.succeeded/1]"
        #expect(try await bench().classified(quiet.with("comment", .string(ours))) == .own)
        let bridge = try bench(own: ["maya.okafor"])
        #expect(try await bridge.classified(try Payload.bytes(Self.name)) == .own)
    }

    @Test func `a table that the settings do not list asks nothing`() async throws {
        let body = try Payload.json(Self.name).with("table", "sys_user")
        guard case .refused(let code, _, _) = try await bench().classified(body) else {
            Issue.record("It was not refused.")
            return
        }
        #expect(code == "servicenow.table-not-listed")
    }

    @Test(
        arguments: [
            ("table", .null, "servicenow.no-table"), ("table", "sys user", "servicenow.no-table"),
            ("table", "../admin", "servicenow.no-table"), ("table", 7, "servicenow.no-table"),
            ("sys_id", "A1DACAAE379F4DDF820AEF0F8C85F7EE", "servicenow.no-record"),
            ("sys_id", "a1dacaae379f4ddf820aef0f8c85f7e", "servicenow.no-record"),
            ("sys_id", "a1dacaae379f4ddf820aef0f8c85f7ee\n", "servicenow.no-record"),
            ("sys_id", nil, "servicenow.no-record"),
            ("updated_on", "31-08-2026 10:44:12", "servicenow.malformed-time"),
            ("updated_on", 7, "servicenow.malformed-time"), ("comment", 7, "servicenow.malformed-comment"),
        ] as [(String, JSONValue?, String)]
    )
    func `what has not its shape is unreadable`(field: String, value: JSONValue?, code: String) throws {
        #expect(try bench().code(try Payload.json(Self.name).with(field, value)) == code)
    }

    @Test(arguments: [nil, "", " maya", 7.5, ["maya.okafor"], .null] as [JSONValue?])
    func `nobody asks where nobody is named`(updatedBy: JSONValue?) async throws {
        let body = try Payload.json(Self.name).with("updated_by", updatedBy)
        #expect(try await bench().classified(body).unreadableCode == "servicenow.no-actor")
    }

    @Test func `a day-old event is stale`() async throws {
        let body = try Payload.json(Self.name)
        let late = sampleTime + .seconds(86_400)
        #expect(try await bench().classified(body, at: late).unreadableCode == "stale")
        #expect(try await bench().classified(body, at: late - .seconds(60)).intents.count == 1)
    }
}
