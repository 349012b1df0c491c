import Accepting
import Enqueuing
import Entra
import Foundation
import Logging
import ServiceLifecycle
import Synchronization
import Telemetry
import Vocabulary

/// Looks once a minute at what would otherwise fail unseen, and tells it before somebody has to ask.
///
/// What was told is kept in the ledger in the transaction that tells it, so that a restart repeats nothing. The
/// ledger is read at the start and where a source has `quiet-after`; else it is left alone until something changes.
struct HealthWatch: Service {
    private static let every = Duration.seconds(60)
    private static let flag = "health"

    let ledger: any Ledger
    let tokens: @Sendable () async -> TokenHealth
    /// The listener's certificate; nil for none.
    let listenerEndsAt: @Sendable () -> Timestamp?
    /// Sources with `quiet-after`.
    let quietSources: @Sendable () -> [(name: SourceName, after: Duration)]
    let clocks: ServerClocks
    let metrics: BridgeMetrics
    let logger: Logger
    let now: @Sendable () -> Timestamp
    private let memory = MemoryBox()

    init(
        ledger: any Ledger,
        tokens: @escaping @Sendable () async -> TokenHealth,
        listenerEndsAt: @escaping @Sendable () -> Timestamp?,
        quietSources: @escaping @Sendable () -> [(name: SourceName, after: Duration)],
        clocks: ServerClocks,
        metrics: BridgeMetrics,
        logger: Logger,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.ledger = ledger
        self.tokens = tokens
        self.listenerEndsAt = listenerEndsAt
        self.quietSources = quietSources
        self.clocks = clocks
        self.metrics = metrics
        self.logger = logger
        self.now = now
    }

    func run() async throws {
        let bell = Bell()
        let isStopping = Mutex(false)
        await withGracefulShutdownHandler {
            while !isStopping.withLock({ $0 }), !Task.isCancelled {
                do {
                    try await look()
                } catch {
                    logger.error("The bridge's own health was not looked at", metadata: ["error": "\(error)"])
                }
                await bell.wait(upTo: Self.every, clock: ContinuousClock())
            }
        } onGracefulShutdown: {
            isStopping.withLock { $0 = true }
            bell.ring()
        }
    }

    /// Sees, measures, and tells what has changed.
    func look() async throws {
        let before = try await remembered()
        let sight = try await see()
        let judge = HealthJudge(sight, before)
        measure(sight, judge.memory)
        guard judge.memory != before else { return }
        let (after, notices) = (judge.memory, judge.notices)
        try await ledger.write { transaction in
            let text = String(decoding: try JSONEncoder().encode(after), as: UTF8.self)
            try transaction.setFlag(Self.flag, text)
            for notice in notices { try tell(.tell, notice, about: nil, in: transaction) }
        }
        memory.state.withLock { $0 = after }
        for notice in notices {
            let level: Logger.Level = notice.tone == .good ? .notice : .warning
            logger.log(
                level: level,
                "Health",
                metadata: ["code": "\(notice.code)", "what": "\(notice.text)"]
            )
        }
    }

    private func remembered() async throws -> HealthMemory {
        if let known = memory.state.withLock({ $0 }) { return known }
        let text = try await ledger.read { try $0.flag(Self.flag) }
        // A flag that cannot be read is one of another version: what it told is told again.
        let read = text.flatMap { try? JSONDecoder().decode(HealthMemory.self, from: Data($0.utf8)) }
        let found = read ?? HealthMemory()
        memory.state.withLock { $0 = found }
        return found
    }

    // MARK: Seeing

    private func see() async throws -> HealthSight {
        let report = await tokens()
        var sight = HealthSight(now: now(), endings: endings(report), clocks: clocks.all)
        sight.token = report.token
        if let ahead = report.clockAhead {
            sight.clocks.append(HealthSight.ServerClock(server: "Entra ID", ahead: ahead))
        }
        let watched = quietSources()
        guard !watched.isEmpty else { return sight }
        sight.sources = try await ledger.read { transaction in
            try watched.map { source in
                HealthSight.Source(
                    name: source.name,
                    quietAfter: source.after,
                    heardAt: try lastHeard(source.name, in: transaction)
                )
            }
        }
        return sight
    }

    private func endings(_ report: TokenHealth) -> [HealthSight.Ending] {
        var endings: [HealthSight.Ending] = []
        if let end = report.certificateEndsAt {
            endings.append(
                HealthSight.Ending(
                    name: "application-certificate",
                    title: "The application's certificate",
                    endsAt: end,
                    fix:
                        "Make a new one, upload it to the application beside the old one, then put it into its file."
                )
            )
        }
        if let end = listenerEndsAt() {
            endings.append(
                HealthSight.Ending(
                    name: "listener-certificate",
                    title: "The certificate of the hooks' listener",
                    endsAt: end,
                    fix: "Put a new one into its files and reload the bridge."
                )
            )
        }
        if let file = report.federatedFile, let end = FederatedToken.end(ofFile: file) {
            endings.append(
                HealthSight.Ending(
                    name: "federated-token",
                    title: "The federated token in \(file)",
                    kind: .federatedToken,
                    endsAt: end,
                    fix: "Look at whoever writes it there: it is not renewed any more."
                )
            )
        }
        return endings
    }

    private func measure(_ sight: HealthSight, _ memory: HealthMemory) {
        for ending in sight.endings {
            metrics.setExpiry(of: ending.name, left: ending.endsAt.since(sight.now))
        }
        for clock in sight.clocks { metrics.setClockAhead(of: clock.server, clock.ahead) }
        metrics.setTokenFailing(memory.tokenFailingSince.map { sight.now.since($0) } ?? .zero)
        for source in sight.sources {
            let silent = memory.quietFrom[source.name.text].map { sight.now.since($0) } ?? .zero
            metrics.setSilence(of: source.name, silent)
        }
    }

    /// Only a copy of what the ledger holds.
    private final class MemoryBox: Sendable {
        let state = Mutex<HealthMemory?>(nil)
    }
}

extension TokenHealth {
    init(_ report: TokenReport) {
        certificateEndsAt = report.certificateExpiresAt
        clockAhead = report.clockAhead
        federatedFile = report.federatedFile
        if let error = report.lastError {
            token = .failing(message: error.message, fix: error.fix)
        } else if report.lastTokenAt != nil {
            token = .given
        }
    }
}

/// What the answers of servers said of their clocks last.
final class ServerClocks: Sendable {
    private let state = Mutex<[String: Duration]>([:])

    func saw(_ server: String, ahead: Duration) {
        state.withLock { $0[server] = ahead }
    }

    var all: [HealthSight.ServerClock] {
        state.withLock { clocks in
            clocks.sorted { $0.key < $1.key }.map { HealthSight.ServerClock(server: $0.key, ahead: $0.value) }
        }
    }
}
