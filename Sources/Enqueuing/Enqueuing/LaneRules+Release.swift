import Catalogue
import Vocabulary

/// What a release or an unrestrict that is ready has to do about the others on its machine: one asked by a person, and the one at
/// the end of a time box.
extension LaneRules {
    static func release(
        _ job: Job,
        _ restraint: Restraint,
        _ situation: Situation,
        at now: Timestamp
    ) -> Step {
        if case .timeBox(let isolate) = job.origin {
            return timeBox(job, of: isolate, restraint, situation, at: now)
        }
        if let isolate = situation.newestCountedIsolate, isolate.sequence > job.sequence {
            return .withdraw(
                Outcome(
                    code: "superseded",
                    message: "\(isolate.askerText) asked to \(isolate.action) after this was asked."
                ),
                closing: [],
                code: "superseded"
            )
        }
        let mayEndOthers = job.decision?.mayEndOthers == true
        let open = situation.openClaims
        let mine = open.filter { claim in
            claim.sequence < job.sequence
                && (mayEndOthers || (claim.owner != nil && claim.owner == job.principal))
        }
        let kept = open.filter { claim in !mine.contains { $0.id == claim.id } }
        if open.isEmpty { return releaseOfNothing(job, restraint, situation) }
        if mine.isEmpty {
            let owners = kept.map { "\($0.ownerText) (\($0.id))" }.joined(separator: ", ")
            return .refuse(
                Outcome(
                    code: "claims-of-others",
                    message:
                        "The machine is \(restraint.done) by \(owners), and none of these claims is yours.",
                    fix: "Ask its owner, or somebody whose grant says `others: yes`."
                )
            )
        }
        let outlasting = lasting(kept, job, situation, at: now)
        if !outlasting.isEmpty {
            // A claim that may still come to nothing keeps nobody contained: its end is waited for.
            guard kept.contains(where: { $0.containedAt != nil }) else {
                let isContained = mine.contains { $0.containedAt != nil }
                return isContained ? outlast(outlasting, situation, at: now) : .wait
            }
            let owners = kept.map { "\($0.ownerText) (\($0.id))" }.joined(separator: ", ")
            return .settle(
                Outcome(
                    code: "claim-ended",
                    message: "Your claim has ended. The machine stays \(restraint.done) by \(owners)."
                ),
                closing: mine.map(\.id),
                code: "released"
            )
        }
        return lastRelease(ending: mine, restraint, situation, at: now)
    }

    /// The claims that contain the machine or are about to; not those whose isolate Defender puts off, or that
    /// made way for this very release.
    private static func lasting(
        _ claims: [Claim],
        _ job: Job,
        _ situation: Situation,
        at now: Timestamp
    ) -> [Claim] {
        claims.filter { claim in
            guard claim.containedAt == nil, let isolate = situation.others.first(where: { $0.id == claim.id })
            else { return true }
            let primary = situation.others.first { $0.id == isolate.joined } ?? isolate
            // Nor those that somebody has to let go on, or to agree to, first.
            if primary.state == .held || primary.state == .awaitingApproval { return false }
            if primary.state == .ready, primary.yieldsTo == job.id { return false }
            return isolate.state != .ready || !isolate.isPutOff(at: now)
        }
    }

    /// A machine that is contained is to be released, and another isolate of it is still under way.
    ///
    /// Defender may leave an isolate of an isolated machine pending until the machine is released. What was not
    /// done within the time that a release may wait is cancelled and posted again after the release.
    private static func outlast(_ claims: [Claim], _ situation: Situation, at now: Timestamp) -> Step {
        let isolates = situation.others.filter { job in claims.contains { $0.id == job.id } }
        let primaries = Set(isolates.map { $0.joined ?? $0.id })
        let pending = situation.others.filter { job in
            primaries.contains(job.id) && job.state == .watching && job.joined == nil
                && job.machineAction?.isOurs != false
        }
        guard let begun = pending.compactMap({ $0.submission?.startedAt }).max() else {
            return .waitUntil(now + patience)
        }
        guard now >= begun + patience else { return .waitUntil(begun + patience) }
        let open = pending.filter { $0.cancelRequest == nil }
        return open.isEmpty ? .waitUntil(now + patience) : .putBehind(open.map(\.id))
    }

