import Catalogue
import Classifying
import Deciding
import Enqueuing
import Vocabulary

/// Decides intents at intake, with what the ledger knows: the machine is not looked up yet.
struct IntentDesk: Sendable {
    let policy: Policy
    let ledger: any Ledger
    let identifiers: IdentifierMaker
    let now: Timestamp
    /// True if the sender shows the answer to whoever asked.
    let isAnswerRead: Bool
    /// True where nobody but the person can write in their name: a chat, the terminal.
    var isChat = true

    func decide(_ intent: Intent) async throws -> Understanding {
        var understood = try await understand(intent)
        if let principal = policy.principal(of: intent.asker, at: intent.source) {
            understood.actors = [principal]
        }
        guard let freeze = try await ledger.read({ try Freeze.present(in: $0) }),
            var last = understood.notices.popLast()
        else { return understood }
        last.text += "\nBascule is frozen by \(freeze.by): \(freeze.because)."
        understood.notices.append(last)
        return understood
    }

    private func understand(_ intent: Intent) async throws -> Understanding {
        if intent.confirmation != nil, intent.request.isWord {
            return refused("This is not taken here, where others could have written it. Say it in a chat.")
        }
        switch intent.request {
        case .action(let request): return try await decide(request, of: intent)
        case .status(let selector):
            let request = ActionRequest(action: Catalogue.status.word, subject: selector)
            return try await decide(request, of: intent)
        case .isolated: return try await look(intent) { try LedgerWords.isolated(in: $0) }
        case .jobs: return try await look(intent) { try LedgerWords.jobs(in: $0) }
        case .whoAmI: return said(LedgerWords.whoAmI(intent, policy))
        case .notUnderstood(let words):
            let notice = Notice(code: "command.not-understood", tone: .warning, text: words)
            return Understanding(verdict: .refused, notices: [notice], note: "not-understood")
        case .help: return said(CommandForms.help.joined(separator: "\n"))
        case .freeze(let because):
            return deed(policy.decideFreeze(intent.asker, at: intent.source), words: "Frozen: \(because)") {
                by in
                .freeze(Freeze(by: by, because: because, at: now, stopsReleases: false))
            }
        case .unfreeze:
            return deed(unfreezing(intent), words: "No longer frozen.") { .unfreeze(by: $0) }
        case .cancel(let id): return try await cancel(id, intent)
        case .go(let id): return try await letGo(id, intent)
        case .approve(let id, let seen): return try await approve(id, seen, intent)
        case .deny(let id, let because, let seen): return try await deny(id, because, seen, intent)
        case .askWhy(let id, let seen, let trigger): return try await askWhy(id, seen, trigger, intent)
        case .extend(let selector, let box): return try await extend(selector, by: box, intent)
        case .extendClaim(let id, let box): return try await extend(id, by: box, intent)
        case .releaseClaim(let id): return try await release(id, intent)
        case .hold(let selector): return try await hold(selector, intent)
        }
    }

    // MARK: Actions

    /// Where a machine is `known` already, people read of it by its name; it is looked up all the same.
    func decide(
        _ request: ActionRequest,
        of intent: Intent,
        on known: Machine? = nil
    ) async throws -> Understanding {
        let needed = Catalogue.entry(request.action)?.parameters.filter(\.isRequired) ?? []
        if let missing = needed.first(where: { request.parameters[$0.name] == nil }) {
            return refused("\"\(request.action)\" needs \"with \(missing.name)=\(missing.placeholder)\".")
        }
        let objection = Catalogue.entry(request.action)?.objection(
            request.parameters,
            subject: request.subject.thing,
            hasDuration: request.duration != nil
        )
        if let objection { return refused(objection) }
        let decision = policy.decide(Question(intent, wants: request, now: now))
        var job = Job(
            id: identifiers.makeJobID(at: now),
            delivery: nil,
            intent: intent,
            request: request,
            principal: decision.principal,
            acceptedAt: now,
            validUntil: now + policy.validFor
        )
        job.machine = known
        guard decision.verdict != .refuse else {
            let code = decision.reasons.first?.code.rawValue ?? "refused"
            job.state = .refused
            job.due = nil
            job.outcome = Outcome(code: code, message: decision.answer)
            job.decision = DecisionNote(
                verdict: decision.verdict.word,
                grantNumber: nil,
                grantLine: nil,
                reasons: decision.reasons.map(\.code.rawValue),
                explanation: decision.explanation,
                mayEndOthers: false,
                decidedAt: now
            )
            let text = "\(job.title): refused. \(decision.answer)"
            let notice = job.notice(.bad, "job.refused", text, isFinal: true)
            var refused = Understanding(verdict: .refused, notices: [notice], note: code)
            // Where the answer is read nobody is told a second time.
            refused.jobs = [(job, isAnswerRead ? nil : intent.replyTo)]
            if !isAnswerRead { refused.told = [(job.id, notice)] }
            return refused
        }
        var text = "\(job.title): recorded."
        if let duration = job.duration { text = "\(job.title) for \(duration): recorded." }
        var accepted = Understanding(
            verdict: .accepted,
            notices: [job.notice(.progress, "job.recorded", text, isFinal: false)],
            note: nil
        )
        accepted.jobs = [(job, intent.replyTo)]
        accepted.isPublic = Catalogue.entry(job.action)?.changesState == true
        return accepted
    }

