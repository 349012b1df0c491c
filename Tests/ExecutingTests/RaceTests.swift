import Defender
import Enqueuing
import Synchronization
import Testing
import Vocabulary

/// The world and other workers move between a look and the write that rests on it.
struct RaceTests {
    private let laptop = Bench.laptop

    private func posts(_ bench: Bench, _ action: String) -> Int {
        bench.defender.executed.count { $0.action == action }
    }

    @Test func `a release that ends while an isolate looks is not taken for a containment`() async throws {
        let bench = Bench()
        try await bench.ask("isolate", by: "mia")
        try await bench.run(for: .seconds(20))
        try await bench.ask("release", by: "mia")
        try await bench.settle()
        let second = try await bench.ask("isolate", by: "omar")
        bench.defender.state.withLock {
            $0.duringList = {
                bench.pass(.seconds(15))
                await bench.observe()
            }
        }
        try await bench.run(for: .seconds(60))
        #expect(try await bench.job(second).state == .succeeded)
        #expect(bench.defender.isIsolated(laptop))
        #expect(try await bench.claims().map(\.id) == [second])
    }

    @Test func `an isolate that succeeds while another looks is joined, not taken over`() async throws {
        let bench = Bench()
        try await bench.ask("isolate", by: "mia")
        try await bench.run(for: .seconds(20))
        try await bench.ask("release", by: "mia")
        try await bench.run(for: .seconds(20))
        let first = try await bench.ask("isolate", by: "mia")
        try await bench.settle()
        let second = try await bench.ask("isolate", by: "omar")
        bench.defender.state.withLock {
            $0.duringList = {
                bench.pass(.seconds(15))
                await bench.observe()
            }
        }
        try await bench.run(for: .seconds(60))
        #expect(try await bench.claims().map(\.id) == [first, second])
        #expect(posts(bench, "isolate") == 2)
    }

    @Test func `what is cancelled while its outcome is unknown is not posted again`() async throws {
        let bench = Bench()
        bench.defender.state.withLock { $0.faults = [.lostRequest] }
        let id = try await bench.ask("isolate")
        try await bench.settle()
        #expect(try await bench.job(id).state == .reconciling)
        try await bench.ledger.perform(.cancel(id, by: "mia"))
        try await bench.run(for: .seconds(300))
        #expect(bench.defender.executed.isEmpty)
        #expect(try await bench.job(id).state == .cancelled)
        #expect(try await bench.claims().isEmpty)
    }

    @Test func `who joined what turns out to be foreign is not forgotten`() async throws {
        let bench = Bench()
        bench.defender.state.withLock { $0.faults = [.lostRequest] }
        let first = try await bench.ask("isolate", by: "mia")
        try await bench.settle()
        let second = try await bench.ask("isolate", by: "omar")
        try await bench.settle()
        #expect(try await bench.job(second).joined == first)
        bench.defender.actOutside("Isolate", on: laptop)
        try await bench.run(for: .seconds(600))
        #expect(try await bench.job(first).state == .succeeded)
        #expect(try await bench.job(second).state == .succeeded)
        #expect(try await bench.claims().isEmpty)
    }

    @Test func `who joined a foreign isolate gets no time box on it`() async throws {
        let bench = Bench()
        bench.defender.beginOutside("Isolate", on: laptop)
        bench.pass(.seconds(2))
        bench.defender.state.withLock { $0.faults = [.active] }
        try await bench.ask("isolate", by: "mia", for: "1m")
        try await bench.settle()
        let second = try await bench.ask("isolate", by: "omar", for: "1m")
        try await bench.run(for: .seconds(600))
        #expect(try await bench.job(second).state == .succeeded)
        #expect(try await bench.claims().isEmpty)
        #expect(bench.defender.isIsolated(laptop))
        #expect(posts(bench, "release") == 0)
    }

    @Test(arguments: [true, false])
    func `an action that somebody else made is never cancelled`(byRelease: Bool) async throws {
        let bench = Bench()
        bench.defender.state.withLock { $0.offline = [Bench.laptop] }
        bench.defender.beginOutside("Isolate", on: laptop)
        bench.pass(.seconds(2))
        bench.defender.state.withLock { $0.faults = [.active] }
        let id = try await bench.ask("isolate")
        try await bench.settle()
        #expect(try await bench.job(id).machineAction?.isOurs == false)
        if byRelease {
            try await bench.ask("release")
        } else {
            try await bench.ledger.perform(.cancel(id, by: "mia"))
        }
        try await bench.run(for: .seconds(120))
        #expect(bench.defender.state.withLock { $0.cancelled }.isEmpty)
        #expect(try await bench.job(id).state == (byRelease ? .watching : .cancelled))
        #expect(posts(bench, "release") == 0)
    }

