import Deciding
import Enqueuing
import Vocabulary

/// The words of those who are asked to agree, and of those who let a held job go on.
extension IntentDesk {
    func approve(_ id: JobID, _ seen: String?, _ intent: Intent) async throws -> Understanding {
        let asked = try await question(id, seen, intent)
        guard case .open(let job, let request, let name) = asked else { return asked.answer }
        if request.given.contains(where: { $0.by == name }) {
            return said("You have approved \(job.title) already; \(left(request)) more must.")
        }
        let approval = Approval(by: name, source: intent.source, at: now)
        let more = left(request) - 1
        let words = "\(name) approves \(job.title)." + (more > 0 ? " \(more) more must." : "")
        return done(words, .approve(id, approval, seen: seen))
    }

    func deny(
        _ id: JobID,
        _ because: String,
        _ seen: String?,
        _ intent: Intent
    ) async throws -> Understanding {
        let asked = try await question(id, seen, intent)
        guard case .open(let job, _, let name) = asked else { return asked.answer }
        let approval = Approval(by: name, source: intent.source, at: now)
        let deed = Deed.deny(id, approval, because: because, seen: seen)
        return done("\(name) denies \(job.title): \(because)", deed)
    }

    /// A pressed *Deny* asks why before it counts; who may not deny is told so at once.
    func askWhy(
        _ id: JobID,
        _ seen: String?,
        _ trigger: DialogTrigger,
        _ intent: Intent
    ) async throws -> Understanding {
        let asked = try await question(id, seen, intent)
        guard case .open(let job, _, _) = asked else { return asked.answer }
        guard case .slack(let room, let person?, _, _)? = intent.replyTo else {
            return said("Type `deny \(id) because …`.")
        }
        let dialog = Dialog(
            job: id,
            seen: seen ?? job.approval?.digest,
            title: job.title,
            trigger: trigger,
            room: room,
            person: person
        )
        var understanding = Understanding(verdict: .answered, notices: [], note: "dialog")
        let notice = Notice(code: "dialog.deny", tone: .warning, text: "Why is \(job.title) denied?")
        understanding.addressed = [(.dialog(source: intent.source, dialog), notice)]
        return understanding
    }

    private enum Asked {
        /// Whoever says it, by name, may answer the question.
        case open(Job, ApprovalRequest, String)
        case closed(Understanding)

        var answer: Understanding {
            guard case .closed(let answer) = self else {
                return Understanding(verdict: .answered, notices: [], note: nil)
            }
            return answer
        }
    }

    /// Whether a job still asks what was shown, and whether this person may answer.
    private func question(_ id: JobID, _ seen: String?, _ intent: Intent) async throws -> Asked {
        let found = try await ledger.read { try $0.job(id) }
        let answer = found.flatMap { job in
            job.approval.map { request in
                policy.decideApproval(
                    intent.asker,
                    at: intent.source,
                    for: job.action,
                    of: request.of,
                    requester: job.principal
                )
            }
        }
        // Who is asked to agree needs no grant of their own.
        if answer?.isAllowed != true, let refusal = refusal(toSee: found, intent) { return .closed(refusal) }
        guard let job = found else { return .closed(unknownJob(id)) }
        guard let request = job.approval, let decision = answer else {
            return .closed(said("\(job.title) asks for nobody's approval; it is \(job.state.rawValue)."))
        }
        guard decision.isAllowed, let principal = decision.principal else {
            return .closed(refused(decision))
        }
        guard job.state == .awaitingApproval, now <= request.until else {
            return .closed(late("\(job.title) waits for no answer any more: it is \(job.state.rawValue)."))
        }
        guard seen ?? request.digest == request.digest else {
            return .closed(late("What was shown is not what \(job.title) asks for now. Look at it again."))
        }
        return .open(job, request, principal.name)
    }

    private func left(_ request: ApprovalRequest) -> Int {
        max(0, request.count - request.given.count)
    }

    private func late(_ words: String) -> Understanding {
        let notice = Notice(code: "word.late", tone: .warning, text: words)
        return Understanding(verdict: .refused, notices: [notice], note: "late")
    }

    // MARK: Held jobs

    /// A held job goes on by the word of a person who could ask for it themselves, or whose grant says `go`; what a
    /// limit holds, by that of the latter alone.
    func letGo(_ id: JobID, _ intent: Intent) async throws -> Understanding {
        let found = try await ledger.read { try $0.job(id) }
        if let refusal = refusal(toSee: found, intent) { return refusal }
        guard let job = found else { return unknownJob(id) }
        guard job.state == .held else { return said("\(job.title) is not held: \(job.state.rawValue).") }
        if let freeze = try await ledger.read({ try Freeze.present(in: $0) }) {
            return said("Bascule is still frozen by \(freeze.by): \(freeze.because). `unfreeze` first.")
        }
        if job.outcome?.code == Job.unconfirmed {
            let decision = policy.decideConfirmation(
                intent.asker,
                at: intent.source,
                isChat: isChat,
                for: job.action,
                requester: job.principal
            )
            return deed(decision, words: "\(job.title) is confirmed.") { .letGo(id, by: $0, waives: false) }
        }
        let going = policy.decideGo(
            intent.asker,
            at: intent.source,
            in: intent.place,
            job.action,
            job.machine,
            now: now
        )
        if job.outcome?.code == "limit" {
            return deed(going, words: "\(job.title) goes on beyond the limit.") {
                .letGo(id, by: $0, waives: true)
            }
        }
        let decision = decideLike(job, intent)
        guard decision.principal?.isPerson == true else { return refused(decision) }
        let chosen = !decision.isAllowed && !job.isAutomatic && going.isAllowed ? going : decision
        return deed(chosen, words: "\(job.title) goes on.", rehearsing: job.isRehearsal) {
            .letGo(id, by: $0, waives: false)
        }
    }

    /// Whether somebody could ask for a held job themselves.
    private func decideLike(_ job: Job, _ intent: Intent) -> Decision {
        let asker = policy.principal(of: intent.asker, at: intent.source)
        var decision = policy.decide(
            Question(
                source: intent.source,
                asker: intent.asker,
                action: job.action,
                selector: job.machine.map { .id($0.id) } ?? job.selector,
                place: intent.place,
                parameters: job.parameters,
                duration: job.duration,
                facts: job.machine.map { Facts(machine: $0, readAt: now) },
                concernsOthers: job.isAutomatic && asker != job.principal,
                breakGlass: job.breakGlass,
                hasReason: job.reason?.isEmpty == false,
                now: now
            )
        )
        // What others agreed to stays agreed, and is looked at once more before the POST; the release at the end of
        // a time box is not.
        if decision.isPermitted, !job.isAutomatic { decision.verdict = .allow }
        return decision
    }
}
