import Vocabulary

extension Policy {
    /// Refuses in words: why, what each grant lacked, and who may instead.
    func refused(
        _ question: Question,
        _ principal: Principal,
        _ machine: Machine?,
        _ trials: [Trial]
    ) -> Decision {
        let reasons = refusalReasons(question, principal, machine, trials)
        let whoMay = whoMay(question, machine, besides: principal)
        var explanation = reasons.map(\.text)
        explanation += trials.compactMap { trial in
            trial.failure.map {
                "Grant \(trial.grant.number) (line \(trial.grant.line)): "
                    + "\(words(of: $0, trial.grant, question, principal))."
            }
        }
        if grants.isEmpty { explanation.append("There are no grants: nobody may do anything.") }
        explanation.append(
            whoMay.isEmpty
                ? "Nobody else may either; a grant in the settings would be needed."
                : "Who may: \(whoMay.joined(separator: ", "))."
        )
        return Decision(
            verdict: .refuse,
            principal: principal,
            reasons: reasons,
            explanation: explanation,
            whoMay: whoMay
        )
    }

    /// Refuses somebody whom the settings do not know.
    func unknownAsker(_ asker: Asker, at source: SourceName) -> Decision {
        let reason =
            switch asker {
            case .service:
                Reason(
                    .unknownService,
                    "Source \(source) acts as no service, or as more than one: "
                        + "`services` must name exactly one."
                )
            case .identity(let identity):
                Reason(
                    .unknownPerson,
                    "\(identity) at \(source) is nobody in `people`, or more than one person."
                )
            case .local(let user):
                Reason(.unknownPerson, "Unix user \(user) is nobody in `people`, or more than one person.")
            }
        return Decision(
            verdict: .refuse,
            principal: nil,
            reasons: [reason],
            explanation: [reason.text, "No grant was considered: grants are given to people and services."]
        )
    }

    /// Refuses what a source may not ask, whoever asks there; nil if it may.
    func refusedByCeiling(of source: SourceName, _ word: String, _ principal: Principal?) -> Decision? {
        guard let ceiling = ceilings[source], !ceiling.contains(word.lowercased()) else { return nil }
        let most = ceiling.isEmpty ? "nothing" : ceiling.sorted().joined(separator: ", ")
        let reason = Reason(.ceiling, "Source \(source) may not ask to \(word), whoever asks there.")
        return Decision(
            verdict: .refuse,
            principal: principal,
            reasons: [reason],
            explanation: [reason.text, "`may` of source \(source) allows \(most); no grant goes beyond it."]
        )
    }

    /// The failures of the grants that are about this asker and action; one line each kind.
    private func refusalReasons(
        _ question: Question,
        _ principal: Principal,
        _ machine: Machine?,
        _ trials: [Trial]
    ) -> [Reason] {
        let near = trials.filter(\.isAboutAsker)
        guard !near.isEmpty else {
            return [Reason(.noGrant, "No grant allows \(principal) to \(question.action).")]
        }
        let name = machine?.shownName ?? question.selector.description
        var reasons: [Reason] = []
        for trial in near {
            guard let failure = trial.failure,
                let reason = reason(for: failure, trial, question, principal, name),
                !reasons.contains(where: { $0.code == reason.code })
            else { continue }
            reasons.append(reason)
        }
        return reasons
    }

