import Catalogue
package import Vocabulary

/// What a job that is ready has to do about the others on its machine: claims, joins and order as one pure
/// function (design §9).
package enum LaneRules {
    /// What the ledger knows of the machine at this moment, in one transaction.
    package struct Situation: Sendable {
        /// All other jobs on the machine that have not ended.
        package var others: [Job]
        package var openClaims: [Claim]
        package var isFrozen: Bool
        /// Frozen with `--all`: even a release asked by a person waits.
        package var isFrozenForReleases: Bool
        /// The newest release, asked for, that counts (ready or further) and may end this job's claim.
        package var newestCountedRelease: Job?
        /// The newest isolate or restrict that counts: ready or further, its claim not closed.
        package var newestCountedIsolate: Job?
        /// The newest intent that counts and changes the same thing the other way, asked for after this one.
        package var newerOpposite: Job?
        /// A containment that somebody made outside, in words; nil if there is none.
        package var foreignContainment: String?
        /// `Full` or `Selective` if the machine is contained by an action of ours; nil if it is not.
        package var ownContainment: String?
        /// True if that action's job never had a claim: it is of a time before there were any in its lane.
        package var isUnclaimed = false
        /// Who released the machine, and when, if Defender says that it is released; nil if it does not.
        package var releasedOutside: String?
        /// Somebody else acted on the machine in this lane after our isolate or restrict, in words.
        package var takenOver: String?

        package init(others: [Job], openClaims: [Claim], isFrozen: Bool) {
            self.others = others
            self.openClaims = openClaims
            self.isFrozen = isFrozen
            isFrozenForReleases = false
        }

        /// Nothing but what concerns one lane.
        fileprivate func within(_ lane: Lane) -> Situation {
            var part = self
            part.others = others.filter { $0.lane == lane }
            part.openClaims = openClaims.filter { $0.lane == lane }
            return part
        }
    }

    /// The step to take.
    package enum Step: Sendable, Hashable {
        /// Post it. Claims in `ending` are marked as being ended by this job.
        case submit(ending: [JobID])
        /// Post it, because the machine was released outside; these claims are closed as taken over.
        case submitAnew(closing: [JobID], words: String)
        case expire
        case hold(Outcome)
        case wait
        /// Its time has not come.
        case waitUntil(Timestamp)
        /// Ask Defender to cancel these first; wait until they have ended.
        case cancelFirst([JobID])
        /// The same, but they are posted again once this job is done.
        case putBehind([JobID])
        case join(JobID, others: [String])
        /// The machine is contained by an action of ours whose claim has ended: a claim is all that is missing.
        case claimContained
        /// Nothing to post: these claims end now, with this code.
        case settle(Outcome, closing: [JobID], code: String)
        case withdraw(Outcome, closing: [JobID], code: String)
        case refuse(Outcome)
    }

    /// - Parameters:
    ///   - job: A job in state `ready`.
    ///   - situation: The machine as the ledger knows it now.
    ///   - now: The ledger's time.
    /// - Returns: The one step to take now.
    package static func step(for job: Job, in situation: Situation, at now: Timestamp) -> Step {
        if let end = job.shelfEnd, now > end { return .expire }
        if let hold = freeze(for: job, in: situation) { return hold }
        guard let restraint = job.restraint else {
            if let newer = situation.newerOpposite {
                return .withdraw(superseded(by: newer), closing: [], code: "superseded")
            }
            if job.action == Catalogue.offboard.word, let refusal = stranding(situation) {
                return .refuse(refusal)
            }
            let isBusy = situation.others.contains {
                $0.lane == job.lane && $0.holdsLane
            }
            return isBusy ? .wait : .submit(ending: [])
        }
        let lane = situation.within(restraint.lane)
        return job.isRestraining
            ? begin(job, restraint, lane, at: now) : release(job, restraint, lane, at: now)
    }

    /// A machine whose sensor is gone is released by nobody; nil where nothing would be stranded.
    private static func stranding(_ situation: Situation) -> Outcome? {
        for restraint in Catalogue.restraints {
            let lane = situation.within(restraint.lane)
            guard !lane.openClaims.isEmpty || lane.others.contains(where: \.state.isInFlight) else {
                continue
            }
            let owners = lane.openClaims.map { "\($0.ownerText) (\($0.id))" }.joined(separator: ", ")
            let word = restraint.ends.word
            return Outcome(
                code: restraint.done,
                message:
                    "The machine is \(restraint.done)\(owners.isEmpty ? "" : " by \(owners)"); without its "
                    + "sensor nobody could \(word) it.",
                fix: "\(word.prefix(1).uppercased() + word.dropFirst()) it first."
            )
        }
        return nil
    }

    static func superseded(by newer: Job) -> Outcome {
        Outcome(
            code: "superseded",
            message: "\(newer.askerText) asked to \(newer.action) it after this was asked."
        )
    }

    private static func freeze(for job: Job, in situation: Situation) -> Step? {
        guard situation.isFrozen, Catalogue.entry(job.action)?.changesState == true else { return nil }
        if job.isReleasing {
            if job.isAutomatic { return .wait }
            return situation.isFrozenForReleases ? .hold(frozen) : nil
        }
        return .hold(frozen)
    }

    private static let frozen = Outcome(
        code: "frozen",
        message: "Bascule is frozen; nothing that contains or changes a machine runs.",
        fix: "After `unfreeze`, `go` with the job's id lets it go on."
    )

    /// How long a time box's release waits for an isolate that is about to begin; it is due within a minute.
    static let patience = Duration.seconds(45)

    // MARK: Isolate, restrict

    private static func begin(
        _ job: Job,
        _ restraint: Restraint,
        _ situation: Situation,
        at now: Timestamp
    ) -> Step {
        if let release = situation.newestCountedRelease, release.sequence > job.sequence {
            return .withdraw(
                Outcome(
                    code: "superseded",
                    message: "\(release.askerText) asked for the \(restraint.end) after this was asked."
                ),
                closing: [],
                code: "superseded"
            )
        }
        if let release = situation.others.first(where: { $0.id == job.yieldsTo }),
            isComing(release, situation, at: now)
        {
            // Its end may be moved, or it may be held, without anybody telling those who made way.
            return .waitUntil(now + patience)
        }
        let flying = situation.others.filter(\.state.isInFlight)
        // A release on its way to the machine is the opposite: it goes first, or is cancelled.
        let releases = flying.filter { $0.isReleasing && $0.joined == nil }
        if !releases.isEmpty { return yieldTo(releases, at: now) }

        let wanted = job.parameters["type"] ?? "Full"
        let claims = situation.openClaims.filter { $0.id != job.id && $0.endingBy == nil }
        if let words = situation.releasedOutside, !flying.contains(where: { $0.joined == nil }) {
            let gone = claims.filter { $0.containedAt != nil }
            if !gone.isEmpty { return .submitAnew(closing: gone.map(\.id), words: words) }
        }
        let serving = claims.filter { serves($0.isolationType, wanted) }
        if let primary = primary(of: serving, inFlight: flying) {
            return .join(primary, others: claims.map { "\($0.ownerText) (\($0.id))" })
        }
        if primary(of: claims, inFlight: flying) != nil {
            // Full over Selective, or another kind, is a new action, once nothing of the lane is in flight.
            if flying.contains(where: { $0.joined == nil }) { return .wait }
            return .submit(ending: [])
        }
        if flying.contains(where: { $0.joined == nil }) { return .wait }
        if let type = situation.ownContainment, serves(type, wanted) { return .claimContained }
        if let foreign = situation.foreignContainment {
            return .settle(
                Outcome(
                    code: "already-\(restraint.done)",
                    message:
                        "The machine is \(restraint.done) already, \(foreign). Nothing was posted and no time box "
                        + "runs.",
                    fix: "Whoever \(restraint.done) it \(restraint.ends.word)s it."
                ),
                closing: [],
                code: "foreign"
            )
        }
        return .submit(ending: [])
    }

    /// Full is more than Selective; a machine that is not onboarded is contained in a way of its own.
    private static func serves(_ type: String, _ wanted: String) -> Bool {
        type == wanted || (type == "Full" && wanted == "Selective")
    }

    /// False for a release that somebody holds back, or whose end was moved further off.
    private static func isComing(_ release: Job, _ situation: Situation, at now: Timestamp) -> Bool {
        guard release.state != .held else { return false }
        guard release.state == .ready, case .timeBox(let isolate) = release.origin else { return true }
        let end = situation.openClaims.first { $0.id == isolate }?.endsAt
        return end.map { $0 <= now } ?? false
    }

    /// The isolate or restrict that holds the machine, or is about to.
    private static func primary(of claims: [Claim], inFlight: [Job]) -> JobID? {
        if let contained = claims.first(where: { $0.containedAt != nil }) { return contained.id }
        let flying = Set(inFlight.filter { $0.joined == nil }.map(\.id))
        return claims.first { flying.contains($0.id) }?.id
    }

    /// Opposite actions in flight: those that Defender may still cancel are cancelled, the rest waited for.
    static func yieldTo(_ jobs: [Job], at now: Timestamp) -> Step {
        let cancellable = jobs.filter {
            $0.state == .watching && $0.cancelRequest == nil && $0.machineAction?.isOurs != false
        }
        // What is being posted can be cancelled once Defender has it; nobody says when that is.
        return cancellable.isEmpty ? .waitUntil(now + patience) : .cancelFirst(cancellable.map(\.id))
    }
}

extension Job {
    /// True if nobody looks at it within the time that a due release waits.
    func isPutOff(at now: Timestamp) -> Bool {
        guard lease == nil, let due else { return false }
        return due > now + LaneRules.patience
    }
}
