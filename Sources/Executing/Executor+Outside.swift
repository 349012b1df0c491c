import Catalogue
import Defender
import Enqueuing
import Vocabulary

extension Executor {
    /// What Defender's list says of a machine's network, or of what may run there: whether somebody else contained
    /// or restricted it, and whether somebody acted after the claim that a time box ends.
    func lookOutside(
        _ job: Job,
        _ restraint: Restraint,
        _ machine: MachineID
    ) async throws(DefenderError) -> OutsideView {
        let filter = ActionFilter(machine: machine, types: restraint.types)
        let page = try await defender.actions(filter, priority: priority(of: job))
        let actions = page.actions.filter {
            $0.machineID == machine && restraint.types.contains($0.type)
        }
        let owned = try await owned(actions)
        var view = OutsideView()
        view.serverTime = page.serverTime
        let done = actions.filter { $0.status == .succeeded }
        let last = done.max { ($0.updatedAt ?? $0.createdAt) < ($1.updatedAt ?? $1.createdAt) }
        if let last, !restraint.isBegun(by: last.type) {
            let at = (last.updatedAt ?? last.createdAt).iso8601
            view.releasedOutside = "\(last.requestor ?? "somebody") \(restraint.ended) the machine at \(at)"
        }
        if let last, restraint.isBegun(by: last.type) {
            if owned.contains(last.id) {
                let own = try await beginning(of: last)
                // What scope is shown of a machine that is not onboarded is documented nowhere; its job knows.
                let type = own.job?.parameters["type"]
                view.ownContainment =
                    type == Catalogue.unmanagedType ? Catalogue.unmanagedType : last.scope ?? "Full"
                view.isUnclaimed = own.job != nil && own.claim == nil
            } else {
                view.foreignContainment = words(on: last, owned)
            }
        }
        if case .timeBox(let isolate) = job.origin {
            let ours = try await began(isolate)
            view.takenOver = takenOver(ours, restraint, actions, owned)
            view.begunAt = begunByAWrongClock(ours, actions)
        }
        return view
    }

    /// The claim of a time box, and the action that contained the machine for it if it was one of ours.
    private typealias Beginning = (claim: Claim?, own: ActionTrace?, shared: ActionTrace?)

    private func began(_ isolate: JobID) async throws(DefenderError) -> Beginning {
        try await known { transaction in
            let job = try transaction.job(isolate)
            let primary = try job?.joined.flatMap { try transaction.job($0) }
            return (try transaction.claim(isolate), job?.machineAction, primary?.machineAction)
        }
    }

    /// The job whose mark an action carries, and its claim; nothing where this ledger does not know them.
    private func beginning(of action: MachineAction) async throws(DefenderError) -> (job: Job?, claim: Claim?)
    {
        guard let id = ActionMarker.jobID(in: action.comment) else { return (nil, nil) }
        return try await known { (try $0.job(id), try $0.claim(id)) }
    }

    private func known<Answer: Sendable>(
        _ read: @escaping @Sendable (any LedgerTransaction) throws -> Answer
    ) async throws(DefenderError) -> Answer {
        do {
            return try await ledger.read(read)
        } catch {
            // Not knowing is no answer: the release waits and looks again.
            throw DefenderError(
                kind: .server,
                mayHaveBeenExecuted: false,
                message: "The ledger could not be read before the release.",
                fix: "It is tried again."
            )
        }
    }

    /// Compared by Defender's own times where our isolate has one; our clock may be off.
    private func takenOver(
        _ ours: Beginning,
        _ restraint: Restraint,
        _ actions: [MachineAction],
        _ owned: Set<String>
    ) -> String? {
        guard let claim = ours.claim else { return nil }
        // Who joined what was not there yet began with it.
        let began =
            ours.own?.createdAt ?? max(claim.openedAt, ours.shared?.createdAt ?? claim.openedAt)
        let contained = actions.first { $0.id == (ours.own ?? ours.shared)?.id && $0.status == .succeeded }
        let later = actions.filter { action in
            guard !owned.contains(action.id), action.createdAt > began else { return false }
            // A release that had ended before ours contained the machine released nothing of ours.
            if let contained, !restraint.isBegun(by: action.type), action.status == .succeeded,
                action.updatedAt ?? action.createdAt < contained.updatedAt ?? contained.createdAt
            {
                return false
            }
            return action.status != .failed && action.status != .cancelled && action.status != .timeOut
        }
        guard let last = later.max(by: { $0.createdAt < $1.createdAt }) else { return nil }
        let verb = restraint.isBegun(by: last.type) ? restraint.begun : restraint.ended
        return "\(last.requestor ?? "somebody") \(verb) the machine at \(last.createdAt.iso8601)"
    }

