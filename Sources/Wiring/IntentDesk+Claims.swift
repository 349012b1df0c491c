import Catalogue
import Classifying
import Deciding
import Enqueuing
import Vocabulary

/// The words about containments and restrictions that are there: their end moved, held back, or brought about now.
extension IntentDesk {
    func extend(
        _ selector: Subject,
        by box: TimeBox,
        _ intent: Intent
    ) async throws -> Understanding {
        let found = try await claims(on: selector, intent)
        guard case .found(let claims) = found else { return found.answer }
        let (own, others) = split(claims.filter { $0.claim.endsAt != nil }, intent)
        guard !own.isEmpty || !others.isEmpty else {
            return said("The containment of \(selector) has no end to be moved.")
        }
        return each(own.isEmpty ? others : own) {
            extend($0, by: box, isOthers: own.isEmpty, like: $1, intent)
        }
    }

    /// By a button: the claim of one job.
    func extend(_ id: JobID, by box: TimeBox, _ intent: Intent) async throws -> Understanding {
        let found = try await held(by: id)
        if let refusal = refusal(toSee: found?.job, intent) { return refusal }
        guard let held = found, held.claim.isOpen else {
            return said("That containment has ended already.")
        }
        guard held.claim.endsAt != nil else { return said("That containment has no end to be moved.") }
        let isOthers = split([held], intent).own.isEmpty
        return extend([held], by: box, isOthers: isOthers, like: held, intent)
    }

    /// *Release now*: what typing `release` would do, with the right of whoever presses.
    func release(_ id: JobID, _ intent: Intent) async throws -> Understanding {
        let found = try await held(by: id)
        if let refusal = refusal(toSee: found?.job, intent) { return refusal }
        guard let held = found, held.claim.isOpen else {
            return said("That containment has ended already.")
        }
        let request = ActionRequest(
            action: held.claim.restraint.ends.word,
            subject: .id(held.claim.machine),
            reason: "released before its time"
        )
        return try await decide(request, of: intent, on: held.job.machine)
    }

    func hold(_ selector: Subject, _ intent: Intent) async throws -> Understanding {
        let found = try await claims(on: selector, intent)
        guard case .found(let claims) = found else { return found.answer }
        let (own, others) = split(claims.filter { $0.job.duration != nil }, intent)
        let chosen = own.isEmpty ? others : own
        guard !chosen.isEmpty else {
            return said("Nothing releases \(selector) by itself: its containment has no end.")
        }
        return each(chosen) { hold($0, isOthers: own.isEmpty, like: $1, intent) }
    }

    private func hold(_ claims: [Held], isOthers: Bool, like first: Held, _ intent: Intent) -> Understanding {
        let restraint = first.claim.restraint
        let decision = decide(like: first, for: nil, isOthers: isOthers, intent)
        guard decision.isAllowed else { return refused(decision) }
        if let most = policy.durationMax(of: decision.grant) {
            return refused(
                "Your \(restraint.noun)s last at most \(most): the end can be moved with `extend`, not held back."
            )
        }
        let words = "No \(restraint.end) of \(first.claim.machineName) at the end of its time."
        return done(decision, claims, words) { held, by in .hold(claim: held.claim.id, by: by) }
    }

    /// Asks of each lane by itself, since another grant may hold in each: nothing is done unless all may be.
    private func each(_ claims: [Held], _ ask: ([Held], Held) -> Understanding) -> Understanding {
        var whole: Understanding?
        for restraint in Catalogue.restraints {
            let part = claims.filter { $0.claim.lane == restraint.lane }
            guard let first = part.first else { continue }
            let answer = ask(part, first)
            guard answer.verdict == .accepted, var sum = whole else {
                guard answer.verdict == .accepted else { return answer }
                whole = answer
                continue
            }
            sum.notices += answer.notices
            sum.deeds += answer.deeds
            whole = sum
        }
        return whole ?? said("Nothing is contained there.")
    }

    // MARK: Parts

    private struct Held: Sendable {
        let claim: Claim
        let job: Job
    }

