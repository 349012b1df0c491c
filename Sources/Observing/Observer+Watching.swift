import Catalogue
import Defender
import Enqueuing
import Logging
import Vocabulary

extension Observer {
    /// How far Defender's clock may be behind ours before an action of our own is taken for an older one.
    ///
    /// The design says five minutes. The mark names the job and spent tries are known by their ids, so a whole
    /// day costs nothing, and a clock ten minutes off does not make us post twice.
    static let clockDoubt = Duration.seconds(86_400)

    /// One list call for all; what it does not hold is asked for by id.
    func watch(_ jobs: [Job]) async {
        let oldest = jobs.compactMap { $0.machineAction?.createdAt }.min() ?? wallClock()
        let page: ActionPage
        do throws(DefenderError) {
            page = try await defender.actions(
                ActionFilter(createdNotBefore: oldest - .seconds(1)),
                priority: .watching
            )
        } catch {
            logger.warning(
                "The open actions could not be listed",
                metadata: ["error": "\(error.message)", "jobs": "\(jobs.count)"]
            )
            let until = wallClock() + max(error.retryAfter ?? .zero, settings.every)
            for job in jobs { await guarded(job) { try await rest(job, until: until) } }
            return
        }
        let found = Dictionary(page.actions.map { ($0.id.lowercased(), $0) }) { first, _ in first }
        for job in jobs {
            await guarded(job) {
                if let action = found[job.machineAction?.id.lowercased() ?? ""] {
                    try await take(action, for: job)
                } else {
                    try await lookUp(job)
                }
            }
        }
    }

    /// An action that the list does not show: just made, or beyond the page.
    private func lookUp(_ job: Job) async throws {
        guard let id = job.machineAction?.id else { return try await rest(job, until: nextTick()) }
        let action: MachineAction
        do throws(DefenderError) {
            action = try await defender.action(id, priority: .watching)
        } catch {
            // A fresh id may take a while to show; a 404 is no end.
            let until = wallClock() + max(error.retryAfter ?? .zero, settings.every)
            try await tooLong(job) ? giveUp(job) : rest(job, until: until)
            return
        }
        try await take(action, for: job)
    }

    private func take(_ action: MachineAction, for job: Job) async throws {
        switch action.status {
        case .succeeded where job.action == "collect":
            _ = try await ledger.apply(.packageReady, to: job, keeping: nil)
        case .succeeded where job.isSession: try await takeSession(action, for: job)
        case .succeeded: try await end(job, .succeeded, "Defender says: Succeeded.")
        case .failed:
            let errors = commandErrors(action).map { " \($0)" } ?? ""
            try await end(
                job,
                .failed,
                "Defender says: Failed (error \(hex(action.errorHResult))).\(errors)"
            )
        case .timeOut: try await end(job, .timedOut, "Defender says: TimeOut.")
        case .cancelled:
            let why = action.cancellationComment.map { ": \($0)" } ?? "."
            try await end(job, .cancelled, "Defender says: Cancelled\(why)")
        case .pending, .inProgress, .unknown:
            if case .unknown(let word) = action.status {
                logger.warning(
                    "Defender tells a status never seen before; still watching",
                    metadata: ["job": "\(job.id)", "status": "\(word)"]
                )
            }
            if try await tooLong(job) { return try await giveUp(job) }
            var current = job
            if action.status.text != job.machineAction?.status {
                current = try await ledger.apply(
                    .progressed(status: action.status.text),
                    to: job,
                    keeping: settings.times
                )
            }
            try await rest(current, until: nextTick())
        }
    }

    private func hex(_ result: Int64) -> String {
        "0x" + String(UInt32(truncatingIfNeeded: result), radix: 16, uppercase: true)
    }

    func rest(_ job: Job, until: Timestamp) async throws {
        _ = try await ledger.apply(.rests(until: until), to: job, keeping: nil)
    }

    func end(_ job: Job, _ how: JobEnd, _ detail: String) async throws {
        let ended = try await ledger.apply(.ended(how, detail: detail), to: job, keeping: nil)
        logger.info(
            "A job ended",
            metadata: [
                "job": "\(ended.id)", "action": "\(ended.action)", "state": "\(ended.state.rawValue)",
                "defender.action": "\(ended.machineAction?.id ?? job.machineAction?.id ?? "none")",
            ]
        )
    }

    // MARK: The longest watch

    private func tooLong(_ job: Job) async throws -> Bool {
        guard let created = job.machineAction?.createdAt else { return false }
        return wallClock().since(created) > settings.watchMax
    }

    /// Cancels at Defender and says so; the sweep finds a success that comes later still.
    private func giveUp(_ job: Job) async throws {
        if let id = job.machineAction?.id, job.machineAction?.isOurs == true {
            let comment = ActionMarker.comment(job: job.id, person: "bascule", reason: "watched too long")
            try? await defender.cancel(actionID: id, comment: comment, priority: .settling)
        }
        try await end(job, .timedOut, "Defender did not finish within \(settings.watchMax.spoken).")
    }

    // MARK: Cancelling

    func needsCancel(_ job: Job) -> Bool {
        guard let request = job.cancelRequest, job.machineAction?.isOurs == true else { return false }
        guard let sentAt = request.sentAt else { return true }
        return wallClock().since(sentAt) > .seconds(60)
    }

