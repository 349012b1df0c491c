import Synchronization

/// Counts finished steps until the loop takes note.
final class Finished: Sendable {
    private let count = Mutex(0)

    func add(_ number: Int) {
        count.withLock { $0 += number }
    }

    func take() -> Int {
        count.withLock { count in
            defer { count = 0 }
            return count
        }
    }
}
