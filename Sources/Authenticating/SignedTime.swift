import Vocabulary

/// A sender's Unix time and the window in which it is fresh (P8, P9).
struct SignedTime {
    let unit: TimestampUnit
    let toleranceSeconds: Int64

    /// Reads ASCII digits only; anything beyond 63 bits is no time.
    func read(_ text: String, header: String) throws(VerificationFailure) -> Int64 {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let value = Int64(text)
        else {
            throw .malformedTimestamp(header: header, expected: "a whole number of \(unit.spoken) since 1970")
        }
        return value
    }

    /// The window includes its ends; the sender's number is only ever compared.
    func check(_ time: Int64, now: Timestamp) throws(VerificationFailure) {
        let tolerance = Duration.seconds(toleranceSeconds)
        let latest = inUnit(now + tolerance)
        let earliest = inUnit(now - tolerance)
        if time > latest { throw .future(secondsOff: secondsOff(time, now), secondsMax: toleranceSeconds) }
        if time < earliest { throw .stale(secondsOff: secondsOff(time, now), secondsMax: toleranceSeconds) }
    }

    private func inUnit(_ moment: Timestamp) -> Int64 {
        switch unit {
        case .seconds: moment.seconds
        case .milliseconds: moment.milliseconds
        }
    }

    /// For people; saturates.
    private func secondsOff(_ time: Int64, _ now: Timestamp) -> Int64 {
        let (difference, overflows) = time.subtractingReportingOverflow(inUnit(now))
        let off = overflows ? Int64.max : difference.magnitude > UInt64(Int64.max) ? .max : abs(difference)
        switch unit {
        case .seconds: return off
        // Rounded up, so that 300 001 ms do not read as the 300 s that are allowed.
        case .milliseconds: return off / 1000 + (off % 1000 == 0 ? 0 : 1)
        }
    }
}

/// The unit of a sender's timestamp.
package enum TimestampUnit: String, Sendable, Hashable, CaseIterable {
    case seconds = "s"
    case milliseconds = "ms"

    var spoken: String {
        switch self {
        case .seconds: "seconds"
        case .milliseconds: "milliseconds"
        }
    }
}
