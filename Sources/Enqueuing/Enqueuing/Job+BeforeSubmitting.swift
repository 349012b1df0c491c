import Catalogue
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
        case .named:
            try require(.recorded, event)
            factsAt = now
            enter(.located, due: now)
            return []
        case .decided(let note):
            try require(.located, event)
            decision = note
            takeDuration(of: note)
            enter(.decided, due: now)
            return note.essential.map { [tellAsker(.warning, "job.essential", "\(machineText) is \($0).")] }
                ?? []
        case .readied:
            try require(.decided, event)
            enter(.ready, due: isAutomatic ? nil : now)
            return [.withdrawOlder]
        case .awaits, .approved, .turnedDown, .lapsed:
            return try movedByApproval(event, at: now)
        case .warned, .clockDoubted, .heldBack:
            return try movedBeforeItsTime(by: event, at: now)
        case .refreshed(let machine, let note, let readAt):
            if let machine { self.machine = machine }
            factsAt = readAt
            decision = note
            takeDuration(of: note)
            return []
        case .refused(let outcome):
            return end(.refused, outcome, tone: .bad)
        case .denied(let note, let outcome):
            decision = note
            return end(.refused, outcome, tone: .bad)
        case .postponed(let until, let trouble):
            tries += 1
            due = earliest(until, shelfEnd)
            self.trouble = trouble
            var effects: [JobEffect] = []
            if tries == 1 {
                // Among others it must be said which of them.
                let start = group == nil ? "Waiting" : "\(title) waits"
                effects.append(tellAsker(.warning, "job.waiting", "\(start): \(trouble.message)"))
            }
            // A release that is due must not fail in silence, whatever it is that fails.
            if isAutomatic, tries == 3 || tries.isMultiple(of: 60) {
                alarmedAt = now
                let text = "\(title) at the end of its time is not possible yet: \(trouble.message)"
                effects.append(tellAll(.bad, "job.overdue", text))
            }
            return effects
        case .waits(let until):
            due = earliest(until, shelfEnd)
            return []
        case .queued(let until, let cause):
            try require(.ready, event)
            due = earliest(until, shelfEnd)
            return waiting(for: cause)
        case .held(let outcome):
            guard state != .held else {
                due = validUntil
                return []
            }
            self.outcome = outcome
            enter(.held, due: validUntil)
            let words = "\(outcome.message)\(outcome.fix.map { " \($0)" } ?? "")"
            let text = "Held: \(title) asked by \(askerText). \(words)"
            let isUnconfirmed = outcome.code == Job.unconfirmed
            let buttons = [
                Button(.go, label: isUnconfirmed ? "It was me" : "Let it go on", style: .danger, job: id),
                Button(.freeze, label: "Freeze Bascule", job: id),
            ]
            return [
                tellAsker(.warning, "job.held", "Held: \(group == nil ? "" : "\(title). ")\(words)"),
                tellAll(.warning, "job.held", text, buttons: outcome.code == "frozen" ? [] : buttons),
            ]
        case .letGo(let by, let waives):
            try require(.held, event)
            if waives { limitsWaivedBy = by }
            if outcome?.code == Job.unconfirmed {
                confirmedBy = by
                outcome = nil
                // Others may have to agree yet.
                enter(.decided, due: now)
                return [tellAsker(.progress, "job.confirmed", "\(by) confirmed it.")]
            }
            outcome = nil
            enter(.ready, due: now)
            return [tellAsker(.progress, "job.let-go", "\(by) let it go on.")]
        case .rehearsed(let outcome):
            return end(.cancelled, outcome, tone: .progress)
        case .settled(let outcome):
            if let note = outcome.evidence { evidence = note }
            // An isolate that is settled without an action of its own leaves no claim, and contains for nobody.
            let closing: [JobEffect] =
                isRestraining ? [.closeClaim(outcome.code), .settleJoined(.failed)] : []
            return closing + end(.succeeded, outcome, tone: .good)
        case .withdrawn(let outcome):
            return end(.cancelled, outcome, tone: .warning, isQuiet: isAutomatic)
        case .expired:
            return endExpired()
        case .armed(let time):
            if state != .held { due = time }
            return []
        default:
            throw TransitionError(state: state, event: event.name)
        }
    }

    /// Who named no time box gets that of the grant that allows it now.
    package mutating func takeDuration(of note: DecisionNote) {
        if duration == nil { duration = note.defaultDuration }
    }
}
