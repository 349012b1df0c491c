package import Vocabulary

extension Job {
    /// Moves the job: the state machine as a value, without I/O and without a clock (design §9).
    ///
    /// - Parameters:
    ///   - event: What happened.
    ///   - now: The ledger's time.
    /// - Returns: What the ledger has to do in the same transaction, in order.
    /// - Throws: ``TransitionError`` if the event does not fit the state; the job is then unchanged.
    package mutating func apply(_ event: JobEvent, at now: Timestamp) throws(TransitionError) -> [JobEffect] {
        let before = self
        do {
            let effects = try moved(by: event, at: now)
            guard state != before.state else { return effects }
            since = now
            tries = 0
            var all = effects
            all.insert(.audit(transitionEntry(from: before.state)), at: 0)
            if state.isEnd { all += endingEffects() }
            return all
        } catch {
            self = before
            throw error
        }
    }

    /// Whatever the way to an end: an isolate that did not succeed leaves no claim behind, a release that did
    /// not leaves the claims open, and whoever waits looks again.
    private mutating func endingEffects() -> [JobEffect] {
        due = nil
        lease = nil
        var effects: [JobEffect] = []
        if state != .succeeded {
            if action == "isolate" { effects.append(.closeClaim(outcome?.code ?? state.rawValue)) }
            if action == "release" { effects.append(.keepEndingClaims) }
            effects.append(.settleJoined(.failed))
        }
        effects.append(.wakeLane)
        return effects
    }

    private mutating func moved(by event: JobEvent, at now: Timestamp) throws(TransitionError) -> [JobEffect]
    {
        switch event {
        case .located, .decided, .readied, .refreshed, .refused, .denied, .postponed, .waits, .held, .letGo,
            .rehearsed,
            .settled, .withdrawn, .expired, .armed:
            try movedBeforeSubmitting(by: event, at: now)
        case .submissionStarted, .accepted, .notExecuted, .rejected, .outcomeUnknown, .stillUnknown, .adopted,
            .absent:
            try movedWhileSubmitting(by: event, at: now)
        case .joined, .parted, .rests, .progressed, .packageReady, .packaged, .ended, .cancelRequested,
            .cancelSent:
            try movedWhileWatching(by: event, at: now)
        }
    }

    // MARK: Before anything was submitted

