import Synchronization
package import Vocabulary

/// Tells every listener of a store that something became due.
package final class ChangeBroadcast: Sendable {
    private struct Listeners {
        var next = 0
        var open: [Int: AsyncStream<Void>.Continuation] = [:]
    }

    private let listeners = Mutex(Listeners())

    package init() {}

    deinit {
        for listener in listeners.withLock({ $0.open }).values { listener.finish() }
    }

    /// A stream of its own for each caller; a listener that is slow misses repeats, never the last.
    package func listen() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let number = listeners.withLock { listeners in
            listeners.next += 1
            listeners.open[listeners.next] = continuation
            return listeners.next
        }
        continuation.onTermination = { [weak self] _ in self?.forget(number) }
        return stream
    }

    /// Wakes all listeners; called after the commit.
    package func announce() {
        for listener in listeners.withLock({ $0.open }).values { listener.yield() }
    }

    private func forget(_ number: Int) {
        listeners.withLock { $0.open[number] = nil }
    }
}

/// What of a row decides whether a worker should look at it.
package struct Wake: Sendable, Hashable {
    private let state: String
    private let due: Timestamp?
    private let isLeased: Bool

    package init(state: String, due: Timestamp?, isLeased: Bool) {
        self.state = state
        self.due = due
        self.isLeased = isLeased
    }

    package init(_ job: Job) {
        self.init(state: job.state.rawValue, due: job.due, isLeased: job.lease != nil)
    }

    package init(_ entry: OutboxEntry) {
        self.init(state: entry.state.rawValue, due: entry.due, isLeased: entry.lease != nil)
    }

    /// True if a worker that saw the row as `old` (nil: not at all) might sleep through it now.
    ///
    /// A lease that is taken or renewed only puts the time off and wakes nobody.
    package func isNews(after old: Wake?) -> Bool {
        guard let due else { return false }
        guard let old, let oldDue = old.due else { return true }
        return due < oldDue || state != old.state || (old.isLeased && !isLeased)
    }
}