    /// Asks Defender to cancel; the end is seen by watching, whatever Defender answers here.
    func cancel(_ job: Job) async throws {
        guard let id = job.machineAction?.id else { return }
        let request = job.cancelRequest
        do throws(DefenderError) {
            try await defender.cancel(
                actionID: id,
                comment: ActionMarker.comment(
                    job: job.id,
                    person: request?.by ?? "",
                    reason: request?.because
                ),
                priority: job.lane == .network ? .containment : .action
            )
        } catch {
            logger.warning(
                "Defender did not take the cancellation",
                metadata: ["job": "\(job.id)", "error": "\(error.message)"]
            )
            if let wait = error.retryAfter { return try await rest(job, until: wallClock() + wait) }
        }
        let sent = try await ledger.apply(.cancelSent, to: job, keeping: settings.times)
        await watch([sent])
    }

    // MARK: Settling

    /// Finds out whether a POST of unknown outcome was executed: by our mark, never by trying again.
    func reconcile(_ job: Job) async throws {
        guard let submission = job.submission else { return }
        guard let machine = job.machine?.id, !job.isRepeatable else {
            return try await waitOut(submission, of: job)
        }
        if let change = job.machineChange { return try await reconcile(job, change, on: machine, submission) }
        let type = actionType(of: job)
        let filter = ActionFilter(
            machine: machine,
            types: isTypeKnown(job) ? [type] : [],
            createdNotBefore: submission.startedAt - Observer.clockDoubt
        )
        let page: ActionPage
        do throws(DefenderError) {
            page = try await defender.actions(filter, priority: .settling)
        } catch {
            return try await remainUnknown(job, error)
        }
        let ours = page.actions.first { action in
            action.machineID == machine && (action.type == type || !isTypeKnown(job))
                && isPosted(action, for: job)
                && action.createdAt >= submission.startedAt - Observer.clockDoubt
                && ActionMarker.isMark(of: job.id, in: action.comment)
                && job.spentActions?.contains(action.id) != true
        }
        if let ours {
            let trace = ActionTrace(
                id: ours.id,
                createdAt: ours.createdAt,
                status: ours.status.text,
                seenAt: wallClock(),
                isOurs: true
            )
            _ = try await ledger.apply(.adopted(trace), to: job, keeping: nil)
            return
        }
        let now = wallClock()
        let event: JobEvent
        if let trouble = foreignMark(of: job, on: machine, in: page) {
            event = .stillUnknown(until: now + .seconds(30), trouble: trouble)
        } else if let until = looksAgain(after: submission, at: now) {
            event = .stillUnknown(until: until, trouble: nil)
        } else if page.mayBeCut {
            let trouble = Outcome(
                code: "list-cut",
                message: "Defender's list of the machine's actions may be incomplete.",
                fix: "Look for the job's id among the machine's actions in the Defender portal."
            )
            event = .stillUnknown(until: now + .seconds(30), trouble: trouble)
        } else {
            event = .absent
        }
        _ = try await ledger.apply(event, to: job, keeping: nil)
    }

    /// Set where an action bears the mark of a job that was posted in a user's name, and another requestor.
    ///
    /// Defender may spell a user otherwise than the token does: such a job is not posted a second time.
    private func foreignMark(of job: Job, on machine: MachineID, in page: ActionPage) -> Outcome? {
        guard let name = job.inNameOf else { return nil }
        let marked = page.actions.first { action in
            action.machineID == machine && ActionMarker.isMark(of: job.id, in: action.comment)
                && job.spentActions?.contains(action.id) != true
        }
        guard let marked else { return nil }
        return Outcome(
            code: "requestor-differs",
            message:
                "An action with this job's mark is there, by \(marked.requestor ?? "nobody") and not by \(name).",
            fix: "Look at the machine's actions in the Defender portal; the job is not posted again."
        )
    }

    /// What comes to the same asked for twice is asked again, once no POST can arrive any more.
    private func waitOut(_ submission: Submission, of job: Job) async throws {
        let until = looksAgain(after: submission, at: wallClock())
        let event = until.map { JobEvent.stillUnknown(until: $0, trouble: nil) } ?? .absent
        _ = try await ledger.apply(event, to: job, keeping: nil)
    }

    /// False for the containment of a machine that is not onboarded: no page says what Defender calls it, and the
    /// mark alone names the job.
    private func isTypeKnown(_ job: Job) -> Bool { job.parameters["type"] != Catalogue.unmanagedType }

    /// When to look again while a POST could still arrive unseen; nil once none can.
    func looksAgain(after submission: Submission, at now: Timestamp) -> Timestamp? {
        let settledAt = submission.leaseUntil + settings.times.settlingTime
        guard now <= settledAt else { return nil }
        return max(min(settledAt + .milliseconds(1), nextTick()), now + .milliseconds(100))
    }

    /// Defender could not be asked, further and further apart.
    func remainUnknown(_ job: Job, _ error: DefenderError) async throws {
        let wait = max(error.retryAfter ?? .zero, .seconds(min(60, 1 << min(6, job.tries))))
        let trouble = Outcome(code: error.code, message: error.message, fix: error.fix)
        _ = try await ledger.apply(
            .stillUnknown(until: wallClock() + wait, trouble: trouble),
            to: job,
            keeping: nil
        )
    }
}
