import Catalogue
import Deciding
import Defender
import JSONReader
import Vocabulary

/// What would become of one intent, to be shown.
struct IntentExplanation {
    let intent: Intent
    /// The last decision that was reached.
    let decision: Decision
    var machine: Machine?
    var setAside: [Machine] = []
    /// The limits that hold for it, in words; how much of them is used only a running bridge knows.
    var limits: [String] = []
    /// Set if no one machine was meant; then it is what decides.
    var refusal: MachineRefusal?
    var preview: RequestPreview?

    /// `allow`, `hold` or `refuse`.
    var word: String { refusal == nil ? decision.verdict.word : Decision.Verdict.refuse.word }

    var isRefused: Bool { word == Decision.Verdict.refuse.word }

    /// The shape of design §10; `rehearses` and `explanation` go beyond it.
    var json: JSONValue {
        let grant: JSONValue =
            decision.grant.map { ["number": .integer(Int64($0.number)), "line": .integer(Int64($0.line))] }
            ?? .null
        let request: JSONValue =
            preview.map { ["method": .string($0.method), "path": .string($0.path), "body": $0.body] } ?? .null
        return [
            "decision": .string(word),
            "grant": grant,
            "reasons": .array(codes.map { .string($0) }),
            "machine": machine.map { .string($0.id.text) } ?? .null,
            "request": request,
            "rehearses": .bool(decision.rehearses),
            "explanation": .array(lines.map { .string($0) }),
        ]
    }

    /// For a person: the answer first, then why, then what would be posted.
    var text: String {
        var text = ["\(word): \(subject)"]
        text += lines.map { "  \($0)" }
        if let preview {
            text.append(
                "  \(decision.rehearses ? "would be posted if it did not rehearse" : "would be posted"):"
            )
            text.append("    \(preview.method) \(preview.path)")
            text.append("    \(preview.body.encodedText)")
            if preview.body["Comment"] != nil {
                text.append("    (the job's id takes the place of the zeros)")
            }
        }
        return text.joined(separator: "\n")
    }

    var codes: [String] { refusal.map { [$0.code] } ?? decision.reasons.map(\.code.rawValue) }

    private var subject: String {
        let who = decision.principal?.name ?? intent.askerShownName ?? intent.asker.text
        return "\(who) at \(intent.source) asks to \(wish)"
    }

    private var wish: String {
        switch intent.request {
        case .action(let request):
            ([request.action, request.subject.description]
                + request.parameters.sorted { $0.key < $1.key }.map {
                    "with \(ActionParameter.spelled($0, $1))"
                }
                + [request.duration.map { "for \($0)" }].compactMap(\.self))
                .joined(separator: " ")
        case .status(let selector): "see the status of \(selector)"
        case .isolated: "see what is isolated"
        case .jobs: "see the jobs"
        case .whoAmI: "be told who they are"
        case .notUnderstood: "not understood"
        case .help: "be helped"
        case .freeze: "freeze"
        case .unfreeze: "unfreeze"
        case .cancel(let job): "cancel \(job)"
        case .go(let job): "let \(job) go on"
        case .approve(let job, _): "approve \(job)"
        case .deny(let job, _, _), .askWhy(let job, _, _): "deny \(job)"
        case .extend(let selector, let box): "extend \(selector) for \(box)"
        case .extendClaim(let job, let box): "extend the containment by \(job) for \(box)"
        case .releaseClaim(let job): "release the machine of \(job)"
        case .hold(let selector): "hold \(selector)"
        }
    }

    var lines: [String] {
        guard let refusal else {
            let chosen = machine.map { ["The machine is \($0.shownName) (\($0.id))."] } ?? []
            let twins = setAside.map { "Set aside as stale: \($0.shownName) (\($0.id))." }
            return chosen + twins + decision.explanation + limits.map { "Limit: \($0)." }
        }
        return [refusal.message] + refusal.candidates.map { "\($0.marks): \($0.command)" } + [refusal.fix]
    }
}
