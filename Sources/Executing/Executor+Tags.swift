import Defender
import Enqueuing
import Vocabulary

/// Changes of tags: Defender answers with the machine as it is then, and there is nothing to watch.
extension Executor {
    /// Answers without the change in them before it is given up.
    private static let unshownMax = 3

    /// Posts a change of tags, once; done only if the machine that comes back shows it.
    func send(
        _ change: TagChange,
        of job: Job,
        _ machine: MachineID
    ) async throws(DefenderError) -> JobEvent {
        let tagged = try await defender.setTag(
            change.spelled(on: job.machine),
            on: machine,
            adds: change.adds,
            deadline: settings.times.postDeadline
        )
        if change.isMade(on: tagged) { return .done(change.outcome(on: tagged)) }
        var unshown = Outcome(code: "not-shown", message: "Defender answered without showing the change")
        guard let attempt = job.submission?.attempt, attempt >= Executor.unshownMax else {
            // It may show late: the machine is read until it does, or until no POST can be on its way.
            let soon = min(settings.times.visibilityLag, .seconds(1))
            return .outcomeUnknown(unshown, lookAt: wallClock() + soon)
        }
        unshown.message += " \(attempt) times."
        unshown.fix =
            "Look at the machine's tags in the Defender portal; one that it sets itself is not ours to change."
        return .rejected(unshown)
    }
}
