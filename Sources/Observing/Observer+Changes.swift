import Defender
import Enqueuing
import Logging
import Vocabulary

extension Observer {
    /// Finds out whether a change was made whose POST nobody knows the outcome of, of tags or of the value.
    ///
    /// Such a change carries no mark of ours. The machine itself says whether it is as it was asked for, and by whose hand
    /// does not matter: what is there need not be posted again.
    func reconcile(
        _ job: Job,
        _ change: MachineChange,
        on machine: MachineID,
        _ submission: Submission
    ) async throws {
        var found: Machine?
        do throws(DefenderError) {
            found = try await defender.machine(machine, priority: .settling)
        } catch {
            // A machine that is gone shows nothing; the next look before a POST says so to whoever asked.
            guard error.kind == .notFound else { return try await remainUnknown(job, error) }
        }
        let event: JobEvent
        if let found, change.isMade(on: found) {
            event = .done(change.outcome(on: found))
        } else if let until = looksAgain(after: submission, at: wallClock()) {
            event = .stillUnknown(until: until, trouble: nil)
        } else {
            event = .absent
        }
        let moved = try await ledger.apply(event, to: job, keeping: nil)
        logger.debug(
            "Looked for a change",
            metadata: ["job": "\(job.id)", "state": "\(moved.state.rawValue)"]
        )
    }
}
