import Vocabulary

/// Counts calls in windows of a minute and an hour, each beginning with its first call.
struct CallMeter: Sendable {
    private struct Window: Sendable {
        var start: Timestamp
        var count: Int
    }

    private var windows: [String: Window] = [:]

    /// Counts a call, or refuses it with 429 and the recorded text; a refused call is not counted.
    ///
    /// Route, tenant and application together are the key of the count.
    mutating func count(
        _ route: String,
        _ rate: CallRate,
        tenant: String,
        client: String,
        at now: Timestamp
    ) throws(DefenderRefusal) {
        let periods = [("00:01:00", Int64(60), rate.perMinute), ("01:00:00", 3_600, rate.perHour)]
        let keys = periods.map { "\(route) \(tenant) \(client) \($0.0)" }
        for (key, period) in zip(keys, periods) {
            var window = windows[key] ?? Window(start: now, count: 0)
            if now.since(window.start) >= .seconds(period.1) { window = Window(start: now, count: 0) }
            windows[key] = window
            guard window.count >= period.2 else { continue }
            let left = window.start + .seconds(period.1)
            let seconds = max(1, Int((left.since(now).wholeMilliseconds + 999) / 1000))
            let text =
                "API calls quota exceeded! Maximum allowed \(period.2) per \(period.0) for the key "
                + "Destination+TenantID+AppID. You can send requests again in \(seconds) seconds."
            var refusal = DefenderRefusal(429, "429", text)
            refusal.target = tenant
            refusal.retryAfterSeconds = seconds
            throw refusal
        }
        for key in keys { windows[key]?.count += 1 }
    }
}
