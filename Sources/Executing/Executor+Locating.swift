import Catalogue
package import Deciding
import Defender
package import Enqueuing
import Vocabulary

extension Executor {
    /// `recorded`: finds the one machine, or says why there is none.
    func locate(_ job: inout Job) async throws -> Bool {
        guard job.isAboutMachine else {
            job = try await ledger.apply(.named, to: job, keeping: settings.times)
            return true
        }
        let page: MachinePage
        do throws(DefenderError) {
            page = try await defender.candidates(
                for: job.selector,
                now: wallClock(),
                priority: priority(of: job)
            )
        } catch {
            if error.kind == .notFound {
                return try await refuse(&job, notFound(job))
            }
            return try await settleLookUp(&job, error)
        }
        let spelled = job
        let choice = chooseMachine(
            job.selector,
            among: page.machines,
            mayBeCut: page.mayBeCut,
            now: wallClock(),
            staleAfter: policy().staleAfter,
            need: job.onboardingNeed,
            spell: { spelled.command(on: $0.text) }
        )
        switch choice {
        case .chosen(let machine, let setAside):
            let twins = setAside.map { "\($0.shownName) (\($0.id.text.prefix(8))…)" }
            job = try await ledger.apply(.located(machine, setAside: twins), to: job, keeping: settings.times)
            return true
        case .refused(let refusal):
            let listed = refusal.candidates.map { "\n• \($0.marks): \($0.command)" }.joined()
            guard !listed.isEmpty else {
                let outcome = Outcome(code: refusal.code, message: refusal.message, fix: refusal.fix)
                return try await refuse(&job, outcome)
            }
            // What to do stands above the list: behind it, it would be copied with the last command.
            let message = "\(refusal.message) \(refusal.fix)\(listed)"
            return try await refuse(&job, Outcome(code: refusal.code, message: message, fix: nil))
        }
    }

    /// `located`: decides with the machine known.
    func decide(_ job: inout Job) async throws -> Bool {
        guard let factsAt = job.factsAt, job.machine != nil || !job.isAboutMachine else {
            return try await refuse(&job, notFound(job))
        }
        let decision =
            if let machine = job.machine {
                try await decisionNow(on: job, machine: machine, readAt: factsAt)
            } else {
                decision(on: job, machine: nil, readAt: factsAt)
            }
        guard decision.isPermitted else { return try await deny(&job, decision) }
        job = try await ledger.apply(.decided(note(decision, on: job)), to: job, keeping: settings.times)
        return true
    }

    /// True once whoever asked has confirmed what must be; else it is held until they do.
    func isConfirmed(_ job: inout Job) async throws -> Bool {
        guard job.isUnconfirmed else { return true }
        let who = job.principal?.name ?? job.askerText
        let outcome = Outcome(
            code: Job.unconfirmed,
            message: "\(who) must confirm it in a chat: the ticket's text may be another's.",
            fix: "One click there by \(who), or their `go \(job.id)`, lets it go on; nobody else's does."
        )
        job = try await ledger.apply(.held(outcome), to: job, keeping: nil)
        return false
    }

    /// Reads the machine again if what is known is too old to decide on, and decides on it.
    ///
    /// - Returns: False if the job has ended or waits.
    func refresh(_ job: inout Job) async throws -> Bool {
        guard job.isAboutMachine else { return try await refreshThing(&job) }
        guard !job.isAutomatic, let known = job.machine else { return true }
        var machine = known
        var readAt = job.factsAt ?? job.acceptedAt
        if wallClock().since(readAt) > Policy.factsAgeMax || readAt > wallClock() {
            do throws(DefenderError) {
                machine = try await defender.machine(known.id, priority: priority(of: job))
                readAt = wallClock()
            } catch {
                if error.kind == .notFound { return try await refuse(&job, notFound(job)) }
                return try await settleLookUp(&job, error)
            }
        }
        let decision = try await decisionNow(on: job, machine: machine, readAt: readAt)
        guard decision.isPermitted else { return try await deny(&job, decision) }
        let fresh = note(decision, on: job)
        var timed = job
        timed.takeDuration(of: fresh)
        if let need = fresh.approvals, !timed.isAgreed(by: need) {
            // Who agreed may no longer, or more must than before: they are asked again.
            job = try await ledger.apply(
                .refreshed(machine, fresh, readAt: readAt),
                to: job,
                keeping: settings.times
            )
            job = try await ledger.apply(.awaits(need), to: job, keeping: nil)
            return false
        }
        guard machine != known || readAt != job.factsAt || differs(fresh, job.decision) else { return true }
        job = try await ledger.apply(
            .refreshed(machine, fresh, readAt: readAt),
            to: job,
            keeping: settings.times
        )
        return true
    }

    func differs(_ one: DecisionNote, _ other: DecisionNote?) -> Bool {
        guard var other else { return true }
        other.decidedAt = one.decidedAt
        return one != other
    }

    /// The decision on a job with what is open on the machine.
    ///
    /// A release of others' claims that would be allowed once somebody agrees asks for that, and one that a
    /// break-glass allows is told and counted as such; what it may not end, the lane says with the owners' names.
    private func decisionNow(on job: Job, machine: Machine, readAt: Timestamp) async throws -> Decision {
        let own = decision(on: job, machine: machine, readAt: readAt)
        guard try await concernsOthers(job, machine.id) else { return own }
        let others = decision(on: job, machine: machine, readAt: readAt, others: true)
        return others.verdict == .hold(needs: .approval) || others.breakGlass != nil ? others : own
    }

