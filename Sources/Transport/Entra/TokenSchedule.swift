import Vocabulary

/// When to serve the token at hand, when to ask for another, when to leave Entra alone.
///
/// A value: no clock, no I/O.
///
/// - Source: `reference/entra-auth.md` §3.2, suggested policy.
struct TokenSchedule: Sendable {
    /// What to do for somebody who wants a token.
    enum Advice: Equatable {
        case use(AccessToken)
        /// Serve this one, and renew it meanwhile.
        case useAndRenew(AccessToken)
        case fetch
        case fail(TokenError)
    }

    /// A permanent failure is asked again after this, the first time and from then on: somebody may have
    /// corrected it, and a dead secret must not hammer Entra.
    static let permanentPauses = [Duration.seconds(60), .seconds(300)]
    static let transientPauseMax = Duration.seconds(60)
    /// AADSTS50196, `the same request came too often`, wants minutes.
    static let loopPause = Duration.seconds(300)
    /// A token is not served in its last minute.
    static let lastMoments = Duration.seconds(60)
    /// At most one token is dropped in this time.
    static let discardPause = Duration.seconds(60)

    private var token: AccessToken?
    private var renewAt = Timestamp(milliseconds: .min)
    private var usableUntil = Timestamp(milliseconds: .min)
    private var pauseUntil = Timestamp(milliseconds: .min)
    private var pauseStarted = Timestamp(milliseconds: .min)
    private(set) var lastError: TokenError?
    private var failures = 0
    private var discardedAt: Timestamp?

    /// The token, whether or not it may still be served.
    var current: AccessToken? { token }

    func advice(at now: Timestamp) -> Advice {
        // A clock that was set back must not lengthen a pause.
        let isPaused = now < pauseUntil && now >= pauseStarted
        guard let token, now < usableUntil else {
            if isPaused, let lastError { return .fail(lastError) }
            return .fetch
        }
        return now >= renewAt && !isPaused ? .useAndRenew(token) : .use(token)
    }

    mutating func succeeded(_ grant: TokenAnswer.Grant, at now: Timestamp) {
        let life = grant.lifetime
        let lastMoments = min(Self.lastMoments, life / 4)
        let sent = grant.token.expiresAt - life
        // 20 % of its life and at least five minutes before its end, yet never in its first half.
        let early = max(life - max(life / 5, .seconds(300)), life / 2)
        let wished = grant.refreshIn.map { max($0, .zero) } ?? early
        token = grant.token
        renewAt = sent + min(wished, life - lastMoments)
        usableUntil = grant.token.expiresAt - lastMoments
        pauseUntil = Timestamp(milliseconds: .min)
        lastError = nil
        failures = 0
    }

    /// Notes a failure; `jitter`, between 0 and 1, spreads the attempts of several hosts.
    mutating func failed(_ error: TokenError, at now: Timestamp, jitter: Double) {
        lastError = error
        pauseStarted = now
        pauseUntil = now + pause(after: error, jitter: jitter)
        failures += 1
    }

    mutating func endPause() {
        pauseUntil = Timestamp(milliseconds: .min)
        failures = 0
    }

    /// Drops a token that Defender would not take.
    ///
    /// - Returns: False if another one is at hand already, or if one was dropped within the last minute and
    ///   Defender named no claims that a new one could bring.
    mutating func discard(_ bearer: Secret, at now: Timestamp, isChallenged: Bool) -> Bool {
        guard token?.bearer == bearer else { return false }
        let isRecent = discardedAt.map { now >= $0 && now.since($0) < Self.discardPause } ?? false
        guard isChallenged || !isRecent else { return false }
        discardedAt = now
        token = nil
        return true
    }

    private func pause(after error: TokenError, jitter: Double) -> Duration {
        if case .refused(let refusal) = error, refusal.number == 50_196 {
            return max(refusal.retryAfter ?? .zero, Self.loopPause)
        }
        guard error.isTransient else {
            return error.retryAfter ?? Self.permanentPauses[min(failures, Self.permanentPauses.count - 1)]
        }
        if let asked = error.retryAfter { return asked }
        let doubled = min(Duration.seconds(1 << min(failures, 6)), Self.transientPauseMax)
        return doubled / 2 + doubled / 2 * min(max(jitter, 0), 1)
    }
}
