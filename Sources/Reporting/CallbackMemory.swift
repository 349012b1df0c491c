import Cryptography
import Synchronization
import Vocabulary

/// What is remembered of callbacks while the settings stay as they are; losing it with the process does no harm.
package final class CallbackMemory: Sendable {
    private struct State {
        var taken: Set<String> = []
        /// SHA-256 of addresses that answered 410.
        var ended: Set<[UInt8]> = []
        /// Calls in a row without an answer, by SHA-256 of the address.
        var silences: [[UInt8]: Int] = [:]
    }

    /// Beyond this, what was taken may be sent once more.
    private static let takenMax = 10_000
    private let state = Mutex(State())

    package init() {}

    /// True if the receiver took it in a batch of which another was not taken.
    func hasTaken(_ id: String) -> Bool { state.withLock { $0.taken.contains(id) } }

    func take(_ id: String) {
        state.withLock { state in
            if state.taken.count >= Self.takenMax { state.taken = [] }
            state.taken.insert(id)
        }
    }

    /// All of a batch is settled.
    func forget(_ ids: [String]) { state.withLock { $0.taken.subtract(ids) } }

    /// True if the receiver said that it wants no more.
    func hasEnded(_ url: Secret) -> Bool {
        let key = url.withBytes { Digest.of($0) }
        return state.withLock { $0.ended.contains(key) }
    }

    /// The receiver did not answer: how long it is left alone, longer each time, so that it does not hold up others.
    func noteSilence(of url: Secret) -> Duration {
        let key = url.withBytes { Digest.of($0) }
        let count = state.withLock { state in
            state.silences[key, default: 0] += 1
            return state.silences[key, default: 1]
        }
        return .seconds(min(300, 5 << min(6, count - 1)))
    }

    func noteAnswer(of url: Secret) {
        let key = url.withBytes { Digest.of($0) }
        state.withLock { $0.silences[key] = nil }
    }

    func end(_ url: Secret) {
        let key = url.withBytes { Digest.of($0) }
        state.withLock { _ = $0.ended.insert(key) }
    }
}