    /// True for a release by somebody who has no claim on a machine that others contain; where a break-glass is
    /// named, any claim of others is meant.
    private func concernsOthers(_ job: Job, _ machine: MachineID) async throws -> Bool {
        guard job.isReleasing, !job.isAutomatic else { return false }
        let claims = try await ledger.read { try $0.openClaims(on: machine) }
        let owners = claims.filter { $0.lane == job.lane }.map(\.owner)
        let isTheirs = { (owner: Principal?) in owner != nil && owner == job.principal }
        if job.breakGlass != nil { return !owners.allSatisfy(isTheirs) }
        return !owners.isEmpty && !owners.contains(where: isTheirs)
    }

    func decision(
        on job: Job,
        machine: Machine?,
        readAt: Timestamp,
        others: Bool = false,
        foreign: Bool = false
    ) -> Decision {
        policy().decide(
            Question(
                source: job.source,
                asker: job.asker,
                action: job.action,
                selector: job.selector,
                place: job.place,
                parameters: job.parameters,
                duration: job.duration,
                facts: machine.map { Facts(machine: $0, readAt: readAt) },
                concernsOthers: others,
                concernsForeign: foreign,
                breakGlass: job.breakGlass,
                hasReason: job.reason?.isEmpty == false,
                now: wallClock()
            )
        )
    }

    /// Ends a job that is not allowed, with every grant that was considered kept for `jobs show`.
    func deny(_ job: inout Job, _ decision: Decision) async throws -> Bool {
        job = try await ledger.apply(
            .denied(note(decision, on: job), refusal(decision)),
            to: job,
            keeping: nil
        )
        return false
    }

    func note(_ decision: Decision, on job: Job) -> DecisionNote {
        var (mayEndOthers, mayEndForeign) = (false, false)
        if job.isReleasing, let machine = job.machine {
            let now = wallClock()
            // What only a break-glass allows is told first and counted: it must be the decision itself.
            let mayEnd = { (wider: Decision) in
                self.isFinal(wider, job)
                    && (wider.breakGlass == nil || wider.breakGlass == decision.breakGlass)
            }
            mayEndOthers = mayEnd(self.decision(on: job, machine: machine, readAt: now, others: true))
            mayEndForeign = mayEnd(self.decision(on: job, machine: machine, readAt: now, foreign: true))
        }
        var reasons = decision.reasons.map(\.code.rawValue)
        if decision.rehearses, !reasons.contains("rehearsal") { reasons.append("rehearsal") }
        return DecisionNote(
            verdict: decision.verdict.word,
            grantNumber: decision.grant?.number,
            grantLine: decision.grant?.line,
            reasons: reasons,
            explanation: decision.explanation,
            mayEndOthers: mayEndOthers,
            mayEndForeign: mayEndForeign,
            approvals: decision.approvals.map(need),
            breakGlass: decision.breakGlass?.name,
            essential: decision.essential,
            defaultDuration: decision.defaultDuration,
            decidedAt: wallClock()
        )
    }

    /// Allowed, and agreed to where somebody must agree.
    private func isFinal(_ decision: Decision, _ job: Job) -> Bool {
        decision.isAllowed || (decision.approvals.map { job.isAgreed(by: need($0)) } ?? false)
    }

    private func need(_ demand: ApprovalDemand) -> ApprovalNeed {
        ApprovalNeed(
            of: demand.rule.of,
            approvers: demand.approvers,
            shown: demand.shown,
            count: demand.rule.count,
            within: TimeBox(seconds: demand.rule.within.wholeSeconds) ?? .shortest
        )
    }

    private func refusal(_ decision: Decision) -> Outcome {
        Outcome(code: decision.reasons.first?.code.rawValue ?? "refused", message: decision.answer)
    }

    private func notFound(_ job: Job) -> Outcome {
        Outcome(
            code: "machine-not-found",
            message: "Defender knows no machine \(job.selector).",
            fix: "Check the name; it is compared whole. A machine that is not onboarded cannot be found."
        )
    }

    /// A look-up that failed: what waiting may cure is waited for, the rest ends the job.
    private func settleLookUp(_ job: inout Job, _ error: DefenderError) async throws -> Bool {
        switch error.kind {
        case .permission, .refused, .notSupported:
            try await refuse(&job, Outcome(code: error.code, message: error.message, fix: error.fix))
        default: try await postpone(&job, error)
        }
    }

    func priority(of job: Job) -> CallPriority {
        if job.lane == .network { return .containment }
        return job.lane == nil ? .question : .action
    }
}

extension Job {
    /// On which machines it works: on those that are onboarded, but for what contains the others.
    ///
    /// A containment of those is looked at and ended as well.
    package var onboardingNeed: OnboardingNeed {
        if [Catalogue.release.word, Catalogue.status.word].contains(action) { return .either }
        guard action == Catalogue.isolate.word else { return .onboarded }
        var other = self
        guard parameters["type"] == Catalogue.unmanagedType else {
            other.parameters["type"] = Catalogue.unmanagedType
            return .onboarded(instead: other.command(on: selector.description))
        }
        other.parameters["type"] = nil
        return .unmanaged(instead: other.command(on: selector.description))
    }

    /// What to type to ask the same of another machine.
    package func command(on machine: String) -> String {
        var words = "\(action) \(machine)"
        if let duration { words += " for \(duration)" }
        let settings = parameters.sorted { $0.key < $1.key }
            .filter { Catalogue.entry(action)?.parameter($0.key)?.defaultValue != $0.value }
        if !settings.isEmpty {
            words += " with \(settings.map(ActionParameter.spelled).joined(separator: " "))"
        }
        if let reason { words += " because \(reason)" }
        return words
    }
}
