package import Catalogue
import Vocabulary

/// Keeps calls below what Defender documents, before they are made, and gives the scarce ones to containment.
///
/// Waits a bounded time for a call to become free, in the order of ``CallPriority`` and then of arrival; past
/// that the caller gets ``DefenderError/Kind/throttled``. One instance per application and Defender address.
package actor RateBudget {
    /// How long a call may wait for its turn, unless its caller says less.
    package static func patience(of priority: CallPriority) -> Duration {
        switch priority {
        case .containment, .settling: .seconds(10)
        case .action, .question: .seconds(5)
        case .watching: .seconds(2)
        }
    }

    private var ledger: RateLedger
    private let clock: MonotonicTime
    private var waiting: [Int: CallPriority] = [:]
    private var arrivals = 0

    /// - Parameters:
    ///   - window: Calls of any kind per minute and hour.
    ///   - packageWindow: Calls of `getPackageUri` per minute and hour; they count in `window` as well.
    ///   - liveResponseWindow: The same for `runliveresponse`.
    ///   - clock: For the windows and for waiting.
    package init(
        window: RateWindow = RateWindow(perMinute: 100, perHour: 1_500),
        packageWindow: RateWindow = RateWindow(perMinute: 2, perHour: 120),
        liveResponseWindow: RateWindow = Catalogue.liveResponseRate,
        clock: MonotonicTime = .continuous
    ) {
        ledger = RateLedger(
            window: window,
            packageWindow: packageWindow,
            liveResponseWindow: liveResponseWindow
        )
        self.clock = clock
    }

    /// Returns when the call may be made; it is then counted.
    ///
    /// - Throws: ``DefenderError/Kind/throttled`` with the time after which asking again can help.
    package func take(
        _ kind: RateLedger.Kind = .call,
        priority: CallPriority,
        patience: Duration
    ) async throws(DefenderError) {
        let deadline = clock.elapsed() + patience
        arrivals += 1
        let number = arrivals
        waiting[number] = priority
        defer { waiting[number] = nil }
        while true {
            let now = clock.elapsed()
            let ahead = waiting.count { ($0.value, $0.key) < (priority, number) }
            let wait = ledger.wait(for: kind, priority: priority, ahead: ahead, at: now)
            guard wait > .zero else {
                ledger.count(kind, at: now)
                return
            }
            guard now + wait <= deadline else { throw Self.spent(kind, wait) }
            do {
                try await clock.sleep(wait)
            } catch {
                throw Self.cancelled
            }
        }
    }

    /// Obeys a 429: nothing of this kind is called for that long, by nobody.
    package func pause(_ kind: RateLedger.Kind, for wait: Duration) {
        ledger.pause(kind, until: clock.elapsed() + wait)
    }

    /// Calls made in the last minute and hour, for metrics.
    package func used() -> (minute: Int, hour: Int) { ledger.used(at: clock.elapsed()) }

    private static func spent(_ kind: RateLedger.Kind, _ wait: Duration) -> DefenderError {
        let what =
            switch kind {
            case .call: "calls"
            case .packageAddress: "package addresses"
            case .liveResponse: "live-response sessions of a minute"
            }
        return DefenderError(
            kind: .throttled,
            mayHaveBeenExecuted: false,
            retryAfter: wait,
            message:
                "The \(what) that Defender allows are used up; the next is free in \(wait.roundedUp.spoken).",
            fix: "Wait; watch less often (`watch: every`) if it returns."
        )
    }

    private static let cancelled = DefenderError(
        kind: .transfer,
        mayHaveBeenExecuted: false,
        message: "The call was given up before it was made.",
        fix: "Nothing to do."
    )
}

/// A clock that never goes back, as a value, so that tests step it.
package struct MonotonicTime: Sendable {
    /// Time since some fixed moment.
    package let elapsed: @Sendable () -> Duration
    /// Ends early with an error when the task is cancelled.
    package let sleep: @Sendable (Duration) async throws -> Void

    package init(
        elapsed: @escaping @Sendable () -> Duration,
        sleep: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.elapsed = elapsed
        self.sleep = sleep
    }

    /// The system's.
    package static let continuous: MonotonicTime = {
        let clock = ContinuousClock()
        let start = clock.now
        return MonotonicTime(
            elapsed: { start.duration(to: clock.now) },
            sleep: { try await clock.sleep(for: $0) }
        )
    }()
}

extension Duration {
    /// Whole seconds, rounded up.
    var roundedUp: Duration {
        components.attoseconds > 0 ? .seconds(components.seconds + 1) : .seconds(components.seconds)
    }
}
