import CurlClient
import Enqueuing
import Logging
import ServiceLifecycle
import Vocabulary

/// Takes the audit out of the box as it grows, with signed checkpoints: what is cut here is seen there.
///
/// Follows the ledger's changes and its own schedule; an idle bridge looks at nothing between.
struct AuditShipping: Service {
    private let ledger: any Ledger
    private let routes: [AuditRoute]
    private let maker: CheckpointMaker?
    private let logger: Logger

    private static let retry = Duration.seconds(30)

    init(
        _ settings: Settings.Audit,
        ledger: any Ledger,
        http: any HTTPSending,
        logger: Logger,
        now: @escaping @Sendable () -> Timestamp
    ) throws {
        self.ledger = ledger
        self.logger = logger
        var destinations: [any AuditDestination] = []
        if let path = settings.file { destinations.append(AuditFile(path: path)) }
        if let ship = settings.ship { destinations.append(try AuditWebhook(ship, http: http, now: now)) }
        routes = destinations.map { AuditRoute($0, ledger: ledger, logger: logger) }
        maker = try settings.seed.map {
            CheckpointMaker(
                ledger: ledger,
                signer: try AuditSigner(seed: $0),
                every: settings.every,
                now: now
            )
        }
    }

    func run() async throws {
        let changes = ledger.changes()
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                for route in routes { group.addTask { await route.run() } }
                group.addTask {
                    for await _ in changes { ring() }
                }
                if let maker { group.addTask { await sign(maker) } }
            }
        }
    }

    private func ring() {
        for route in routes { route.bell.ring() }
    }

    private func sign(_ maker: CheckpointMaker) async {
        while !Task.isCancelled {
            var wait = AuditShipping.retry
            do {
                wait = try await maker.makeIfDue()
                ring()
            } catch {
                logger.warning("No checkpoint was signed", metadata: ["error": "\(error)"])
            }
            try? await Task.sleep(for: wait, clock: .continuous)
        }
    }
}
