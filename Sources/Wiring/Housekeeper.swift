import Enqueuing
import Logging
import ServiceLifecycle
import Synchronization
import Vocabulary

/// Drops the kept bodies of unusable deliveries when their time is over (design §2): once an hour.
struct Housekeeper: Service {
    let ledger: any Ledger
    let logger: Logger

    private static let unreadableLife = Duration.seconds(7 * 86_400)
    private static let unmatchedLife = Duration.seconds(86_400)
    /// All kept bodies together.
    private static let bodyBytesMax: Int64 = 256 << 20

    func run() async throws {
        let bell = Bell()
        let isStopping = Mutex(false)
        await withGracefulShutdownHandler {
            while !isStopping.withLock({ $0 }), !Task.isCancelled {
                await tidy()
                await bell.wait(upTo: .seconds(3_600), clock: ContinuousClock())
            }
        } onGracefulShutdown: {
            isStopping.withLock { $0 = true }
            bell.ring()
        }
    }

    private func tidy() async {
        do {
            try await ledger.write { transaction in
                try transaction.dropBodies(
                    unreadableBefore: transaction.now - Housekeeper.unreadableLife,
                    unmatchedBefore: transaction.now - Housekeeper.unmatchedLife,
                    bytesMax: Housekeeper.bodyBytesMax
                )
            }
        } catch {
            logger.warning("Old bodies were not dropped", metadata: ["error": "\(error)"])
        }
    }
}
