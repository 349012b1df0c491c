package import Vocabulary

/// The loop that every back-half service is: lease what is due, work on it side by side, sleep until the next
/// change or due time.
///
/// It never polls.
package struct Workshop: Sendable {
    /// The states it leases.
    package let states: [JobState]
    /// The worker's name in leases.
    package let owner: String
    package let times: LeaseTimes
    /// The most jobs worked on at once.
    package let benches: Int
    package let ledger: any Ledger
    package let bell: Bell
    package let clock: any Clock<Duration>
    package let wallClock: @Sendable () -> Timestamp

    package init(
        states: [JobState],
        owner: String,
        times: LeaseTimes,
        benches: Int,
        ledger: any Ledger,
        clock: any Clock<Duration> = ContinuousClock(),
        wallClock: @escaping @Sendable () -> Timestamp
    ) {
        self.states = states
        self.owner = owner
        self.times = times
        self.benches = benches
        self.ledger = ledger
        self.clock = clock
        self.wallClock = wallClock
        bell = Bell()
    }

    /// Works until the task is cancelled or `isStopping`; steps under way are finished first.
    ///
    /// - Parameters:
    ///   - together: Whether a round's jobs are worked on as one, or each by itself.
    ///   - isStopping: Asked before each round; ring ``bell`` when it changes.
    ///   - onTrouble: Told when the ledger cannot be used; the loop tries again after a second.
    ///   - work: Takes the leased jobs of one round. Returning gives the benches back.
    package func run(
        together: Bool,
        isStopping: @escaping @Sendable () -> Bool,
        onTrouble: @escaping @Sendable (any Error) -> Void,
        work: @escaping @Sendable ([Job]) async -> Void
    ) async {
        // Listened to from before the first look, so that no change falls between the two.
        let changes = ledger.changes()
        await withDiscardingTaskGroup { group in
            group.addTask { [bell] in
                for await _ in changes { bell.ring() }
            }
            var busy = 0
            let finished = Finished()
            while !isStopping(), !Task.isCancelled {
                busy -= finished.take()
                var pause: Duration? = .seconds(1)
                do {
                    let free = benches - busy
                    let jobs =
                        free > 0
                        ? try await ledger.lease(states, owner: owner, times: times, limit: free) : []
                    if !jobs.isEmpty {
                        busy += jobs.count
                        for share in together ? [jobs] : jobs.map({ [$0] }) {
                            group.addTask { [bell] in
                                await work(share)
                                finished.add(share.count)
                                bell.ring()
                            }
                        }
                        continue
                    }
                    pause = free > 0 ? try await pauseUntilDue() : nil
                } catch {
                    onTrouble(error)
                }
                await bell.wait(upTo: pause, clock: clock)
            }
            // Steps under way are finished, each within its deadlines; the listener never ends by itself.
            busy -= finished.take()
            while busy > 0, !Task.isCancelled {
                await bell.wait(upTo: nil, clock: clock)
                busy -= finished.take()
            }
            group.cancelAll()
        }
    }

    private func pauseUntilDue() async throws -> Duration? {
        guard let due = try await ledger.nextDue(states) else { return nil }
        // An hour at most, so that a clock that was put back cannot make it sleep for a day.
        return min(max(due.since(wallClock()), .milliseconds(20)), .seconds(3_600))
    }
}
