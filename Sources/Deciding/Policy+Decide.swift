import Catalogue
import Vocabulary

extension Policy {
    /// Answers one question; the same question and policy always get the same answer.
    ///
    /// The first grant of the file that applies allows it; one that acts goes before one that rehearses, and one
    /// that needs no approval before one that does, since grants add up; one whose approval cannot be had comes
    /// last. Without the machine, or with facts older than ``factsAgeMax``, the answer is never yes:
    /// ``Decision/Verdict/hold(needs:)`` where a grant could apply, else the refusal at once.
    ///
    /// `status` is a look, whatever the machine: see ``decideLook(_:at:)``. What is about no machine needs a grant
    /// for any machine, and no facts.
    package func decide(_ question: Question) -> Decision {
        guard let entry = Catalogue.entry(question.action) else { return unknownAction(question.action) }
        guard entry.needsGrant else { return decideLook(question.asker, at: question.source) }
        guard let principal = principal(of: question.asker, at: question.source) else {
            return unknownAsker(question.asker, at: question.source)
        }
        if let refusal = refusedByCeiling(of: question.source, entry.word, principal) { return refusal }
        let machine = question.facts.flatMap { isFresh($0, at: question.now) ? $0.machine : nil }
        let trials = grants.map {
            Trial(of: $0, for: question, by: principal, machine: machine, under: self)
        }
        if let refusal = refusedBreakGlass(question, principal) { return refusal }
        if let refusal = refusedIndicator(question, principal, trials) { return refusal }
        let applying = trials.filter { $0.outcome == .applies }.map(\.grant)
        if !applying.isEmpty, machine != nil || !entry.isAboutMachine {
            return permitted(by: applying, question, principal, machine)
        }
        if trials.contains(where: { $0.outcome == .couldApply }) {
            return held(question, principal, trials)
        }
        return refused(question, principal, machine, trials)
    }

    /// A clock that was set back makes facts look newer than now; those are as doubtful as old ones.
    private func isFresh(_ facts: Facts, at now: Timestamp) -> Bool {
        let age = now.since(facts.readAt)
        return age <= Policy.factsAgeMax && age >= .zero - Policy.factsAgeMax
    }

    private func permitted(
        by grants: [Grant],
        _ question: Question,
        _ principal: Principal,
        _ machine: Machine?
    ) -> Decision {
        let needs = grants.map { approvalRule(of: $0, question.action, machine) }
        let order = grants.indices.sorted { left, right in
            let rank = { (index: Int) in
                (grants[index].rehearses ? 1 : 0, agreementRank(needs[index].rule, principal), index)
            }
            return rank(left) < rank(right)
        }
        let first = order[0]
        var decision = allowed(by: grants[first], question, principal, machine)
        if let remark = indicatorRemark(question) {
            decision.reasons.append(Reason(.insideAddress, remark))
            decision.explanation.append(remark)
        }
        if question.duration == nil, !question.isForEver,
            Catalogue.entry(question.action)?.takesTimeBox == true
        {
            decision.defaultDuration = grants[first].durationDefault
        }
        if let essential = needs[first].essential {
            decision.essential = essential
            let text =
                "\(machine?.shownName ?? "It") is essential: \(essential). Isolating it may cut off the defenders."
            decision.reasons.append(Reason(.essential, text))
            decision.explanation.append(text)
        }
        if let glass = grants[first].breakGlass {
            decision.breakGlass = glass
            let text = "Break-glass \(glass.name) skips approval; it is told before anything is posted."
            decision.reasons.append(Reason(.breakGlass, text))
            decision.explanation.append(text)
        }
        guard let rule = needs[first].rule else { return decision }
        return held(decision, until: rule, principal)
    }

    /// Nobody's agreement before somebody's, and what cannot be had last.
    private func agreementRank(_ rule: ApprovalRule?, _ principal: Principal) -> Int {
        guard let rule else { return 0 }
        return approvers(under: rule.of, besides: principal).count >= rule.count ? 1 : 2
    }

    private func allowed(
        by grant: Grant,
        _ question: Question,
        _ principal: Principal,
        _ machine: Machine?
    ) -> Decision {
        let name = machine?.shownName ?? question.selector.description
        let deed = [question.action, name].filter { !$0.isEmpty }.joined(separator: " ")
        var reasons = [
            Reason(
                .granted,
                "Grant \(grant.number) (line \(grant.line)) allows \(principal) to \(deed)."
            )
        ]
        let rehearsal = rehearsalReason(grant, question.source)
        if let rehearsal { reasons.append(Reason(.rehearsal, rehearsal)) }
        var explanation = reasons.map(\.text)
        explanation.insert(
            "Grant \(grant.number) (line \(grant.line)): \(words(of: grant)).",
            at: 1
        )
        for name in grant.protections.sorted() {
            let isMet = protections.contains { protection in
                protection.name == name && machine.map { protection.machines.fit($0) == .fits } == true
            }
            if isMet {
                explanation.append("The machine is protected as \(name); the grant names this protection.")
            }
        }
        return Decision(
            verdict: .allow,
            principal: principal,
            grant: grant.reference,
            reasons: reasons,
            rehearses: rehearsal != nil,
            explanation: explanation
        )
    }

    private func rehearsalReason(_ grant: Grant, _ source: SourceName) -> String? {
        if rehearses { return "Nothing is posted: the bridge rehearses." }
        if rehearsingSources.contains(source) { return "Nothing is posted: source \(source) rehearses." }
        return grant.rehearses ? "Nothing is posted: grant \(grant.number) rehearses." : nil
    }

    private func held(_ question: Question, _ principal: Principal, _ trials: [Trial]) -> Decision {
        let text =
            question.facts == nil
            ? "Which machine \(question.selector) is must be known first."
            : "What is known of \(question.selector) is older than \(Policy.factsAgeMax.spoken) and must be read again."
        let open = trials.filter { $0.outcome == .couldApply }.map {
            "Grant \($0.grant.number) (line \($0.grant.line)) could allow it: \(words(of: $0.grant))."
        }
        return Decision(
            verdict: .hold(needs: .machine),
            principal: principal,
            reasons: [Reason(.needsMachine, text)],
            explanation: [text] + open
        )
    }

    private func unknownAction(_ action: String) -> Decision {
        let nearest = nearestWord(to: action, among: Catalogue.actions.map(\.word))
        let text = "\(action) is not an action\(nearest.map { "; did you mean \($0)?" } ?? ".")"
        return Decision(
            verdict: .refuse,
            principal: nil,
            reasons: [Reason(.unknownAction, text)],
            explanation: [text]
        )
    }
}
