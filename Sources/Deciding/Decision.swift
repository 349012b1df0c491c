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

    /// A fact without which there is no answer.
    package enum Need: String, Sendable, Hashable, Codable {
        case machine
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

    /// What the asker is told: what is missing and who may, nothing of anybody else's grants.
    package var answer: String {
        let said = reasons.map(\.text).joined(separator: " ")
        return whoMay.isEmpty ? said : "\(said) Ask \(whoMay.joined(separator: ", "))."
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
        case place = "place-not-granted"
        case hours = "outside-hours"
        case parameter = "parameter-not-granted"
        /// A time box beyond the grant's longest, or none where there must be one.
        case duration = "duration-not-granted"
        case others = "others-not-granted"
        case address = "address-not-granted"
        case machine = "machine-not-granted"
        case protected = "machine-protected"
        case protectionUnknown = "protection-unknown"
    }

    package var code: Code
    /// A sentence.
    package var text: String

    package init(_ code: Code, _ text: String) {
        self.code = code
        self.text = text
    }
}
