import Cryptography
import Enqueuing
import EnqueuingSQLite
import Foundation
import InMemoryLogging
import JSONReader
import Logging
import Synchronization
import Telemetry
import TestKit
import Testing
import Vocabulary

@testable import Wiring

/// The watch over a real ledger: what is told stands in the outbox, and a restart repeats nothing.
struct HealthWatchTests {
    /// What the watch sees; the test changes it.
    private final class World: Sendable {
        struct Seen: Sendable {
            var now = Timestamp(seconds: 1_795_000_000)
            var tokens = TokenHealth()
            var listenerEndsAt: Timestamp?
            var quiet: [(name: SourceName, after: Duration)] = []
        }

        private let state = Mutex(Seen())
        let clocks = ServerClocks()
        let registry: MetricsRegistry
        let metrics: BridgeMetrics

        init() {
            registry = MetricsRegistry(scrubber: Scrubber(knowing: []))
            metrics = BridgeMetrics(in: registry)
        }

        var seen: Seen { state.withLock { $0 } }

        func change(_ change: (inout Seen) -> Void) { state.withLock { change(&$0) } }

        /// A process of its own: all it remembers is in the ledger.
        func watch(_ ledger: SQLiteLedger) -> HealthWatch {
            HealthWatch(
                ledger: ledger,
                tokens: { [self] in seen.tokens },
                listenerEndsAt: { [self] in seen.listenerEndsAt },
                quietSources: { [self] in seen.quiet },
                clocks: clocks,
                metrics: metrics,
                logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
                now: { [self] in seen.now }
            )
        }
    }

    private func told(_ ledger: SQLiteLedger) async throws -> [String] {
        try await ledger.read { try $0.outbox(state: .due, limit: 100) }.map { entry in
            #expect(entry.audience == .tell)
            return entry.notice.code
        }
    }

    private func with(_ work: (World, String) async throws -> Void) async throws {
        try await TemporaryFolder.with { try await work(World(), $0.path("ledger.db")) }
    }

