import Catalogue
import Vocabulary

/// How a job ends or changes its state, whatever brought it there.
extension Job {
    /// Ends a job whose action did not take place.
    ///
    /// A time box's release is tried again instead, further and further apart: a containment is never
    /// forgotten.
    mutating func fail(_ outcome: Outcome, as how: JobEnd, at now: Timestamp) -> [JobEffect] {
        var outcome = outcome
        if how != .cancelled, action == Catalogue.release.word, machine?.isUnmanaged == true {
            outcome.message +=
                " The machine is not onboarded, and Microsoft documents nowhere whether Defender's release ends "
                + "such a containment."
            outcome.fix = "Release it in the Defender portal."
        }
        if isAutomatic {
            let wait = Duration.seconds(min(600, 15 << min(6, submission?.attempt ?? 1)))
            // What failed carries the same mark as the next try: it must not be found in its place.
            if let machineAction { spentActions = (spentActions ?? []).suffix(9) + [machineAction.id] }
            machineAction = nil
            let isWanted = cancelRequest == nil
            cancelRequest = nil
            enter(.ready, due: isWanted ? now + wait : now)
            // Until it is tried again its claim is as any other: its end may be moved, somebody may join.
            guard isWanted else { return [.keepEndingClaims, .wakeLane] }
            alarmedAt = now
            let text = "\(title) at the end of its time failed and is tried again: \(outcome.message)"
            return [
                .keepEndingClaims, .wakeLane, tellAsker(.bad, "job.overdue", text),
                tellAll(.bad, "job.overdue", text),
            ]
        }
        let state: JobState =
            switch how {
            case .cancelled: .cancelled
            case .timedOut: .timedOut
            case .failed, .succeeded: .failed
            }
        let effects = end(state, outcome, tone: .bad)
        guard how != .cancelled else { return effects }
        return effects + [
            tellAll(.bad, "job.\(state.rawValue)", "\(title) asked by \(askerText): \(outcome.message)")
        ]
    }

    /// What was to be cancelled and was surely not executed is not posted again, but for a time box's release.
    mutating func takenBack() -> [JobEffect]? {
        guard let request = cancelRequest else { return nil }
        guard !isAutomatic else {
            cancelRequest = nil
            return nil
        }
        let outcome = Outcome(code: "cancelled", message: "\(request.because) Nothing was executed.")
        return end(.cancelled, outcome, tone: .warning)
    }

    /// What was cancelled to make way for a release is asked for again after it; nil for any other cancelling.
    mutating func resumed(at now: Timestamp) -> [JobEffect]? {
        guard let release = cancelRequest?.resumesAfter else { return nil }
        // The cancelled action carries the same mark as the next try: it must not be found in its place.
        if let machineAction { spentActions = (spentActions ?? []).suffix(9) + [machineAction.id] }
        (machineAction, cancelRequest, yieldsTo) = (nil, nil, release)
        enter(.ready, due: now)
        let text = "\(title) makes way for a release that is due, and is posted again after it."
        return [.wakeLane, tellAsker(.progress, "job.resumes", text)]
    }

    /// Follows an action that somebody else made no further; cancelling it is not ours to ask.
    mutating func leave(_ request: CancelRequest) -> [JobEffect] {
        let words = "\(request.because) The action at Defender is somebody else's and goes on."
        return end(.cancelled, Outcome(code: "cancelled", message: words), tone: .warning)
    }

    mutating func endExpired() -> [JobEffect] {
        end(
            .expired,
            Outcome(
                code: "expired",
                message: "It was not begun within its shelf life and will not run late.",
                fix: "Ask again if it is still wanted."
            ),
            tone: .bad
        )
    }

    mutating func end(
        _ state: JobState,
        _ outcome: Outcome,
        tone: Notice.Tone,
        isQuiet: Bool = false
    ) -> [JobEffect] {
        self.outcome = outcome
        enter(state, due: nil)
        guard !isQuiet else { return [] }
        var text = "\(title): \(state.rawValue). \(outcome.message)"
        if let fix = outcome.fix { text += " \(fix)" }
        return [tellAsker(tone, "job.\(state.rawValue)", text, isFinal: true)]
    }

    mutating func enter(_ state: JobState, due: Timestamp?) {
        self.state = state
        self.due = due
        trouble = nil
    }

    func require(_ wanted: JobState, _ event: JobEvent) throws(TransitionError) {
        guard state == wanted else { throw TransitionError(state: state, event: event.name) }
    }

    func earliest(_ one: Timestamp?, _ other: Timestamp?) -> Timestamp? {
        guard let one else { return other.map { $0 + .milliseconds(1) } }
        guard let other else { return one }
        return min(one, other + .milliseconds(1))
    }
}
