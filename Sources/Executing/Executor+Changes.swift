import Defender
import Enqueuing
import Vocabulary

/// Changes that Defender makes while it answers, of tags and of the value: it answers with the machine as it is
/// then, and there is nothing to watch.
extension Executor {
    /// Answers without the change in them before it is given up.
    private static let unshownMax = 3

    /// Posts a change, once; done only if the machine that comes back shows it.
    func send(
        _ change: MachineChange,
        of job: Job,
        _ machine: MachineID,
        through speaker: any DefenderCalling
    ) async throws(DefenderError) -> JobEvent {
        let changed = try await speaker.change(
            ActionSubmission(
                action: job.action,
                machine: machine,
                parameters: change.parameters(on: job.machine),
                comment: "",
                deadline: settings.times.postDeadline
            )
        )
        if change.isMade(on: changed) { return .done(change.outcome(on: changed)) }
        var unshown = Outcome(code: "not-shown", message: "Defender answered without showing the change")
        guard let attempt = job.submission?.attempt, attempt >= Executor.unshownMax else {
            // It may show late: the machine is read until it does, or until no POST can be on its way.
            let soon = min(settings.times.visibilityLag, .seconds(1))
            return .outcomeUnknown(unshown, lookAt: wallClock() + soon)
        }
        unshown.message += " \(attempt) times."
        unshown.fix = change.unshownFix
        return .rejected(unshown)
    }
}
