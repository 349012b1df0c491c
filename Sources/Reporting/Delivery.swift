import CurlClient
package import Vocabulary

/// What came of telling a batch.
package enum Delivery: Sendable, Equatable {
    /// Everybody who should can read it.
    ///
    /// - Parameters:
    ///   - messageID: The message that is kept up to date from now on; nil leaves what was known.
    ///   - usesResponseURL: One of the five uses is gone.
    case told(messageID: String?, usesResponseURL: Bool)
    /// Nothing was sent, on purpose; it is looked at again then.
    case deferred(until: Timestamp, trouble: String)
    /// It did not work and may work later.
    case failed(Trouble)
    /// It will never work.
    case impossible(trouble: String)

    /// Why it did not work.
    package struct Trouble: Sendable, Equatable {
        /// Stable, such as `slack.http-503`.
        var code: String
        var retryAfter: Duration?
        /// The outcome is unknown: the next try says that it may be a second one.
        var mayHaveArrived: Bool
        var usesResponseURL = false
    }
}

extension Delivery.Trouble {
    /// The trouble of a call without an answer; nil if trying again cannot help.
    init?(_ failure: TransferFailure, usesResponseURL: Bool = false) {
        switch failure.kind {
        case .badAddress, .notPermitted: return nil
        case .resolve, .connect, .tls, .proxy, .timeout, .reset, .protocolError, .tooLarge, .file, .cancelled,
            .other:
            code = failure.code
            mayHaveArrived = failure.mayHaveBeenExecuted
            self.usesResponseURL = usesResponseURL && failure.mayHaveBeenExecuted
        }
    }

    /// The trouble of an answer with this status; nil if trying again cannot help.
    ///
    /// - Source: `reference/webhook-replies.md` §0.
    init?(_ answer: IncomingResponse, provider: String, now: Timestamp, usesResponseURL: Bool = false) {
        guard [408, 425, 429, 500, 502, 503, 504].contains(answer.status) else { return nil }
        code = "\(provider).http-\(answer.status)"
        mayHaveArrived = ![425, 429].contains(answer.status)
        self.usesResponseURL = usesResponseURL && mayHaveArrived
        retryAfter = RetryAfter.wait(
            answer.header("retry-after"),
            serverTime: answer.header("date").flatMap { Timestamp(httpDate: $0) },
            now: now,
            atMost: .seconds(3_600)
        )
    }
}

/// When a try that failed is made again.
package enum RetryPlan: Sendable, Hashable {
    /// After 1, 2, 4 … 60 s, a quarter more or less: somebody waits in a chat or at a ticket.
    case quick
    /// The schedule of Standard Webhooks: ten tries in three days.
    case webhook

    private static let hour: Int64 = 3_600
    private static let webhookWaits: [Int64] = [
        5, 300, 1_800, 2 * hour, 5 * hour, 10 * hour, 14 * hour, 20 * hour, 24 * hour,
    ]

    /// How long after its creation a notice is given up; nil for what the settings say.
    var lifetime: Duration? { self == .webhook ? .seconds(100 * Self.hour) : nil }

    /// - Parameters:
    ///   - tries: How often it was tried, at least 1.
    ///   - retryAfter: What the receiver asked for; it is never undercut.
    ///   - chance: From 0 to 1.
    /// - Returns: The wait until the next try; longer than ``lifetime`` where there is none.
    func wait(tries: Int, retryAfter: Duration?, chance: Double) -> Duration {
        let seconds: Int64
        switch self {
        case .quick: seconds = min(60, 1 << min(6, max(0, Int64(tries) - 1)))
        case .webhook:
            let index = max(0, tries - 1)
            seconds = index < Self.webhookWaits.count ? Self.webhookWaits[index] : 1_000 * Self.hour
        }
        let planned = Duration.milliseconds(Int64(Double(seconds) * 1_000 * (0.75 + 0.5 * chance)))
        return max(planned, retryAfter ?? .zero)
    }
}
