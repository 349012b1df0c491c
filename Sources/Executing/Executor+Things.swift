import Catalogue
import Deciding
import Defender
import Enqueuing
import Vocabulary

/// What is about no machine: nothing is found first, and Defender does it while it answers.
extension Executor {
    /// Decides again right before it is asked or done; nothing that is known of it can grow old.
    ///
    /// - Returns: False if the job has ended or waits.
    func refreshThing(_ job: inout Job) async throws -> Bool {
        let now = wallClock()
        let decision = decision(on: job, machine: nil, readAt: now)
        guard decision.isPermitted else { return try await deny(&job, decision) }
        let fresh = note(decision, on: job)
        var timed = job
        timed.takeDuration(of: fresh)
        let need = fresh.approvals.flatMap { timed.isAgreed(by: $0) ? nil : $0 }
        guard need != nil || differs(fresh, job.decision) else { return true }
        job = try await ledger.apply(
            .refreshed(nil, fresh, readAt: now),
            to: job,
            keeping: settings.times
        )
        guard let need else { return true }
        job = try await ledger.apply(.awaits(need), to: job, keeping: nil)
        return false
    }

    /// Answers a look-up from Defender's lists.
    func lookUp(_ job: inout Job) async throws -> Bool {
        let answer: Answer
        do throws(DefenderError) {
            answer = try await defender.ask(defenderRequest(of: job))
        } catch {
            switch error.kind {
            case .throttled, .token, .transfer, .server: return try await postpone(&job, error)
            default:
                return try await refuse(
                    &job,
                    Outcome(code: error.code, message: error.message, fix: error.fix)
                )
            }
        }
        var outcome = Outcome(code: "answered", message: answer.words, answer: answer)
        if let whole = answer.whole {
            do {
                outcome.evidence = try await keepAnswer?(job.id, whole)
                outcome.message +=
                    outcome.evidence.map { "\nAll of it is kept as evidence: \($0.file)." } ?? ""
            } catch {
                let why = (error as? any Explained)?.message ?? "The file could not be written."
                outcome.message += "\nIt was too large for the record and could not be kept: \(why)"
            }
            outcome.answer?.whole = nil
        }
        job = try await ledger.apply(.settled(outcome), to: job, keeping: nil)
        return false
    }

    /// Sends what Defender carries out at once; asked for twice it comes to the same.
    ///
    /// What was to be taken away and is gone was taken away by an earlier try whose answer was lost, if there was one.
    func order(_ job: Job, through speaker: any DefenderCalling) async throws(DefenderError) -> JobEvent {
        var request = defenderRequest(of: job)
        if let outcome = await complete(&request, of: job) { return .rejected(outcome) }
        let answer: Answer
        do throws(DefenderError) {
            answer = try await speaker.order(request, deadline: settings.times.postDeadline)
        } catch {
            let isGone =
                error.kind == .notFound && Catalogue.entry(job.action)?.isRemoval == true
                && job.submission?.mayHaveBeenDone == true
            guard isGone else { throw error }
            return .done(Outcome(code: "succeeded", message: "It is gone."))
        }
        return end(answer, remark(on: job))
    }

    /// How an order ends by its answer; one that failed for everything it was about has failed.
    private func end(_ answer: Answer, _ remark: String) -> JobEvent {
        let failures = answer.failures ?? 0
        guard failures > 0 else {
            return .done(Outcome(code: "succeeded", message: answer.words + remark, answer: answer))
        }
        guard failures < answer.count else {
            return .rejected(
                Outcome(
                    code: "defender.refused",
                    message: answer.words,
                    fix: "Correct what Defender names, and ask again.",
                    answer: answer
                )
            )
        }
        return .done(Outcome(code: "partly-done", message: answer.words + remark, answer: answer))
    }

    /// What the decision says beside its yes.
    private func remark(on job: Job) -> String {
        let decision = decision(on: job, machine: job.machine, readAt: wallClock())
        let remark = decision.reasons.first { $0.code == .insideAddress }
        return remark.map { " Mind: \($0.text)" } ?? ""
    }

    private func defenderRequest(of job: Job) -> DefenderRequest {
        DefenderRequest(
            action: job.action,
            subject: job.selector.thing,
            machine: job.machine?.id,
            parameters: job.parameters,
            endsAt: job.duration.map { (job.firstSubmittedAt ?? wallClock()) + $0.duration },
            comment: ActionMarker.comment(job: job.id, person: job.askerText, reason: job.reason),
            askedAt: wallClock()
        )
    }
}
