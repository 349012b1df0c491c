import Defender
import Enqueuing
import Vocabulary

/// Live-response sessions: whose place is taken waits for it, and is never taken for another's.
extension Executor {
    /// What a refused session is waited out with; nil for what any action would do.
    func eventOfSession(_ error: DefenderError, _ job: Job, _ machine: MachineID) async -> JobEvent? {
        let attempt = job.submission?.attempt ?? 1
        switch error.kind {
        case .activeRequest:
            let holder = await holder(of: machine)
            let cause = Outcome(
                code: "session-busy",
                message: "another live-response session is open on the machine, \(holder)."
            )
            // Nobody says when it ends; ten calls a minute are all there are.
            let wait = Duration.seconds(min(60, 15 << min(2, attempt - 1)))
            return .notExecuted(until: wallClock() + wait, trouble: cause)
        case .throttled:
            let cause = Outcome(
                code: error.code,
                message: "Defender takes no session now, of 25 at once and 10 a minute. \(error.message)",
                fix: error.fix
            )
            return .notExecuted(until: wallClock() + (error.retryAfter ?? .seconds(30)), trouble: cause)
        default: return nil
        }
    }

    /// Whose session it is, where Defender's list says so; those of the portal are on no list.
    private func holder(of machine: MachineID) async -> String {
        let filter = ActionFilter(machine: machine, types: ["LiveResponse"])
        guard let page = try? await defender.actions(filter, priority: .action),
            let active = page.actions.first(where: { !$0.status.isEnd && $0.machineID == machine })
        else { return "which Defender does not list: somebody's in the portal, say" }
        return "by \(active.requestor ?? "somebody") since \(active.createdAt.iso8601)"
    }

    /// An action without a comment may be ours or another's: the list says more.
    func unmarked(_ action: MachineAction) -> JobEvent {
        let outcome = Outcome(
            code: "unmarked",
            message: "Defender named session \(action.id) without its comment"
        )
        return .outcomeUnknown(outcome, lookAt: wallClock() + .seconds(1))
    }
}