    @Test func `Full is not said where only Selective is so`() async throws {
        let bench = Bench()
        try await bench.ask("isolate", by: "omar", with: ["type": "Selective"])
        try await bench.run(for: .seconds(20))
        bench.defender.state.withLock { $0.faults = [.throttled(.seconds(600))] }
        try await bench.ask("isolate", by: "mia")
        try await bench.settle()
        let third = try await bench.ask("isolate", by: "omar")
        try await bench.settle()
        #expect(try await bench.job(third).state == .watching)
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(third).state == .succeeded)
        #expect(bench.defender.executed.map { $0.parameters["type"] } == ["Selective", "Full"])
    }

    @Test func `a list that may be cut settles nothing, is asked for seldom, and is said`() async throws {
        let bench = Bench()
        bench.defender.state.withLock {
            $0.faults = [.lostRequest]
            $0.isCut = true
        }
        let id = try await bench.ask("isolate")
        try await bench.run(for: .seconds(400))
        let job = try await bench.job(id)
        #expect(job.state == .reconciling)
        #expect(bench.defender.executed.isEmpty)
        let due = try #require(job.due)
        #expect(due.since(bench.now) >= .seconds(1))
        let unsettled = try await bench.told().filter { $0.notice.code == "job.unsettled" }
        #expect(!unsettled.isEmpty)
    }

    @Test func `nobody cancels the release of a time box`() async throws {
        let bench = Bench()
        try await bench.ask("isolate", for: "5m")
        try await bench.run(for: .seconds(20))
        let jobs = try await bench.ledger.read { try $0.jobs(JobQuery()) }
        let release = try #require(jobs.first { $0.isAutomatic })
        try await bench.ledger.perform(.cancel(release.id, by: "mia"))
        try await bench.run(for: .seconds(600))
        #expect(!bench.defender.isIsolated(laptop))
        #expect(try await bench.job(release.id).state == .succeeded)
    }

    @Test func `ten thousand ended jobs do not hide the one in flight`() async throws {
        let bench = Bench()
        let old = try await bench.ask("scan")
        try await bench.run(for: .seconds(30))
        let sample = try await bench.job(old)
        try await bench.ledger.write { transaction in
            for number in 0..<10_010 {
                _ = try transaction.insert(sample.copied(as: JobID("j-old-\(number)")))
            }
        }
        let first = try await bench.ask("isolate", by: "mia")
        try await bench.settle()
        let second = try await bench.ask("isolate", by: "omar")
        try await bench.settle()
        #expect(try await bench.job(second).joined == first)
        #expect(posts(bench, "isolate") == 1)
    }

    @Test func `a decision that grew stale while Defender was asked is made again`() async throws {
        let bench = Bench()
        let id = try await bench.ask("isolate")
        bench.defender.state.withLock {
            $0.duringList = {
                bench.pass(.seconds(70))
                bench.defender.state.withLock { $0.machines[0].osPlatform = "WindowsServer2022" }
            }
        }
        try await bench.run(for: .seconds(20))
        #expect(bench.defender.executed.isEmpty)
        #expect(try await bench.job(id).state == .refused)
    }

    @Test func `an earlier try of a release is not taken for the present one`() async throws {
        let bench = Bench()
        try await bench.ask("isolate", for: "1m")
        try await bench.run(for: .seconds(20))
        bench.defender.state.withLock { $0.end = .failed }
        try await bench.run(for: .seconds(80))
        bench.defender.state.withLock {
            $0.end = .succeeded
            $0.faults = [.lostRequest]
        }
        try await bench.run(for: .seconds(300))
        #expect(!bench.defender.isIsolated(laptop))
        let overdue = try await bench.told().filter {
            $0.notice.code == "job.overdue" && $0.audience == .tell
        }
        #expect(overdue.count == 1)
    }
}

struct ClockDoubtTests {
    @Test func `our own action is found although Defender's clock is ten minutes behind`() async throws {
        let bench = Bench()
        bench.defender.state.withLock { $0.faults = [.lostAnswer] }
        let id = try await bench.ask("scan")
        try await bench.settle()
        bench.defender.state.withLock { state in
            state.actions[0].createdAt = state.actions[0].createdAt - .seconds(600)
        }
        try await bench.run(for: .seconds(240))
        #expect(try await bench.job(id).state == .succeeded)
        #expect(bench.defender.executed.count == 1)
    }

    @Test func `a Full isolate does not take a Selective one that is under way for its own`() async throws {
        let bench = Bench()
        bench.defender.state.withLock { state in
            state.faults = [.active]
            state.actions = [
                MachineAction(
                    id: "outside-selective",
                    type: "Isolate",
                    scope: "Selective",
                    status: .pending,
                    machineID: Bench.laptop,
                    requestor: "ola@corp.example",
                    comment: "by hand",
                    createdAt: bench.now
                )
            ]
        }
        let id = try await bench.ask("isolate")
        try await bench.settle()
        #expect(try await bench.job(id).state == .ready)
        #expect(try await bench.job(id).machineAction == nil)
    }
}
