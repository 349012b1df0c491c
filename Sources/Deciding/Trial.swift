import Catalogue
import Vocabulary

/// One grant held against one question: it applies, could apply, or fails at its first unmet condition.
struct Trial {
    enum Outcome: Hashable {
        case applies
        /// All that can be known without the machine speaks for it.
        case couldApply
        case fails(Failure)
    }

    /// The conditions in the order they are looked at; a later one was reached by meeting all before it.
    enum Failure: Hashable {
        case action
        case grantee
        case source
        /// The source only proposes, and the grant asks for nobody's approval.
        case proposal
        case place
        case others
        case foreign
        case breakGlass
        case breakGlassReason
        case hours
        case parameter(name: String, value: String)
        /// A value that a grant must name, and this one says nothing of the parameter.
        case unnamed(parameter: String, value: String)
        /// The tag that is asked for is one that others rest on, and the grant does not name it.
        case namedTag(String, by: [String])
        /// The same for what a machine is worth.
        case namedValue(String, by: [String])
        case duration
        case address
        /// The grant holds for some machines, and what is asked is about none.
        case noMachine
        case machine(Fit)
        case protection(name: String, line: Int)
        case protectionUnknown(name: String, line: Int, missing: String)
    }

    let grant: Grant
    let outcome: Outcome

    /// The `machine` is what is known of it, fresh enough to count; nil if nothing is.
    init(
        of grant: Grant,
        for question: Question,
        by principal: Principal,
        machine: Machine?,
        under policy: Policy
    ) {
        self.grant = grant
        outcome = Trial.outcome(grant, question, principal, machine, policy)
    }

    var failure: Failure? {
        if case .fails(let failure) = outcome { failure } else { nil }
    }

    /// True if it gives this principal this action, on whatever terms.
    var isAboutAsker: Bool { failure != .action && failure != .grantee }

    private static func outcome(
        _ grant: Grant,
        _ question: Question,
        _ principal: Principal,
        _ machine: Machine?,
        _ policy: Policy
    ) -> Outcome {
        guard grant.allows(question.action) else { return .fails(.action) }
        guard policy.isGiven(grant, to: principal) else { return .fails(.grantee) }
        guard grant.sources.isEmpty || grant.sources.contains(question.source) else { return .fails(.source) }
        if policy.proposingSources.contains(question.source),
            grant.approvals == nil || grant.breakGlass != nil
        {
            return .fails(.proposal)
        }
        guard grant.isAskable(in: question.place) else { return .fails(.place) }
        guard grant.reachesOthers(with: question.action) || !question.concernsOthers else {
            return .fails(.others)
        }
        guard grant.coversForeign || !question.concernsForeign else { return .fails(.foreign) }
        if let glass = grant.breakGlass {
            guard question.breakGlass == glass.name else { return .fails(.breakGlass) }
            guard question.hasReason else { return .fails(.breakGlassReason) }
        }
        if let failure = termFailure(grant, question, policy) { return .fails(failure) }
        if case .address = question.selector, !grant.allowsAddress { return .fails(.address) }
        if Catalogue.entry(question.action)?.isAboutMachine == false {
            return grant.machines.isAny ? .applies : .fails(.noMachine)
        }
        guard let machine else { return .couldApply }
        return machineFailure(grant, machine, policy).map(Outcome.fails) ?? .applies
    }

    /// What stands between a grant and what is asked, whoever asks and whatever the machine: time and terms.
    static func termFailure(_ grant: Grant, _ question: Question, _ policy: Policy) -> Failure? {
        if let hours = grant.hours, !hours.contain(question.now) { return .hours }
        if let failure = parameterFailure(grant, question, policy) { return failure }
        guard let most = grant.durationMax, Catalogue.entry(question.action)?.takesTimeBox == true else {
            return nil
        }
        // Who says `for ever` does not mean the grant's default.
        guard !question.isForEver else { return .duration }
        let duration = question.duration ?? grant.durationDefault
        guard let duration, duration.seconds <= most.seconds else { return .duration }
        return nil
    }

    private static func parameterFailure(_ grant: Grant, _ question: Question, _ policy: Policy) -> Failure? {
        let entry = Catalogue.entry(question.action)
        for (name, values) in grant.parameters.sorted(by: { $0.key < $1.key }) {
            let parameter = entry?.parameter(name)
            // What need not be said is an empty text where it is not.
            let said =
                question.parameters[name] ?? parameter?.defaultValue
                ?? (parameter?.isRequired == false ? "" : nil)
            // Texts are compared as Defender's are; a word has one spelling here.
            let isListed = { (value: String) in
                parameter?.isExact == true
                    ? values.contains { $0.utf8.elementsEqual(value.utf8) }
                    : parameter?.isFreeText == true
                        ? values.contains { isSameWord($0, value) } : values.contains(value)
            }
            guard let said, isListed(said) else {
                return .parameter(name: name, value: said.flatMap { $0.isEmpty ? nil : $0 } ?? "none")
            }
        }
        for parameter in entry?.parameters ?? [] where parameter.isRequired {
            guard question.parameters[parameter.name] != nil else {
                return .parameter(name: parameter.name, value: "none")
            }
        }
        for parameter in entry?.parameters ?? [] where grant.parameters[parameter.name] == nil {
            guard let said = question.parameters[parameter.name], parameter.mustBeGranted.contains(said)
            else {
                continue
            }
            return .unnamed(parameter: parameter.name, value: said)
        }
        return policy.changeFailure(grant, question)
    }

    /// What stands between a grant and a machine: its own condition, then every protection it does not name.
    ///
    /// A protection that may hold, because Defender does not say what it asks about, stops the grant as one
    /// that does hold would: acting on a domain controller by mistake costs more than asking again.
    static func machineFailure(_ grant: Grant, _ machine: Machine, _ policy: Policy) -> Failure? {
        let fit = grant.machines.fit(machine)
        guard fit == .fits else { return .machine(fit) }
        var unknown: Failure?
        for protection in policy.protections where !grant.protections.contains(protection.name) {
            switch protection.machines.fit(machine) {
            case .fails: continue
            case .fits: return .protection(name: protection.name, line: protection.line)
            case .unknown(let missing):
                let failure = Failure.protectionUnknown(
                    name: protection.name,
                    line: protection.line,
                    missing: missing
                )
                unknown = unknown ?? failure
            }
        }
        return unknown
    }
}

extension Grant {
    /// True if it may be asked there; what is not known to be one of its places is none of them.
    func isAskable(in place: Place?) -> Bool {
        places.isEmpty || place.map(places.contains) ?? false
    }

    /// A release of others' claims needs `others: yes`, or somebody's agreement.
    func reachesOthers(with action: String) -> Bool {
        coversOthers || (approvals != nil && Catalogue.endsRestraint(action))
    }

    func allows(_ action: String) -> Bool {
        actions.contains { $0.lowercased() == action.lowercased() }
    }
}

extension Policy {
    func isGiven(_ grant: Grant, to principal: Principal) -> Bool {
        grant.grantees.contains { grantee in
            switch grantee {
            case .person(let name): principal == .person(name)
            case .service(let name): principal == .service(name)
            case .group(let name): groups[name]?.contains(principal) == true
            }
        }
    }
}
