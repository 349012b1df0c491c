import Authenticating
import Cryptography
import Enqueuing
import JSONReader
import Logging
import Telemetry
import Testing
import Vocabulary

@testable import Wiring

/// Chats from the settings to the record.
struct ChatKindTests {
    struct Chat: Sendable, CustomTestStringConvertible {
        let kind: Kind
        var identity: String
        let command: String
        /// What stands under `sources`.
        let source: String
        var tenant: String?
        var room: String?

        var testDescription: String { kind.word }
    }

    private static let discordKey = try? Ed25519PrivateKey(seed: Secret([UInt8](repeating: 7, count: 32)))

    private static let slack =
        "{ kind: slack, workspaces: [T024], secret: { env: SLACK }, reply: { token: { env: BOT } } }"

    static let chats: [Chat] = [
        Chat(kind: .slack, identity: "T024/U2147", command: "/mde", source: slack),
        Chat(
            kind: .mattermost,
            identity: "j4oyo9sx7j51tyenwhneq75jfi",
            command: "/mde",
            source: "{ kind: mattermost, secret: { env: SLACK }, accept-unsigned: token, "
                + "reply: { url: https://chat.example, token: { env: BOT } } }"
        ),
        Chat(
            kind: .discord,
            identity: "1278000000000000006",
            command: "/mde",
            source: "{ kind: discord, guilds: [1278000000000000003], public-keys: [\(discordPublicKey)], "
                + "reply: { token: { env: BOT } } }",
            tenant: "1278000000000000003"
        ),
        Chat(
            kind: .zulip,
            identity: "10",
            command: "mention",
            source: "{ kind: zulip, secret: { env: SLACK }, accept-unsigned: token, "
                + "reply: { url: https://zulip.example, user: bot@corp.example, token: { env: BOT } } }"
        ),
        Chat(
            kind: .rocketChat,
            identity: "aT7yW4pLm2",
            command: "!mde",
            source: "{ kind: rocketchat, secret: { env: SLACK }, accept-unsigned: token, "
                + "reply: { url: https://rocket.example, user: u1, token: { env: BOT } } }"
        ),
    ]

    private static var discordPublicKey: String {
        (try? discordKey?.publicKey()).map { Hex.encode($0) } ?? ""
    }

    private static let base = """
        ledger: sqlite:ledger.db
        control: control.sock
        defender:
          tenant: 7f1c0f5e-0000-4000-8000-000000000001
          application: { client: 0c5a0000-0000-4000-8000-000000000002, secret: { env: APP } }
        sources:
        """

    private func settings(_ chat: Chat) throws -> Settings {
        try SettingsFolder().readWhole(
            """
            \(Self.base)
              chat: \(chat.source)
            routes:
              - { from: chat, command: "\(chat.command)" }
            people: { mia: { chat: "\(chat.identity)" } }
            grants:
              - { allow: [isolate], to: [mia], machines: any }
            """
        )
    }

    private func raw(_ chat: Chat, _ text: String, id: String = "1278000000000000001") throws -> RawDelivery {
        var wish = SampleWish(identity: chat.identity, id: id, now: OperatorScene.noon, text: text)
        wish.command = chat.command
        wish.tenant = chat.tenant
        wish.room = chat.room
        wish.token = Secret("slack-PLANTED")
        let make = try #require(chat.kind.sample)
        let sample = make(wish)
        var headers = sample.headers + [.init("Content-Type", sample.contentType)]
        if chat.kind.word == "discord" {
            let time = String(OperatorScene.noon.seconds)
            let key = try #require(Self.discordKey)
            let signature = try key.sign(Array(time.utf8) + sample.body)
            headers.append(.init("X-Signature-Timestamp", time))
            headers.append(.init("X-Signature-Ed25519", Hex.encode(signature)))
        }
        if chat.kind.word == "slack" {
            let signer = try DeliverySigner(.slack, secret: Secret("slack-PLANTED"))
            headers += signer.headers(for: sample.body, id: id, now: OperatorScene.noon)
        }
        return RawDelivery(
            source: SourceName("chat"),
            headers: headers,
            body: sample.body,
            receivedAt: OperatorScene.noon,
            remoteAddress: "127.0.0.1"
        )
    }

