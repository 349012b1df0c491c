import Enqueuing
import Vocabulary

extension Promise {
    static let lists = [
        Promise("jobs are listed by state, machine, delivery and time, in order of sequence") {
            ledger,
            clock in
            let now = clock.now
            try await ledger.write { rows in
                let jobs = [
                    try Sample.job("j-1", delivery: "d-1", machine: 1, at: now, due: now),
                    try Sample.job(
                        "j-2",
                        delivery: "d-1",
                        state: .watching,
                        machine: 1,
                        at: now,
                        due: now + .seconds(5)
                    ),
                    try Sample.job("j-3", delivery: "d-2", state: .ready, machine: 2, at: now, due: nil),
                    try Sample.job("j-4", state: .ready, at: now, due: now - .seconds(5)),
                    try Sample.job("j-5", state: .succeeded, machine: 1, at: now, due: nil),
                ]
                for job in jobs { _ = try rows.insert(job) }
            }
            let cases: [(JobQuery, [Int])] = [
                (JobQuery(), [1, 2, 3, 4, 5]),
                (JobQuery(newestFirst: true), [5, 4, 3, 2, 1]),
                (JobQuery(limit: 2), [1, 2]),
                (JobQuery(limit: 2, newestFirst: true), [5, 4]),
                (JobQuery(limit: 0), []),
                (JobQuery(states: []), []),
                (JobQuery(states: [.ready]), [3, 4]),
                (JobQuery(states: [.ready, .recorded, .ready]), [1, 3, 4]),
                (JobQuery(machine: try Sample.machine(1)), [1, 2, 5]),
                (JobQuery(states: [.watching], machine: try Sample.machine(1)), [2]),
                (JobQuery(actions: ["isolate", "scan"]), [1, 2, 3, 4, 5]),
                (JobQuery(states: [.ready], actions: ["scan"]), []),
                (JobQuery(delivery: DeliveryID("d-1")), [1, 2]),
                (JobQuery(after: 3), [4, 5]),
                (JobQuery(states: [.ready], after: 3), [4]),
                (JobQuery(dueBy: now), [1, 4]),
                (JobQuery(dueBy: now + .seconds(5)), [1, 2, 4]),
                (JobQuery(states: [.ready], dueBy: now), [4]),
                (
                    JobQuery(
                        states: [.recorded, .watching],
                        dueBy: now + .seconds(9),
                        limit: 1,
                        newestFirst: true
                    ), [2]
                ),
            ]
            for (query, wanted) in cases {
                let found = try await ledger.read { try $0.jobs(query) }
                try need(found.map(\.id), is: wanted.map { JobID("j-\($0)") }, "jobs of \(query)")
            }
            let (next, none, ended, counts) = try await ledger.read { rows in
                (
                    try rows.nextDue([.recorded, .ready, .watching]), try rows.nextDue([.submitting]),
                    try rows.nextDue([.succeeded]), try rows.jobCounts()
                )
            }
            try need(next, is: now - .seconds(5), "the earliest time")
            try need(none ?? ended, is: nil, "the earliest time where nothing is due")
            try need(counts, is: [.recorded: 1, .watching: 1, .ready: 2, .succeeded: 1], "the counts")
        },
        Promise("jobs are found by when their first try began") { ledger, clock in
            let now = clock.now
            try await ledger.write { rows in
                for (id, age) in [("j-1", 60), ("j-2", 61), ("j-3", 10)] {
                    var job = try Sample.job(id, at: now, due: nil)
                    job.firstSubmittedAt = now - .seconds(Int64(age))
                    _ = try rows.insert(job)
                }
                var late = try rows.insert(Sample.job("j-4", at: now, due: now))
                late.firstSubmittedAt = now
                _ = try rows.update(late, fence: nil)
                _ = try rows.insert(Sample.job("j-5", at: now, due: now))
            }
            let query = JobQuery(submittedAfter: now - .seconds(61))
            let found = try await ledger.read { try $0.jobs(query).map(\.id.text) }
            try need(found, is: ["j-1", "j-3", "j-4"], "jobs submitted within the last 61 seconds")
        },
        Promise("leases that end later than any can are found") { ledger, clock in
            let now = clock.now
            try await ledger.write { rows in
                for (id, seconds) in [("j-1", 60), ("j-2", 3_660)] {
                    var job = try Sample.job(id, at: now, due: now + .seconds(seconds))
                    job.lease = Lease(owner: "a", fence: 1, until: now + .seconds(seconds))
                    _ = try rows.insert(job)
                }
                _ = try rows.insert(Sample.job("j-3", at: now, due: now + .seconds(9_000)))
            }
            let found = try await ledger.read {
                try $0.jobs(JobQuery(states: [.recorded], leasedBeyond: now + .seconds(60)))
            }
            try need(found.map(\.id), is: [JobID("j-2")], "jobs leased beyond a minute")
        },
    ]

