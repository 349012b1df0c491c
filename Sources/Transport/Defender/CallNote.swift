package import Vocabulary

/// One call that was made, as metrics count it: words from small sets, no id.
package struct CallNote: Sendable, Hashable {
    package enum Outcome: String, Sendable, Hashable, CaseIterable {
        case answered
        case unauthorized
        case throttled
        /// Any other 4xx, and answers that are none of Defender's.
        case refused
        case server
        /// No whole answer.
        case transfer

        init(status: Int) {
            switch status {
            case 200...299: self = .answered
            case 401: self = .unauthorized
            case 429: self = .throttled
            case 500...599: self = .server
            default: self = .refused
            }
        }
    }

    /// What was asked, such as `isolate` or `a list of actions`.
    package let call: String
    package let outcome: Outcome
    package let at: Timestamp
    /// Defender's clock minus ours, where the answer has a `Date`.
    package var clockAhead: Duration?
}
