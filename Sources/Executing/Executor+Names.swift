import Catalogue
import Defender
import Enqueuing
import Vocabulary

/// Jobs that are posted in a user's own name: with that user's token or not at all.
extension Executor {
    /// Who makes the call that changes something: the application, or the user whose name is on the job.
    func speaker(for job: Job) -> Result<any DefenderCalling, InNameRefusal> {
        guard let name = job.inNameOf else { return .success(defender) }
        return context(of: job, name).map(\.defender)
    }

    /// Compares the user's `scp` and the application's roles with what the action needs of each.
    func holdsPermissionInName(_ job: inout Job, _ entry: ActionEntry) async throws -> Bool {
        guard let name = job.inNameOf else { return true }
        guard entry.canBePostedInName else { return try await refuse(&job, .notInName(entry.word)) }
        let context: UserContext
        switch self.context(of: job, name) {
        case .failure(let refusal): return try await refuse(&job, refusal.outcome)
        case .success(let found): context = found
        }
        let check = PermissionCheck(entry: entry, scopes: context.permissions)
        if let missing = check.missing.first {
            return try await refuse(&job, .missingInName(name, missing))
        }
        let held: Set<String>?
        do throws(DefenderError) {
            held = try await defender.heldPermissions()
        } catch {
            return try await postpone(&job, error)
        }
        var needs = PermissionCheck(watching: entry, held: held).missing
        // The end of a time box comes when the user is gone: the application makes it.
        if job.duration != nil, job.isRestraining, let undoing = entry.undoneBy.flatMap(Catalogue.entry) {
            needs += PermissionCheck(entry: undoing, held: held).missing
        }
        guard let missing = needs.first else { return true }
        return try await refuse(&job, .missingBeside(name, missing))
    }

    /// What a refusal of Defender means where a user asked; nil for what means the same.
    func refusalInName(_ error: DefenderError, _ job: Job) -> Outcome? {
        guard let name = job.inNameOf, !error.mayHaveBeenExecuted else { return nil }
        switch error.kind {
        case .permission: return .forbiddenInName(name, error)
        case .unauthorized: return .notTakenInName(name, challenge: users.find(job.id)?.challenge())
        default: return nil
        }
    }

    /// The sign-in is for the POST; what is watched needs it no longer.
    func forgetUser(of job: Job) {
        guard job.inNameOf != nil, job.state == .watching || job.state.isEnd else { return }
        users.forget(job.id)
    }

    private func context(of job: Job, _ name: String) -> Result<UserContext, InNameRefusal> {
        guard let context = users.find(job.id), context.user.lowercased() == name.lowercased() else {
            return .failure(InNameRefusal(outcome: .signInLost(name)))
        }
        // The call has to end before the token does.
        guard context.expiresAt.since(wallClock()) > settings.times.postDeadline else {
            return .failure(InNameRefusal(outcome: .signInTooOld(name)))
        }
        return .success(context)
    }

    // MARK: Whose actions

    /// True for actions that were posted for a job of ours: by the application, or in the name on the job.
    func isOurs(_ action: MachineAction) async throws -> Bool {
        guard let id = ActionMarker.jobID(in: action.comment) else { return false }
        if action.requestor?.lowercased() == defender.clientID.lowercased() { return true }
        guard let name = try await ledger.read({ try $0.job(id) })?.inNameOf else { return false }
        return action.requestor?.lowercased() == name.lowercased()
    }

    /// The ids of those that are ours.
    func owned(_ actions: [MachineAction]) async throws(DefenderError) -> Set<String> {
        var owned: Set<String> = []
        do {
            for action in actions where try await isOurs(action) { owned.insert(action.id) }
        } catch {
            // Not knowing is no answer: whoever asks looks again.
            throw DefenderError(
                kind: .server,
                mayHaveBeenExecuted: false,
                message: "The ledger could not be read to tell whose actions Defender lists.",
                fix: "It is tried again."
            )
        }
        return owned
    }
}

/// Why a job is not posted in a user's name.
struct InNameRefusal: Error, Equatable {
    let outcome: Outcome
}

extension Outcome {
    /// Sign-ins are kept in memory only: a restart loses them, and nothing is posted in another's name instead.
    fileprivate static func signInLost(_ name: String) -> Outcome {
        Outcome(
            code: "as-me.lost",
            message: "The sign-in of \(name) was lost with a restart of the bridge; nothing was posted.",
            fix: "Ask again."
        )
    }

    fileprivate static func signInTooOld(_ name: String) -> Outcome {
        Outcome(
            code: "as-me.too-old",
            message: "The sign-in of \(name) ended before the action could be posted; nothing was posted.",
            fix: "Ask again."
        )
    }

    fileprivate static func notInName(_ word: String) -> Outcome {
        Outcome(
            code: "as-me.not-for-this",
            message: "\(word) is not posted in anybody's name.",
            fix: "Ask without --as-me."
        )
    }

    fileprivate static func missingInName(_ name: String, _ missing: PermissionCheck.Missing) -> Outcome {
        Outcome(
            code: "user-permission",
            message:
                "The sign-in of \(name) lacks the permission \(missing.anyOf.joined(separator: " or ")) \(missing.purpose).",
            fix:
                "Add it to the public client's registration (WindowsDefenderATP, delegated permissions), grant consent, and sign in again."
        )
    }

    /// The user's own permission suffices for the action alone.
    fileprivate static func missingBeside(_ name: String, _ missing: PermissionCheck.Missing) -> Outcome {
        Outcome(
            code: "application-permission",
            message:
                "The application lacks the permission \(missing.anyOf.joined(separator: " or ")) \(missing.purpose), which it does also for what \(name) asks in their own name.",
            fix:
                "Add it to the app registration (WindowsDefenderATP, application permissions) and grant consent."
        )
    }

    fileprivate static func forbiddenInName(_ name: String, _ error: DefenderError) -> Outcome {
        Outcome(
            code: "as-me.forbidden",
            message: "Defender does not let \(name) do it. \(error.message)",
            fix:
                "The token's permissions suffice as far as it tells: look at the user's roles (RBAC) and device groups in the Defender portal, which decide as well."
        )
    }

    fileprivate static func notTakenInName(_ name: String, challenge: String?) -> Outcome {
        Outcome(
            code: "as-me.not-taken",
            message: "Defender would not take the sign-in of \(name); nothing was done.",
            fix: challenge.map { "Run `bascule login --claims \($0)`, then ask again." }
                ?? "Run `bascule login`, then ask again."
        )
    }
}
