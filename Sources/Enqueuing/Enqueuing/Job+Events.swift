import Catalogue
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
            if isRestraining { effects.append(.closeClaim(outcome?.code ?? state.rawValue)) }
            if isReleasing { effects.append(.keepEndingClaims) }
            effects.append(.settleJoined(.failed))
        }
        effects.append(.wakeLane)
        return effects
    }

    private mutating func moved(by event: JobEvent, at now: Timestamp) throws(TransitionError) -> [JobEffect]
    {
        switch event {
        case .located, .named, .decided, .readied, .refreshed, .refused, .denied, .postponed, .waits, .queued,
            .held,
            .letGo,
            .rehearsed,
            .settled, .withdrawn, .expired, .armed, .awaits, .approved, .turnedDown, .lapsed,
            .warned, .clockDoubted, .heldBack:
            try movedBeforeSubmitting(by: event, at: now)
        case .submissionStarted, .accepted, .done, .notExecuted, .rejected, .outcomeUnknown, .stillUnknown,
            .adopted,
            .absent:
            try movedWhileSubmitting(by: event, at: now)
        case .joined, .parted, .rests, .progressed, .packageReady, .packaged, .resulted, .ended,
            .cancelRequested,
            .cancelSent:
            try movedWhileWatching(by: event, at: now)
        }
    }
}

extension JobEvent {
    /// The case's name, for errors.
    package var name: String {
        String(String(describing: self).prefix { $0.isLetter })
    }
}
