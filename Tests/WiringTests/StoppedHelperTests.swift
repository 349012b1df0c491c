import Authenticating
import Enqueuing
import JQFilter
import Logging
import Synchronization
import Telemetry
import Testing
import Vocabulary

@testable import Wiring

/// A delivery whose source lost its jq helper to a reload is not the delivery's fault.
struct StoppedHelperTests {
    private let folder: SettingsFolder
    private let now = OperatorScene.noon
    private let siem = SourceName("siem")

    init() throws {
        folder = try SettingsFolder()
    }

    private func source(routes: String) throws -> (prepared: PreparedSource, settings: Settings) {
        let settings = try folder.read(
            """
            routes:
              - { from: soc-chat, command: /mde }
            \(routes)
            services: { sentinel: { source: siem } }
            grants:
              - { allow: [scan], to: [sentinel], machines: { os: client } }
            """
        )
        let named = try #require(settings.sources.first { $0.name == siem })
        return (try PreparedSource(named, routes: settings.routes), settings)
    }

    private var withJQ: String { "  - { from: siem, do: scan, machine: .host }" }

    private func delivery(_ settings: Settings) throws -> RawDelivery {
        let named = try #require(settings.sources.first { $0.name == siem })
        let secret = try #require(named.secrets.first)
        let body = Array(#"{"host":"laptop-7"}"#.utf8)
        let signer = try DeliverySigner(try named.kind.whole.scheme(named), secret: secret)
        return RawDelivery(
            source: siem,
            headers: signer.headers(for: body, id: "m1", now: now),
            body: body,
            receivedAt: now,
            remoteAddress: "127.0.0.1"
        )
    }

    private func intake(
        _ settings: Settings,
        ledger: any Ledger,
        sources: @escaping @Sendable () -> [SourceName: PreparedSource]
    ) -> Intake {
        let now = now
        return Intake(
            sources: sources,
            policy: { settings.policy },
            ledger: ledger,
            identifiers: IdentifierMaker(),
            now: { now },
            metrics: BridgeMetrics(in: MetricsRegistry()),
            rejections: BoundedLog(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    @Test func `a stopped helper is an error and not an unreadable delivery`() async throws {
        let (prepared, settings) = try source(routes: withJQ)
        let verified = try prepared.verify(try delivery(settings), now: now)
        await prepared.stop()
        await #expect(throws: JQError.stopped) { try await prepared.classify(verified) }
    }

    @Test func `without a helper the sender is asked to come again and nothing is kept`() async throws {
        let (prepared, settings) = try source(routes: withJQ)
        await prepared.stop()
        let ledger = MemoryLedger(clock: { [now] in now })
        let intake = intake(settings, ledger: ledger) { [siem] in [siem: prepared] }
        #expect(await intake.take(try delivery(settings)).status == 503)
        let kept = try await ledger.read { try $0.audit(after: 0, limit: 10) }
        #expect(kept.isEmpty)
    }

    @Test func `a delivery that a reload overtook is read by the new settings`() async throws {
        let (old, settings) = try source(routes: withJQ)
        let (new, _) = try source(routes: "")
        await old.stop()
        let looks = Mutex(0)
        let ledger = MemoryLedger(clock: { [now] in now })
        let intake = intake(settings, ledger: ledger) { [siem] in
            let isFirst = looks.withLock { count in
                count += 1
                return count == 1
            }
            return [siem: isFirst ? old : new]
        }
        let raw = try delivery(settings)
        #expect(await intake.take(raw).status == 202)
        // The new settings have no route for it: unmatched, and not unreadable.
        let kept = try await ledger.read { try $0.audit(after: 0, limit: 10) }
        #expect(kept.map(\.kind) == ["delivery.unmatched"])
    }
}
