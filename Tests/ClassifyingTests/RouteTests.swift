import JSONReader
import Testing
import Vocabulary

@testable import Classifying

struct JiraTests {
    static func route() throws -> Route {
        try Route(
            name: "contain-on-ticket",
            when: #"any(.changelog.items[]?; .field == "status" and .toString == "Contain")"#,
            action: "isolate",
            machine: ".issue.fields.customfield_10071",
            because: #""\(.issue.key): \(.issue.fields.summary)""#,
            duration: .word("8h"),
            parameters: ["type": .jq(".issue.fields.customfield_10072.value")]
        )
    }

    static func reading(_ routes: [Route], own: Set<String> = []) -> SourceReading {
        SourceReading(name: SourceName("tickets"), reader: Jira.self, ownAccounts: own, routes: routes)
    }

    static let minimal =
        #"{"user":{"key":"JIRAUSER1","name":"mia"},"issue":{"key":"SEC-1"},"machine":"ws-1"}"#

    @Test func `the sample transition becomes the intent that the reference expects`() async throws {
        let name = "jira_issue_updated.json"
        let expected = try Payload.expected(name)
        let delivery = verified(try Payload.bytes(name), kind: Jira.kind)
        let classifier = Classifier(Self.reading([try Self.route()]))
        let found = try await classifier.classified(delivery)
        let intent = try #require(found.first?.intents.first)
        #expect(found.first?.intents.count == 1)
        #expect(intent.asker == .identity(try #require(expected.at("actor.id")?.string)))
        #expect(intent.askerShownName == expected.at("actor.name")?.string)
        #expect(intent.ticket == expected["ticket"]?.string)
        #expect(intent.replyTo == .jira(issue: try #require(expected.at("reply.issue")?.string)))
        #expect(intent.route == "contain-on-ticket")
        let host = try #require(expected.at("custom.customfield_10071")?.string)
        let level = try #require(expected.at("custom.customfield_10072")?.string)
        #expect(
            intent.request
                == .action(
                    ActionRequest(
                        action: "isolate",
                        subject: .hostName(host),
                        parameters: ["type": level],
                        duration: TimeBox("8h"),
                        reason: "SEC-1482: Possible C2 beacon from ws-0142"
                    )
                )
        )
        #expect(classifier.senderKey(of: delivery) == "SEC-1482:1788173050613:131882")
    }

    @Test func `another change of the issue is unmatched`() async throws {
        let classifier = Classifier(Self.reading([try Self.route()]))
        #expect(try await classifier.classified(verified(Self.minimal, kind: Jira.kind)) == [.unmatched])
        #expect(
            await Classifier(Self.reading([])).classify(verified(Self.minimal, kind: Jira.kind), jq: nil)
                == .unmatched
        )
    }

    @Test func `our own events are own, by account or by key`() async throws {
        for own in ["JIRAUSER1", "712020:1a2b3c4d-1111-4222-8333-444455556666"] {
            let classifier = Classifier(Self.reading([try Self.route()], own: [own]))
            let name = "jira_issue_updated.json"
            let delivery = own == "JIRAUSER1" ? Array(Self.minimal.utf8) : try Payload.bytes(name)
            #expect(try await classifier.classified(verified(delivery, kind: Jira.kind)) == [.own])
        }
    }

    @Test(arguments: [
        (0, true), (86_400_000, true), (86_400_001, false), (-86_400_000, true), (-86_400_001, false),
    ])
    func `an event more than a day off is stale`(age: Int64, isRead: Bool) async throws {
        let body = #"{"timestamp":\#(sampleTime.milliseconds - age),"user":{"key":"a"},"machine":"ws-1"}"#
        let route = try Route(name: "r", when: nil, action: "scan", machine: ".machine")
        let found = try await Classifier(Self.reading([route])).classified(verified(body, kind: Jira.kind))
        #expect(found.first?.unreadableCode == (isRead ? nil : "stale"))
    }

    @Test(arguments: [
        (#"{"timestamp":"1788173050613","user":{"key":"a"},"machine":"ws-1"}"#, "jira.malformed-timestamp"),
        (#"{"timestamp":9223372036854775807,"user":{"key":"a"},"machine":"ws-1"}"#, "stale"),
        (#"{"timestamp":-9223372036854775808,"user":{"key":"a"},"machine":"ws-1"}"#, "stale"),
        (#"{"machine":"ws-1"}"#, "jira.no-actor"),
        (#"{"user":{"key":""},"machine":"ws-1"}"#, "jira.no-actor"),
        (#"{"user":{"key":"a"},"user":{"key":"b"},"machine":"ws-1"}"#, "json.duplicate-key"),
        (#"["ws-1"]"#, "json.wrong-root"), ("ws-1", "json.malformed"), ("", "json.malformed"),
        (String(repeating: "[", count: 10_000), "json.too-deep"),
    ])
    func `an event that does not say who or when is unreadable`(body: String, code: String) async throws {
        let route = try Route(name: "r", when: nil, action: "scan", machine: ".machine")
        let found = try await Classifier(Self.reading([route])).classified(verified(body, kind: Jira.kind))
        #expect(found.first?.unreadableCode == code)
    }

    @Test(arguments: [
        (#""comment":{"author":{"accountId":"mia"}}"#, "mia"),
        (#""comment":{"author":{"accountId":"mia"},"updateAuthor":{"accountId":"omar"}}"#, "omar"),
        (#""user":null,"comment":{"author":{"key":"mia"},"updateAuthor":{"key":"omar"}}"#, "omar"),
        (#""user":{"key":"ines"},"comment":{"author":{"key":"mia"}}"#, "ines"),
        (#""user":{"accountId":""},"comment":{"author":{"accountId":"mia"}}"#, nil),
        (#""comment":{"author":{"accountId":"mia"},"updateAuthor":{"displayName":"Omar"}}"#, nil),
    ])
    func `nobody speaks by changing what another wrote`(who: String, identity: String?) async throws {
        let route = try Route(name: "r", when: nil, action: "scan", machine: ".machine")
        let body = #"{\#(who),"machine":"ws-1"}"#
        let found = try await Classifier(Self.reading([route])).classified(verified(body, kind: Jira.kind))
        #expect(found.first?.intents.first?.asker == identity.map(Asker.identity))
        #expect(found.first?.unreadableCode == (identity == nil ? "jira.no-actor" : nil))
    }

    @Test func `an issue key that is none is neither ticket nor address`() async throws {
        let body = #"{"user":{"key":"a"},"machine":"ws-1","issue":{"key":"SEC-1/../../x"}}"#
        let route = try Route(name: "r", when: nil, action: "scan", machine: ".machine")
        let found = try await Classifier(Self.reading([route])).classified(verified(body, kind: Jira.kind))
        #expect(found.first?.intents.map(\.ticket) == [nil])
        #expect(found.first?.intents.map(\.replyTo) == [nil])
    }
}

struct RouteTests {
    static func classifier(_ routes: Route..., asked: String? = nil) -> Classifier {
        Classifier(
            SourceReading(
                name: SourceName("siem"),
                reader: StandardWebhooksReader.self,
                askedForBy: asked,
                routes: routes
            )
        )
    }

    static func requests(_ route: Route, _ body: String) async throws -> Classification {
        try #require(
            try await classifier(route).classified(verified(body, kind: StandardWebhooksReader.kind)).first
        )
    }

    @Test func `the sample of any signed sender becomes the intent that the reference expects`() async throws
    {
        let name = "standard_webhooks_generic.json"
        let expected = try Payload.expected(name)
        let route = try Route(
            name: "contain",
            when: ".type == \"\(try #require(expected["kind"]?.string))\"",
            action: try #require(expected.at("custom.action")?.string),
            machine: ".data.target.name",
            because: ".data.id",
            ticket: ".data.ticket"
        )
        let classifier = Self.classifier(route, asked: ".data.requester.id")
        let delivery = verified(try Payload.bytes(name), kind: StandardWebhooksReader.kind)
        let intent = try #require(try await classifier.classified(delivery).first?.intents.first)
        #expect(intent.asker == .service)
        #expect(intent.askedForBy == expected.at("actor.id")?.string)
        #expect(intent.ticket == expected["ticket"]?.string)
        #expect(intent.replyTo == nil)
        let target = try #require(expected.at("custom.target")?.string)
        #expect(
            intent.request
                == .action(
                    ActionRequest(
                        action: "isolate",
                        subject: .hostName(target),
                        reason: "req_01J9ZK7Q4N8T2V6W0XABCDEF12"
                    )
                )
        )
    }

    @Test(arguments: [
        (".m", #"{"m":"ws-1, ws-2"}"#, ["ws-1", "ws-2"]),
        (".m", #"{"m":["ws-1","ws-2"]}"#, ["ws-1", "ws-2"]),
        (".m[]", #"{"m":["ws-1","WS-1.","ws-2"]}"#, ["ws-1", "ws-2"]),
        (".m # the host", #"{"m":"ws-1"}"#, ["ws-1"]),
        ("def f: .m; f", #"{"m":"ws-1"}"#, ["ws-1"]),
        (".m, .n", #"{"m":"ws-1","n":null}"#, ["ws-1"]),
    ])
    func `machines are text, lists or several outputs`(
        machine: String,
        body: String,
        names: [String]
    ) async throws {
        let route = try Route(name: "r", when: nil, action: "scan", machine: machine)
        let intents = try await Self.requests(route, body).intents
        let expected = names.map { Request.action(ActionRequest(action: "scan", subject: .hostName($0))) }
        #expect(intents.map(\.request) == expected)
    }

    @Test(arguments: [
        (#"{"m":null}"#, "route.no-machine"), (#"{"m":""}"#, "route.no-machine"),
        (#"{"m":7}"#, "route.no-machine"),
        (#"{"m":{"name":"ws-1"}}"#, "route.no-machine"), (#"{"m":"any of them"}"#, "route.no-machine"),
        (#"{"m":["ws-1","*"]}"#, "route.no-machine"), (#"{"n":1}"#, "route.no-machine"),
        (#"[]"#, "route.jq-failed"), (#"{"m":"ws-1","d":"soon"}"#, "route.no-duration"),
        (#"{"m":"ws-1","d":"4h","t":"Half"}"#, "route.unknown-value"),
        (#"{"m":"ws-1","d":"4h","t":{"value":"Full"}}"#, "route.unknown-value"),
        (
            #"{"d":"4h","m":""# + (0..<21).map { "m\($0)" }.joined(separator: ",") + "\"}",
            "route.too-many-machines"
        ),
        (
            #"{"d":"4h","m":["# + [String](repeating: #""ws-1""#, count: 201).joined(separator: ",") + "]}",
            "route.too-many-machines"
        ),
        (
            #"{"d":"4h","m":""# + [String](repeating: "ws-1", count: 201).joined(separator: ",") + "\"}",
            "route.too-many-machines"
        ),
    ])
    func `a route that finds no proper value acts on nothing`(body: String, code: String) async throws {
        let route = try Route(
            name: "r",
            when: nil,
            action: "isolate",
            machine: ".m",
            duration: .jq(".d"),
            parameters: ["type": .jq(".t")]
        )
        #expect(try await Self.requests(route, body).unreadableCode == code)
    }

    @Test func `values found in the delivery are spelled as the catalogue does`() async throws {
        let route = try Route(
            name: "r",
            when: nil,
            action: "isolate",
            machine: ".m",
            because: ".n",
            duration: .jq(".d"),
            parameters: ["type": .jq(".t")]
        )
        let found = try await Self.requests(route, #"{"m":"ws-1","d":"4H","t":"selective","n":17}"#)
        #expect(
            found.intents.map(\.request) == [
                .action(
                    ActionRequest(
                        action: "isolate",
                        subject: .hostName("ws-1"),
                        parameters: ["type": "Selective"],
                        duration: TimeBox("4h"),
                        reason: "17"
                    )
                )
            ]
        )
    }

    @Test func `every route that is about the delivery counts, one that fails does not hide another`()
        async throws
    {
        let first = try Route(name: "first", when: ".kind == \"x\"", action: "scan", machine: ".m")
        let failing = try Route(name: "failing", when: ".kind | keys | any", action: "scan", machine: ".m")
        let second = try Route(name: "second", when: ".many[]? == 2", action: "collect", machine: ".m")
        let classifier = Self.classifier(first, failing, second)
        let found = try await classifier.classified(
            verified(#"{"kind":"x","m":"ws-1","many":[1,2,3]}"#, kind: StandardWebhooksReader.kind),
            verified(#"{"kind":"y","m":"ws-1"}"#, kind: StandardWebhooksReader.kind),
            verified(#"{"kind":{},"m":"ws-1"}"#, kind: StandardWebhooksReader.kind)
        )
        #expect(found[0].intents.map(\.route) == ["first", "second"])
        #expect(found[1].unreadableCode == "route.jq-failed")
        #expect(found[2] == .unmatched)
    }

    @Test(arguments: [
        "def f: f; f", #""a" * 1e9"#, "[range(1e15)]", ".a[.n] = 1", "reduce range(1000000) as $i (0; [.])",
    ])
    func `jq that would hurt makes a delivery unreadable and the next is read`(program: String) async throws {
        let route = try Route(
            name: "r",
            when: nil,
            action: "scan",
            machine: "if .fine then .m else (\(program)) end"
        )
        let found = try await Self.classifier(route).classified(
            verified(#"{"a":[],"n":500000000,"m":"ws-1"}"#, kind: StandardWebhooksReader.kind),
            verified(#"{"fine":true,"m":"ws-1"}"#, kind: StandardWebhooksReader.kind)
        )
        #expect(found.first?.unreadableCode != nil)
        #expect(found.last?.intents.count == 1)
    }

    @Test func `a route is held against the catalogue`() {
        #expect(throws: RouteError.unknownAction("isolat", nearest: "isolate")) {
            try Route(name: "r", when: nil, action: "isolat", machine: ".m")
        }
        #expect(throws: RouteError.unknownAction("cancel", nearest: nil)) {
            try Route(name: "r", when: nil, action: "cancel", machine: ".m")
        }
        #expect(throws: RouteError.takesNoDuration(action: "scan")) {
            try Route(name: "r", when: nil, action: "scan", machine: ".m", duration: .word("4h"))
        }
        #expect(throws: RouteError.noDuration("soon")) {
            try Route(name: "r", when: nil, action: "isolate", machine: ".m", duration: .word("soon"))
        }
        #expect(throws: RouteError.unknownParameter("typ", action: "scan", nearest: "type")) {
            try Route(name: "r", when: nil, action: "scan", machine: ".m", parameters: ["typ": .word("Full")])
        }
        #expect(throws: RouteError.unknownValue("Half", parameter: "type", values: ["Quick", "Full"])) {
            try Route(
                name: "r",
                when: nil,
                action: "scan",
                machine: ".m",
                parameters: ["type": .word("Half")]
            )
        }
    }

    @Test func `every expression is named with its key`() throws {
        let route = try JiraTests.route()
        #expect(route.expressions.map(\.key) == ["when", "machine", "because", "with.type"])
    }
}
