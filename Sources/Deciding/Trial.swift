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
        case others
        case address
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
        guard grant.coversOthers || !question.concernsOthers else { return .fails(.others) }
        if case .address = question.selector, !grant.allowsAddress { return .fails(.address) }
        guard let machine else { return .couldApply }
        return machineFailure(grant, machine, policy).map(Outcome.fails) ?? .applies
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
