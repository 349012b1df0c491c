import Catalogue
import Enqueuing
import Logging
import ServiceLifecycle
import Synchronization
import Vocabulary

/// Deletes staged files once their uploads have ended, and those whose upload never came.
///
/// An empty folder costs a look at it once a minute, and no read of the ledger.
struct StagingKeeper: Service {
    private static let every = Duration.seconds(60)

    let staging: StagingFolder
    let ledger: any Ledger
    let logger: Logger

    func run() async throws {
        let bell = Bell()
        let isStopping = Mutex(false)
        await withGracefulShutdownHandler {
            while !isStopping.withLock({ $0 }), !Task.isCancelled {
                await tidyOnce()
                await bell.wait(upTo: Self.every, clock: ContinuousClock())
            }
        } onGracefulShutdown: {
            isStopping.withLock { $0 = true }
            bell.ring()
        }
    }

    func tidyOnce() async {
        guard await !staging.isEmpty else { return }
        do {
            let (open, ended, now) = try await ledger.read { transaction in
                var open: Set<String> = []
                var ended: [String: Timestamp] = [:]
                let query = JobQuery(actions: [Catalogue.libraryUpload.word], newestFirst: true)
                for job in try transaction.jobs(query) {
                    guard let digest = job.parameters[Catalogue.digestParameter] else { continue }
                    if job.state.isEnd {
                        ended[digest] = max(ended[digest] ?? job.since, job.since)
                    } else {
                        open.insert(digest)
                    }
                }
                return (open, ended, transaction.now)
            }
            await staging.tidy(open: open, ended: ended, now: now)
        } catch {
            logger.warning("Staged files were not looked through", metadata: ["error": "\(error)"])
        }
    }
}
