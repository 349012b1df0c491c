import Catalogue
import Vocabulary

/// What happens to a time box's release before its time.
extension Job {
    mutating func movedBeforeItsTime(
        by event: JobEvent,
        at now: Timestamp
    ) throws(TransitionError) -> [JobEffect] {
        guard isAutomatic, state == .ready else { throw TransitionError(state: state, event: event.name) }
        switch event {
        case .warned(let end, let box):
            warnedFor = end
            due = end
            let left = Duration.seconds(max(1, end.since(now).wholeSeconds))
            let text =
                "The \(restraint?.noun ?? "containment") of \(machineText) ends at \(end.iso8601), in \(left.roughly)."
            return [tellAsker(.warning, "claim.ending", text, buttons: endingButtons(extendingBy: box))]
        case .clockDoubted(let off, let until):
            due = until
            guard alarmedAt.map({ abs(now.since($0).wholeSeconds) >= 3_600 }) ?? true else { return [] }
            alarmedAt = now
            let text =
                "\(title) at the end of its time waits: the clock here and Defender's differ by \(off.roughly). "
                + "Set the clock; the release then follows by itself."
            return [tellAsker(.bad, "job.clock", text), tellAll(.bad, "job.clock", text)]
        case .heldBack(let by):
            outcome = Outcome(
                code: "held-back",
                message: "\(by) wants no automatic release.",
                fix: "`go \(id)` lets it go on; `release` ends the containment at any time."
            )
            enter(.held, due: nil)
            let text =
                "\(by) holds \(machineText): no release at the end of its time until `go \(id)`."
            return [
                .wakeLane, tellAsker(.warning, "job.held-back", text),
                tellAll(.warning, "job.held-back", text),
            ]
        default:
            throw TransitionError(state: state, event: event.name)
        }
    }

    private var isRestriction: Bool { lane == .execution }

    private func endingButtons(extendingBy box: TimeBox) -> [Button] {
        guard case .timeBox(let isolate) = origin else { return [] }
        return [
            Button(.extend, label: "Extend by \(box)", job: isolate, duration: box),
            Button(
                .release,
                label: isRestriction ? "Unrestrict now" : "Release now",
                style: .danger,
                job: isolate
            ),
        ]
    }
}

extension Duration {
    /// In the largest unit that is not less than one, rounded down: `14m`, `2h`, `1d`.
    package var roughly: String {
        let seconds = abs(wholeSeconds)
        if seconds >= 2 * 86_400 { return "\(seconds / 86_400)d" }
        if seconds >= 2 * 3_600 { return "\(seconds / 3_600)h" }
        return seconds >= 120 ? "\(seconds / 60)m" : "\(seconds)s"
    }
}
