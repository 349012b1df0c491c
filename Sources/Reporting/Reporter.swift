package import CurlClient
package import Enqueuing
package import Logging
import ServiceLifecycle
import Synchronization
package import Vocabulary

/// Tells people what became of what they asked: takes notices out of the outbox and sends them.
///
/// Blocks no action: an action and its notice are committed together, and nothing waits for the notice. An
/// audience is told in order, by one worker at a time, several notices in one message where they came together.
package struct Reporter: Service {
    let ledger: any Ledger
    let http: any HTTPSending
    let settings: @Sendable () -> ReportingSettings
    let logger: Logger
    let wallClock: @Sendable () -> Timestamp
    let clock: any Clock<Duration>
    let chance: @Sendable () -> Double
    let bell = Bell()
    let memory = ReporterMemory()

    /// The settings are asked before each round, so that a reload is obeyed; `chance` is from 0 to 1 and gives
    /// the jitter of repeated tries.
    package init(
        ledger: any Ledger,
        http: any HTTPSending,
        settings: @escaping @Sendable () -> ReportingSettings,
        logger: Logger,
        wallClock: @escaping @Sendable () -> Timestamp,
        clock: any Clock<Duration> = ContinuousClock(),
        chance: @escaping @Sendable () -> Double = { Double.random(in: 0...1) }
    ) {
        self.ledger = ledger
        self.http = http
        self.settings = settings
        self.logger = logger
        self.wallClock = wallClock
        self.clock = clock
        self.chance = chance
    }

    package func run() async throws {
        let isStopping = Mutex(false)
        await withGracefulShutdownHandler {
            await work(isStopping: { isStopping.withLock { $0 } })
        } onGracefulShutdown: {
            isStopping.withLock { $0 = true }
            bell.ring()
        }
    }

    /// Sends what is due side by side until told to stop; messages under way are finished first.
    private func work(isStopping: @escaping @Sendable () -> Bool) async {
        await withDiscardingTaskGroup { group in
            let listener = Task { [bell, ledger] in
                // Ends with this function, which cancels it.
                for await _ in ledger.changes() { bell.ring() }
            }
            defer { listener.cancel() }
            await learnExpiries()
            while !isStopping(), !Task.isCancelled {
                var pause: Duration? = .seconds(1)
                do {
                    try await forgetExpiredAddresses()
                    let batches = try await leaseBatches()
                    for batch in batches {
                        memory.begin()
                        group.addTask {
                            await deliver(batch)
                            memory.end()
                            bell.ring()
                        }
                    }
                    if !batches.isEmpty { continue }
                    pause = try await pauseUntilDue()
                } catch {
                    logger.error("The ledger cannot be used", metadata: ["error": "\(error)"])
                }
                await bell.wait(upTo: pause, clock: clock)
            }
        }
    }

    /// Tells everything that is due, once, and returns.
    package func runOnce() async throws {
        try await forgetExpiredAddresses()
        for batch in try await leaseBatches() { await deliver(batch) }
    }

    private func leaseBatches() async throws -> [Batch] {
        let settings = settings()
        let free = settings.benches - memory.busy
        guard free > 0 else { return [] }
        let order = BatchLease(
            owner: settings.owner,
            length: settings.lease,
            batchesMax: free,
            tellSource: settings.tell?.source,
            paused: memory.paused(at: wallClock())
        )
        let batches = try await ledger.leaseBatches(order)
        for batch in batches { memory.note(batch.conversation) }
        return batches
    }

    private func pauseUntilDue() async throws -> Duration? {
        guard memory.busy < settings().benches else { return nil }
        let due = try await ledger.read { try $0.outboxNextDue() }
        guard let next = [due, memory.nextExpiry].compactMap({ $0 }).min() else { return nil }
        // An hour at most, so that a clock that was put back cannot make it sleep for a day.
        return min(max(next.since(wallClock()), .milliseconds(20)), .seconds(3_600))
    }

    // MARK: One batch

    private func deliver(_ batch: Batch) async {
        let settings = settings()
        let delivery = await send(batch, settings)
        let plan = batch.source.flatMap { settings.channels[$0]?.retrying } ?? .quick
        var wait = Duration.zero
        if case .failed(let trouble) = delivery {
            wait = plan.wait(
                tries: batch.entries.map(\.tries).max() ?? 1,
                retryAfter: trouble.retryAfter,
                chance: chance()
            )
            if let asked = trouble.retryAfter, let source = batch.source {
                // One notice may have to wait for hours; the others need not.
                memory.pause(source, until: wallClock() + (plan == .quick ? wait : asked))
            }
        }
        do {
            let lifetime = plan.lifetime ?? settings.lifetime
            let settled = try await ledger.settle(batch, delivery, lifetime: lifetime) { [wait] in
                $0 + wait
            }
            for entry in settled { log(entry) }
        } catch let error as LedgerError where error == .leaseLost || error == .staleVersion {
            logger.notice(
                "Another worker has the notice",
                metadata: ["job": "\(batch.entries[0].job?.text ?? "-")"]
            )
        } catch {
            // The lease ends by itself; the next try says that it may be a second one.
            logger.error("A sent notice could not be recorded", metadata: ["error": "\(error)"])
        }
    }

    private func send(_ batch: Batch, _ settings: ReportingSettings) async -> Delivery {
        guard let source = batch.source else {
            return .impossible(trouble: batch.audience == .tell ? "tell.not-configured" : "reply.no-job")
        }
        guard let channel = settings.channels[source] else {
            return .impossible(trouble: "reply.not-configured")
        }
        let errand = Errand(
            http: http,
            deadline: settings.callDeadline,
            now: wallClock(),
            tellChannel: settings.tell?.channel
        )
        return await channel.deliver(batch, errand)
    }

    private func log(_ entry: OutboxEntry) {
        let metadata: Logger.Metadata = [
            "job": "\(entry.job?.text ?? "-")", "notice": "\(entry.notice.code)",
            "state": "\(entry.state.rawValue)",
            "tries": "\(entry.tries)", "trouble": "\(entry.trouble ?? "-")",
        ]
        switch entry.state {
        case .sent: logger.debug("Told", metadata: metadata)
        case .due: logger.notice("Not told yet", metadata: metadata)
        case .untold: logger.warning("Stays untold", metadata: metadata)
        }
    }
}
