package import Enqueuing
import Foundation
package import Logging
import ServiceLifecycle
import Synchronization
import Vocabulary

/// Tells once a day what is open and what did not succeed, so that nothing is forgotten overnight.
///
/// Each digest is one notice in the outbox, written in the transaction that remembers it: a restart neither
/// repeats nor skips one. What was missed is made up for within ``lateMax``, saying so.
package struct DailyDigest: Service {
    /// Beyond this a missed digest is left out; the next one still counts from the last one written.
    static let lateMax = Duration.seconds(12 * 3_600)
    /// The longest sleep: a clock that is moved is noticed then.
    static let pauseMax = Duration.seconds(3_600)
    private static let retryPause = Duration.seconds(60)

    let ledger: any Ledger
    let settings: @Sendable () -> DigestSettings?
    let logger: Logger
    let bell: Bell
    let clock: any Clock<Duration>

    /// The settings are asked before each look, and nil writes none; the bell is rung when they have changed.
    package init(
        ledger: any Ledger,
        settings: @escaping @Sendable () -> DigestSettings?,
        logger: Logger,
        bell: Bell,
        clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.ledger = ledger
        self.settings = settings
        self.logger = logger
        self.bell = bell
        self.clock = clock
    }

    package func run() async throws {
        let isStopping = Mutex(false)
        await withGracefulShutdownHandler {
            while !isStopping.withLock({ $0 }), !Task.isCancelled {
                var pause = Self.retryPause
                do {
                    pause = try await writeIfDue()
                } catch {
                    logger.error("The digest was not written", metadata: ["error": "\(error)"])
                }
                await bell.wait(upTo: pause, clock: clock)
            }
        } onGracefulShutdown: {
            isStopping.withLock { $0 = true }
            bell.ring()
        }
    }

    /// Writes the digest whose time has come.
    ///
    /// - Returns: How long to wait before the next look.
    func writeIfDue() async throws -> Duration {
        guard let settings = settings() else {
            // Switched on again it begins anew, rather than with the news of a month.
            if try await ledger.read({ try $0.flag(DigestMark.flag) }) != nil {
                try await ledger.write { try $0.setFlag(DigestMark.flag, nil) }
            }
            return Self.pauseMax
        }
        return try await ledger.write { transaction in
            let now = transaction.now
            let schedule = settings.schedule
            let slot = schedule.last(notAfter: now)
            if let mark = try DigestMark.present(in: transaction, at: now) {
                if slot > mark.slot, now.since(slot) <= Self.lateMax {
                    let content = try DigestContent(schedule, slot: slot, since: mark.at, in: transaction)
                    try tell(settings.audience, content.notice, about: nil, in: transaction)
                    try DigestMark(slot: slot, at: now).store(in: transaction)
                }
            } else {
                // Nothing was promised before now.
                try DigestMark(slot: slot, at: now).store(in: transaction)
            }
            return min(max(schedule.next(after: now).since(now), .milliseconds(20)), Self.pauseMax)
        }
    }
}

/// When a digest is written, and who is told.
package struct DigestSettings: Sendable, Hashable {
    package var schedule: DigestSchedule
    package var audience: Audience

    package init(schedule: DigestSchedule, audience: Audience) {
        self.schedule = schedule
        self.audience = audience
    }
}

/// The last digest.
private struct DigestMark: Codable {
    static let flag = "digest.last"
    /// Further ahead than this a mark is of a clock that was wrong; less is a clock that was put right.
    private static let aheadMax = Duration.seconds(86_400)

    /// When it was due.
    var slot: Timestamp
    /// When it was written.
    var at: Timestamp

    /// Nil if there was none, or none that can be believed.
    static func present(in transaction: any LedgerTransaction, at now: Timestamp) throws -> DigestMark? {
        guard let text = try transaction.flag(flag),
            let mark = try? JSONDecoder().decode(DigestMark.self, from: Data(text.utf8)),
            mark.at <= now + aheadMax
        else { return nil }
        return mark
    }

    func store(in transaction: any LedgerTransaction) throws {
        let text = String(decoding: try JSONEncoder().encode(self), as: UTF8.self)
        try transaction.setFlag(Self.flag, text)
    }
}
