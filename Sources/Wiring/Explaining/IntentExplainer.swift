import Catalogue
import Deciding
import Defender
import Enqueuing
import Executing
import Vocabulary

/// Says what would become of an intent, asking the same functions in the same order as a running bridge.
///
/// What only a running bridge knows (open claims, other jobs, a freeze) is not looked at.
struct IntentExplainer {
    let policy: Policy
    /// What Defender lists; nil if that is not known.
    let machines: MachinePage?
    let now: Timestamp

    /// Where the id of a job stands that does not exist.
    static let jobToCome = JobID("j-" + String(repeating: "0", count: 26))

    func explain(_ intent: Intent) -> IntentExplanation {
        switch intent.request {
        case .action(let request): explain(request, of: intent)
        case .status(let selector):
            explain(ActionRequest(action: Catalogue.status.word, subject: selector), of: intent)
        case .freeze: said(policy.decideFreeze(intent.asker, at: intent.source), intent)
        case .unfreeze:
            said(
                policy.decideUnfreeze(intent.asker, at: intent.source, in: intent.place, now: now),
                intent
            )
        case .isolated, .jobs: said(policy.decideLook(intent.asker, at: intent.source), intent)
        case .whoAmI, .help, .notUnderstood: said(needsNoGrant(intent), intent)
        case .cancel(let job), .go(let job), .approve(let job, _), .deny(let job, _, _),
            .askWhy(let job, _, _),
            .extendClaim(let job, _), .releaseClaim(let job):
            said(needsLedger("Whose job \(job) is and on which machine", intent), intent)
        case .extend(let selector, _), .hold(let selector):
            said(needsLedger("Who contains \(selector)", intent), intent)
        }
    }

    private func explain(_ request: ActionRequest, of intent: Intent) -> IntentExplanation {
        let atIntake = policy.decide(Question(intent, wants: request, now: now))
        let isAboutMachine = Catalogue.entry(request.action)?.isAboutMachine != false
        guard atIntake.verdict != .refuse, isAboutMachine, let machines, !isAlert(request.subject) else {
            return said(atIntake, intent)
        }
        let job = Job(
            id: Self.jobToCome,
            delivery: nil,
            intent: intent,
            request: request,
            principal: atIntake.principal,
            acceptedAt: now,
            validUntil: nil
        )
        let choice = chooseMachine(
            request.subject,
            among: machines.machines,
            mayBeCut: machines.mayBeCut,
            now: now,
            staleAfter: policy.staleAfter,
            need: job.onboardingNeed,
            spell: { job.command(on: $0.text) }
        )
        switch choice {
        case .refused(let refusal):
            return IntentExplanation(intent: intent, decision: atIntake, refusal: refusal)
        case .chosen(let machine, let setAside):
            let facts = Facts(machine: machine, readAt: now)
            var decision = policy.decide(Question(intent, wants: request, facts: facts, now: now))
            if intent.confirmation != nil { decision = decision.confirmedFirst(by: decision.principal) }
            return IntentExplanation(
                intent: intent,
                decision: decision,
                machine: machine,
                setAside: setAside,
                limits: decision.isPermitted
                    ? policy.limits(for: request.action, machine).map(\.inWords) : [],
                preview: decision.isAllowed ? preview(of: job, on: machine.id) : nil
            )
        }
    }

    /// A list of machines does not say which of them an alert is about; only Defender does.
    private func isAlert(_ selector: Subject) -> Bool {
        if case .alert = selector { true } else { false }
    }

    private func preview(of job: Job, on machine: MachineID) -> RequestPreview? {
        RequestPreview(
            ActionSubmission(
                action: job.action,
                machine: machine,
                parameters: job.parameters,
                comment: ActionMarker.comment(job: job.id, person: job.askerText, reason: job.reason),
                deadline: .zero
            )
        )
    }

    private func said(_ decision: Decision, _ intent: Intent) -> IntentExplanation {
        IntentExplanation(intent: intent, decision: decision)
    }

    private func needsNoGrant(_ intent: Intent) -> Decision {
        let text = "This is answered without a grant."
        return Decision(
            verdict: .allow,
            principal: policy.principal(of: intent.asker, at: intent.source),
            reasons: [Reason(.granted, text)],
            explanation: [text]
        )
    }

    private func needsLedger(_ what: String, _ intent: Intent) -> Decision {
        let text = "\(what), only the running bridge knows."
        return Decision(
            verdict: .hold(needs: .machine),
            principal: policy.principal(of: intent.asker, at: intent.source),
            reasons: [Reason(.needsMachine, text)],
            explanation: [text]
        )
    }
}
