import Accepting
import Enqueuing
import InMemoryLogging
import Logging
import Telemetry
import TestKit
import Testing
import Vocabulary

@testable import Wiring

/// Who is turned away before or beside the signature: by address, and where the address is the secret.
struct GateTests {
    private static let secret = "0123456789abcdef0123456789ABCDEF_-path-PLANTED"
    private static let alert = Array(#"{"sid":"s1","result":{"host":"laptop-7"}}"#.utf8)

    private static let tail = """
          search: { kind: splunk, accept-unsigned: token, secret: { env: PATH_SECRET }, addresses: [127.0.0.0/8] }
          desk: { kind: opsgenie, accept-unsigned: token, header: X-Key, secret: { env: APP }, addresses: [10.0.0.0/8, "2001:db8::/32"] }
          portal: { kind: callback, reply: { url: https://portal.example/hook, secret: { env: SIEM } } }
        routes:
          - { from: soc-chat, command: /mde }
          - { from: search, do: isolate, machine: .result.host }
        services: { finder: { source: search } }
        people: { mia: { soc-chat: T024/U1 } }
        grants:
          - { allow: [isolate], to: [finder], machines: any, approvals: { of: mia } }
          - { allow: [scan], to: [finder], machines: any }

        """

    private func settings() throws -> Settings {
        var folder = try SettingsFolder()
        folder.environment["PATH_SECRET"] = Self.secret
        return try folder.read(Self.tail)
    }

    private func prepared(_ settings: Settings) throws -> [SourceName: PreparedSource] {
        var sources: [SourceName: PreparedSource] = [:]
        for source in settings.sources {
            sources[source.name] = try PreparedSource(source, routes: [])
        }
        return sources
    }

    private func raw(
        _ source: String,
        _ headers: [RawDelivery.Header] = [],
        from address: String
    ) -> RawDelivery {
        RawDelivery(
            source: SourceName(source),
            headers: headers,
            body: Array("{}".utf8),
            receivedAt: OperatorScene.noon,
            remoteAddress: address
        )
    }

    @Test(arguments: [
        ("10.1.2.3", 202), ("::ffff:10.1.2.3", 202), ("2001:db8::7", 202), ("11.1.2.3", 401),
        ("2001:db9::7", 401),
        ("unknown", 401), ("", 401), ("10.1.2.3.4", 401),
    ])
    func `deliveries are taken from the addresses that are listed`(address: String, status: Int) async throws
    {
        let settings = try settings()
        let registry = MetricsRegistry()
        let logs = InMemoryLogHandler()
        let body = #"{"action":"Close","alert":{"tinyId":"1"}}"#
        let delivery = RawDelivery(
            source: SourceName("desk"),
            headers: [.init("X-Key", "app-PLANTED")],
            body: Array(body.utf8),
            receivedAt: OperatorScene.noon,
            remoteAddress: address
        )
        let intake = ListeningBridge.intake(
            try prepared(settings),
            metrics: BridgeMetrics(in: registry),
            logger: Logger(label: "test") { _ in logs }
        )
        let answer = await intake.take(delivery)
        #expect(answer.status == status)
        if status == 401 {
            #expect(answer == .unauthorized)
            #expect(logs.entries.compactMap { $0.metadata["reason"] } == ["address"])
            #expect(registry.prometheusText().contains(#"reason="address""#))
        }
    }

    @Test func `a callback takes nothing, in the words of any other refusal`() async throws {
        let intake = ListeningBridge.intake(try prepared(try settings()))
        #expect(await intake.take(raw("portal", from: "127.0.0.1")) == .unauthorized)
        #expect(await intake.take(raw("nobody", from: "127.0.0.1")) == .unauthorized)
    }

    @Test func `the address's secret opens the hook and is written down nowhere`() async throws {
        let settings = try settings()
        let sources = try prepared(settings)
        let registry = MetricsRegistry()
        let logs = InMemoryLogHandler()
        let logger = Logger(label: "test") { _ in
            var handler = logs
            handler.logLevel = .trace
            return handler
        }
        let ledger = MemoryLedger(clock: { OperatorScene.noon })
        let intake = ListeningBridge.intake(
            sources,
            settings.policy,
            ledger: ledger,
            metrics: BridgeMetrics(in: registry),
            logger: logger
        )
        let planted = Self.secret
        let paths = [
            "/hooks/search/\(planted)", "/hooks/search/\(planted)/", "/hooks/search",
            "/hooks/search/\(planted)x",
            "/hooks/search/\(planted.lowercased())", "/hooks/desk/\(planted)", "/hooks/nobody/\(planted)",
            "/hooks/search/\(planted)/more",
        ]
        let statuses = try await ListeningBridge.serve(logger: logger) { raw in
            await intake.take(raw)
        } _: { port in
            var statuses: [Int?] = []
            for path in paths {
                let request = ListeningBridge.request(path, [], Self.alert)
                statuses.append(await RawConnection(port: port).status(of: [request]))
            }
            return statuses
        }
        #expect(statuses == [202, 202, 401, 401, 401, 401, 401, 404])
        let lines = logs.entries.map { "\($0.message) \($0.metadata)" }.joined(separator: "\n")
        #expect(lines.contains("token-mismatch"))
        let record = try await ledger.read { "\(try $0.audit(after: 0, limit: 100))" }
        for text in [lines, registry.prometheusText(), record] {
            #expect(!text.lowercased().contains("path-planted"))
        }
    }
}
