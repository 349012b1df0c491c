package import Vocabulary

/// The answer to a ``Question``, with why.
package struct Decision: Sendable, Hashable, Codable {
    package enum Verdict: Sendable, Hashable, Codable {
        case allow
        case hold(needs: Need)
        case refuse

        /// The word that commands and records show.
        package var word: String {
            switch self {
            case .allow: "allow"
            case .hold: "hold"
            case .refuse: "refuse"
            }
        }
    }

    /// What is missing for a yes.
    package enum Need: String, Sendable, Hashable, Codable {
        /// A fact without which there is no answer.
        case machine
        /// Other people's agreement; everything else speaks for it.
        case approval
        /// Whoever asked must say once more, in a chat, that it was them.
        case confirmation
    }

    package var verdict: Verdict
    /// Who asked, by the policy; nil for nobody it knows.
    package var principal: Principal?
    /// The grant that allows it; nil otherwise.
    package var grant: GrantReference?
    /// Never empty; the first is the one to show.
    package var reasons: [Reason]
    /// True if it is allowed as a rehearsal: nothing is posted.
    package var rehearses: Bool
    /// Whole account for operators: the grant that allows it, or every grant and its first failed condition.
    package var explanation: [String]
    /// Who may instead, people and groups by name; empty unless refused.
    package var whoMay: [String]
    /// Who must agree, where the verdict is to hold for approval.
    package var approvals: ApprovalDemand?
    /// The break-glass that is used instead of an approval.
    package var breakGlass: BreakGlass?
    /// What the machine is essential for, where isolating it hurts the defenders.
    package var essential: String?
    /// The time box that holds where none was asked for.
    package var defaultDuration: TimeBox?

    package init(
        verdict: Verdict,
        principal: Principal?,
        grant: GrantReference? = nil,
        reasons: [Reason],
        rehearses: Bool = false,
        explanation: [String] = [],
        whoMay: [String] = []
    ) {
        self.verdict = verdict
        self.principal = principal
        self.grant = grant
        self.reasons = reasons
        self.rehearses = rehearses
        self.explanation = explanation
        self.whoMay = whoMay
    }

    package var isAllowed: Bool { verdict == .allow }

    /// True if nothing is missing but, at most, other people's agreement.
    package var isPermitted: Bool { isAllowed || verdict == .hold(needs: .approval) }

    /// What is allowed, or asked of others, once whoever asked has confirmed it in a chat.
    package func confirmedFirst(by principal: Principal?) -> Decision {
        guard isPermitted else { return self }
        var decision = self
        let text = "\(principal?.name ?? "Whoever asks") must confirm it in a chat first."
        decision.verdict = .hold(needs: .confirmation)
        decision.reasons.insert(Reason(.needsConfirmation, text), at: 0)
        decision.explanation.append(text)
        return decision
    }

    /// What the asker is told: what is missing and who may, nothing of anybody else's grants.
    package var answer: String {
        let said = reasons.map(\.text).joined(separator: " ")
        return whoMay.isEmpty ? said : "\(said) Ask \(whoMay.joined(separator: ", "))."
    }
}

/// Who must agree to one thing, with the people that the policy of the moment names.
package struct ApprovalDemand: Sendable, Hashable, Codable {
    package var rule: ApprovalRule
    /// Those who may approve this, by name; whoever asks is not among them.
    package var approvers: Set<String>
    /// Groups with their people, and people, as they are told.
    package var shown: [String]

    package init(rule: ApprovalRule, approvers: Set<String>, shown: [String]) {
        self.rule = rule
        self.approvers = approvers
        self.shown = shown
    }
}

/// One reason of a decision.
package struct Reason: Sendable, Hashable, Codable {
    package enum Code: String, Sendable, Hashable, Codable, CaseIterable {
        case granted
        case rehearsal
        case needsMachine = "needs-machine"
        case unknownAction = "unknown-action"
        case unknownPerson = "unknown-person"
        case unknownService = "unknown-service"
        case needsPerson = "needs-person"
        /// No grant gives this principal this action.
        case noGrant = "no-grant"
        case source = "source-not-granted"
        /// The source's own ceiling (`may`) leaves the action out.
        case ceiling = "source-ceiling"
        /// The source proves too little for anything to run without approval.
        case proposal = "proposal-only"
        case place = "place-not-granted"
        case hours = "outside-hours"
        case parameter = "parameter-not-granted"
        /// A tag on which grants, protections and the like rest, and which no grant of theirs names.
        case tagNamed = "tag-named"
        /// A change of the value of a machine on which others rest, by a grant that does not name it.
        case valueNamed = "value-named"
        /// A time box beyond the grant's longest, or none where there must be one.
        case duration = "duration-not-granted"
        case others = "others-not-granted"
        case address = "address-not-granted"
        case machine = "machine-not-granted"
        case protected = "machine-protected"
        case protectionUnknown = "protection-unknown"
        /// Other people must agree first.
        case needsApproval = "needs-approval"
        case needsConfirmation = "needs-confirmation"
        /// Other people must agree, and there are not enough of them.
        case noApprovers = "no-approvers"
        /// The machine is essential to the defenders.
        case essential
        /// A grant of emergency is used instead of an approval.
        case breakGlass = "break-glass"
        /// A grant of emergency that holds only for whoever names it, or that nobody gave.
        case breakGlassNotNamed = "break-glass-not-named"
        /// A grant of emergency demands a reason.
        case breakGlassReason = "break-glass-reason"
        /// Containments that were made outside Bascule.
        case foreign = "foreign-not-granted"
        /// An indicator that would cut off the bridge, Defender, or every machine from itself.
        case indicator = "indicator-refused"
        /// An indicator on an address of networks inside.
        case insideAddress = "inside-address"
    }

    package var code: Code
    /// A sentence.
    package var text: String

    package init(_ code: Code, _ text: String) {
        self.code = code
        self.text = text
    }
}
