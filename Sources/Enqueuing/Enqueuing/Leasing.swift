import Catalogue
package import Vocabulary

/// How long rights last.
///
/// One value for all workers of a ledger.
package struct LeaseTimes: Sendable, Hashable {
    /// The life of a lease.
    package var lease: Duration
    /// The longest a POST may take.
    package var postDeadline: Duration
    /// How long Defender may take until a new action shows in its list.
    package var visibilityLag: Duration

    package init(
        lease: Duration = .seconds(60),
        postDeadline: Duration = .seconds(30),
        visibilityLag: Duration = .seconds(5)
    ) {
        self.lease = lease
        self.postDeadline = postDeadline
        self.visibilityLag = visibilityLag
    }

    /// After this long from a submission's lease end no POST of it can still have an effect unseen.
    package var settlingTime: Duration { postDeadline + visibilityLag }
}

extension Ledger {
    /// Takes jobs whose time has come and that no worker holds: the network lane first, then by sequence.
    ///
    /// - Parameters:
    ///   - states: The worker's states. A job `submitting` is only taken once its lease has ended.
    ///   - owner: The worker's name, for the record.
    ///   - times: How long the leases last.
    ///   - limit: The most to take.
    /// - Returns: The jobs under their new leases.
    /// - Throws: ``LedgerError`` if the ledger cannot be used.
    package func lease(
        _ states: [JobState],
        owner: String,
        times: LeaseTimes,
        limit: Int
    ) async throws -> [Job] {
        try await write { transaction in
            let now = transaction.now
            // Few are read, however many wait; jobs that are due and yet held are rare.
            let window = limit + 64
            let urgent = Catalogue.actions.filter { $0.lane == .network }.map(\.word)
            let candidates =
                try transaction.jobs(JobQuery(states: states, actions: urgent, dueBy: now, limit: window))
                + transaction.jobs(JobQuery(states: states, dueBy: now, limit: window))
                // After the clock was put back, what a lost worker held would be due only in that long.
                + transaction.jobs(JobQuery(states: states, leasedBeyond: now + times.lease, limit: window))
            var seen: Set<JobID> = []
            let free = candidates.filter { job in
                job.lease?.isLive(at: now, leaseMax: times.lease) != true && seen.insert(job.id).inserted
            }
            let first = free.sorted { left, right in
                let leftFirst = left.lane == .network
                return leftFirst == (right.lane == .network) ? left.sequence < right.sequence : leftFirst
            }
            return try first.prefix(limit).map { job in
                var job = job
                job.fence += 1
                job.lease = Lease(owner: owner, fence: job.fence, until: now + times.lease)
                job.due = now + times.lease
                return try transaction.update(job, fence: nil)
            }
        }
    }

    /// Gives a job back, to be looked at again at once.
    package func giveBack(_ job: Job) async throws {
        guard let fence = job.lease?.fence else { return }
        try await write { transaction in
            guard var stored = try transaction.job(job.id), !stored.state.isEnd else { return }
            stored.lease = nil
            stored.due = transaction.now
            _ = try transaction.update(stored, fence: fence)
        }
    }

    /// Makes every job in these states due that nobody works on and that is due some time.
    ///
    /// For a clock that was put back: a time that was planned by the wrong one may be a day off. Whoever looks too
    /// early plans anew.
    package func lookAgain(_ states: [JobState]) async throws {
        let isAny = try await read { transaction in
            try transaction.jobs(JobQuery(states: states)).contains { $0.isPlanned(after: transaction.now) }
        }
        guard isAny else { return }
        try await write { transaction in
            let now = transaction.now
            for var job in try transaction.jobs(JobQuery(states: states)) where job.isPlanned(after: now) {
                job.due = now
                _ = try transaction.update(job, fence: nil)
            }
        }
    }

    /// When the earliest job in these states is due; nil if none.
    package func nextDue(_ states: [JobState]) async throws -> Timestamp? {
        try await read { try $0.nextDue(states) }
    }
}

extension Job {
    fileprivate func isPlanned(after now: Timestamp) -> Bool {
        guard lease == nil, let due else { return false }
        return due > now
    }
}
