import Catalogue
import Deciding
import Defender
import Enqueuing
import Logging
import Vocabulary

extension Executor {
    /// `ready`: the last look at everything, then the POST.
    func ready(_ job: inout Job) async throws -> Bool {
        if job.isSession, let queued = try await ledger.queueSession(job) {
            job = queued
            return false
        }
        guard try await refresh(&job), job.state == .ready else { return false }
        guard let entry = Catalogue.entry(job.action), job.machine != nil || !entry.isAboutMachine else {
            return try await refuse(
                &job,
                Outcome(code: "unknown-action", message: "There is no action \(job.action).")
            )
        }
        if entry.changesState, !job.isAutomatic,
            let refusal = job.machine.flatMap({ job.onboardingNeed.refusal(of: $0) })
        {
            // It was onboarded, or taken off, since it was found.
            let outcome = Outcome(code: refusal.code, message: refusal.message, fix: refusal.fix)
            return try await refuse(&job, outcome)
        }
        guard try await !waitsForItsTime(&job) else { return false }
        guard try await holdsPermission(&job, entry) else { return false }
        if !entry.changesState {
            guard entry == Catalogue.status, let machine = job.machine else { return try await lookUp(&job) }
            return try await answer(&job, machine)
        }

        var view = OutsideView()
        if let restraint = job.restraint, let machine = job.machine {
            let standing = try await ledger.laneStanding(of: machine.id, restraint.lane)
            do throws(DefenderError) {
                view = try await lookOutside(job, restraint, machine.id)
            } catch {
                return try await postpone(&job, error)
            }
            view.standing = standing
            if try await doubtsClock(&job, view) { return false }
            if try await beganLater(&job, view) { return false }
        }
        let rehearsal = rehearsal(of: job, entry)
        if rehearsal == nil, try await !isToldFirst(&job) { return false }
        let budgets: [Budget]
        do throws(DefenderError) {
            budgets = rehearsal == nil ? try await self.budgets(of: job) : []
        } catch {
            return try await postpone(&job, error)
        }
        if !job.isAutomatic, job.isAboutMachine,
            wallClock().since(job.factsAt ?? job.acceptedAt) > Policy.factsAgeMax
        {
            // Asking took so long that the decision is stale: all of it once more.
            job = try await ledger.apply(.waits(until: wallClock()), to: job, keeping: nil)
            return false
        }
        let (step, moved) = try await ledger.beginSubmission(
            of: job,
            view: view,
            rehearsal: rehearsal,
            budgets: budgets,
            times: settings.times
        )
        job = moved
        guard job.state == .submitting else {
            logger.debug("Not posted now", metadata: ["job": "\(job.id)", "step": "\(step)"])
            return false
        }
        return try await post(&job)
    }

    /// Compares the token's roles with what the action needs, before anything is called.
    private func holdsPermission(_ job: inout Job, _ entry: ActionEntry) async throws -> Bool {
        if job.inNameOf != nil { return try await holdsPermissionInName(&job, entry) }
        let entry = defender.backEnds.served(entry)
        let held: Set<String>?
        do throws(DefenderError) {
            held = try await defender.heldPermissions(at: entry.backEnd)
        } catch {
            // Somebody waits for the answer to a question; what acts may be worth more patience.
            guard entry.changesState, error.kind != .refused else {
                return try await refuse(
                    &job,
                    Outcome(code: error.code, message: error.message, fix: error.fix)
                )
            }
            return try await postpone(&job, error)
        }
        let check = PermissionCheck(entry: entry, held: held)
        guard let missing = check.missing.first else { return true }
        let outcome = Outcome(
            code: "application-permission",
            message:
                "The application lacks the permission \(missing.anyOf.joined(separator: " or ")) \(missing.purpose).",
            fix:
                "Add it to the app registration (\(entry.backEnd.registrationName), application permissions) and "
                + "grant consent."
        )
        if job.isAutomatic {
            let error = DefenderError(
                kind: .permission,
                mayHaveBeenExecuted: false,
                retryAfter: .seconds(60),
                message: outcome.message,
                fix: outcome.fix ?? ""
            )
            return try await postpone(&job, error)
        }
        return try await refuse(&job, outcome)
    }

    private func rehearsal(of job: Job, _ entry: ActionEntry) -> Outcome? {
        guard !job.isAutomatic else { return nil }
        guard job.isRehearsal else { return nil }
        let subject = job.machine.map { "\($0.shownName) (\($0.id))" } ?? job.machineText
        let deed = subject.isEmpty ? entry.word : "\(entry.word) of \(subject)"
        return Outcome(code: "rehearsed", message: "Rehearsal: \(deed) was allowed; nothing was posted.")
    }

    // MARK: The POST

