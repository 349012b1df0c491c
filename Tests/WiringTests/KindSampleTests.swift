import Authenticating
import Classifying
import JSONReader
import Testing
import Vocabulary

@testable import Wiring

/// What `send` makes up for a ticket system is genuine and is read as what was wished.
struct KindSampleTests {
    private static let now = Timestamp(seconds: 1_788_173_062)

    struct Case: Sendable, CustomTestStringConvertible {
        let kind: String
        var identity = "maya"
        var secret = "a-long-random-secret"
        var options: [String: [String]] = [:]
        var testDescription: String { kind }
    }

    static let all = [
        Case(kind: "jira"),
        Case(
            kind: "jira-automation",
            options: ["header": ["X-Automation-Webhook-Token"], "accept-unsigned": ["token"]]
        ),
        Case(
            kind: "servicenow",
            secret: "whsec_c2VjcmV0LXNlY3JldA==",
            options: ["tables": ["sn_si_incident"]]
        ),
        Case(kind: "pagerduty", identity: "PMAYA01"),
        Case(kind: "github", identity: "9100101"),
        Case(kind: "gitlab", identity: "7", secret: "whsec_c2VjcmV0LXNlY3JldA=="),
        Case(kind: "gitlab", identity: "7", options: ["accept-unsigned": ["token"]]),
        Case(kind: "linear", identity: "540f6a41-a736-401c-b1db-98b74573cc61"),
        Case(kind: "zendesk", identity: "9013372041001"),
    ]

    private func classified(_ one: Case, _ change: (inout SampleWish) -> Void) async throws -> Classification
    {
        let kind = try #require(Kind.named(one.kind))
        var wish = SampleWish(identity: one.identity, id: "01k3sample", now: Self.now)
        wish.ticket = one.kind == "pagerduty" ? "Q1" : "SEC-7"
        change(&wish)
        let make = try #require(kind.sample)
        let sample = make(wish)
        let settings = Settings.Source(
            name: SourceName("x"),
            kind: kind.reader.kind,
            secrets: [Secret(one.secret)],
            publicKeys: [],
            options: one.options,
            rehearses: false,
            reply: Settings.Reply(),
            ownAccounts: [],
            line: 1
        )
        let signer = try DeliverySigner(try kind.scheme(settings), secret: Secret(one.secret))
        let raw = RawDelivery(
            source: settings.name,
            headers: sample.headers + signer.headers(for: sample.body, id: wish.id, now: Self.now),
            body: sample.body,
            receivedAt: Self.now,
            remoteAddress: "127.0.0.1"
        )
        let route = Settings.Route(
            name: "commands",
            from: settings.name,
            trigger: .commentCommand("@bascule"),
            parameters: [:],
            line: 1
        )
        let source = try PreparedSource(settings, routes: [route])
        return try await source.classify(try source.verify(raw, now: Self.now))
    }

    private func event(_ one: Case, _ change: (inout SampleWish) -> Void) throws -> TicketEvent {
        let kind = try #require(Kind.named(one.kind))
        var wish = SampleWish(identity: one.identity, id: "01k3sample", now: Self.now)
        change(&wish)
        let make = try #require(kind.sample)
        let sample = make(wish)
        return try KindSampleReading.event(kind, sample.body, at: Self.now)
    }

    @Test(arguments: all)
    func `a comment is a command of who was named`(one: Case) async throws {
        let found = try await classified(one) { $0.text = "@bascule isolate ws-0142" }
        guard case .intents(let intents) = found else {
            Issue.record("\(found)")
            return
        }
        #expect(intents.map(\.asker) == [.identity(one.identity)])
        #expect(
            intents.map(\.request) == [
                .action(ActionRequest(action: "isolate", subject: .hostName("ws-0142")))
            ]
        )
        #expect(intents.first?.ticket?.hasSuffix(one.kind == "pagerduty" ? "Q1" : "7") == true)
    }

    @Test(arguments: all)
    func `a change of state is one`(one: Case) throws {
        let word =
            ["github": "closed", "gitlab": "closed", "pagerduty": "acknowledged"][one.kind] ?? "Contain"
        #expect(try event(one) { $0.status = word }.statusTo.contains(word))
    }

    @Test func `what is made up fits the routes of the pages about it`() throws {
        var wish = SampleWish(identity: "PMAYA01", id: "01k3sample", now: Self.now)
        wish.machine = "ws-0142"
        let make = try #require(Kind.pagerDuty.sample)
        let incident = try JSONReader.read(make(wish).body, root: .object)
        #expect(incident.at("event.event_type") == "incident.triggered")
        #expect(incident.at("event.data.incident_key") == "ws-0142")
        #expect(incident.at("event.data.service.id") == "PEDRSVC")
        wish.text = "C2 beacon"
        let event = try JSONReader.read(SampleBody.event(wish).body, root: .object)
        #expect(event["type"] == "alert.raised")
        #expect(event.at("data.host") == "ws-0142" && event.at("data.target.name") == "ws-0142")
        #expect(event.at("data.rule") == "C2 beacon" && event.at("data.text") == "C2 beacon")
    }

    @Test(arguments: all.filter { !["pagerduty", "servicenow", "jira-automation"].contains($0.kind) })
    func `a label is added`(one: Case) throws {
        #expect(try event(one) { $0.label = "contain" }.labelsAdded.contains("contain"))
    }
}

enum KindSampleReading {
    static func event(_ kind: Kind, _ body: [UInt8], at now: Timestamp) throws -> TicketEvent {
        let reader = try #require(kind.reader as? any TicketReader.Type)
        let raw = RawDelivery(
            source: SourceName("x"),
            headers: [],
            body: body,
            receivedAt: now,
            remoteAddress: "127.0.0.1"
        )
        let verified = VerifiedDelivery(
            of: raw,
            kind: reader.kind,
            signedKey: "00",
            senderKey: nil,
            secretIndex: 0
        )
        return try #require(try reader.read(try JSONReader.read(body, root: .object), of: verified))
    }
}