    private func intake(_ settings: Settings, _ ledger: MemoryLedger) throws -> Intake {
        let prepared = try PreparedSource(try #require(settings.sources.first), routes: settings.routes)
        return Intake(
            sources: { [SourceName("chat"): prepared] },
            policy: { settings.policy },
            ledger: ledger,
            identifiers: IdentifierMaker(),
            now: { OperatorScene.noon },
            metrics: BridgeMetrics(in: MetricsRegistry()),
            rejections: BoundedLog(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    @Test(arguments: chats)
    func `what is said there is answered in words, recorded, and done once`(chat: Chat) async throws {
        let ledger = MemoryLedger(clock: { OperatorScene.noon })
        let settings = try settings(chat)
        let intake = try intake(settings, ledger)
        let delivery = try raw(chat, "isolate ws-1 for 4h because SEC-1")
        let first = await intake.take(delivery)
        #expect(first.status == 200)
        #expect(first.body.contains("isolate ws-1 for 4h: recorded."))
        #expect(await intake.take(delivery) == first)
        let jobs = try await ledger.read { try $0.jobs(JobQuery()) }
        #expect(jobs.map(\.principal) == [.person("mia")])
        #expect(jobs.map(\.reason) == ["SEC-1"])
        let id = try #require(jobs.first?.id)
        #expect(try await ledger.read { try $0.conversation(id) }?.address != nil)
        // The sender's own id, under other bytes.
        let again = try raw(chat, "isolate ws-2")
        #expect(await intake.take(again) == first)
        #expect(try await ledger.read { try $0.jobs(JobQuery()) }.count == 1)
        let channels = settings.sources.compactMap { $0.kind.whole.channel($0) }
        #expect(channels.count == 1)
    }

    @Test(arguments: chats)
    func `a stranger is told so, a mistake is answered, and a forgery is 401`(chat: Chat) async throws {
        let ledger = MemoryLedger(clock: { OperatorScene.noon })
        let intake = try intake(try settings(chat), ledger)
        let mistake = await intake.take(try raw(chat, "isolate host ws-1 ticket SEC-1", id: "2"))
        #expect(mistake.status == 200 && mistake.body.contains("Right form"))
        var stranger = chat
        switch chat.kind.word {
        case "zulip": stranger.identity = "11"
        case "slack": stranger.identity = "T024/U9"
        default: stranger.identity = String(chat.identity.reversed())
        }
        let refused = await intake.take(try raw(stranger, "isolate ws-1", id: "3"))
        #expect(refused.status == 200 && refused.body.contains("is nobody in `people`"), "\(refused.body)")
        let genuine = try raw(chat, "isolate ws-1", id: "4")
        let forged = RawDelivery(
            source: genuine.source,
            headers: genuine.headers,
            body: Array(
                String(decoding: genuine.body, as: UTF8.self)
                    .replacing("slack-PLANTED", with: "slack-PLANTEE").replacing("ws-1", with: "ws-2").utf8
            ),
            receivedAt: genuine.receivedAt,
            remoteAddress: genuine.remoteAddress
        )
        #expect(await intake.take(forged) == .unauthorized)
        #expect(try await ledger.read { try $0.jobs(JobQuery()) }.allSatisfy { $0.state == .refused })
    }

    @Test func `a sample mention is one`() async throws {
        let chat = Chat(kind: .slack, identity: "T024/U2147", command: "mention", source: Self.slack)
        let ledger = MemoryLedger(clock: { OperatorScene.noon })
        let intake = try intake(try settings(chat), ledger)
        let answer = await intake.take(try raw(chat, "isolate ws-1 because SEC-1"))
        #expect(answer.status == 200 && answer.body.isEmpty)
        #expect(try await ledger.read { try $0.jobs(JobQuery()) }.map(\.reason) == ["SEC-1"])
    }

    @Test func `Discord's handshake is answered, once its signature is right`() async throws {
        let chat = try #require(Self.chats.first { $0.kind.word == "discord" })
        let intake = try intake(try settings(chat), MemoryLedger(clock: { OperatorScene.noon }))
        let body = Array(#"{"type":1,"id":"7"}"#.utf8)
        let time = String(OperatorScene.noon.seconds)
        let key = try #require(Self.discordKey)
        func ping(_ signature: [UInt8]) -> RawDelivery {
            RawDelivery(
                source: SourceName("chat"),
                headers: [
                    .init("X-Signature-Timestamp", time), .init("X-Signature-Ed25519", Hex.encode(signature)),
                ],
                body: body,
                receivedAt: OperatorScene.noon,
                remoteAddress: "127.0.0.1"
            )
        }
        let pong = HookAnswer(status: 200, contentType: "application/json", body: #"{"type":1}"#)
        let right = try key.sign(Array(time.utf8) + body)
        #expect(await intake.take(ping(right)) == pong)
        let wrong = try key.sign(body)
        #expect(await intake.take(ping(wrong)) == .unauthorized)
    }

    @Test func `a Mattermost button that the bridge sealed is pressed, and no other`() async throws {
        let chat = try #require(Self.chats.first { $0.kind.word == "mattermost" })
        let settings = try settings(chat)
        let intake = try intake(settings, MemoryLedger(clock: { OperatorScene.noon }))
        let said = try #require(Press(.approve, job: JobID("j-01j9zk7q4n8t2v6w0xabcdefgh")).short)
        func press(_ secret: String) throws -> RawDelivery {
            let context = try ButtonSeal([Secret(secret)]).context(saying: said)
            let body: JSONValue = [
                "user_id": .string(chat.identity), "channel_id": "z7exh5akgb3bdhp848rcxf7ph9",
                "team_id": "881fa8tb86fsudtkraghd1j91h", "post_id": "p3exh5akgb3bdhp848rcxf7ph9",
                "context": .object(context.mapValues { .string($0) }),
            ]
            return RawDelivery(
                source: SourceName("chat"),
                headers: [.init("Content-Type", "application/json")],
                body: body.encoded(),
                receivedAt: OperatorScene.noon,
                remoteAddress: "127.0.0.1"
            )
        }
        let answer = await intake.take(try press("slack-PLANTED"))
        #expect(answer.status == 200)
        let words = try JSONReader.read(answer.body, root: .object)["ephemeral_text"]?.string
        #expect(words?.contains("There is no job j-01j9zk7q4n8t2v6w0xabcdefgh") == true, "\(answer.body)")
        #expect(await intake.take(try press("another")) == .unauthorized)
    }

    // MARK: Settings

    static let mistakes: [(source: String, error: String)] = [
        (
            "x: { kind: mattermost, secret: { env: APP } }",
            "10:6: mattermost signs nothing: whoever knows the token can write any body; say that you know it: "
                + "`accept-unsigned: token`"
        ),
        ("x: { kind: zulip, secret: { env: APP } }", "10:6: zulip signs nothing"),
        ("x: { kind: rocketchat, secret: { env: APP } }", "10:6: rocketchat signs nothing"),
        ("x: { kind: mattermost, accept-unsigned: token }", #"10:6: source "x" has no secret"#),
        (
            "x: { kind: mattermost, secret: { env: APP }, accept-unsigned: token, reply: { token: { env: BOT } } }",
            #"10:79: "reply" has no "url""#
        ),
        (
            "x: { kind: zulip, secret: { env: APP }, accept-unsigned: token, reply: { url: https://z.example } }",
            #"10:74: "reply" has no "user""#
        ),
        (
            "x: { kind: rocketchat, secret: { env: APP }, accept-unsigned: token, reply: { url: https://r.example } }",
            #"10:79: "reply" has no "user""#
        ),
        ("x: { kind: discord, guilds: [\"1\"] }", #"10:6: source "x" has no "public-keys""#),
        (
            "x: { kind: discord, public-keys: [\"00\"], guilds: [\"1\"] }",
            #"10:37: source "x": Public key 1 is not 64 hex digits"#
        ),
        (
            "x: { kind: discord, public-keys: [\(discordPublicKey)] }",
            #"10:6: source "x" has no "guilds"; list the ids of your Discord servers"#
        ),
        ("x: { kind: discord, guilds: [\"1\"], secret: { env: APP } }", #"source "x" has no key "secret""#),
    ]

    @Test(arguments: mistakes)
    func `what is missing is said with its place`(source: String, error: String) throws {
        let errors = try SettingsFolder().errors("  \(source)\n")
        #expect(errors.contains { $0.contains(error) }, "\(errors)")
    }

    @Test func `without a way back it is warned that answers end`() throws {
        let warnings = try SettingsFolder().warnings(
            """
              a: { kind: mattermost, secret: { env: APP }, accept-unsigned: token }
              b: { kind: discord, guilds: ["1"], public-keys: [\(Self.discordPublicKey)] }
              c: { kind: zulip, secret: { env: APP }, accept-unsigned: token }
              d: { kind: rocketchat, secret: { env: APP }, accept-unsigned: token }
            routes: [ { from: soc-chat, command: mention } ]

            """
        )
        for (name, words) in [
            ("a", "has no bot token"), ("b", "has no bot token"), ("c", "has no bot key"),
            ("d", "has no access token"),
        ] {
            #expect(warnings.contains { $0.contains("source \"\(name)\" \(words)") }, "\(warnings)")
        }
        #expect(!warnings.contains { $0.contains("whoever mentions the bot") })
    }

    @Test func `a mention without a bot token is warned of`() throws {
        let warnings = try SettingsFolder().warnings(
            """
              e: { kind: slack, workspaces: [T1], secret: { env: APP } }
            routes: [ { from: e, command: mention } ]

            """
        )
        #expect(
            warnings.contains { $0.contains("whoever mentions the bot at e is not answered") },
            "\(warnings)"
        )
    }
}
