import Enqueuing
import Vocabulary

/// Thrown by a write that changes its mind.
private struct ChangedMind: Error {}

extension Promise {
    static let serialWrites = [
        Promise("a write that throws leaves nothing behind") { ledger, clock in
            let now = clock.now
            do {
                try await ledger.write { rows in
                    try rows.insert(Sample.delivery("d-1", signed: "s1"))
                    _ = try rows.insert(Sample.job("j-1", at: now, due: now))
                    try rows.put(Sample.claim("j-1", sequence: 1, machine: 1, at: now))
                    _ = try rows.insert(Sample.entry("o-1", at: now))
                    try rows.setFlag("freeze", "because")
                    try seal(AuditEntry(kind: "test", subject: "j-1", actor: "mia"), in: rows)
                    throw ChangedMind()
                }
                throw BrokenPromise("the write's own error was lost")
            } catch is ChangedMind {}
            let left = try await ledger.read { rows in
                [
                    try rows.delivery(DeliveryID("d-1")) != nil, try rows.job(JobID("j-1")) != nil,
                    try rows.claim(JobID("j-1")) != nil, try rows.outboxNextDue() != nil,
                    try rows.flag("freeze") != nil, try rows.lastAudit() != nil,
                ]
            }
            try need(left.allSatisfy { !$0 }, "something of a write that threw is there: \(left)")
            let job = try await ledger.write { try $0.insert(Sample.job("j-1", at: now)) }
            try need(job.sequence, is: 1, "the sequence after a write that threw")
        },
        Promise("writes that throw among others undo themselves only") { ledger, clock in
            let now = clock.now
            let failed = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<64 {
                    group.addTask {
                        do {
                            try await ledger.write { rows in
                                _ = try rows.insert(Sample.job("j-\(number)", at: now))
                                if number.isMultiple(of: 3) { throw ChangedMind() }
                            }
                            return false
                        } catch is ChangedMind {
                            return true
                        }
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            try need(failed, is: 22, "writes that threw")
            let jobs = try await ledger.read { try $0.jobs(JobQuery()) }
            let wanted = Set((0..<64).filter { !$0.isMultiple(of: 3) }.map { JobID("j-\($0)") })
            try need(Set(jobs.map(\.id)), is: wanted, "the jobs that stayed")
            try need(jobs.map(\.sequence), is: Array(1...42), "their sequence")
        },
        Promise("writes are serial: no increment is lost") { ledger, _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<64 {
                    group.addTask {
                        for _ in 0..<8 {
                            try await ledger.write { rows in
                                let count = try rows.flag("count").flatMap { Int($0) } ?? 0
                                try rows.setFlag("count", String(count + 1))
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            let count = try await ledger.read { try $0.flag("count") }
            try need(count, is: "512", "the count after 512 increments")
        },
        Promise("a read sees one state, and what was written before") { ledger, _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for number in 1...200 {
                        try await ledger.write { rows in
                            try rows.setFlag("left", String(number))
                            try rows.setFlag("right", String(number))
                        }
                        let seen = try await ledger.read { try $0.flag("left") }
                        try need(seen, is: String(number), "what was just written")
                    }
                }
                for _ in 0..<4 {
                    group.addTask {
                        for _ in 0..<100 {
                            let pair = try await ledger.read { [try $0.flag("left"), try $0.flag("right")] }
                            try need(pair[0], is: pair[1], "two flags that are always written together")
                        }
                    }
                }
                try await group.waitForAll()
            }
        },
        Promise("a read cannot write") { ledger, clock in
            let now = clock.now
            let writes: [@Sendable (any LedgerTransaction) throws -> Void] = [
                { try $0.insert(Sample.delivery("d-1", signed: "s1")) },
                { _ = try $0.insert(Sample.job("j-1", at: now)) },
                { try $0.put(Sample.claim("j-1", sequence: 1, machine: 1, at: now)) },
                { _ = try $0.insert(Sample.entry("o-1", at: now)) },
                { try $0.setFlag("freeze", "because") },
                { try seal(AuditEntry(kind: "test", subject: "j-1", actor: "mia"), in: $0) },
            ]
            for write in writes {
                try await need(.unavailable("a read cannot write"), from: "a write within a read") {
                    try await ledger.read(write)
                }
            }
        },
        Promise("flags are set, changed and taken away") { ledger, _ in
            try await ledger.write { try $0.setFlag("freeze", "a") }
            try await ledger.write { try $0.setFlag("freeze", "b") }
            try need(try await ledger.read { try $0.flag("freeze") }, is: "b", "the flag")
            try await ledger.write { try $0.setFlag("freeze", nil) }
            try need(try await ledger.read { try $0.flag("freeze") }, is: nil, "the flag taken away")
        },
    ]

    static let guardedRows = [
        Promise("a job is stored whole, numbered in order, and its version counts") { ledger, clock in
            let now = clock.now
            let job = try Sample.job("j-1", delivery: "d-1", machine: 7, at: now, due: now)
            let stored = try await ledger.write { try $0.insert(job) }
            try need([stored.sequence, stored.version], is: [1, 1], "sequence and version")
            var wanted = job
            (wanted.sequence, wanted.version) = (1, 1)
            try need(try await ledger.read { try $0.job(JobID("j-1")) }, is: wanted, "the job read back")
            let second = try await ledger.write { try $0.insert(Sample.job("j-2", at: now)) }
            try need(second.sequence, is: 2, "the sequence of the second job")
            let changed = try await ledger.write { rows in
                var job = stored
                job.state = .located
                job.sequence = 99
                return try rows.update(job, fence: nil)
            }
            try need(
                [changed.sequence, changed.version],
                is: [1, 2],
                "sequence and version after an update"
            )
            try need(try await ledger.read { try $0.job(JobID("j-1")) }, is: changed, "the job updated")
            try await need(.noSuchJob(JobID("j-9")), from: "updating an unknown job") {
                _ = try await ledger.write { try $0.update(Sample.job("j-9", at: now), fence: nil) }
            }
            try await need(.staleVersion, from: "inserting a job twice") {
                _ = try await ledger.write { try $0.insert(Sample.job("j-1", at: now)) }
            }
        },
        Promise("only the present version of a row is overwritten") { ledger, clock in
            let now = clock.now
            let job = try await ledger.write { try $0.insert(Sample.job("j-1", at: now)) }
            let entry = try await ledger.write { try $0.insert(Sample.entry("o-1", at: now)) }
            _ = try await ledger.write { rows in
                var first = job
                first.tries = 1
                var told = entry
                told.tries = 1
                _ = try rows.update(told, fence: nil)
                return try rows.update(first, fence: nil)
            }
            try await need(.staleVersion, from: "a job's older version") {
                _ = try await ledger.write { rows in
                    var second = job
                    second.tries = 2
                    return try rows.update(second, fence: nil)
                }
            }
            try await need(.staleVersion, from: "an outbox entry's older version") {
                _ = try await ledger.write { rows in
                    var second = entry
                    second.tries = 2
                    return try rows.update(second, fence: nil)
                }
            }
            try need(try await ledger.read { try $0.job(JobID("j-1"))?.tries }, is: 1, "the job's tries")
        },
        Promise("under a fence that has moved on nothing is written") { ledger, clock in
            let now = clock.now
            var job = try await ledger.write { try $0.insert(Sample.job("j-1", at: now)) }
            var entry = try await ledger.write { try $0.insert(Sample.entry("o-1", at: now)) }
            (job.fence, entry.fence) = (5, 5)
            let (fenced, fencedEntry) = try await ledger.write { [job, entry] rows in
                (try rows.update(job, fence: nil), try rows.update(entry, fence: nil))
            }
            for fence: Int64 in [4, 6] {
                try await need(.leaseLost, from: "a job's fence \(fence)") {
                    _ = try await ledger.write { try $0.update(fenced, fence: fence) }
                }
                try await need(.leaseLost, from: "an entry's fence \(fence)") {
                    _ = try await ledger.write { try $0.update(fencedEntry, fence: fence) }
                }
            }
            _ = try await ledger.write { rows in
                _ = try rows.update(fenced, fence: 5)
                return try rows.update(fencedEntry, fence: 5)
            }
        },
    ]
}
