package import Vocabulary

/// The bridge's own metrics: every name, what it means, and one call for each way it changes.
package struct BridgeMetrics: Sendable {
    private enum Name: String, CaseIterable {
        case deliveries = "bascule_deliveries_total"
        case rejections = "bascule_rejections_total"
        case decisions = "bascule_decisions_total"
        case jobs = "bascule_jobs"
        case queueDepth = "bascule_queue_depth"
        case oldestJob = "bascule_oldest_job_age_seconds"
        case deliveryToSubmission = "bascule_delivery_to_submission_seconds"
        case defenderCalls = "bascule_defender_calls_total"
        case defenderLastGood = "bascule_defender_last_good_timestamp_seconds"
        case tokenLastGood = "bascule_token_last_good_timestamp_seconds"
        case expiry = "bascule_expiry_days"
        case untold = "bascule_untold_replies"
        case clockAhead = "bascule_server_clock_ahead_seconds"
        case tokenFailing = "bascule_token_failing_seconds"
        case silence = "bascule_source_silent_seconds"

        var kind: MetricsRegistry.Kind {
            switch self {
            case .deliveries, .rejections, .decisions, .defenderCalls: .counter
            case .deliveryToSubmission: .histogram
            case .jobs, .queueDepth, .oldestJob, .defenderLastGood, .tokenLastGood, .expiry, .untold,
                .clockAhead,
                .tokenFailing, .silence:
                .gauge
            }
        }

        var help: String {
            switch self {
            case .deliveries: "Deliveries by source and verdict."
            case .rejections: "Requests turned away before or at verification, by reason."
            case .decisions: "Decisions by action and outcome."
            case .jobs: "Jobs in the ledger that are not finished, by state."
            case .queueDepth: "Jobs that wait for a worker."
            case .oldestJob: "Age of the oldest job that waits for a worker."
            case .deliveryToSubmission: "Time from a delivery to the POST of its action."
            case .defenderCalls: "Calls to Defender by kind and outcome."
            case .defenderLastGood: "When Defender last answered as it should."
            case .tokenLastGood: "When a token was last got."
            case .expiry: "Days until a certificate or secret ends, where known."
            case .untold: "Answers that could not be told to those who asked."
            case .clockAhead: "The clock of Entra ID or Defender minus ours, at its last answer."
            case .tokenFailing: "For how long no new token is given; 0 while it works."
            case .silence: "For how long a source with quiet-after has sent nothing genuine."
            }
        }
    }

    private let registry: MetricsRegistry

    /// - Parameter registry: Where they are kept; each is declared at once.
    package init(in registry: MetricsRegistry) {
        self.registry = registry
        for name in Name.allCases { registry.declare(name.rawValue, name.kind, help: name.help) }
    }

    /// The verdict is `accepted`, `repeat`, `unreadable`, `unmatched`, `refused`, `own` or the like.
    package func countDelivery(source: SourceName, verdict: String) {
        count(.deliveries, [("source", source.text), ("verdict", verdict)])
    }

    /// - Parameters:
    ///   - source: A source of the settings, or nil where the request named none; never what a stranger wrote.
    ///   - reason: The code of the reason.
    package func countRejection(source: SourceName?, reason: String) {
        count(.rejections, [("source", source?.text ?? ""), ("reason", reason)])
    }

    /// The outcome is `allow`, `hold`, `refuse` or `rehearsed`.
    package func countDecision(action: String, outcome: String) {
        count(.decisions, [("action", action), ("outcome", outcome)])
    }

    /// The outcome is `ok`, or the code of the error.
    package func countDefenderCall(kind: String, outcome: String) {
        count(.defenderCalls, [("call", kind), ("outcome", outcome)])
    }

    /// Replaces the number of jobs in every state; states that are missing have none.
    package func setJobs(_ counts: [String: Int]) {
        registry.zero(Name.jobs.rawValue)
        for (state, count) in counts { set(.jobs, [("state", state)], Double(count)) }
    }

    /// - Parameters:
    ///   - depth: Jobs that wait for a worker.
    ///   - oldestAge: Zero where none waits.
    package func setQueue(depth: Int, oldestAge: Duration) {
        set(.queueDepth, [], Double(depth))
        set(.oldestJob, [], Double(oldestAge.wholeMilliseconds) / 1_000)
    }

    package func recordDeliveryToSubmission(_ time: Duration) {
        registry.histogram(Name.deliveryToSubmission.rawValue, []).record(
            Double(time.wholeMilliseconds) / 1_000
        )
    }

    package func sawDefender(at moment: Timestamp) {
        set(.defenderLastGood, [], Double(moment.milliseconds) / 1_000)
    }

    package func sawToken(at moment: Timestamp) {
        set(.tokenLastGood, [], Double(moment.milliseconds) / 1_000)
    }

    /// - Parameters:
    ///   - name: Which one, such as `listener-certificate` or `application-secret`.
    ///   - left: Negative once it has ended.
    package func setExpiry(of name: String, left: Duration) {
        set(.expiry, [("name", name)], Double(left.wholeSeconds) / 86_400)
    }

    /// - Parameters:
    ///   - server: `Entra ID` or `Defender`.
    ///   - ahead: Positive if our clock is behind.
    package func setClockAhead(of server: String, _ ahead: Duration) {
        set(.clockAhead, [("server", server)], Double(ahead.wholeMilliseconds) / 1_000)
    }

    package func setTokenFailing(_ time: Duration) {
        set(.tokenFailing, [], Double(time.wholeMilliseconds) / 1_000)
    }

    package func setSilence(of source: SourceName, _ time: Duration) {
        set(.silence, [("source", source.text)], Double(time.wholeMilliseconds) / 1_000)
    }

    package func setUntold(_ count: Int) {
        set(.untold, [], Double(count))
    }

    private func count(_ name: Name, _ labels: [(String, String)]) {
        registry.scalar(name.rawValue, .counter, labels).increment(by: Int64(1))
    }

    private func set(_ name: Name, _ labels: [(String, String)], _ value: Double) {
        registry.scalar(name.rawValue, .gauge, labels).set(value)
    }
}
