import Cryptography
import Enqueuing
import JSONReader
import Logging
import Telemetry
import Testing
import Vocabulary

@testable import Wiring

/// Mentions at the hook: recorded once, whatever Slack repeats.
struct MentionTests {
    private static let chat = SourceName("soc-chat")
    private let now = OperatorScene.noon
    private let ledger: MemoryLedger
    private let intake: Intake

    init() throws {
        let settings = try SettingsFolder().read(
            """
            routes:
              - { from: soc-chat, command: mention }
            people: { mia: { soc-chat: T024/U2147 } }
            grants:
              - { allow: [isolate], to: [mia], machines: any }
            """
        )
        let named = try #require(settings.sources.first { $0.name == Self.chat })
        let prepared = try PreparedSource(named, routes: settings.routes)
        let ledger = MemoryLedger(clock: { OperatorScene.noon })
        self.ledger = ledger
        intake = Intake(
            sources: { [Self.chat: prepared] },
            policy: { settings.policy },
            ledger: ledger,
            identifiers: IdentifierMaker(),
            now: { OperatorScene.noon },
            metrics: BridgeMetrics(in: MetricsRegistry()),
            rejections: BoundedLog(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    /// As Slack sends it; each attempt is signed anew.
    private func mention(
        _ text: String,
        id: String = "Ev1",
        type: String = "app_mention",
        user: String = "U2147",
        stamp: String = "1788173100.119209",
        attempt: Int = 0
    ) throws -> RawDelivery {
        let body: JSONValue = [
            "type": "event_callback", "team_id": "T024", "api_app_id": "A1", "event_id": .string(id),
            "event": [
                "type": .string(type), "user": .string(user), "team": "T024", "channel": "C7",
                "text": .string("<@UBOT> \(text)"), "ts": .string(stamp), "event_ts": .string(stamp),
            ],
            "authorizations": [["team_id": "T024", "user_id": "UBOT", "is_bot": true]],
        ]
        let bytes = body.encoded()
        let time = String((now - .seconds(Int64(attempt))).seconds)
        let authenticator = try MessageAuthenticator(.sha256, key: Secret("slack-PLANTED"))
        let code = authenticator.code(for: [Array("v0:\(time):".utf8), bytes])
        var headers: [RawDelivery.Header] = [
            .init("Content-Type", "application/json"), .init("X-Slack-Request-Timestamp", time),
            .init("X-Slack-Signature", "v0=" + Hex.encode(code)),
        ]
        if attempt > 0 {
            headers.append(.init("X-Slack-Retry-Num", String(attempt)))
            headers.append(.init("X-Slack-Retry-Reason", "http_timeout"))
        }
        return RawDelivery(
            source: Self.chat,
            headers: headers,
            body: bytes,
            receivedAt: now,
            remoteAddress: "127.0.0.1"
        )
    }

    private func jobs() async throws -> [Job] {
        try await ledger.read { try $0.jobs(JobQuery()) }
    }

    private func told() async throws -> [OutboxEntry] {
        try await ledger.read { try $0.outbox(state: .due, limit: 100) }
    }

    private static let empty = HookAnswer(status: 200, contentType: "text/plain; charset=utf-8", body: "")

    @Test func `a mention is recorded, answered empty, and told in its thread`() async throws {
        #expect(await intake.take(try mention("isolate ws-1 because SEC-1")) == Self.empty)
        let job = try #require(try await jobs().first)
        #expect(job.action == "isolate" && job.principal == .person("mia"))
        let told = try await told()
        #expect(told.map(\.audience) == [.conversation(job.id)])
        #expect(told.first?.notice.text.contains("recorded") == true)
        let conversation = try await ledger.read { try $0.conversation(job.id) }
        #expect(
            conversation?.address
                == .slack(channel: "C7", user: "U2147", responseURL: nil, thread: "1788173100.119209")
        )
    }

    @Test func `a retry, and the same event under another id, do nothing more`() async throws {
        for delivery in [
            try mention("isolate ws-1"), try mention("isolate ws-1", attempt: 1),
            try mention("isolate ws-1", id: "Ev2", attempt: 2),
            try mention("isolate ws-1", id: "Ev2", attempt: 3),
            try mention("isolate ws-2", id: "Ev1", stamp: "1788173999.000001", attempt: 4),
        ] {
            #expect(await intake.take(delivery) == Self.empty)
        }
        #expect(try await jobs().count == 1)
        #expect(try await told().count == 1)
        #expect(
            await intake.take(try mention("isolate ws-1", id: "Ev3", stamp: "1788173101.000001"))
                == Self.empty
        )
        #expect(try await jobs().count == 2)
    }

    @Test func `two at once under different ids are one`() async throws {
        let deliveries = try (1...8).map { try mention("isolate ws-1", id: "Ev\($0)", attempt: $0) }
        await withTaskGroup(of: Void.self) { group in
            for delivery in deliveries { group.addTask { _ = await intake.take(delivery) } }
        }
        #expect(try await jobs().count == 1)
    }

    @Test func `the same message, told as a message first, hides no mention`() async throws {
        _ = await intake.take(try mention("isolate ws-1", id: "Ev1", type: "message"))
        #expect(try await jobs().isEmpty)
        #expect(await intake.take(try mention("isolate ws-1", id: "Ev2")) == Self.empty)
        #expect(try await jobs().count == 1)
    }

    @Test func `a stranger is refused in the thread, once`() async throws {
        #expect(await intake.take(try mention("isolate ws-1", user: "U9")) == Self.empty)
        let job = try #require(try await jobs().first)
        #expect(job.state == .refused)
        let told = try await told()
        #expect(told.map(\.audience) == [.conversation(job.id)])
        #expect(told.first?.notice.text.contains("is nobody in `people`") == true)
    }

    @Test func `what is no command is told in the thread, and on the record`() async throws {
        #expect(await intake.take(try mention("isolate host ws-1 ticket SEC-1")) == Self.empty)
        let told = try await told()
        let thread = ReplyAddress.slack(
            channel: "C7",
            user: "U2147",
            responseURL: nil,
            thread: "1788173100.119209"
        )
        #expect(told.map(\.audience) == [.place(source: Self.chat, thread)])
        #expect(told.first?.notice.code == "command.not-understood")
        #expect(try await jobs().isEmpty)
    }
}
