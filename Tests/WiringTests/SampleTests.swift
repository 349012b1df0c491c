import Authenticating
import Classifying
import JQFilter
import TestKit
import Testing
import Vocabulary

@testable import Wiring

/// What each kind makes up is genuine once it is signed, and asks for what it was to ask.
struct SampleTests {
    /// A source of the kind, and the rest of a route that its sample is about.
    static let kinds: [(source: String, route: String)] = [
        (
            "kind: standard-webhooks, secret: { env: SIEM }",
            "machine: .data.target.name, ticket: .data.ticket"
        ),
        ("kind: svix, secret: { env: SIEM }", "machine: .data.target.name, ticket: .data.ticket"),
        (
            "kind: hmac, header: S, timestamp-header: T, secret: { env: APP }",
            "machine: .data.target.name, ticket: .data.ticket"
        ),
        (
            "kind: freshservice, accept-unsigned: token, secret: { env: APP }",
            "trigger: { status-changed-to: Contain }, machine: .freshservice_webhook.ticket_cf_host_name"
        ),
        (
            "kind: thehive, accept-unsigned: token, header: X-Key, secret: { env: APP }",
            "trigger: { status-changed-to: Contain }, machine: .object.customFields.host.string"
        ),
        (
            "kind: zammad, secret: { env: APP }",
            "trigger: { status-changed-to: Contain }, machine: '.ticket.title | sub(\".* about \"; \"\")'"
        ),
        (
            "kind: sentinel, algorithm: sha256, header: S, timestamp-header: T, secret: { env: APP }",
            "trigger: { label-added: contain }, machine: '.object.properties.relatedEntities[0].properties.hostName'"
        ),
        (
            "kind: opsgenie, accept-unsigned: token, secret: { env: APP }",
            "when: .action == \"Contain\", machine: .alert.entity"
        ),
        ("kind: splunk, accept-unsigned: token, secret: { env: PATH_SECRET }", "machine: .result.host"),
    ]

    private static func wish(_ now: Timestamp) -> SampleWish {
        var wish = SampleWish(identity: "8", id: "sample-1", now: now)
        wish.ticket = "INC-5158"
        wish.machine = "ws-0142"
        wish.status = "Contain"
        wish.label = "contain"
        return wish
    }

    @Test(arguments: kinds.indices)
    func `a sample is believed and read`(index: Int) async throws {
        let (text, route) = Self.kinds[index]
        var folder = try SettingsFolder()
        folder.environment["PATH_SECRET"] = String(repeating: "a1-_", count: 10)
        let settings = try folder.read("  x: { \(text) }\nroutes:\n  - { from: x, do: isolate, \(route) }\n")
        let source = try #require(settings.sources.last)
        let now = OperatorScene.noon
        let make = try #require(source.kind.whole.sample)
        let sample = make(Self.wish(now))
        let signer = try DeliverySigner(
            try source.kind.whole.scheme(source),
            secret: try #require(source.secrets.first)
        )
        let path = signer.path(to: source.name).withText { $0 }.split(separator: "/").map(String.init)
        let raw = RawDelivery(
            source: source.name,
            headers: sample.headers + signer.headers(for: sample.body, id: "sample-1", now: now),
            body: sample.body,
            receivedAt: now,
            remoteAddress: "192.0.2.1",
            pathSecret: path.count > 2 ? Secret(path[2]) : nil
        )
        let jq = JQCommand(executable: Program.path)
        let prepared = try PreparedSource(source, routes: settings.routes, jq: jq)
        try await prepared.start()
        let found = try await prepared.classify(try prepared.verify(raw, now: now))
        await prepared.stop()
        guard case .intents(let intents) = found, let intent = intents.first else {
            Issue.record("\(found)")
            return
        }
        guard case .action(let request) = intent.request else {
            Issue.record("\(intent)")
            return
        }
        #expect(request.subject == .hostName("ws-0142"))
        #expect(intent.asker == (source.kind.provesPerson ? .identity("8") : .service))
        let tickets =
            ["zammad", "thehive", "sentinel", "opsgenie"].contains(source.kind.word) ? "5158" : "INC-5158"
        #expect(intent.ticket == (source.kind.word == "splunk" ? nil : tickets))
    }

    @Test func `every kind here makes one up, but one that nothing comes from`() {
        let made = Set(
            Self.kinds.compactMap { $0.source.split(separator: " ").dropFirst().first?.dropLast() }
        )
        for kind in Kind.all where made.contains(Substring(kind.word)) {
            #expect(kind.sample != nil, "\(kind.word)")
        }
        #expect(made.count == Self.kinds.count)
        #expect(Kind.callback.sample == nil)
    }
}