    /// When the machine was contained by Defender's clock, if by ours it was so before anybody had asked for it:
    /// then ours was behind at that time.
    private func begunByAWrongClock(_ ours: Beginning, _ actions: [MachineAction]) -> Timestamp? {
        guard let containedAt = ours.claim?.containedAt, let trace = ours.own ?? ours.shared,
            trace.createdAt > containedAt + Executor.clockDoubt
        else { return nil }
        let action = actions.first { $0.id == trace.id && $0.status == .succeeded }
        return action?.updatedAt ?? trace.createdAt
    }

    private func words(on action: MachineAction, _ owned: Set<String>) -> String {
        let since = "since \((action.updatedAt ?? action.createdAt).iso8601)"
        if owned.contains(action.id), let job = ActionMarker.jobID(in: action.comment) {
            return "\(since) by Bascule's earlier job \(job), whose claim is not open"
        }
        return "\(since) by \(action.requestor ?? "somebody outside")"
    }

    // MARK: Questions

    /// Answers `status`: what Defender knows, what is open, what is under way.
    func answer(_ job: inout Job, _ machine: Machine) async throws -> Bool {
        let page: ActionPage
        let owned: Set<String>
        do throws(DefenderError) {
            page = try await defender.actions(ActionFilter(machine: machine.id), priority: .question)
            owned = try await self.owned(page.actions)
        } catch {
            return try await postpone(&job, error)
        }
        let claims = try await ledger.read { try $0.openClaims(on: machine.id) }
        let running = page.actions.filter { !$0.status.isEnd && $0.machineID == machine.id }
        var lines = [describe(machine)]
        let actions = page.actions.filter { $0.machineID == machine.id }
        lines += Catalogue.restraints.compactMap { restraint in
            standing(restraint, claims.filter { $0.lane == restraint.lane }, actions, owned)
        }
        for action in running {
            lines.append(
                "Under way: \(action.type), \(action.status.text) since \(action.createdAt.iso8601)."
            )
        }
        job = try await ledger.apply(
            .settled(Outcome(code: "answered", message: lines.joined(separator: " "))),
            to: job,
            keeping: nil
        )
        return false
    }

    private func describe(_ machine: Machine) -> String {
        var facts = [machine.osPlatform ?? "unknown OS"]
        if let group = machine.deviceGroup { facts.append("group \(group)") }
        if let health = machine.healthStatus { facts.append("health \(health)") }
        if let risk = machine.riskScore { facts.append("risk \(risk)") }
        if !machine.isOnboarded, let status = machine.onboardingStatus {
            facts.append("not onboarded (\(status))")
        }
        if let exposure = machine.exposureLevel { facts.append("exposure \(exposure)") }
        if let value = machine.deviceValue { facts.append("device value \(value)") }
        if let tags = machine.shownTags { facts.append("tags \(tags)") }
        if let seen = machine.lastSeen { facts.append("last full report \(seen.iso8601)") }
        return "\(machine.shownName) (\(machine.id)): \(facts.joined(separator: ", "))."
    }

    /// Whether it is contained or restricted, and by whom; of what may run nothing is said where all may.
    private func standing(
        _ restraint: Restraint,
        _ claims: [Claim],
        _ actions: [MachineAction],
        _ owned: Set<String>
    ) -> String? {
        let done = actions.filter { $0.status == .succeeded && restraint.types.contains($0.type) }
        let last = done.max { ($0.updatedAt ?? $0.createdAt) < ($1.updatedAt ?? $1.createdAt) }
        let isHeld = last.map { restraint.isBegun(by: $0.type) } ?? false
        guard !claims.isEmpty else {
            if isHeld, let last {
                return "\(restraint.doneFirst) \(words(on: last, owned)), not by an open claim."
            }
            return restraint.lane == .network ? "Not contained." : nil
        }
        let owners = claims.map { claim in
            "\(claim.ownerText)" + (claim.endsAt.map { " until \($0.iso8601)" } ?? "")
                + (claim.ticket.map { " for \($0)" } ?? "") + (claim.reason.map { " because \($0)" } ?? "")
        }
        return (isHeld ? restraint.doneFirst : "Being \(restraint.done)")
            + " by \(owners.joined(separator: ", "))."
    }
}
