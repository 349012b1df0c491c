import Catalogue
import Deciding
import Defender
import Vocabulary

/// One case of a cases file: what is asked, in which world, and what must come of it.
struct PolicyCase {
    /// What is asked; several where a chat command names several machines, none if it is not understood.
    enum Wish {
        case intents([Intent])
        case notUnderstood(String)
    }

    /// The code of a chat command that means nothing, as `explain` says it.
    static let notUnderstood = "not-understood"

    /// Every code that `because` can name.
    static var codes: [String] {
        Reason.Code.allCases.map(\.rawValue) + MachineRefusal.Kind.allCases.map(\.rawValue) + [notUnderstood]
    }

    let file: String
    let line: Int
    let name: String
    let wish: Wish
    /// What Defender lists; nil if that is not known.
    let machines: MachinePage?
    let now: Timestamp
    /// `allow`, `hold` or `refuse`.
    let expected: String
    /// A code that must be among the reasons; nil if any will do.
    let because: String?

    /// Decides as a running bridge would, at the case's moment.
    func outcome(under policy: Policy) -> CaseOutcome {
        switch wish {
        case .notUnderstood(let words):
            return CaseOutcome(
                asked: self,
                found: [.init(word: "refuse", codes: [Self.notUnderstood], lines: [words])]
            )
        case .intents(let intents):
            let explainer = IntentExplainer(policy: policy, machines: machines, now: now)
            return CaseOutcome(
                asked: self,
                found: intents.map { intent in
                    let explanation = explainer.explain(intent)
                    return .init(
                        word: explanation.word,
                        codes: explanation.codes,
                        lines: explanation.lines
                    )
                }
            )
        }
    }
}

/// A case and what came of it.
struct CaseOutcome {
    struct Answer {
        let word: String
        let codes: [String]
        let lines: [String]
    }

    let asked: PolicyCase
    /// One for each machine that was named.
    let found: [Answer]

    /// True if every answer is the expected one, for the expected reason.
    var passed: Bool {
        found.allSatisfy { answer in
            answer.word == asked.expected && asked.because.map(answer.codes.contains) ?? true
        }
    }
}
