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
        // The clock may have been put back since a former process said when to look.
        await lookAgain(onTrouble)
        await withDiscardingTaskGroup { group in
            group.addTask { [bell] in
                for await _ in changes { bell.ring() }
            }
            var busy = 0
            let finished = Finished()
            while !isStopping(), !Task.isCancelled {
                busy -= finished.take()
                var due: Timestamp? = wallClock() + .seconds(1)
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
                    due = free > 0 ? try await ledger.nextDue(states) : nil
                } catch {
                    onTrouble(error)
                }
                if await wasPutBack(until: due) { await lookAgain(onTrouble) }
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

    /// The longest sleep without a look at the clock on the wall.
    private static let clockStep = Duration.seconds(30)

    /// Sleeps until then or until the bell rings; nil sleeps until it rings.
    ///
    /// Sleeps in steps, so that a clock that is set meanwhile is noticed; the ledger is left alone.
    ///
    /// - Returns: True if the clock was put back: what is due is then due by a time that was wrong.
    private func wasPutBack(until due: Timestamp?) async -> Bool {
        guard let due else {
            await bell.wait(upTo: nil, clock: clock)
            return false
        }
        let rings = bell.rings
        while !Task.isCancelled {
            let before = wallClock()
            let left = max(due.since(before), .milliseconds(20))
            await bell.wait(upTo: min(left, Self.clockStep), clock: clock)
            let after = wallClock()
            if after < before - .seconds(2) { return true }
            if bell.rings != rings || after >= due { return false }
        }
        return false
    }

    private func lookAgain(_ onTrouble: @Sendable (any Error) -> Void) async {
        do {
            try await ledger.lookAgain(states)
        } catch {
            onTrouble(error)
        }
    }
}
