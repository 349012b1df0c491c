import Synchronization
import Vocabulary

/// Keeps calls to one place below so many in a time.
package final class Pace: Sendable {
    private let most: Int
    private let length: Duration
    private let recent = Mutex<[Timestamp]>([])

    /// At most `most` within `length`.
    package init(most: Int, within length: Duration) {
        self.most = most
        self.length = length
    }

    /// Takes a turn.
    ///
    /// - Returns: Nil if it may go now; else when there is one.
    func turn(at now: Timestamp) -> Timestamp? {
        recent.withLock { recent in
            recent.removeAll { $0 <= now - length || $0 > now }
            guard recent.count < most else { return recent.min().map { $0 + length } }
            recent.append(now)
            return nil
        }
    }
}
