import Defender
import Synchronization

/// A clock that moves when a test says so.
final class ManualTime: Sendable {
    private struct Sleeper {
        let number: Int
        let until: Duration
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var elapsed = Duration.zero
        var sleepers: [Sleeper] = []
        var everSlept = 0
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    var time: MonotonicTime {
        MonotonicTime(
            elapsed: { self.state.withLock(\.elapsed) },
            sleep: { try await self.sleep($0) }
        )
    }

    /// Wakes whoever slept until then, in the order of their moments.
    func advance(by step: Duration) {
        let awake = state.withLock { state in
            state.elapsed += step
            let awake = state.sleepers.filter { $0.until <= state.elapsed }.sorted { $0.until < $1.until }
            state.sleepers.removeAll { $0.until <= state.elapsed }
            return awake
        }
        for sleeper in awake { sleeper.continuation.resume() }
    }

    /// Returns once sleep was entered `count` times in all.
    func untilSlept(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.everSlept >= count { return true }
                state.watchers.append((count, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    private func sleep(_ duration: Duration) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            let ready = state.withLock { state in
                state.everSlept += 1
                let sleeper = Sleeper(
                    number: state.everSlept,
                    until: state.elapsed + duration,
                    continuation: continuation
                )
                state.sleepers.append(sleeper)
                let ready = state.watchers.filter { $0.count <= state.everSlept }
                state.watchers.removeAll { $0.count <= state.everSlept }
                return ready
            }
            for watcher in ready { watcher.continuation.resume() }
        }
    }
}
