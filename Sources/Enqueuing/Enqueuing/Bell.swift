import Synchronization

/// Wakes a worker: rung by a change of the ledger, by a finished step, or by the time it asked for.
///
/// A ring that nobody waits for is kept, so that no change is missed between looking and waiting.
package final class Bell: Sendable {
    private struct State {
        var isRung = false
        /// Rings so far, those of a limit left out.
        var rings = 0
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    package init() {}

    /// Wakes the waiter, or the next one.
    package func ring() {
        wake(counting: true)
    }

    /// How often it was rung; tells a ring from the end of a limit.
    var rings: Int { state.withLock { $0.rings } }

    private func wake(counting isRing: Bool) {
        let waiter = state.withLock { state in
            if isRing { state.rings += 1 }
            let waiter = state.waiter
            state.waiter = nil
            state.isRung = waiter == nil
            return waiter
        }
        waiter?.resume()
    }

    /// Waits for a ring, the end of `limit`, or the task's cancellation.
    ///
    /// One waiter at a time.
    ///
    /// - Parameters:
    ///   - limit: Nil waits for a ring only.
    ///   - clock: What the limit is measured with.
    package func wait(upTo limit: Duration?, clock: any Clock<Duration>) async {
        // The timer lives no longer than this call, which cancels it.
        let timer = limit.map { limit in
            Task { [self] in
                guard (try? await clock.sleep(for: limit)) != nil else { return }
                wake(counting: false)
            }
        }
        defer { timer?.cancel() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isRung = state.withLock { state in
                    if state.isRung || Task.isCancelled {
                        state.isRung = false
                        return true
                    }
                    state.waiter = continuation
                    return false
                }
                if isRung { continuation.resume() }
            }
        } onCancel: {
            ring()
        }
    }
}
