package import Deciding
package import Defender
package import Enqueuing
package import Logging
import ServiceLifecycle
import Synchronization
package import Vocabulary

/// Takes jobs from `recorded` to `watching`: exactly one machine, decided again, posted once.
///
/// Each step ends in a write of the ledger; a crash between two writes loses nothing, and the one place where
/// the world changes, the POST, lies between the writes `submitting` and what comes after it.
package struct Executor: Service {
    let ledger: any Ledger
    let defender: any DefenderCalling
    let policy: @Sendable () -> Policy
    let settings: ExecutingSettings
    let users: UserContexts
    let logger: Logger
    let wallClock: @Sendable () -> Timestamp
    let clock: any Clock<Duration>
    /// Keeps a result that is too large for the ledger; nil where nothing can be kept.
    let keepAnswer: (@Sendable (JobID, [UInt8]) async throws -> EvidenceNote)?
    /// The bytes of a SHA-256 that somebody handed over for the library; nil once they are gone.
    package var staged: @Sendable (String) async -> [UInt8]? = { _ in nil }

    package init(
        ledger: any Ledger,
        defender: any DefenderCalling,
        policy: @escaping @Sendable () -> Policy,
        settings: ExecutingSettings,
        users: UserContexts = .none,
        logger: Logger,
        wallClock: @escaping @Sendable () -> Timestamp,
        clock: any Clock<Duration> = ContinuousClock(),
        keepAnswer: (@Sendable (JobID, [UInt8]) async throws -> EvidenceNote)? = nil
    ) {
        self.ledger = ledger
        self.defender = defender
        self.policy = policy
        self.settings = settings
        self.users = users
        self.logger = logger
        self.wallClock = wallClock
        self.clock = clock
        self.keepAnswer = keepAnswer
    }

    package func run() async throws {
        let workshop = Workshop(
            states: JobState.executing,
            owner: settings.owner,
            times: settings.times,
            benches: settings.benches,
            ledger: ledger,
            clock: clock,
            wallClock: wallClock
        )
        let isStopping = Mutex(false)
        await withGracefulShutdownHandler {
            await workshop.run(
                together: false,
                isStopping: { isStopping.withLock { $0 } },
                onTrouble: { logger.error("The ledger cannot be used", metadata: ["error": "\($0)"]) },
                work: { jobs in for job in jobs { await carry(job) } }
            )
        } onGracefulShutdown: {
            isStopping.withLock { $0 = true }
            workshop.bell.ring()
        }
    }

    /// Carries one leased job as far as it goes now.
    package func carry(_ leased: Job) async {
        var job = leased
        do {
            while try await step(&job) {}
        } catch let error as LedgerError where error == .leaseLost || error == .staleVersion {
            logger.notice("Another worker has the job", metadata: ["job": "\(job.id)"])
        } catch let error as TransitionError {
            logger.notice(
                "The job has moved meanwhile",
                metadata: ["job": "\(job.id)", "state": "\(error.state.rawValue)"]
            )
        } catch {
            logger.error("A step could not be recorded", metadata: ["job": "\(job.id)", "error": "\(error)"])
        }
    }

    /// One step; true if the next may follow at once.
    private func step(_ job: inout Job) async throws -> Bool {
        if let end = job.shelfEnd, wallClock() > end, job.state.isBeforeSubmitting {
            job = try await ledger.apply(.expired, to: job, keeping: nil)
            return false
        }
        switch job.state {
        case .recorded: return try await locate(&job)
        case .located: return try await decide(&job)
        case .decided:
            guard try await isConfirmed(&job) else { return false }
            if let need = job.decision?.approvals {
                job = try await ledger.apply(.awaits(need), to: job, keeping: nil)
                return false
            }
            job = try await ledger.apply(.readied, to: job, keeping: settings.times)
            return true
        case .awaitingApproval:
            let until = job.approval?.until ?? wallClock()
            let isLate = wallClock() > until
            let event: JobEvent = isLate ? .lapsed : .waits(until: until + .milliseconds(1))
            job = try await ledger.apply(event, to: job, keeping: nil)
            return false
        case .ready: return try await ready(&job)
        case .held:
            job = try await ledger.apply(.waits(until: nil), to: job, keeping: nil)
            return false
        default: return false
        }
    }

    /// Waits because Defender could not be asked, further and further apart.
    func postpone(_ job: inout Job, _ error: DefenderError) async throws -> Bool {
        let wait = error.retryAfter ?? .seconds(min(60, 1 << min(6, job.tries)))
        let trouble = Outcome(code: error.code, message: error.message, fix: error.fix)
        job = try await ledger.apply(
            .postponed(until: wallClock() + wait, trouble: trouble),
            to: job,
            keeping: nil
        )
        return false
    }

    /// Ends a job that was not begun.
    func refuse(_ job: inout Job, _ outcome: Outcome) async throws -> Bool {
        job = try await ledger.apply(.refused(outcome), to: job, keeping: nil)
        return false
    }
}

/// How the executor works.
package struct ExecutingSettings: Sendable, Hashable {
    /// This worker's name in leases, unique among the processes of a ledger.
    package var owner: String
    package var times: LeaseTimes
    /// Jobs worked on at once.
    package var benches: Int
    /// How long before the end of a time box its owner is told.
    package var warn: Duration

    package init(
        owner: String,
        times: LeaseTimes = LeaseTimes(),
        benches: Int = 32,
        warn: Duration = .seconds(15 * 60)
    ) {
        self.owner = owner
        self.times = times
        self.benches = benches
        self.warn = warn
    }
}