    private static func releaseOfNothing(
        _ job: Job,
        _ restraint: Restraint,
        _ situation: Situation
    ) -> Step {
        if situation.others.contains(where: \.state.isInFlight) { return .wait }
        if situation.ownContainment != nil {
            if situation.isUnclaimed || job.decision?.mayEndOthers == true { return .submit(ending: []) }
            return .refuse(
                Outcome(
                    code: "claims-of-others",
                    message:
                        "The machine is \(restraint.done) by an earlier job of Bascule whose claim has ended.",
                    fix: "Ask somebody whose grant says `others: yes`."
                )
            )
        }
        if let foreign = situation.foreignContainment {
            if job.decision?.mayEndForeign == true { return .submit(ending: []) }
            return .refuse(
                Outcome(
                    code: "foreign-\(restraint.noun)",
                    message: "The machine is \(restraint.done) \(foreign), not by Bascule.",
                    fix:
                        "Whoever \(restraint.done) it \(restraint.ends.word)s it, or somebody whose grant says "
                        + "`foreign: yes`."
                )
            )
        }
        return .settle(
            Outcome(
                code: "nothing-to-release",
                message: "No claim is open on the machine; nothing was posted."
            ),
            closing: [],
            code: "released"
        )
    }

    private static func lastRelease(
        ending claims: [Claim],
        _ restraint: Restraint,
        _ situation: Situation,
        at now: Timestamp
    ) -> Step {
        let flying = situation.others.filter { $0.state.isInFlight && $0.joined == nil }
        let isolates = flying.filter(\.isRestraining)
        if !isolates.isEmpty { return yieldTo(isolates, at: now) }
        if !flying.isEmpty { return .wait }
        let wasNeverPosted = claims.allSatisfy { claim in
            claim.containedAt == nil && situation.others.contains { $0.id == claim.id && $0.state == .ready }
        }
        if wasNeverPosted {
            return .settle(
                Outcome(
                    code: "withdrawn",
                    message: "The \(restraint.begins.word) had not been posted yet and was withdrawn."
                ),
                closing: claims.map(\.id),
                code: "released"
            )
        }
        return .submit(ending: claims.map(\.id))
    }

    private static func timeBox(
        _ job: Job,
        of isolate: JobID,
        _ restraint: Restraint,
        _ situation: Situation,
        at now: Timestamp
    ) -> Step {
        guard let claim = situation.openClaims.first(where: { $0.id == isolate }) else {
            return .withdraw(
                Outcome(code: "released-before", message: "The claim had ended before its time."),
                closing: [],
                code: "released"
            )
        }
        if let by = claim.endingBy, by != job.id { return .wait }
        // Before Defender has contained the machine no time runs; the success gives the release its time.
        guard let end = claim.endsAt else { return .wait }
        // The end may have been moved since somebody looked.
        if now < end { return .waitUntil(end) }
        // An isolate that counts is about to open its claim; releasing before it would only flap. One that
        // Defender puts off is not waited for.
        let isWanted = situation.others.contains {
            $0.isRestraining && $0.state == .ready && !$0.isRehearsal && !$0.isPutOff(at: now)
                && $0.yieldsTo != job.id
        }
        if isWanted { return .waitUntil(now + patience) }
        if let takenOver = situation.takenOver {
            return .withdraw(
                Outcome(
                    code: "taken-over",
                    message: "\(takenOver); the claim is closed and nothing was posted."
                ),
                closing: [isolate],
                code: "taken-over"
            )
        }
        let others = lasting(situation.openClaims.filter { $0.id != isolate }, job, situation, at: now)
        if !others.isEmpty {
            guard others.contains(where: { $0.containedAt != nil }) else {
                return outlast(others, situation, at: now)
            }
            let owners = others.map { "\($0.ownerText) (\($0.id))" }.joined(separator: ", ")
            return .settle(
                Outcome(
                    code: "claim-ended",
                    message: "The time is over. The machine stays \(restraint.done) by \(owners)."
                ),
                closing: [isolate],
                code: "time-box"
            )
        }
        return lastRelease(ending: [claim], restraint, situation, at: now)
    }
}
