import Authenticating
import Cryptography
import CurlClient
import Enqueuing
import InMemoryLogging
import JSONReader
import Logging
import Synchronization
import Telemetry
import Testing
import Vocabulary

@testable import Wiring

/// While one source's keys cannot be had, it is refused and nobody else waits.
struct TokenIntakeTests {
    /// Answers nothing until it is told to, and then with a failure.
    private final class HangingProvider: HTTPSending {
        let asked = AsyncStream<Void>.makeStream()
        let release = AsyncStream<Void>.makeStream()

        func send(_ request: OutgoingRequest) async throws(TransferFailure) -> IncomingResponse {
            asked.continuation.yield()
            for await _ in release.stream { break }
            throw TransferFailure(kind: .timeout, mayHaveBeenExecuted: false, detail: "no answer")
        }

        func download(
            _ request: OutgoingRequest,
            to path: String,
            bytesMax: Int64,
            onBytes: @escaping @Sendable ([UInt8]) -> Void
        ) async throws(TransferFailure) -> DownloadedFile {
            throw TransferFailure(kind: .file, mayHaveBeenExecuted: false, detail: "nothing to download")
        }
    }

    private static let now = OperatorScene.noon
    private let provider = HangingProvider()
    private let logs = InMemoryLogHandler()
    private let settings: Settings
    private let intake: Intake

    init() throws {
        let settings = try SettingsFolder().read(
            """
              bot: { kind: teams-bot, app: a, tenants: [7f1c0f5e-0000-4000-8000-000000000001] }
            routes:
              - { from: soc-chat, command: /mde }
              - { from: bot, command: mention }
            """
        )
        var sources: [SourceName: PreparedSource] = [:]
        let logs = logs
        let logger = Logger(label: "test") { _ in logs }
        for source in settings.sources {
            sources[source.name] = try PreparedSource(
                source,
                routes: settings.routes,
                fetching: (KeyFetcher(http: provider), logger)
            )
        }
        self.settings = settings
        let prepared = sources
        intake = Intake(
            sources: { prepared },
            policy: { settings.policy },
            ledger: MemoryLedger(clock: { Self.now }),
            identifiers: IdentifierMaker(),
            now: { Self.now },
            metrics: BridgeMetrics(in: MetricsRegistry()),
            rejections: BoundedLog(),
            logger: logger
        )
    }

    private func raw(_ source: String, _ headers: [RawDelivery.Header], _ body: [UInt8]) -> RawDelivery {
        RawDelivery(
            source: SourceName(source),
            headers: headers,
            body: body,
            receivedAt: Self.now,
            remoteAddress: "127.0.0.1"
        )
    }

    /// A token that only lacks a key that is known.
    private func token() -> RawDelivery {
        let header: JSONValue = ["alg": "RS256", "kid": "one"]
        let claims: JSONValue = ["iss": "https://api.botframework.com", "aud": "a", "exp": 1_790_000_600]
        let parts = [header.encoded(), claims.encoded(), Array(repeating: 1, count: 256)].map(
            Base64.encodeURL
        )
        return raw(
            "bot",
            [.init("Authorization", "Bearer " + parts.joined(separator: "."))],
            Array("{}".utf8)
        )
    }

    private func command() throws -> RawDelivery {
        let source = try #require(settings.sources.first { $0.name.text == "soc-chat" })
        let body = Array("team_id=T024&channel_id=C1&user_id=U1&command=/mde&text=whoami&trigger_id=1".utf8)
        let signer = try DeliverySigner(.slack, secret: try #require(source.secrets.first))
        return raw("soc-chat", signer.headers(for: body, id: "1", now: Self.now), body)
    }

    @Test(.timeLimit(.minutes(1)))
    func `a fetch that hangs holds up nobody else, and ends in a refusal and a line of the log`() async throws
    {
        let bot = token()
        let intake = intake
        async let refused = intake.take(bot)
        for await _ in provider.asked.stream { break }
        let answer = await intake.take(try command())
        #expect(answer.status == 200)
        #expect(answer.body.contains("U1"))
        provider.release.continuation.yield()
        #expect(await refused == .unauthorized)
        let lines = logs.entries.filter { $0.level == .warning }
        #expect(lines.count == 1)
        #expect(lines.first?.metadata["source"] == "bot")
        #expect(lines.first?.metadata["code"] == "transfer.timeout")
        // Within the minute it is refused at once.
        #expect(await intake.take(bot) == .unauthorized)
    }
}
