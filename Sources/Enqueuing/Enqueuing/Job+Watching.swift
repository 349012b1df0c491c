import Catalogue
import Vocabulary

/// What can happen while Defender works.
extension Job {
    mutating func movedWhileWatching(
        by event: JobEvent,
        at now: Timestamp
    ) throws(TransitionError) -> [JobEffect] {
        switch event {
        case .joined(let primary, let others):
            try require(.ready, event)
            joined = primary
            enter(.watching, due: nil)
            return [
                .openClaim,
                tellAsker(
                    .progress,
                    "job.joined",
                    "Joined the \(restraint?.noun ?? "containment") by \(others.joined(separator: ", ")); nothing more is posted."
                ),
            ]
        case .parted:
            try require(.watching, event)
            joined = nil
            enter(.ready, due: now)
            return []
        case .rests(let until):
            guard state == .watching || state == .reconciling else {
                throw TransitionError(state: state, event: event.name)
            }
            due = until
            return []
        case .progressed(let status):
            try require(.watching, event)
            machineAction?.status = status
            machineAction?.seenAt = now
            return []
        case .packageReady:
            try require(.watching, event)
            machineAction?.status = "Succeeded"
            machineAction?.seenAt = now
            due = now
            let told = tellAsker(.progress, "job.package-ready", fetchingWords)
            return isFetchingResult ? [told, .wakeLane] : [told]
        case .packaged(let note):
            try require(.watching, event)
            evidence = note
            return end(
                .succeeded,
                Outcome(
                    code: "succeeded",
                    message: "Package kept as \(note.file), \(note.bytes) bytes, SHA-256 \(note.sha256)."
                ),
                tone: .good
            )
        case .resulted(let note, let outcome, let tone):
            try require(.watching, event)
            evidence = note
            return end(.succeeded, outcome, tone: tone)
        case .ended(let how, let detail):
            try require(.watching, event)
            return ended(how, detail: detail, at: now)
        case .cancelRequested(let request):
            guard state.isInFlight else { throw TransitionError(state: state, event: event.name) }
            if let earlier = cancelRequest {
                // Who wants it ended outdoes who only wants it out of the way.
                guard earlier.resumesAfter != nil, request.resumesAfter == nil else { return [] }
            }
            let sentAt = cancelRequest?.sentAt
            cancelRequest = request
            cancelRequest?.sentAt = sentAt
            if state == .watching, machineAction?.isOurs == false { return leave(request) }
            if state == .watching { due = now }
            return [tellAsker(.warning, "job.cancelling", "Being cancelled: \(request.because)")]
        case .cancelSent:
            cancelRequest?.sentAt = now
            return []
        default:
            throw TransitionError(state: state, event: event.name)
        }
    }

    mutating func ended(_ how: JobEnd, detail: String?, at now: Timestamp) -> [JobEffect] {
        machineAction?.seenAt = now
        switch how {
        case .succeeded:
            machineAction?.status = "Succeeded"
            var outcome = Outcome(code: "succeeded", message: detail ?? "Defender says: Succeeded.")
            if let duration, detail == nil, restraint != nil {
                outcome.message += " It ends by itself at \((now + duration.duration).iso8601)."
            }
            var effects = end(.succeeded, outcome, tone: .good)
            // A containment that somebody else made is theirs: no claim of ours, no time box, also for joiners.
            let isTheirs = joined == nil && machineAction?.isOurs == false
            if isRestraining {
                effects.insert(isTheirs ? .closeClaim("foreign") : .confirmClaim, at: 0)
            }
            if isAutomatic, alarmedAt != nil {
                let text = "\(title) at the end of its time has succeeded at last."
                effects.append(tellAll(.good, "job.overdue-settled", text))
            }
            if isReleasing {
                effects.insert(.closeEndingClaims(isAutomatic ? "time-box" : "released"), at: 0)
            }
            effects.append(.settleJoined(isTheirs ? .failed : .succeeded))
            return effects
        case .failed, .timedOut, .cancelled:
            let words = detail ?? "Defender says: \(how.rawValue)."
            let outcome = Outcome(
                code: how.rawValue,
                message: words,
                fix: how == .cancelled ? nil : "Look at the action in the Defender portal, then ask again."
            )
            machineAction?.status = how.rawValue
            if how == .cancelled, let effects = resumed(at: now) { return effects }
            return fail(outcome, as: how, at: now)
        }
    }
}