    // MARK: Words

    func said(_ text: String) -> Understanding {
        Understanding(
            verdict: .answered,
            notices: [Notice(code: "answer", tone: .progress, text: text)],
            note: nil
        )
    }

    func refused(_ decision: Decision) -> Understanding {
        let code = decision.reasons.first?.code.rawValue ?? "refused"
        return Understanding(
            verdict: .refused,
            notices: [Notice(code: "word.refused", tone: .bad, text: decision.answer)],
            note: code
        )
    }

    private func look(
        _ intent: Intent,
        _ words: @escaping @Sendable (any LedgerTransaction) throws -> String
    ) async throws -> Understanding {
        let decision = policy.decideLook(intent.asker, at: intent.source)
        guard decision.isAllowed else { return refused(decision) }
        return said(try await ledger.read(words))
    }

    /// What comes of a decided word; under `rehearsing` the deed itself changes nothing, so that a grant that
    /// rehearses will do.
    func deed(
        _ decision: Decision,
        words: String,
        rehearsing: Bool = false,
        _ make: (String) -> Deed
    ) -> Understanding {
        guard decision.isAllowed, let principal = decision.principal else { return refused(decision) }
        if !rehearsing, let rehearsal = rehearsal(decision, words) { return rehearsal }
        return done(words, make(principal.name))
    }

    /// What a grant that only rehearses comes to; nil for one that acts.
    func rehearsal(_ decision: Decision, _ words: String) -> Understanding? {
        guard policy.isRehearsing(decision.grant) else { return nil }
        return said("Rehearsal: this was allowed, and nothing was done. It would have been: \(words)")
    }

    /// Something is done, and everybody in the room should see it.
    func done(_ words: String, _ deeds: Deed...) -> Understanding {
        var done = Understanding(
            verdict: .accepted,
            notices: [Notice(code: "word.done", tone: .warning, text: words)],
            note: nil
        )
        done.deeds = deeds
        done.isPublic = true
        return done
    }

    /// Refused by a rule that is no grant's.
    func refused(_ words: String) -> Understanding {
        let notice = Notice(code: "word.refused", tone: .bad, text: words)
        return Understanding(verdict: .refused, notices: [notice], note: "refused")
    }

    private func unfreezing(_ intent: Intent) -> Decision {
        policy.decideUnfreeze(intent.asker, at: intent.source, in: intent.place, now: now)
    }

    private func cancel(_ id: JobID, _ intent: Intent) async throws -> Understanding {
        let found = try await ledger.read { try $0.job(id) }
        if let refusal = refusal(toSee: found, intent) { return refusal }
        guard let job = found else { return unknownJob(id) }
        if job.state.isEnd {
            let restraint = job.isRestraining ? job.restraint : nil
            let hint = restraint.map { " `\($0.ends.word)` ends a \($0.noun)." } ?? ""
            return said("\(job.title) has ended already: \(job.state.rawValue).\(hint)")
        }
        if job.isAutomatic {
            return said("The release at the end of a time box cannot be cancelled; isolate again for longer.")
        }
        guard let requester = job.principal else { return unknownJob(id) }
        // What is known of the machine counts whatever its age; a grant's hours are those of now.
        let facts = job.machine.map { Facts(machine: $0, readAt: now) }
        let decision = policy.decideCancel(
            intent.asker,
            at: intent.source,
            jobOf: requester,
            on: job.machine.map { .id($0.id) } ?? job.selector,
            in: intent.place,
            facts: facts,
            now: now
        )
        return deed(decision, words: "Being cancelled: \(job.title).") { .cancel(id, by: $0) }
    }

    /// What is said of a job is for those who may look, and for whoever asked for it.
    func refusal(toSee job: Job?, _ intent: Intent) -> Understanding? {
        let decision = policy.decideLook(intent.asker, at: intent.source)
        if decision.isAllowed { return nil }
        let asker = policy.principal(of: intent.asker, at: intent.source)
        let isOwn = asker != nil && asker == job?.principal
        return isOwn ? nil : refused(decision)
    }

    func unknownJob(_ id: JobID) -> Understanding {
        said("There is no job \(id). `jobs` lists them.")
    }
}

extension Request {
    /// True for what acts and is no action on a machine: nobody could confirm it later.
    fileprivate var isWord: Bool {
        switch self {
        case .action, .status, .isolated, .jobs, .whoAmI, .help, .notUnderstood: false
        case .freeze, .unfreeze, .cancel, .go, .approve, .deny, .askWhy, .extend, .extendClaim, .releaseClaim,
            .hold:
            true
        }
    }
}
