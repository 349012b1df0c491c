import Catalogue
package import Defender
package import Enqueuing
package import Logging
import ServiceLifecycle
import Synchronization
package import Vocabulary

/// Follows what was posted until Defender says how it ended, settles what nobody knows, and keeps evidence.
package struct Observer: Service {
    let ledger: any Ledger
    let defender: any DefenderCalling
    let settings: ObservingSettings
    let evidence: EvidenceFolder?
    let logger: Logger
    let wallClock: @Sendable () -> Timestamp
    let clock: any Clock<Duration>

    /// How far downloads are.
    let transfers: Transfers

    package init(
        ledger: any Ledger,
        defender: any DefenderCalling,
        settings: ObservingSettings,
        evidence: EvidenceFolder?,
        logger: Logger,
        wallClock: @escaping @Sendable () -> Timestamp,
        clock: any Clock<Duration> = ContinuousClock(),
        transfers: Transfers = Transfers()
    ) {
        self.transfers = transfers
        self.ledger = ledger
        self.defender = defender
        self.settings = settings
        self.evidence = evidence
        self.logger = logger
        self.wallClock = wallClock
        self.clock = clock
    }

    package func run() async throws {
        let workshop = Workshop(
            states: JobState.observing,
            owner: settings.owner,
            times: settings.times,
            benches: 512,
            ledger: ledger,
            clock: clock,
            wallClock: wallClock
        )
        let isStopping = Mutex(false)
        await withGracefulShutdownHandler {
            await workshop.run(
                together: true,
                isStopping: { isStopping.withLock { $0 } },
                onTrouble: { logger.error("The ledger cannot be used", metadata: ["error": "\($0)"]) },
                work: { await look(at: $0) }
            )
        } onGracefulShutdown: {
            isStopping.withLock { $0 = true }
            workshop.bell.ring()
        }
    }

    /// Looks at leased jobs once: one list call for all that are watched, the rest each by itself.
    package func look(at jobs: [Job]) async {
        var watched: [Job] = []
        await withTaskGroup(of: Void.self) { group in
            for job in jobs {
                if isWatched(job) {
                    watched.append(job)
                } else {
                    group.addTask { await guarded(job) { try await handle(job) } }
                }
            }
            let together = watched
            if !together.isEmpty { group.addTask { await watch(together) } }
        }
    }

    private func isWatched(_ job: Job) -> Bool {
        job.state == .watching && !needsCancel(job) && !isPackageReady(job) && !isResultReady(job)
    }

    private func handle(_ job: Job) async throws {
        switch job.state {
        case .submitting:
            let crash = Outcome(code: "interrupted", message: "the bridge was interrupted while posting")
            let unknown = try await ledger.apply(
                .outcomeUnknown(crash, lookAt: wallClock()),
                to: job,
                keeping: settings.times
            )
            try await reconcile(unknown)
        case .reconciling: try await reconcile(job)
        case .watching where needsCancel(job): try await cancel(job)
        case .watching where isPackageReady(job): try await fetchPackage(of: job)
        case .watching where isResultReady(job): try await fetchResult(of: job)
        default: break
        }
    }

    /// Runs a step; a lost race is somebody else's job now, anything else is logged and looked at again.
    func guarded(_ job: Job, _ step: () async throws -> Void) async {
        do {
            try await step()
        } catch let error as LedgerError where error == .leaseLost || error == .staleVersion {
            logger.notice("Another worker has the job", metadata: ["job": "\(job.id)"])
        } catch is TransitionError {
            logger.notice("The job has moved meanwhile", metadata: ["job": "\(job.id)"])
        } catch {
            logger.error("A step could not be recorded", metadata: ["job": "\(job.id)", "error": "\(error)"])
        }
    }

    /// The next tick; all watched jobs share it, so that one list call serves them.
    func nextTick() -> Timestamp {
        let every = max(1, settings.every.wholeMilliseconds)
        return Timestamp(milliseconds: (wallClock().milliseconds / every + 1) * every)
    }
}

/// How the observer works.
package struct ObservingSettings: Sendable, Hashable {
    /// This worker's name in leases, unique among the processes of a ledger.
    package var owner: String
    package var times: LeaseTimes
    /// Between two looks at what is open.
    package var every: Duration
    /// Between two sweeps for what nobody waits for.
    package var sweep: Duration
    /// How long an action is watched: as long as Defender tries, and an hour.
    package var watchMax: Duration
    /// How long a complete package may resist being fetched.
    package var fetchMax: Duration

    package init(
        owner: String,
        times: LeaseTimes = LeaseTimes(),
        every: Duration = .seconds(5),
        sweep: Duration = .seconds(300),
        watchMax: Duration = .seconds(3 * 86_400 + 3_600),
        fetchMax: Duration = .seconds(3_600)
    ) {
        self.owner = owner
        self.times = times
        self.every = every
        self.sweep = sweep
        self.watchMax = watchMax
        self.fetchMax = fetchMax
    }
}