    private func post(_ job: inout Job) async throws -> Bool {
        // A lease that would not outlive the POST must not begin one.
        guard let lease = job.lease, lease.until.since(wallClock()) > settings.times.postDeadline else {
            let late = Outcome(code: "lease-short", message: "The lease was too short for the call.")
            job = try await ledger.apply(
                .notExecuted(until: wallClock(), trouble: late),
                to: job,
                keeping: nil
            )
            return false
        }
        let event: JobEvent
        switch speaker(for: job) {
        case .failure(let refusal): event = .rejected(refusal.outcome)
        case .success(let speaker):
            do throws(DefenderError) {
                event = try await send(job, through: speaker)
            } catch {
                event = await eventAfter(error, job)
            }
        }
        job = try await ledger.apply(event, to: job, keeping: nil)
        forgetUser(of: job)
        log(job)
        return false
    }

    private func send(
        _ job: Job,
        through speaker: any DefenderCalling
    ) async throws(DefenderError) -> JobEvent {
        guard let machine = job.machine?.id, !job.isRepeatable else {
            return try await order(job, through: speaker)
        }
        if let change = job.machineChange {
            return try await send(change, of: job, machine, through: speaker)
        }
        let action = try await speaker.submit(
            ActionSubmission(
                action: job.action,
                machine: machine,
                parameters: job.parameters,
                comment: ActionMarker.comment(job: job.id, person: job.askerText, reason: job.reason),
                deadline: settings.times.postDeadline
            )
        )
        if job.isSession, action.comment == nil { return unmarked(action) }
        return fits(action, job) ? .accepted(await trace(of: action)) : notOurKind(action)
    }

    private func eventAfter(_ error: DefenderError, _ job: Job) async -> JobEvent {
        let now = wallClock()
        let fix = error.fix.isEmpty ? nil : error.fix
        let outcome =
            refusalInName(error, job) ?? Outcome(code: error.code, message: error.message, fix: fix)
        if job.isSession, let machine = job.machine?.id, let event = await eventOfSession(error, job, machine)
        {
            return event
        }
        if error.kind == .activeRequest, let machine = job.machine?.id {
            return await attach(job, machine, outcome)
        }
        if error.mayHaveBeenExecuted {
            return .outcomeUnknown(outcome, lookAt: now + min(settings.times.visibilityLag, .seconds(1)))
        }
        switch error.kind {
        case .throttled, .token, .transfer, .server, .unreadable:
            let wait = error.retryAfter ?? .seconds(min(60, 2 << min(5, job.submission?.attempt ?? 1)))
            return .notExecuted(until: now + wait, trouble: outcome)
        case .permission, .unauthorized, .notFound, .notSupported, .refused, .file, .tooLarge, .activeRequest:
            return .rejected(outcome)
        }
    }

    /// Defender says that such an action is under way: finds it and follows it.
    private func attach(_ job: Job, _ machine: MachineID, _ outcome: Outcome) async -> JobEvent {
        let type = Catalogue.entry(job.action)?.machineActionType
        let filter = ActionFilter(machine: machine, types: type.map { [$0] } ?? [])
        guard let page = try? await defender.actions(filter, priority: .settling),
            let active = page.actions.first(where: {
                !$0.status.isEnd && $0.machineID == machine && $0.type == type
            })
        else { return .notExecuted(until: wallClock() + .seconds(10), trouble: outcome) }
        return fits(active, job) ? .accepted(await trace(of: active)) : notOurKind(active)
    }

    /// A Selective isolation that is under way is not the Full one that was asked for.
    ///
    /// What scope Defender shows of a machine that is not onboarded is documented nowhere: any fits.
    private func fits(_ action: MachineAction, _ job: Job) -> Bool {
        // Another's session does something else than ours would.
        if job.isSession { return ActionMarker.isMark(of: job.id, in: action.comment) }
        guard job.action == Catalogue.isolate.word, (job.parameters["type"] ?? "Full") == "Full" else {
            return true
        }
        return action.scope?.lowercased() != "selective"
    }

    /// Nothing of ours was made; it is tried again when the other has ended.
    private func notOurKind(_ action: MachineAction) -> JobEvent {
        let who = action.requestor ?? "somebody"
        return .notExecuted(
            until: wallClock() + .seconds(10),
            trouble: Outcome(
                code: "other-action",
                message:
                    "\(action.type) (\(action.scope ?? "unknown kind")) by \(who) is under way at Defender."
            )
        )
    }

    private func trace(of action: MachineAction) async -> ActionTrace {
        // Not knowing whose it is, it is left alone.
        let isOurs = (try? await isOurs(action)) ?? false
        return ActionTrace(
            id: action.id,
            createdAt: action.createdAt,
            status: action.status.text,
            seenAt: wallClock(),
            isOurs: isOurs
        )
    }

    private func log(_ job: Job) {
        logger.debug(
            "Submitted",
            metadata: [
                "job": "\(job.id)", "state": "\(job.state.rawValue)",
                "defender.action": "\(job.machineAction?.id ?? "none")",
            ]
        )
    }
}
