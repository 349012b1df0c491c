import Accepting
import Deciding
import Enqueuing
import Logging
import ServiceLifecycle
import Telemetry
import Vocabulary

@testable import Wiring

/// The real hook listener on a free port of this machine.
enum ListeningBridge {
    /// Serves `answer` for the length of `use`.
    static func serve<Result: Sendable>(
        logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        now: @escaping @Sendable () -> Timestamp = { OperatorScene.noon },
        answer: @escaping @Sendable (RawDelivery) async -> HookAnswer,
        _ use: @escaping @Sendable (_ port: UInt16) async throws -> Result
    ) async throws -> Result {
        let ports = AsyncStream<Int>.makeStream()
        let listener = HookListener(
            settings: AcceptingSettings(port: 0),
            certificate: nil,
            logger: logger,
            now: now,
            onListening: { ports.continuation.yield($0) },
            answer: answer
        )
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let group = ServiceGroup(configuration: .init(services: [listener], logger: quiet))
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            var port: UInt16 = 0
            for await bound in ports.stream {
                port = UInt16(bound)
                break
            }
            let result = try await use(port)
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            return result
        }
    }

    /// The front half of these sources, with nothing on record yet.
    static func intake(
        _ sources: [SourceName: PreparedSource],
        _ policy: Policy = Policy(),
        ledger: (any Ledger)? = nil,
        metrics: BridgeMetrics = BridgeMetrics(in: MetricsRegistry()),
        logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        now: Timestamp = OperatorScene.noon
    ) -> Intake {
        Intake(
            sources: { sources },
            policy: { policy },
            ledger: ledger ?? MemoryLedger(clock: { now }),
            identifiers: IdentifierMaker(),
            now: { now },
            metrics: metrics,
            rejections: BoundedLog(),
            logger: logger
        )
    }

    /// A whole request as bytes, its connection closed after it.
    static func request(_ path: String, _ headers: [RawDelivery.Header], _ body: [UInt8]) -> [UInt8] {
        var head = "POST \(path) HTTP/1.1\r\nHost: bridge.example\r\nConnection: close\r\n"
        for header in headers { head += "\(header.name): \(header.value)\r\n" }
        return Array("\(head)Content-Length: \(body.count)\r\n\r\n".utf8) + body
    }
}
