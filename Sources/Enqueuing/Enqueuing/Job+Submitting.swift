import Catalogue
import Vocabulary

/// What can happen around the POST.
extension Job {
    mutating func movedWhileSubmitting(
        by event: JobEvent,
        at now: Timestamp
    ) throws(TransitionError) -> [JobEffect] {
        switch event {
        case .submissionStarted(let leaseUntil):
            try require(.ready, event)
            let mayHaveBeenDone = submission?.mayHaveBeenDone
            submission = Submission(
                attempt: (submission?.attempt ?? 0) + 1,
                startedAt: now,
                leaseUntil: leaseUntil
            )
            submission?.mayHaveBeenDone = mayHaveBeenDone
            firstSubmittedAt = firstSubmittedAt ?? now
            enter(.submitting, due: leaseUntil)
            return isRestraining ? [.openClaim] : []
        case .accepted(let trace), .adopted(let trace):
            guard state == .submitting || state == .reconciling else {
                throw TransitionError(state: state, event: event.name)
            }
            let wasUnknown = state == .reconciling
            machineAction = trace
            outcome = nil
            enter(.watching, due: now)
            if !trace.isOurs, let request = cancelRequest { return leave(request) }
            let words =
                trace.isOurs
                ? (wasUnknown ? "Found at Defender" : "Defender accepted it")
                : "An action of this kind was already under way at Defender; it is followed"
            return [tellAsker(.progress, "job.watching", "\(words): \(title) is \(trace.status).")]
        case .done(let outcome):
            guard state == .submitting || state == .reconciling else {
                throw TransitionError(state: state, event: event.name)
            }
            return end(.succeeded, outcome, tone: .good)
        case .notExecuted(let until, let trouble):
            try require(.submitting, event)
            if let effects = takenBack() { return effects }
            tries += 1
            outcome = nil
            enter(.ready, due: earliest(until, shelfEnd))
            self.trouble = trouble
            let effects: [JobEffect] = isAutomatic ? [.keepEndingClaims, .wakeLane] : [.wakeLane]
            // A session may be taken for hours; that is told once.
            if isSession { return effects + waiting(for: trouble) }
            return effects + [tellAsker(.warning, "job.waiting", "Not done yet: \(trouble.message)")]
        case .rejected(let outcome):
            try require(.submitting, event)
            return fail(outcome, as: .failed, at: now)
        case .outcomeUnknown(let outcome, let lookAt):
            try require(.submitting, event)
            submission?.mayHaveBeenDone = true
            enter(.reconciling, due: lookAt)
            return [
                tellAsker(
                    .warning,
                    "job.reconciling",
                    "Not known yet whether Defender took it (\(outcome.message)); looking it up there."
                )
            ]
        case .stillUnknown(let until, let trouble):
            try require(.reconciling, event)
            tries += 1
            due = until
            guard let trouble, (outcome == nil && tries >= 3) || tries.isMultiple(of: 60) else { return [] }
            outcome = trouble
            return [
                tellAll(
                    .bad,
                    "job.unsettled",
                    "Still unknown whether Defender took \(title): \(trouble.message)"
                )
            ]
        case .absent:
            try require(.reconciling, event)
            if let effects = takenBack() { return effects }
            outcome = nil
            guard let end = shelfEnd, now > end else {
                enter(.ready, due: now)
                return isAutomatic ? [.keepEndingClaims, .wakeLane] : [.wakeLane]
            }
            return endExpired() + [
                tellAll(
                    .bad,
                    "job.expired",
                    "Never executed and now too old: \(title) asked by \(askerText)."
                )
            ]
        default:
            throw TransitionError(state: state, event: event.name)
        }
    }
}
