package import Foundation
package import Vocabulary

/// One time of each day by the clock on a wall.
///
/// Where clocks are put forward over it, that day's is the first moment after the gap; where they are put back
/// over it, that day's is the first of the two.
package struct DigestSchedule: Sendable, Hashable {
    /// Minutes after midnight, 0 to 1439.
    package var minuteOfDay: Int
    package var zone: TimeZone

    package init(minuteOfDay: Int, zone: TimeZone) {
        precondition((0..<1_440).contains(minuteOfDay), "a minute of a day")
        self.minuteOfDay = minuteOfDay
        self.zone = zone
    }

    /// The first of its moments that is later than `moment`.
    package func next(after moment: Timestamp) -> Timestamp {
        days(around: moment).map(moment(ofDay:)).filter { $0 > moment }.min() ?? moment + .seconds(86_400)
    }

    /// The latest of its moments that is not later than `moment`.
    package func last(notAfter moment: Timestamp) -> Timestamp {
        days(around: moment).map(moment(ofDay:)).filter { $0 <= moment }.max() ?? moment - .seconds(86_400)
    }

    /// `2026-11-02 07:00 (Europe/Stockholm)`, by the zone's clock.
    package func wallText(_ moment: Timestamp) -> String {
        let shifted = Timestamp(seconds: moment.seconds + offset(at: moment.seconds))
        return "\(shifted.iso8601.prefix(16).replacing("T", with: " ")) (\(zone.identifier))"
    }

    /// Days of the zone's calendar, counted from 1970-01-01.
    private func days(around moment: Timestamp) -> ClosedRange<Int64> {
        let local = moment.seconds + offset(at: moment.seconds)
        let day = Int64((Double(local) / 86_400).rounded(.down))
        return day - 2...day + 2
    }

    /// The first moment at which that day's clock shows the time, or a later one.
    private func moment(ofDay day: Int64) -> Timestamp {
        let local = day * 86_400 + Int64(minuteOfDay) * 60
        // Clocks differ from UTC by up to 14 hours, and some were once moved by a whole day.
        var low = local - 36 * 3_600
        var high = local + 36 * 3_600
        let before = offset(at: low)
        let after = offset(at: high)
        guard before != after else { return Timestamp(seconds: local - before) }
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if offset(at: middle) == before { low = middle } else { high = middle }
        }
        // `high` is the moment at which the clock is moved.
        let first = local - before
        return Timestamp(seconds: first < high ? first : max(high, local - after))
    }

    private func offset(at seconds: Int64) -> Int64 {
        Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))))
    }
}
