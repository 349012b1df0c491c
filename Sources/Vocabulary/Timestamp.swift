import Foundation

/// A moment of the wall clock, in whole milliseconds since 1970-01-01T00:00:00Z.
///
/// Everything that is stored or compared across processes uses this; waiting uses a `Clock`.
package struct Timestamp: Hashable, Sendable, Comparable, Codable {
    package let milliseconds: Int64

    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// - Parameter seconds: Unix time; saturates at the ends of the range.
    package init(seconds: Int64) {
        let (value, overflows) = seconds.multipliedReportingOverflow(by: 1000)
        milliseconds = overflows ? (seconds < 0 ? .min : .max) : value
    }

    package init(from decoder: any Decoder) throws {
        milliseconds = try decoder.singleValueContainer().decode(Int64.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(milliseconds)
    }

    /// Unix time in whole seconds, rounded down.
    package var seconds: Int64 {
        milliseconds >= 0 ? milliseconds / 1000 : -((-milliseconds + 999) / 1000)
    }

    /// The wall clock of this machine.
    package static func now() -> Timestamp {
        Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// Saturates instead of trapping.
    package static func + (moment: Timestamp, duration: Duration) -> Timestamp {
        let (sum, overflows) = moment.milliseconds.addingReportingOverflow(duration.wholeMilliseconds)
        return Timestamp(milliseconds: overflows ? .max : sum)
    }

    /// Saturates instead of trapping.
    package static func - (moment: Timestamp, duration: Duration) -> Timestamp {
        let (sum, overflows) = moment.milliseconds.subtractingReportingOverflow(duration.wholeMilliseconds)
        return Timestamp(milliseconds: overflows ? .min : sum)
    }

    /// The time from `other` to this moment; negative if `other` is later.
    package func since(_ other: Timestamp) -> Duration {
        let (difference, overflows) = milliseconds.subtractingReportingOverflow(other.milliseconds)
        return .milliseconds(overflows ? .max : difference)
    }

    /// `2026-11-02T09:14:07Z`, or with milliseconds where they are not zero.
    package var iso8601: String {
        let whole = Date(timeIntervalSince1970: Double(seconds))
        let base = whole.formatted(
            Date.ISO8601FormatStyle(timeZone: TimeZone(secondsFromGMT: 0) ?? .gmt)
        )
        let fraction = Int(milliseconds - seconds * 1000)
        guard fraction > 0 else { return base }
        let digits = String(fraction)
        let padded = String(repeating: "0", count: 3 - digits.count) + digits
        return base.dropLast() + "." + padded + "Z"
    }

    /// Reads ISO 8601 with zone; a fraction of any length is cut to milliseconds.
    ///
    /// Nil if it is no such time.
    package init?(iso8601 text: String) {
        var base = text
        var fraction: Int64 = 0
        if let dot = text.firstIndex(of: ".") {
            let after = text[text.index(after: dot)...]
            let digits = after.prefix { $0.isASCII && $0.isNumber }
            guard !digits.isEmpty else { return nil }
            let three = String((digits + "000").prefix(3))
            fraction = Int64(three) ?? 0
            base = String(text[..<dot]) + after.dropFirst(digits.count)
        }
        if base.count > 5, base.suffix(5).first == "+" || base.suffix(5).first == "-" {
            base.insert(":", at: base.index(base.endIndex, offsetBy: -2))
        }
        guard let date = try? Date(base, strategy: Date.ISO8601FormatStyle()) else { return nil }
        milliseconds = Int64((date.timeIntervalSince1970 * 1000).rounded()) + fraction
    }
}

extension Duration {
    /// Whole milliseconds, rounded towards zero; saturates.
    package var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (high, overflows) = seconds.multipliedReportingOverflow(by: 1000)
        if overflows { return seconds < 0 ? .min : .max }
        let (sum, overflowsToo) = high.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
        return overflowsToo ? (seconds < 0 ? .min : .max) : sum
    }

    /// Whole seconds, rounded towards zero.
    package var wholeSeconds: Int64 { components.seconds }

    /// As people type it: `4h`, `90m`, `45s`, `3d`: the largest unit that divides it.
    package var spoken: String {
        let seconds = wholeSeconds
        for (unit, size) in [("d", Int64(86_400)), ("h", 3_600), ("m", 60)]
        where seconds != 0 && seconds % size == 0 {
            return "\(seconds / size)\(unit)"
        }
        return "\(seconds)s"
    }
}
