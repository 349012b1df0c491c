import Catalogue
package import Vocabulary

/// The questions that are not about one machine's action: looking, freezing, cancelling.
extension Policy {
    /// The word that a grant allows besides the catalogue's.
    package static let unfreezeWord = "unfreeze"
    /// The word that stands in a grant for every look-up of the catalogue but hunting, which sees everything.
    package static let lookUpsWord = "look-ups"
    package static let lookUps = Catalogue.actions.filter {
        $0.isLookUp && $0.needsGrant && $0.word != "hunt"
    }
    .map(\.word)
    /// The word that a source's ceiling allows besides these; it needs no grant of its own.
    package static let freezeWord = "freeze"

    /// Whether an asker may see machines, jobs and claims: anybody whom some grant is given to.
    package func decideLook(_ asker: Asker, at source: SourceName) -> Decision {
        decideWide(asker, at: source, doing: "look", within: Catalogue.status.word, needsPerson: false) { _ in
            true
        }
    }

    /// Whether an asker may freeze: any person with a grant that changes machines.
    package func decideFreeze(_ asker: Asker, at source: SourceName) -> Decision {
        decideWide(asker, at: source, doing: "freeze", within: Policy.freezeWord, needsPerson: true) {
            grant in
            grant.actions.contains { Catalogue.entry($0)?.changesState == true }
        }
    }

    /// Whether an asker may unfreeze: a person with a grant that says so.
    ///
    /// A grant that asks for a place or an hour holds only where that is told.
    package func decideUnfreeze(
        _ asker: Asker,
        at source: SourceName,
        in place: Place? = nil,
        now: Timestamp? = nil
    ) -> Decision {
        let word = Policy.unfreezeWord
        return decideWide(asker, at: source, doing: word, within: word, needsPerson: true) { grant in
            grant.allows(word) && !grant.rehearses && grant.isAskable(in: place)
                && grant.hours.map { hours in now.map(hours.contain) ?? false } ?? true
        }
    }

    /// Whether an asker may let a job go on that a limit holds: a person with a grant that says `go`.
    package func decideGo(
        _ asker: Asker,
        at source: SourceName,
        in place: Place?,
        _ action: String,
        _ machine: Machine?,
        now: Timestamp
    ) -> Decision {
        let word = Policy.goWord
        return decideWide(asker, at: source, doing: "lift a limit", within: action, needsPerson: true) {
            grant in
            grant.allows(word) && !grant.rehearses && grant.isAskable(in: place)
                && grant.hours.map { $0.contain(now) } ?? true
                && machine.map { Trial.machineFailure(grant, $0, self) == nil } ?? grant.machines.isAny
        }
    }

    /// True for a grant that only rehearses what it allows.
    package func isRehearsing(_ reference: GrantReference?) -> Bool {
        grants.first { $0.reference == reference }?.rehearses == true
    }

    /// The longest time box of a grant; nil where it has no bound.
    package func durationMax(of reference: GrantReference?) -> TimeBox? {
        grants.first { $0.reference == reference }?.durationMax
    }

    /// Whether an asker may cancel a job: their own always, another's by a grant for `cancel` with `others`.
    ///
    /// A grant for `cancel` holds for the job's machine as any grant does, so that `facts` may be asked for.
    package func decideCancel(
        _ asker: Asker,
        at source: SourceName,
        jobOf requester: Principal,
        on selector: Subject,
        in place: Place? = nil,
        facts: Facts?,
        now: Timestamp
    ) -> Decision {
        if let principal = principal(of: asker, at: source), principal == requester {
            let text = "\(principal) asked for it and may withdraw it."
            return Decision(
                verdict: .allow,
                principal: principal,
                reasons: [Reason(.granted, text)],
                explanation: [text]
            )
        }
        return decide(
            Question(
                source: source,
                asker: asker,
                action: Catalogue.cancel.word,
                selector: selector,
                place: place,
                facts: facts,
                concernsOthers: true,
                now: now
            )
        )
    }

    private func decideWide(
        _ asker: Asker,
        at source: SourceName,
        doing word: String,
        within ceilingWord: String,
        needsPerson: Bool,
        _ suffices: (Grant) -> Bool
    ) -> Decision {
        guard let principal = principal(of: asker, at: source) else {
            return unknownAsker(asker, at: source)
        }
        if let refusal = refusedByCeiling(of: source, ceilingWord, principal) { return refusal }
        if needsPerson, !principal.isPerson {
            let text = "\(principal) is a service; only a person may \(word)."
            return Decision(
                verdict: .refuse,
                principal: principal,
                reasons: [Reason(.needsPerson, text)],
                explanation: [text]
            )
        }
        let found = grants.first { grant in
            suffices(grant) && isGiven(grant, to: principal)
                && (grant.sources.isEmpty || grant.sources.contains(source))
        }
        guard let grant = found else {
            let text = "No grant lets \(principal) \(word) when asked at \(source)."
            return Decision(
                verdict: .refuse,
                principal: principal,
                reasons: [Reason(.noGrant, text)],
                explanation: [text],
                whoMay: names(of: grants.filter(suffices), besides: principal)
            )
        }
        let text = "Grant \(grant.number) (line \(grant.line)) lets \(principal) \(word)."
        return Decision(
            verdict: .allow,
            principal: principal,
            grant: grant.reference,
            reasons: [Reason(.granted, text)],
            explanation: [text]
        )
    }
}