    @Test func `what begins and ends is told once, whatever is restarted between`() async throws {
        try await with { world, path in
            world.change { seen in
                seen.listenerEndsAt = seen.now + .seconds(6 * 86_400)
                seen.tokens = TokenHealth(token: .failing(message: "No.", fix: "Wait."))
            }
            for restart in 0..<3 {
                let ledger = try await SQLiteLedger.open(path, clock: { world.seen.now })
                let watch = world.watch(ledger)
                for _ in 0..<3 {
                    try await watch.look()
                    world.change { $0.now = $0.now + .seconds(60) }
                }
                let expected =
                    restart == 0
                    ? ["health.credential-ends"] : ["health.credential-ends", "health.token-failing"]
                #expect(try await told(ledger) == expected)
                try await ledger.close()
            }
            let ledger = try await SQLiteLedger.open(path, clock: { world.seen.now })
            world.change { seen in
                seen.listenerEndsAt = seen.now + .seconds(300 * 86_400)
                seen.tokens = TokenHealth(token: .given)
            }
            try await world.watch(ledger).look()
            try await world.watch(ledger).look()
            #expect(
                try await told(ledger) == [
                    "health.credential-ends", "health.token-failing", "health.credential-ends.over",
                    "health.token-failing.over",
                ]
            )
            try await ledger.close()
        }
    }

    @Test func `metrics say it as numbers`() async throws {
        try await with { world, path in
            world.change { seen in
                seen.listenerEndsAt = seen.now + .seconds(6 * 86_400)
                seen.tokens = TokenHealth(
                    token: .failing(message: "No.", fix: "Wait."),
                    certificateEndsAt: seen.now + .seconds(43_200),
                    clockAhead: .seconds(-90)
                )
                seen.quiet = [(SourceName("siem"), .seconds(86_400))]
            }
            world.clocks.saw("Defender", ahead: .milliseconds(1_500))
            let ledger = try await SQLiteLedger.open(path, clock: { world.seen.now })
            let watch = world.watch(ledger)
            try await watch.look()
            world.change { $0.now = $0.now + .seconds(120) }
            world.change { $0.listenerEndsAt = $0.now + .seconds(6 * 86_400) }
            world.change { $0.tokens.certificateEndsAt = $0.now + .seconds(43_200) }
            try await watch.look()
            let text = world.registry.prometheusText()
            for line in [
                #"bascule_expiry_days{name="listener-certificate"} 6"#,
                #"bascule_expiry_days{name="application-certificate"} 0.5"#,
                #"bascule_server_clock_ahead_seconds{server="Entra ID"} -90"#,
                #"bascule_server_clock_ahead_seconds{server="Defender"} 1.5"#,
                "bascule_token_failing_seconds 120",
                #"bascule_source_silent_seconds{source="siem"} 120"#,
            ] {
                #expect(text.contains("\n\(line)\n") || text.contains("\n\(line).0\n"), "\(line) in \(text)")
            }
            try await ledger.close()
        }
    }

    @Test func `a delivery on record is what a source is heard by`() async throws {
        try await with { world, path in
            let siem = SourceName("siem")
            world.change { $0.quiet = [(siem, .seconds(600))] }
            let ledger = try await SQLiteLedger.open(path, clock: { world.seen.now })
            let watch = world.watch(ledger)
            try await watch.look()
            world.change { $0.now = $0.now + .seconds(600) }
            try await watch.look()
            #expect(try await told(ledger) == ["health.source-quiet"])
            world.change { $0.now = $0.now + .seconds(60) }
            let record = DeliveryRecord(
                id: DeliveryID("d-1"),
                source: siem,
                receivedAt: world.seen.now,
                signedKey: "k",
                senderKey: nil,
                verdict: .unmatched,
                bodyDigest: "00",
                body: nil,
                answer: .unavailable,
                note: nil
            )
            _ = try await ledger.record(Acceptance(delivery: record))
            #expect(try await ledger.read { try lastHeard(siem, in: $0) } == world.seen.now)
            #expect(try await ledger.read { try lastHeard(SourceName("other"), in: $0) } == nil)
            try await watch.look()
            #expect(try await told(ledger) == ["health.source-quiet", "health.source-quiet.over"])
            try await ledger.close()
        }
    }

    @Test func `a bridge that is well writes nothing into its ledger`() async throws {
        try await with { world, path in
            world.change {
                $0.tokens = TokenHealth(token: .given, certificateEndsAt: $0.now + .seconds(90 * 86_400))
            }
            let ledger = try await SQLiteLedger.open(path, clock: { world.seen.now })
            let watch = world.watch(ledger)
            for _ in 0..<5 {
                try await watch.look()
                world.change { $0.now = $0.now + .seconds(60) }
            }
            #expect(try await ledger.read { try $0.flag("health") } == nil)
            #expect(try await told(ledger) == [])
            try await ledger.close()
        }
    }

    @Test func `a memory of another version is begun anew`() async throws {
        try await with { world, path in
            world.change { $0.listenerEndsAt = $0.now + .seconds(60) }
            let ledger = try await SQLiteLedger.open(path, clock: { world.seen.now })
            try await ledger.write { try $0.setFlag("health", "{\"told\": 7}") }
            try await world.watch(ledger).look()
            #expect(try await told(ledger) == ["health.credential-ends"])
            try await ledger.close()
        }
    }

    // MARK: Federated tokens

    private func token(_ claims: JSONValue) -> String {
        "e30." + Base64.encodeURL(claims.encoded()) + ".c2ln"
    }

    @Test func `a federated token's end is read from its file each time`() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.path("token")
            #expect(FederatedToken.end(ofFile: path) == nil)
            try folder.write(token(["exp": 1_795_000_000]) + "\n", to: "token")
            #expect(FederatedToken.end(ofFile: path) == Timestamp(seconds: 1_795_000_000))
            try folder.write(token(["exp": .number(1_795_003_600.75)]), to: "token")
            #expect(FederatedToken.end(ofFile: path) == Timestamp(seconds: 1_795_003_600))
            for text in ["", "one.two", token(["exp": "soon"]), token([:]), "a.!.b"] {
                try folder.write(text, to: "token")
                #expect(FederatedToken.end(ofFile: path) == nil, "\(text)")
            }
            try folder.write(String(repeating: "a", count: 70_000), to: "token")
            #expect(FederatedToken.end(ofFile: path) == nil)
        }
    }

    @Test func `one that is not renewed is told`() async throws {
        try await TemporaryFolder.with { folder in
            let world = World()
            try folder.write(token(["exp": .integer(world.seen.now.seconds - 61)]), to: "token")
            world.change { $0.tokens = TokenHealth(federatedFile: folder.path("token")) }
            let ledger = try await SQLiteLedger.open(folder.path("ledger.db"), clock: { world.seen.now })
            try await world.watch(ledger).look()
            let texts = try await ledger.read { try $0.outbox(state: .due, limit: 9) }.map(\.notice.text)
            #expect(texts.count == 1)
            #expect(
                texts.first?.hasPrefix("The federated token in \(folder.path("token")) ended on ") == true
            )
            try await ledger.close()
        }
    }
}