    private func reason(
        for failure: Trial.Failure,
        _ trial: Trial,
        _ question: Question,
        _ principal: Principal,
        _ name: String
    ) -> Reason? {
        let action = question.action
        switch failure {
        case .action, .grantee: return nil
        case .source:
            return Reason(.source, "\(principal) may \(action), but not by asking at \(question.source).")
        case .proposal:
            return Reason(
                .proposal,
                "\(question.source) only proposes: it takes a grant with approvals, and there is none for this."
            )
        case .place:
            let here = question.place?.description ?? "there"
            return Reason(.place, "\(principal) may \(action), but not by asking in \(here).")
        case .hours:
            return Reason(.hours, "\(principal) may \(action) at other times only.")
        case .parameter(let parameter, let value):
            return Reason(.parameter, "\(principal) may \(action), but not with \(parameter) \(value).")
        case .unnamed(let parameter, let value):
            return Reason(
                .parameter,
                "\(principal) may \(action), but not with \(parameter) \(value): it takes a grant that names it "
                    + "(`with: { \(parameter): [\(value)] }`)."
            )
        case .namedTag(let tag, let places):
            return Reason(
                .tagNamed,
                "\(principal) may \(action), but not with tag \(tag): \(Policy.listed(places)) "
                    + "\(places.count == 1 ? "rests" : "rest") on it, and it takes a grant that names it under `with`."
            )
        case .namedValue(let value, let places):
            return Reason(
                .valueNamed,
                "\(principal) may \(action), but not with value \(value): \(Policy.listed(places)) "
                    + "\(places.count == 1 ? "asks" : "ask") for a value, and it takes a grant that names it under "
                    + "`with`."
            )
        case .duration:
            let most = trial.grant.durationMax?.description ?? "some time"
            let unsaid = question.isForEver ? "for ever is more" : "say for how long"
            let asked = question.duration.map { "\($0) is more" } ?? unsaid
            return Reason(.duration, "\(principal) may \(action) for at most \(most); \(asked).")
        case .others:
            return Reason(.others, "\(principal) may \(action) only what they asked for themselves.")
        case .foreign:
            return Reason(.foreign, "\(principal) may \(action), but not what was contained outside Bascule.")
        case .breakGlass:
            // It skips approval and nothing else: where the machine is out of its reach it is no way.
            let isOutOfReach = question.facts.map {
                Trial.machineFailure(trial.grant, $0.machine, self) != nil
            }
            guard let glass = trial.grant.breakGlass, isOutOfReach != true else { return nil }
            return Reason(
                .breakGlassNotNamed,
                "\(principal) may \(action) in an emergency: say `with break-glass=\(glass.name) because …`."
            )
        case .breakGlassReason:
            return Reason(.breakGlassReason, "A break-glass needs a reason: say `because …`.")
        case .noMachine:
            return Reason(
                .machine,
                "\(principal) may \(action), but only for some machines, and this is about none."
            )
        case .address:
            return Reason(
                .address,
                "\(principal) may not name the machine by its address; say its name or id."
            )
        case .machine(.unknown(let missing)):
            return Reason(
                .machine,
                "\(principal) may \(action) some machines; of \(name) Defender does not say \(missing)."
            )
        case .machine(.fails(let because)):
            return Reason(.machine, "\(principal) may \(action) some machines, but \(name) \(because).")
        case .machine(.fits): return nil
        case .protection(let protection, _):
            return Reason(.protected, "\(name) is protected as \(protection).")
        case .protectionUnknown(let protection, _, let missing):
            return Reason(
                .protectionUnknown,
                "\(name) may be protected as \(protection): Defender does not say \(missing)."
            )
        }
    }

    /// Those to whom some grant gives the same on the same machine, the asker left out.
    private func whoMay(_ question: Question, _ machine: Machine?, besides principal: Principal) -> [String] {
        let sufficing = grants.filter { grant in
            grant.allows(question.action)
                && (grant.reachesOthers(with: question.action) || !question.concernsOthers)
                && (grant.coversForeign || !question.concernsForeign) && grant.breakGlass == nil
                && Trial.termFailure(grant, question, self) == nil
                && machine.map { Trial.machineFailure(grant, $0, self) == nil } ?? true
        }
        return names(of: sufficing, besides: principal)
    }

    /// The people and groups of these grants, in order, each once.
    func names(of grants: [Grant], besides principal: Principal?) -> [String] {
        var names: [String] = []
        for grantee in grants.flatMap(\.grantees) {
            if let name = people(behind: grantee, besides: principal), !names.contains(name) {
                names.append(name)
            }
        }
        return names
    }

    /// A person by name, a group with its people; nothing for services, which nobody can ask.
    private func people(behind grantee: Grantee, besides principal: Principal?) -> String? {
        switch grantee {
        case .service: return nil
        case .person(let name): return principal == .person(name) ? nil : name
        case .group(let group):
            let members = (groups[group] ?? []).filter { $0.isPerson && $0 != principal }.map(\.name).sorted()
            return members.isEmpty ? nil : "\(group) (\(members.joined(separator: ", ")))"
        }
    }
}
