package import Catalogue
import Vocabulary

/// The calls of the last hour, and from them when the next may be made.
///
/// A value: no clock, no waiting.
/// Windows slide: whichever way Defender counts, a sliding window is never more than it allows.
package struct RateLedger: Sendable {
    /// What is counted apart.
    package enum Kind: Sendable, Hashable {
        case call
        /// `getPackageUri`, which has a window of its own.
        case packageAddress
        /// `runliveresponse`, which has a window of its own.
        case liveResponse
    }

    /// Calls of each minute that only containment and settling may use.
    package static let reservedPerMinute = 20
    /// The same fifth of each hour, lest watching uses up an hour's calls in its first half.
    package static let reservedPerHour = 300

    private let window: RateWindow
    /// Of the kinds that have one of their own besides.
    private let ownWindows: [Kind: RateWindow]
    /// Ascending; at most an hour's calls.
    private var calls: [Duration] = []
    private var ownCalls: [Kind: [Duration]] = [:]
    private var pausedUntil: [Kind: Duration] = [:]

    package init(
        window: RateWindow,
        packageWindow: RateWindow,
        liveResponseWindow: RateWindow = Catalogue.liveResponseRate
    ) {
        self.window = window
        ownWindows = [.packageAddress: packageWindow, .liveResponse: liveResponseWindow]
    }

    /// How long a call has to wait, zero if it may be made now.
    ///
    /// `ahead` is how many better calls wait as well; theirs come first.
    package func wait(
        for kind: Kind,
        priority: CallPriority,
        ahead: Int,
        at now: Duration
    ) -> Duration {
        let isReserved = priority <= .settling
        let minute = isReserved ? window.perMinute : Self.without(Self.reservedPerMinute, window.perMinute)
        let hour = isReserved ? window.perHour : Self.without(Self.reservedPerHour, window.perHour)
        var wait = max((pausedUntil[.call] ?? .zero) - now, .zero)
        wait = max(wait, Self.wait(calls, .seconds(60), minute, ahead, now))
        wait = max(wait, Self.wait(calls, .seconds(3_600), hour, ahead, now))
        guard let own = ownWindows[kind] else { return wait }
        let made = ownCalls[kind] ?? []
        wait = max(wait, (pausedUntil[kind] ?? .zero) - now)
        wait = max(wait, Self.wait(made, .seconds(60), own.perMinute, 0, now))
        return max(wait, Self.wait(made, .seconds(3_600), own.perHour, 0, now))
    }

    package mutating func count(_ kind: Kind, at now: Duration) {
        calls.removeAll { now - $0 >= .seconds(3_600) }
        calls.append(now)
        guard ownWindows[kind] != nil else { return }
        ownCalls[kind, default: []].removeAll { now - $0 >= .seconds(3_600) }
        ownCalls[kind, default: []].append(now)
    }

    package mutating func pause(_ kind: Kind, until moment: Duration) {
        pausedUntil[kind] = max(pausedUntil[kind] ?? .zero, moment)
    }

    package func used(at now: Duration) -> (minute: Int, hour: Int) {
        (calls.count { now - $0 < .seconds(60) }, calls.count { now - $0 < .seconds(3_600) })
    }

    /// Where the allowance is too small to keep that much back, half of it is kept.
    private static func without(_ reserved: Int, _ allowed: Int) -> Int {
        max(allowed - min(reserved, allowed / 2), 1)
    }

    /// The time until enough calls have left a window.
    private static func wait(
        _ calls: [Duration],
        _ length: Duration,
        _ allowed: Int,
        _ ahead: Int,
        _ now: Duration
    ) -> Duration {
        let live = calls.drop { now - $0 >= length }
        let tooMany = live.count + ahead - allowed + 1
        guard tooMany > 0 else { return .zero }
        guard tooMany <= live.count else { return length }
        return length - (now - live[live.startIndex + tooMany - 1])
    }
}
