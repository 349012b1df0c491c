import Enqueuing
import JSONReader
import Logging
import Telemetry
import Testing
import Vocabulary

@testable import Wiring

/// What comes of a press at the hook: nothing in the answer, and the words to whoever pressed, alone.
struct PressedTests {
    private static let job = JobID("j-01j9zk7q4n8t2v6w0xabcdefgh")
    private static let chat = SourceName("soc-chat")
    private let now = OperatorScene.noon
    private let settings: Settings
    private let ledger: MemoryLedger
    private let intake: Intake

    init() throws {
        let folder = try SettingsFolder()
        let settings = try folder.read(
            """
            routes:
              - { from: soc-chat, command: /mde }
            people: { mia: { soc-chat: T024/U2147 } }
            grants:
              - { allow: [isolate], to: [mia], machines: any }
            """
        )
        let named = try #require(settings.sources.first { $0.name == Self.chat })
        let prepared = try PreparedSource(named, routes: settings.routes)
        let ledger = MemoryLedger(clock: { OperatorScene.noon })
        self.settings = settings
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

    private func raw(
        _ deed: SlackInteraction.Deed,
        team: String = "T024",
        user: String = "U2147"
    ) throws
        -> RawDelivery
    {
        let actor = SlackActor(team: team, user: user, channel: "C7")
        let source = try #require(settings.sources.first { $0.name == Self.chat })
        let delivery = try SampleDelivery(
            to: source,
            .interaction(SlackInteraction(actor: actor, deed: deed)),
            identifiers: IdentifierMaker(),
            now: now
        )
        return RawDelivery(
            source: Self.chat,
            headers: delivery.headers,
            body: delivery.body,
            receivedAt: now,
            remoteAddress: "127.0.0.1"
        )
    }

    private func told() async throws -> [OutboxEntry] {
        try await ledger.read { try $0.outbox(state: .due, limit: 100) }
    }

    private static let empty = HookAnswer(status: 200, contentType: "text/plain; charset=utf-8", body: "")

    private static func form(because reason: String) -> SlackInteraction.Deed {
        .denial(DenialForm(job: job, seen: nil, room: "C7"), because: reason)
    }

    @Test(arguments: [
        SlackInteraction.Deed.press(Press(.approve, job: job)), .press(Press(.deny, job: job)),
        .press(Press(.release, job: job)), form(because: "a test"), form(because: ""),
    ])
    func `whoever is of another workspace is refused in private, on the record`(
        deed: SlackInteraction.Deed
    ) async throws {
        let answer = await intake.take(try raw(deed, team: "T0OTHER", user: "U9"))
        #expect(answer == Self.empty)
        let told = try await told()
        #expect(told.map(\.audience) == [.whisper(source: Self.chat, room: "C7", person: "U9")])
        #expect(told.first?.notice.code == "delivery.refused")
        #expect(told.first?.notice.text.contains("nothing was done") == true)
        let audit = try await ledger.read { try $0.audit(after: 0, limit: 10) }
        #expect(audit.map(\.kind) == ["delivery.refused"])
        #expect(audit.first?.detail["note"] == "slack.workspace-not-listed")
    }

    @Test func `whoever is no person of the settings is refused in private`() async throws {
        let press = SlackInteraction.Deed.press(Press(.approve, job: Self.job))
        #expect(await intake.take(try raw(press, user: "U9")) == Self.empty)
        let told = try await told()
        #expect(told.map(\.audience) == [.whisper(source: Self.chat, room: "C7", person: "U9")])
        #expect(told.first?.notice.buttons == nil)
    }

    @Test func `a form without a reason stays open and whispers nothing`() async throws {
        let answer = await intake.take(try raw(Self.form(because: "  ")))
        #expect(answer.status == 200 && answer.contentType == "application/json")
        let body = try JSONReader.read(answer.body, root: .object)
        #expect(body["response_action"] == "errors")
        #expect(body.at("errors.reason") == "A denial needs a reason.")
        #expect(try await told().isEmpty)
    }

    @Test func `a repeated press is one delivery`() async throws {
        let press = try raw(.press(Press(.approve, job: Self.job)))
        let answers = [await intake.take(press), await intake.take(press)]
        #expect(answers == [Self.empty, Self.empty])
        #expect(try await told().count == 1)
        _ = await intake.take(try raw(.press(Press(.approve, job: Self.job))))
        #expect(try await told().count == 2)
    }

    @Test func `a freeze by button is on the record under the name of whoever pressed`() async throws {
        #expect(await intake.take(try raw(.press(Press(.freeze, job: Self.job)))) == Self.empty)
        let freeze = try await ledger.read { try Freeze.present(in: $0) }
        #expect(freeze?.by == "mia")
        #expect(freeze?.because == "the button beside \(Self.job) was pressed")
        let audiences = try await told().map(\.audience)
        #expect(audiences.contains(.whisper(source: Self.chat, room: "C7", person: "U2147")))
    }
}
