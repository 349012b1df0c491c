/// Reads what servers say about when to ask again.
package enum RetryAfter {
    /// The wait that a `Retry-After` header asks for.
    ///
    /// - Parameters:
    ///   - header: The header's value: whole seconds or an HTTP date. Nil gives nil.
    ///   - serverTime: The answer's own `Date` where it was sent: a local clock that is off then does no harm.
    ///   - now: The local clock, used where the answer has no `Date`.
    ///   - atMost: A longer wait is cut to this.
    /// - Returns: Nil if the value is neither; zero for a moment that has passed.
    /// - Source: RFC 9110, 10.2.3.
    package static func wait(
        _ header: String?,
        serverTime: Timestamp?,
        now: Timestamp,
        atMost: Duration
    ) -> Duration? {
        guard let header else { return nil }
        let text = header.drop { $0 == " " || $0 == "\t" }
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        if !digits.isEmpty {
            guard text.dropFirst(digits.count).allSatisfy({ $0 == " " || $0 == "\t" }) else { return nil }
            guard let seconds = Int64(digits) else { return atMost }
            return min(.seconds(seconds), atMost)
        }
        guard let moment = Timestamp(httpDate: String(text)) else { return nil }
        return min(max(moment.since(serverTime ?? now), .zero), atMost)
    }
}

extension Timestamp {
    /// Reads the date of an HTTP header, such as `Sun, 06 Nov 1994 08:49:37 GMT`.
    ///
    /// Only this form, the one that servers have to send, is read; nil otherwise.
    ///
    /// - Source: RFC 9110, 5.6.7.
    package init?(httpDate text: String) {
        let parts = text.split(separator: " ", omittingEmptySubsequences: true)
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard parts.count == 6, parts[5] == "GMT", parts[3].count == 4,
            let day = Int64(parts[1]), (1...31).contains(day),
            let month = months.firstIndex(of: String(parts[2])),
            let year = Int64(parts[3]), (1970...9999).contains(year)
        else { return nil }
        let clock = parts[4].split(separator: ":", omittingEmptySubsequences: false)
        guard clock.count == 3, clock.allSatisfy({ $0.count == 2 }),
            let hour = Int64(clock[0]), (0...23).contains(hour),
            let minute = Int64(clock[1]), (0...59).contains(minute),
            let second = Int64(clock[2]), (0...60).contains(second)
        else { return nil }
        let days = Timestamp.days(year: year, month: Int64(month) + 1, day: day)
        self.init(seconds: days * 86_400 + hour * 3_600 + minute * 60 + second)
    }

    /// Days from 1970-01-01 to a date of the Gregorian calendar; years are counted from March, so that the
    /// leap day is the last one.
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month > 2 ? year : year - 1
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
    }
}
