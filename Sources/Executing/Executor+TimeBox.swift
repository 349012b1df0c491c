import Deciding
import Enqueuing
import Vocabulary

/// The release at the end of a time box: not before its time, not by a clock that is wrong.
extension Executor {
    /// How far our clock and Defender's may be apart.
    static let clockDoubt = Duration.seconds(5 * 60)

    /// Waits for the end of the time box, and tells its owner before it comes.
    ///
    /// - Returns: True if the job waits.
    func waitsForItsTime(_ job: inout Job) async throws -> Bool {
        guard case .timeBox(let isolate) = job.origin else { return false }
        let found = try await ledger.read { (try $0.claim(isolate), try $0.job(isolate)) }
        guard let claim = found.0, claim.isOpen, let end = claim.endsAt, wallClock() < end else {
            return false
        }
        let now = wallClock()
        // A short time box is half over when its owner hears of its end.
        let whole = end.since(claim.containedAt ?? claim.openedAt)
        let warnAt = end - min(settings.warn, whole / 2)
        let event: JobEvent
        if job.warnedFor == end {
            event = .waits(until: end)
        } else if now < warnAt {
            event = .waits(until: warnAt)
        } else {
            event = .warned(end: end, extendBy: found.1.map { extending($0, from: end) } ?? .shortest)
        }
        job = try await ledger.apply(event, to: job, keeping: nil)
        return true
    }

    /// What *Extend* offers: as long again, or what the grant's longest leaves of it.
    private func extending(_ isolate: Job, from end: Timestamp) -> TimeBox {
        let asked = isolate.duration ?? .shortest
        let now = wallClock()
        guard let machine = isolate.machine else { return asked }
        let grant = decision(on: isolate, machine: machine, readAt: now).grant
        guard let most = policy().durationMax(of: grant) else { return asked }
        let left = (most.duration - end.since(now)).wholeSeconds
        guard left < asked.seconds else { return asked }
        let unit: Int64 = left >= 2 * 3_600 ? 3_600 : left >= 120 ? 60 : 1
        return TimeBox(seconds: left / unit * unit) ?? .shortest
    }

    /// Waits if Defender's clock says that ours is wrong: nothing is released by a clock that jumped.
    func doubtsClock(_ job: inout Job, _ view: OutsideView) async throws -> Bool {
        guard job.isAutomatic, let theirs = view.serverTime else { return false }
        let off = wallClock().since(theirs)
        guard off > Executor.clockDoubt || off < .zero - Executor.clockDoubt else { return false }
        let until = wallClock() + .seconds(60)
        job = try await ledger.apply(.clockDoubted(off: off, until: until), to: job, keeping: nil)
        return true
    }

    /// Counts a time box anew that was counted from a time before its time.
    ///
    /// - Returns: True if the job waits.
    func beganLater(_ job: inout Job, _ view: OutsideView) async throws -> Bool {
        guard case .timeBox(let isolate) = job.origin, let begunAt = view.begunAt else { return false }
        try await ledger.countAnew(isolate, from: begunAt)
        job = try await ledger.apply(.waits(until: wallClock()), to: job, keeping: nil)
        return true
    }
}