    static let claims = [
        Promise("open claims are listed by machine, in order of sequence") { ledger, clock in
            let now = clock.now
            var closed = try Sample.claim("j-4", sequence: 4, machine: 1, at: now)
            closed.closedAt = now
            closed.closedCode = "released"
            try await ledger.write { [closed] rows in
                try rows.put(Sample.claim("j-3", sequence: 3, machine: 1, at: now))
                try rows.put(Sample.claim("j-1", sequence: 1, machine: 1, at: now))
                try rows.put(Sample.claim("j-2", sequence: 2, machine: 2, at: now))
                try rows.put(closed)
            }
            func open(_ machine: Int?) async throws -> [String] {
                let id = try machine.map(Sample.machine)
                return try await ledger.read { try $0.openClaims(on: id).map(\.id.text) }
            }
            try need(try await open(1), is: ["j-1", "j-3"], "open claims on the first machine")
            try need(try await open(nil), is: ["j-1", "j-2", "j-3"], "open claims")
            try need(try await open(9), is: [], "open claims on an unknown machine")
            try need(try await ledger.read { try $0.claim(JobID("j-4")) }, is: closed, "the closed claim")
            try await ledger.write { rows in
                guard var claim = try rows.claim(JobID("j-1")) else { throw BrokenPromise("a claim is gone") }
                claim.closedAt = now
                try rows.put(claim)
            }
            try need(try await open(1), is: ["j-3"], "open claims after one closed")
        }
    ]

    static let outbox = [
        Promise("the outbox gives out what is due, in order, and nothing that was told") { ledger, clock in
            let now = clock.now
            let talk = Audience.conversation(JobID("j-1"))
            let entries = try await ledger.write { rows in
                var later = Sample.entry("o-3", audience: talk, at: now)
                later.due = now + .seconds(30)
                return [
                    try rows.insert(Sample.entry("o-1", at: now)),
                    try rows.insert(Sample.entry("o-2", audience: talk, at: now)),
                    try rows.insert(later),
                ]
            }
            try need(entries.map(\.sequence), is: [1, 2, 3], "the sequence of entries")
            let due = try await ledger.read { try $0.outboxDue(limit: 10) }
            try need(due, is: Array(entries.prefix(2)), "the entries due")
            try need(
                try await ledger.read { try $0.outboxDue(limit: 1).map(\.id) },
                is: ["o-1"],
                "one entry due"
            )
            let pending = try await ledger.read { try $0.outboxPending(talk).map(\.id) }
            try need(pending, is: ["o-2", "o-3"], "what the conversation waits for")
            try need(
                try await ledger.read { try $0.outboxEntry("o-2")?.sequence },
                is: 2,
                "an entry by its id"
            )
            try need(try await ledger.read { try $0.outboxEntry("o-9") }, is: nil, "an unknown entry")
            try need(try await ledger.read { try $0.outboxNextDue() }, is: now, "the next time")
            try await ledger.write { rows in
                for (entry, state) in zip(entries, [OutboxEntry.State.sent, .untold]) {
                    var entry = entry
                    (entry.state, entry.due) = (state, nil)
                    _ = try rows.update(entry, fence: nil)
                }
            }
            try need(
                try await ledger.read { try $0.outboxDue(limit: 10).count },
                is: 0,
                "entries due after that"
            )
            try need(
                try await ledger.read { try $0.outboxNextDue() },
                is: now + .seconds(30),
                "the next time then"
            )
            let untold = try await ledger.read { try $0.outbox(state: .untold, limit: 10).map(\.id) }
            try need(untold, is: ["o-2"], "the untold")
            clock.advance(by: .seconds(30))
            try need(
                try await ledger.read { try $0.outboxDue(limit: 10).map(\.id) },
                is: ["o-3"],
                "due at last"
            )
        },
        Promise("a conversation is kept, changed and deleted") { ledger, clock in
            let id = JobID("j-1")
            let url = ResponseURL(url: "https://hooks.slack.com/commands/x", expiresAt: clock.now)
            let address = ReplyAddress.slack(channel: "C1", user: "U1", responseURL: url)
            try await ledger.write { try $0.put(Conversation(job: id, address: address)) }
            var wanted = Conversation(job: id, address: address)
            wanted.messageID = "17.1"
            wanted.uses = 2
            wanted.told = ["o-1"]
            try await ledger.write { [wanted] in try $0.put(wanted) }
            try need(try await ledger.read { try $0.conversation(id) }, is: wanted, "the conversation")
            try await ledger.write { try $0.deleteConversation(id) }
            try need(try await ledger.read { try $0.conversation(id) }, is: nil, "the conversation deleted")
        },
    ]
}
