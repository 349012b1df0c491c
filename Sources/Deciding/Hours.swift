package import Foundation
package import Vocabulary

/// A time window of the week by the clock on a wall of one zone: days, and from when to when.
///
/// Where the clock is set forward, the part of a window that does not exist is not there; where it is set back,
/// an hour that comes twice counts twice. A window that ends before it begins runs past midnight and belongs to
/// the day it begins on.
package struct Hours: Sendable, Hashable {
    /// A day of the week, Monday first.
    package enum Day: String, Sendable, Hashable, CaseIterable {
        case mon, tue, wed, thu, fri, sat, sun

        /// The day before.
        var before: Day { Day.allCases[(index + 6) % 7] }
        var index: Int { Day.allCases.firstIndex(of: self) ?? 0 }
    }

    package static let minutesOfDay = 24 * 60

    package let days: Set<Day>
    /// Minutes after midnight, 0 to 1439.
    package let from: Int
    /// Minutes after midnight, 1 to 1440; the window ends before it.
    package let to: Int
    package let zone: TimeZone

    /// Nil without a day, for times outside the day, and for a window that ends when it begins.
    package init?(days: Set<Day>, from: Int, to: Int, zone: TimeZone) {
        guard !days.isEmpty, (0..<Self.minutesOfDay).contains(from), (1...Self.minutesOfDay).contains(to),
            from != to
        else { return nil }
        self.days = days
        self.from = from
        self.to = to
        self.zone = zone
    }

    /// True if the moment lies in the window.
    package func contain(_ moment: Timestamp) -> Bool {
        guard let (day, minute) = wall(moment) else { return false }
        if from < to { return days.contains(day) && (from..<to).contains(minute) }
        return days.contains(day) && minute >= from || days.contains(day.before) && minute < to
    }

    /// Day and minute by the zone's clock; nil for a moment that no calendar knows.
    private func wall(_ moment: Timestamp) -> (day: Day, minute: Int)? {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        let date = Date(timeIntervalSince1970: Double(moment.seconds))
        let parts = calendar.dateComponents([.weekday, .hour, .minute], from: date)
        guard let weekday = parts.weekday, let hour = parts.hour, let minute = parts.minute,
            (1...7).contains(weekday)
        else { return nil }
        // The calendar counts from Sunday as 1.
        return (Day.allCases[(weekday + 5) % 7], hour * 60 + minute)
    }

    /// What the clock of the zone shows, such as `sun 03:12 Europe/Stockholm`.
    func clock(at moment: Timestamp) -> String {
        guard let (day, minute) = wall(moment) else { return "an unknown time" }
        return "\(day.rawValue) \(Self.spoken(minute)) \(zone.identifier)"
    }

    /// Such as `mon, tue 08:00-18:00 Europe/Stockholm`.
    var inWords: String {
        let names =
            days.count == 7
            ? "every day"
            : days.sorted { $0.index < $1.index }.map(\.rawValue)
                .joined(separator: ", ")
        return "\(names) \(Self.spoken(from))-\(Self.spoken(to)) \(zone.identifier)"
    }

    private static func spoken(_ minute: Int) -> String {
        let two = { (number: Int) in number < 10 ? "0\(number)" : String(number) }
        return "\(two(minute / 60)):\(two(minute % 60))"
    }
}
