import Catalogue
package import Vocabulary

/// Who else must agree, who may agree, and what a grant of emergency skips (design §9).
extension Policy {
    /// What a grant and the machine ask for together; the stricter of the two where both ask.
    func approvalRule(
        of grant: Grant,
        _ action: String,
        _ machine: Machine?
    ) -> (rule: ApprovalRule?, essential: String?) {
        let essential = essentials.first { essential in
            guard action == Catalogue.isolate.word, let machine else { return false }
            if case .fails = essential.machines.fit(machine) { return false }
            // What Defender does not say may be so: asking somebody costs less.
            return true
        }
        guard grant.breakGlass == nil else { return (nil, essential?.name) }
        guard let essential else { return (grant.approvals, nil) }
        guard let own = grant.approvals, own.count > essential.approvals.count else {
            return (essential.approvals, essential.name)
        }
        return (own, essential.name)
    }

    /// The people who may approve what `requester` asks for, by name: never a service, never whoever asks.
    package func approvers(under of: [String], besides requester: Principal?) -> Set<String> {
        var names: Set<String> = []
        for name in of {
            if let members = groups[name] {
                names.formUnion(members.filter(\.isPerson).map(\.name))
            } else if people.contains(where: { $0.name == name }) {
                names.insert(name)
            }
        }
        if let requester { names.remove(requester.name) }
        return names
    }

    /// Whether somebody may approve or deny a job.
    ///
    /// Their identity is looked up anew each time; nobody approves their own, whatever identity they use.
    ///
    /// - Parameters:
    ///   - asker: Whoever presses or types.
    ///   - source: Where they do.
    ///   - action: The word of the job; a source's ceiling holds for its approval as well.
    ///   - asked: Who was asked to approve, groups and people.
    ///   - requester: Who asked for the job.
    /// - Returns: Allowed with the person's name, or refused with who may.
    package func decideApproval(
        _ asker: Asker,
        at source: SourceName,
        for action: String,
        of asked: [String],
        requester: Principal?
    ) -> Decision {
        guard let principal = principal(of: asker, at: source) else {
            return unknownAsker(asker, at: source)
        }
        if let refusal = refusedByCeiling(of: source, action, principal) { return refusal }
        func refused(_ code: Reason.Code, _ text: String, whoMay: [String] = []) -> Decision {
            Decision(
                verdict: .refuse,
                principal: principal,
                reasons: [Reason(code, text)],
                explanation: [text],
                whoMay: whoMay
            )
        }
        guard principal.isPerson else {
            return refused(.needsPerson, "\(principal) is a service; only a person approves.")
        }
        guard principal != requester else {
            return refused(
                .noGrant,
                "\(principal) asked for it and cannot approve it; `cancel` withdraws it."
            )
        }
        guard approvers(under: asked, besides: requester).contains(principal.name) else {
            return refused(
                .noGrant,
                "\(principal) is not one of those who approve this.",
                whoMay: shown(asked, besides: requester)
            )
        }
        let text = "\(principal) may approve or deny it."
        return Decision(
            verdict: .allow,
            principal: principal,
            reasons: [Reason(.granted, text)],
            explanation: [text]
        )
    }

    /// Whether somebody may confirm a job that is to be confirmed by whoever asked it.
    ///
    /// - Parameters:
    ///   - asker: Whoever presses or types.
    ///   - source: Where they do.
    ///   - isChat: True where nobody but that person can write in their name.
    ///   - action: The word of the job; a source's ceiling holds for its confirmation as well.
    ///   - requester: Who asked for the job.
    /// - Returns: Allowed for that person, in a chat or at the terminal; else refused.
    package func decideConfirmation(
        _ asker: Asker,
        at source: SourceName,
        isChat: Bool,
        for action: String,
        requester: Principal?
    ) -> Decision {
        guard let principal = principal(of: asker, at: source) else { return unknownAsker(asker, at: source) }
        if let refusal = refusedByCeiling(of: source, action, principal) { return refusal }
        let who = requester?.name ?? "whoever asked"
        let text: String
        switch (principal.isPerson && principal == requester, isChat) {
        case (true, true):
            text = "\(principal) asked for it and confirms it."
            return Decision(
                verdict: .allow,
                principal: principal,
                reasons: [Reason(.granted, text)],
                explanation: [text]
            )
        case (true, false): text = "It is confirmed in a chat, not where it was asked."
        case (false, _): text = "Only \(who) can confirm it."
        }
        return Decision(
            verdict: .refuse,
            principal: principal,
            reasons: [Reason(.noGrant, text)],
            explanation: [text],
            whoMay: requester.map { [$0.name] } ?? []
        )
    }

    /// Holds what is otherwise allowed until others agree; refuses what too few people could ever agree to.
    func held(_ allowed: Decision, until rule: ApprovalRule, _ principal: Principal) -> Decision {
        var decision = allowed
        let approvers = approvers(under: rule.of, besides: principal)
        let shown = shown(rule.of, besides: principal)
        let names = shown.isEmpty ? rule.of.joined(separator: ", ") : shown.joined(separator: ", ")
        guard approvers.count >= rule.count else {
            let text =
                "\(rule.count) of \(names) must approve it, and besides \(principal) there are only "
                + "\(approvers.count) who could."
            decision.verdict = .refuse
            decision.grant = nil
            decision.reasons = [Reason(.noApprovers, text)]
            decision.explanation += [
                text, "Add people to \(rule.of.joined(separator: ", ")) in the settings.",
            ]
            return decision
        }
        let text = "\(rule.count) of \(names) must approve it within \(rule.within.spoken)."
        decision.verdict = .hold(needs: .approval)
        decision.approvals = ApprovalDemand(rule: rule, approvers: approvers, shown: shown)
        decision.reasons.insert(Reason(.needsApproval, text), at: 0)
        decision.explanation.append(text)
        return decision
    }

    /// Refuses a break-glass that is named and was given to nobody here; nil where none is named or it is theirs.
    func refusedBreakGlass(_ question: Question, _ principal: Principal) -> Decision? {
        guard let name = question.breakGlass else { return nil }
        let named = grants.filter { $0.breakGlass?.name == name }
        let isTheirs = named.contains { $0.allows(question.action) && isGiven($0, to: principal) }
        guard !isTheirs else { return nil }
        let text = "No break-glass grant called \(name) lets \(principal) \(question.action)."
        return Decision(
            verdict: .refuse,
            principal: principal,
            reasons: [Reason(.breakGlassNotNamed, text)],
            explanation: [text, "Nothing else was considered: whoever names a break-glass means that one."],
            whoMay: names(of: named.filter { $0.allows(question.action) }, besides: principal)
        )
    }

    /// Groups with their people, and people, without whoever asks.
    func shown(_ asked: [String], besides requester: Principal?) -> [String] {
        asked.compactMap { name in
            guard let members = groups[name] else { return requester?.name == name ? nil : name }
            let people = members.filter { $0.isPerson && $0 != requester }.map(\.name).sorted()
            return people.isEmpty ? nil : "\(name) (\(people.joined(separator: ", ")))"
        }
    }
}
