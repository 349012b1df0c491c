import Vocabulary

/// What can happen before anything was submitted.
extension Job {
    mutating func movedBeforeSubmitting(
        by event: JobEvent,
        at now: Timestamp
    ) throws(TransitionError) -> [JobEffect] {
        guard state.isBeforeSubmitting else { throw TransitionError(state: state, event: event.name) }
        switch event {
        case .located(let machine, let setAside):
            try require(.recorded, event)
            self.machine = machine
            factsAt = now
            enter(.located, due: now)
            guard !setAside.isEmpty else { return [] }
            return [
                tellAsker(.progress, "job.twins", "Set aside as stale: \(setAside.joined(separator: ", ")).")
            ]
        case .decided(let note):
            try require(.located, event)
            decision = note
            enter(.decided, due: now)
            return []
        case .readied:
            try require(.decided, event)
            enter(.ready, due: isAutomatic ? nil : now)
            return []
        case .refreshed(let machine, let note):
            self.machine = machine
            factsAt = now
            decision = note
            return []
        case .refused(let outcome):
            return end(.refused, outcome, tone: .bad)
        case .denied(let note, let outcome):
            decision = note
            return end(.refused, outcome, tone: .bad)
        case .postponed(let until, let trouble):
            tries += 1
            due = earliest(until, validUntil)
            guard tries == 1 else { return [] }
            return [tellAsker(.warning, "job.waiting", "Waiting: \(trouble.message)")]
        case .waits(let until):
            due = earliest(until, validUntil)
            return []
        case .held(let outcome):
            guard state != .held else {
                due = validUntil
                return []
            }
            self.outcome = outcome
            enter(.held, due: validUntil)
            return [
                tellAsker(.warning, "job.held", "Held: \(outcome.message)"),
                tellAll(.warning, "job.held", "Held: \(title) asked by \(askerText). \(outcome.message)"),
            ]
        case .letGo(let by):
            try require(.held, event)
            outcome = nil
            enter(.ready, due: now)
            return [tellAsker(.progress, "job.let-go", "\(by) let it go on.")]
        case .rehearsed(let outcome):
            return end(.cancelled, outcome, tone: .progress)
        case .settled(let outcome):
            // An isolate that is settled without an action of its own leaves no claim, and contains for nobody.
            let closing: [JobEffect] =
                action == "isolate" ? [.closeClaim(outcome.code), .settleJoined(.failed)] : []
            return closing + end(.succeeded, outcome, tone: .good)
        case .withdrawn(let outcome):
            return end(.cancelled, outcome, tone: .warning, isQuiet: isAutomatic)
        case .expired:
            return endExpired()
        case .armed(let time):
            due = time
            return []
        default:
            throw TransitionError(state: state, event: event.name)
        }
    }
}