    private enum Found {
        case found([Held])
        case none(Understanding)

        var answer: Understanding {
            guard case .none(let answer) = self else {
                return Understanding(verdict: .answered, notices: [], note: nil)
            }
            return answer
        }
    }

    private func held(by id: JobID) async throws -> Held? {
        try await ledger.read { transaction in
            guard let claim = try transaction.claim(id), let job = try transaction.job(id) else { return nil }
            return Held(claim: claim, job: job)
        }
    }

    /// The open claims on the one contained machine that a selector means; names match as they do everywhere.
    private func claims(on selector: Subject, _ intent: Intent) async throws -> Found {
        let looking = policy.decideLook(intent.asker, at: intent.source)
        guard looking.isAllowed else { return .none(refused(looking)) }
        let all = try await ledger.read { transaction in
            try transaction.openClaims(on: nil).compactMap { claim in
                try transaction.job(claim.id).map { Held(claim: claim, job: $0) }
            }
        }
        let choice = chooseMachine(
            selector,
            among: all.compactMap(\.job.machine),
            mayBeCut: false,
            now: now,
            staleAfter: .seconds(Int64(Int32.max)),
            need: .either,
            spell: { $0.text }
        )
        switch choice {
        case .chosen(let machine, _): return .found(all.filter { $0.claim.machine == machine.id })
        case .refused(let refusal):
            guard refusal.kind == .notFound else { return .none(said("\(refusal.message) \(refusal.fix)")) }
            return .none(said("Bascule does not contain \(selector). `isolated` lists what it does."))
        }
    }

    private func split(_ claims: [Held], _ intent: Intent) -> (own: [Held], others: [Held]) {
        let asker = policy.principal(of: intent.asker, at: intent.source)
        let own = claims.filter { asker != nil && $0.claim.owner == asker }
        return (own, claims.filter { held in !own.contains { $0.claim.id == held.claim.id } })
    }

    /// Moving an end takes the right to isolate the machine, for others' claims with `others: yes`.
    private func decide(
        like held: Held,
        for box: TimeBox?,
        isOthers: Bool,
        _ intent: Intent
    ) -> Decision {
        policy.decide(
            Question(
                source: intent.source,
                asker: intent.asker,
                action: held.claim.restraint.begins.word,
                selector: .id(held.claim.machine),
                place: intent.place,
                parameters: held.job.parameters,
                duration: box,
                facts: held.job.machine.map { Facts(machine: $0, readAt: now) },
                concernsOthers: isOthers,
                now: now
            )
        )
    }

    private func extend(
        _ claims: [Held],
        by box: TimeBox,
        isOthers: Bool,
        like first: Held,
        _ intent: Intent
    ) -> Understanding {
        let decision = decide(like: first, for: box, isOthers: isOthers, intent)
        guard decision.isAllowed else {
            guard decision.isPermitted else { return refused(decision) }
            let form = "\(first.claim.restraint.begins.word) \(first.claim.machineName) for \(box)"
            return refused("Extending it needs approval: type `\(form)`, which asks for it and joins.")
        }
        let most = policy.durationMax(of: decision.grant)
        for held in claims {
            guard let end = held.claim.endsAt, let most else { continue }
            let next = max(end, now) + box.duration
            guard next.since(now) > most.duration else { continue }
            return refused(
                "That would end at \(next.iso8601); your \(held.claim.restraint.noun)s end at most \(most) from now."
            )
        }
        let name = first.claim.machineName
        let words = "The \(first.claim.restraint.noun) of \(name) is extended by \(box)."
        return done(decision, claims, words) { held, by in
            .extend(claim: held.claim.id, by: box, most: most, actor: by)
        }
    }

    private func done(
        _ decision: Decision,
        _ claims: [Held],
        _ words: String,
        _ make: (Held, String) -> Deed
    ) -> Understanding {
        guard let principal = decision.principal else { return refused(decision) }
        if let rehearsal = rehearsal(decision, words) { return rehearsal }
        var understanding = done(words)
        understanding.deeds = claims.map { make($0, principal.name) }
        return understanding
    }
}
