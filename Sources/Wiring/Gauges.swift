import Accepting
import Enqueuing
import Entra
import Telemetry
import Vocabulary

/// Fills in, at each scrape, what is counted from the ledger and the credentials; nothing is polled between.
struct Gauges: Sendable {
    let ledger: any Ledger
    let tokens: TokenSource
    let certificate: ListenerCertificate?
    let metrics: BridgeMetrics
    let registry: MetricsRegistry
    let now: @Sendable () -> Timestamp

    func text() async -> String {
        let moment = now()
        if let seen = try? await ledger.read({ try look($0) }) {
            metrics.setJobs(Dictionary(uniqueKeysWithValues: seen.jobs.map { ($0.key.rawValue, $0.value) }))
            metrics.setQueue(depth: seen.depth, oldestAge: seen.oldest.map { moment.since($0) } ?? .zero)
            metrics.setUntold(seen.untold)
        }
        let report = await tokens.status()
        if let last = report.lastTokenAt { metrics.sawToken(at: last) }
        if let end = report.certificateExpiresAt {
            metrics.setExpiry(of: "application-certificate", left: end.since(moment))
        }
        if let certificate {
            metrics.setExpiry(of: "listener-certificate", left: certificate.expiresAt.since(moment))
        }
        return registry.prometheusText()
    }

    private struct Seen: Sendable {
        var jobs: [JobState: Int]
        var depth: Int
        var oldest: Timestamp?
        var untold: Int
    }

    private func look(_ transaction: any LedgerTransaction) throws -> Seen {
        let counts = try transaction.jobCounts()
        let waiting: [JobState] = [.recorded, .located, .decided, .ready, .submitting]
        let oldest = try transaction.jobs(JobQuery(states: waiting)).filter { !$0.isAutomatic }
        return Seen(
            jobs: counts,
            depth: oldest.count,
            oldest: oldest.first?.acceptedAt,
            untold: try transaction.outbox(state: .untold, limit: 10_000).count
        )
    }
}