    private mutating func movedBeforeSubmitting(
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

    // MARK: Around the POST

    private mutating func movedWhileSubmitting(
        by event: JobEvent,
        at now: Timestamp
    ) throws(TransitionError) -> [JobEffect] {
        switch event {
        case .submissionStarted(let leaseUntil):
            try require(.ready, event)
            submission = Submission(
                attempt: (submission?.attempt ?? 0) + 1,
                startedAt: now,
                leaseUntil: leaseUntil
            )
            enter(.submitting, due: leaseUntil)
            return action == "isolate" ? [.openClaim] : []
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
        case .notExecuted(let until, let trouble):
            try require(.submitting, event)
            if let effects = takenBack() { return effects }
            tries += 1
            outcome = nil
            enter(.ready, due: earliest(until, validUntil))
            return [.wakeLane, tellAsker(.warning, "job.waiting", "Not done yet: \(trouble.message)")]
        case .rejected(let outcome):
            try require(.submitting, event)
            return fail(outcome, as: .failed, at: now)
        case .outcomeUnknown(let outcome, let lookAt):
            try require(.submitting, event)
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
            guard let validUntil, now > validUntil else {
                enter(.ready, due: now)
                return [.wakeLane]
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

    // MARK: While Defender works

    private mutating func movedWhileWatching(
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
                    "Joined the containment by \(others.joined(separator: ", ")); nothing more is posted."
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
            return [tellAsker(.progress, "job.package-ready", "The package is complete; fetching it.")]
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
        case .ended(let how, let detail):
            try require(.watching, event)
            return ended(how, detail: detail, at: now)
        case .cancelRequested(let request):
            guard state.isInFlight else { throw TransitionError(state: state, event: event.name) }
            guard cancelRequest == nil else { return [] }
            cancelRequest = request
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

    private mutating func ended(_ how: JobEnd, detail: String?, at now: Timestamp) -> [JobEffect] {
        machineAction?.seenAt = now
        switch how {
        case .succeeded:
            machineAction?.status = "Succeeded"
            let outcome = Outcome(code: "succeeded", message: detail ?? "Defender says: Succeeded.")
            var effects = end(.succeeded, outcome, tone: .good)
            // A containment that somebody else made is theirs: no claim of ours, no time box, also for joiners.
            let isTheirs = joined == nil && machineAction?.isOurs == false
            if action == "isolate" {
                effects.insert(isTheirs ? .closeClaim("foreign") : .confirmClaim, at: 0)
            }
            if action == "release" {
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
            return fail(outcome, as: how, at: now)
        }
    }

    // MARK: Parts

    /// Ends a job whose action did not take place.
    ///
    /// A time box's release is tried again instead, further and further apart: a containment is never
    /// forgotten.
    private mutating func fail(_ outcome: Outcome, as how: JobEnd, at now: Timestamp) -> [JobEffect] {
        if isAutomatic {
            let wait = Duration.seconds(min(600, 15 << min(6, submission?.attempt ?? 1)))
            // What failed carries the same mark as the next try: it must not be found in its place.
            if let machineAction { spentActions = (spentActions ?? []).suffix(9) + [machineAction.id] }
            machineAction = nil
            let isWanted = cancelRequest == nil
            cancelRequest = nil
            enter(.ready, due: isWanted ? now + wait : now)
            guard isWanted else { return [.wakeLane] }
            let text = "\(title) at the end of its time failed and is tried again: \(outcome.message)"
            return [.wakeLane, tellAsker(.bad, "job.overdue", text), tellAll(.bad, "job.overdue", text)]
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
    private mutating func takenBack() -> [JobEffect]? {
        guard let request = cancelRequest else { return nil }
        guard !isAutomatic else {
            cancelRequest = nil
            return nil
        }
        let outcome = Outcome(code: "cancelled", message: "\(request.because) Nothing was executed.")
        return end(.cancelled, outcome, tone: .warning)
    }

    /// Follows an action that somebody else made no further; cancelling it is not ours to ask.
    private mutating func leave(_ request: CancelRequest) -> [JobEffect] {
        let words = "\(request.because) The action at Defender is somebody else's and goes on."
        return end(.cancelled, Outcome(code: "cancelled", message: words), tone: .warning)
    }

    private mutating func endExpired() -> [JobEffect] {
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

    private mutating func end(
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

    private mutating func enter(_ state: JobState, due: Timestamp?) {
        self.state = state
        self.due = due
    }

    private func require(_ wanted: JobState, _ event: JobEvent) throws(TransitionError) {
        guard state == wanted else { throw TransitionError(state: state, event: event.name) }
    }

    private func earliest(_ one: Timestamp?, _ other: Timestamp?) -> Timestamp? {
        guard let one else { return other.map { $0 + .milliseconds(1) } }
        guard let other else { return one }
        return min(one, other + .milliseconds(1))
    }

    /// `isolate laptop-7`, as messages begin.
    package var title: String { "\(action) \(machineText)" }

    private func tellAsker(
        _ tone: Notice.Tone,
        _ code: String,
        _ text: String,
        isFinal: Bool = false
    ) -> JobEffect {
        .tell(.conversation(conversationID), notice(tone, code, text, isFinal: isFinal))
    }

    private func tellAll(_ tone: Notice.Tone, _ code: String, _ text: String) -> JobEffect {
        .tell(.tell, notice(tone, code, text, isFinal: false))
    }

    /// A time box's release is talked about where its isolate was.
    package var conversationID: JobID {
        if case .timeBox(let isolate) = origin { isolate } else { id }
    }

    /// A notice about this job with the facts that people look for.
    package func notice(_ tone: Notice.Tone, _ code: String, _ text: String, isFinal: Bool) -> Notice {
        var fields = [
            Notice.Field("action", action), Notice.Field("machine", machineText),
            Notice.Field("asked by", askerText), Notice.Field("job", id.text),
            Notice.Field("state", state.rawValue),
        ]
        if let ticket { fields.append(Notice.Field("ticket", ticket)) }
        if let reason { fields.append(Notice.Field("reason", reason)) }
        if let duration { fields.append(Notice.Field("for", duration.description)) }
        return Notice(code: code, tone: tone, text: text, fields: fields, isFinal: isFinal)
    }

    private func transitionEntry(from old: JobState) -> AuditEntry {
        var detail = ["from": old.rawValue, "to": state.rawValue, "action": action]
        detail["machine"] = machine?.id.text
        detail["defender-action"] = machineAction?.id
        detail["outcome"] = outcome?.code
        detail["grant"] = decision?.grantNumber.map(String.init)
        return AuditEntry(kind: "job.\(state.rawValue)", subject: id.text, actor: askerText, detail: detail)
    }
}

extension JobEvent {
    /// The case's name, for errors.
    package var name: String {
        String(String(describing: self).prefix { $0.isLetter })
    }
}
