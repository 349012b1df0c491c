import Enqueuing
import Logging
import ServiceLifecycle
import Telemetry
import Vocabulary

/// Says every change of a job in one line, by following the audit: what is said is what is on record.
///
/// It wakes with the ledger's changes and reads on from where it stopped; an idle bridge reads nothing.
struct JobLog: Service {
    let ledger: any Ledger
    let metrics: BridgeMetrics
    let logger: Logger

    private static let batch = 500

    func run() async throws {
        let changes = ledger.changes()
        let start = try await ledger.read { try $0.lastAudit()?.sequence ?? 0 }
        await cancelWhenGracefulShutdown {
            var position = start
            for await _ in changes {
                do {
                    position = try await follow(from: position)
                } catch is CancellationError {
                    return
                } catch {
                    logger.warning("The audit could not be followed", metadata: ["error": "\(error)"])
                }
            }
        }
    }

    /// Says what came after `position`; returns where it stopped.
    func follow(from position: Int64) async throws -> Int64 {
        var last = position
        while true {
            let from = last
            let rows = try await ledger.read { try $0.audit(after: from, limit: JobLog.batch) }
            for row in rows {
                last = row.sequence
                guard
                    row.kind.hasPrefix("job.") || row.kind.hasPrefix("claim.")
                        || row.kind.hasPrefix("bridge.")
                else { continue }
                say(row)
                if row.kind == "job.submitting" { try await measure(row) }
            }
            if rows.count < JobLog.batch { return last }
        }
    }

    private func say(_ row: AuditRow) {
        var metadata: Logger.Metadata = ["subject": "\(row.subject)", "by": "\(row.actor)"]
        for key in ["action", "machine", "from", "to", "outcome", "defender-action", "grant"] {
            if let value = row.detail[key] { metadata[key] = "\(value)" }
        }
        metadata["change"] = "\(row.kind)"
        logger.info("Job changed", metadata: metadata)
    }

    private func measure(_ row: AuditRow) async throws {
        guard let job = try await ledger.read({ try $0.job(JobID(row.subject)) }), !job.isAutomatic else {
            return
        }
        metrics.recordDeliveryToSubmission(row.at.since(job.acceptedAt))
    }
}
