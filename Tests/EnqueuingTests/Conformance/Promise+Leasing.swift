import Enqueuing
import Vocabulary

extension Promise {
    private static let times = LeaseTimes(lease: .seconds(60))

    static let leasing = [
        Promise("eight workers at once never hold one job together") { ledger, clock in
            let now = clock.now
            try await ledger.write { rows in
                for number in 0..<200 { _ = try rows.insert(Sample.job("j-\(number)", at: now, due: now)) }
            }
            let leased = try await withThrowingTaskGroup(of: [Job].self) { group in
                for worker in 0..<8 {
                    group.addTask {
                        var mine: [Job] = []
                        while case let next = try await ledger.lease(
                            [.recorded],
                            owner: "worker \(worker)",
                            times: times,
                            limit: 7
                        ), !next.isEmpty {
                            mine += next
                        }
                        return mine
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            try need(leased.count, is: 200, "leases taken")
            try need(Set(leased.map(\.id)).count, is: 200, "jobs leased")
        },
        Promise("the network lane goes first, however many wait before it") { ledger, clock in
            let now = clock.now
            try await ledger.write { rows in
                for number in 1...300 {
                    _ = try rows.insert(Sample.job("j-\(number)", action: "scan", at: now, due: now))
                }
                _ = try rows.insert(Sample.job("j-301", action: "release", at: now, due: now))
            }
            let leased = try await ledger.lease([.recorded], owner: "a", times: times, limit: 3)
            try need(leased.map(\.sequence), is: [301, 1, 2], "the order of leases")
        },
        Promise("a lease lost between the effect and its write refuses the write") { ledger, clock in
            let now = clock.now
            _ = try await ledger.write { try $0.insert(Sample.job("j-1", at: now, due: now)) }
            let late = try await onlyLease(of: ledger, by: "late")
            try need(
                try await ledger.lease([.recorded], owner: "eager", times: times, limit: 1).isEmpty,
                "a live lease was taken away"
            )
            clock.advance(by: .seconds(61))
            let next = try await onlyLease(of: ledger, by: "next")
            try need(next.fence, is: late.fence + 1, "the fence of the second lease")
            // The first worker's effect is done; its write comes too late, whatever version it claims to know.
            var write = late
            write.version = next.version
            write.state = .located
            try await need(.leaseLost, from: "the write under the lost lease") { [write] in
                _ = try await ledger.write { try $0.update(write, fence: write.fence) }
            }
            var own = next
            own.state = .decided
            let kept = try await ledger.write { [own] in try $0.update(own, fence: own.fence) }
            try need(kept.state, is: .decided, "the state after the write of who holds the lease")
        },
        Promise("a clock that goes back an hour strands no job and mixes up no order") { ledger, clock in
            let now = clock.now
            _ = try await ledger.write { try $0.insert(Sample.job("j-1", at: now, due: now)) }
            try await ledger.write { try seal(AuditEntry(kind: "a", subject: "", actor: ""), in: $0) }
            let lost = try await onlyLease(of: ledger, by: "a worker that dies")
            clock.advance(by: .seconds(-3_600))
            let earlier = clock.now
            // Both due and held beyond any lease: still one job.
            try await ledger.write { rows in
                guard var job = try rows.job(lost.id) else { throw BrokenPromise("a job is gone") }
                job.due = earlier
                _ = try rows.update(job, fence: nil)
            }
            let second = try await ledger.write {
                try $0.insert(Sample.job("j-2", at: earlier, due: earlier))
            }
            try await ledger.write { try seal(AuditEntry(kind: "b", subject: "", actor: ""), in: $0) }
            try need(second.sequence, is: 2, "the sequence after the clock went back")
            try need(try await ledger.read { $0.now }, is: earlier, "the store's time")
            let found = try await ledger.lease([.recorded], owner: "survivor", times: times, limit: 10)
            try need(found.map(\.id), is: [JobID("j-1"), JobID("j-2")], "the jobs leased after that")
            try need(found.first?.fence, is: lost.fence + 1, "the fence of the job leased again")
            try need(try await finding(of: ledger).isIntact(rows: 2), "the chain broke with the clock")
        },
    ]

    private static func onlyLease(of ledger: any Ledger, by owner: String) async throws -> Job {
        let leased = try await ledger.lease([.recorded], owner: owner, times: times, limit: 10)
        guard let job = leased.first, leased.count == 1 else {
            throw BrokenPromise("\(owner) leased \(leased.count) jobs instead of 1")
        }
        return job
    }
}
