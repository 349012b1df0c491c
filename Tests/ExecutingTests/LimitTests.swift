import Deciding
import Enqueuing
import Executing
import Synchronization
import Testing
import Vocabulary

struct LimitTests {
    private static func bench(_ limits: [Limit], _ further: [Grant] = []) -> Bench {
        let grants = [Bench.grant(1, ["isolate", "release", "scan"], to: "all")] + further
        return Bench(policy: Bench.policy(grants, limits: limits))
    }

    private static func hourly(
        _ most: Int,
        _ scope: Limit.Scope = .all,
        _ action: String = "isolate"
    ) -> Limit {
        Limit(action: action, scope: scope, bound: .per(.seconds(3_600), most: most))
    }

    @Test func `what is over the limit is held, told with who may lift it, and never starts by itself`()
        async throws
    {
        let lifting = Bench.grant(2, ["go"], to: "leads")
        let bench = Self.bench([Self.hourly(1)], [lifting])
        try await bench.ask("isolate")
        try await bench.run(for: .seconds(20))
        let second = try await bench.ask("isolate", "laptop-70")
        try await bench.run(for: .seconds(600), step: .seconds(30))
        #expect(try await bench.job(second).state == .held)
        let text = try #require(try await bench.told().last { $0.audience == .tell }?.notice)
        #expect(text.text.contains("isolate per-hour 1 is reached (1 of 1)"))
        #expect(text.text.contains("leads (ines, olga) may let it go on"))
        #expect(text.buttons?.map(\.word) == [.go, .freeze])
        try await bench.run(for: .seconds(3_600), step: .seconds(60))
        #expect(try await bench.job(second).state == .expired)
        #expect(bench.defender.executed.count == 1)
    }

    @Test func `whoever lifts it lets that one go on and no other`() async throws {
        let bench = Self.bench([Self.hourly(1)])
        try await bench.ask("isolate")
        try await bench.run(for: .seconds(20))
        let second = try await bench.ask("isolate", "laptop-70")
        let third = try await bench.ask("isolate", "srv-1")
        try await bench.settle()
        try await bench.ledger.perform(.letGo(second, by: "ines", waives: true))
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(second).state == .succeeded)
        #expect(try await bench.job(third).state == .held)
        try await bench.ledger.perform(.letGo(third, by: "ines", waives: false))
        try await bench.settle()
        #expect(try await bench.job(third).state == .held)
    }

    @Test func `releases, joins and rehearsals draw on no limit`() async throws {
        let bench = Self.bench([Self.hourly(1)])
        try await bench.ask("isolate", rehearses: true)
        try await bench.run(for: .seconds(20))
        try await bench.ask("isolate")
        try await bench.run(for: .seconds(20))
        let joiner = try await bench.ask("isolate", by: "omar")
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(joiner).state == .succeeded)
        let release = try await bench.ask("release", by: "mia")
        let other = try await bench.ask("release", by: "omar")
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(release).state == .succeeded)
        #expect(try await bench.job(other).state == .succeeded)
        #expect(try await bench.job(try await bench.ask("isolate")).state == .recorded)
        try await bench.settle()
        #expect(bench.defender.executed.map(\.action) == ["isolate", "release"])
    }

    @Test func `a limit by person, by source and by machines each counts its own`() async throws {
        let servers = MachineCondition(osFamilies: [.server])
        let bench = Self.bench([Self.hourly(1, .asker), Self.hourly(1, .machines(servers), "scan")])
        let mine = try await bench.ask("isolate")
        let mineToo = try await bench.ask("isolate", "laptop-70")
        let omars = try await bench.ask("isolate", "srv-1", by: "omar")
        let scans = [
            try await bench.ask("scan", "laptop-7"), try await bench.ask("scan", "laptop-70"),
            try await bench.ask("scan", "srv-1"), try await bench.ask("scan", "srv-1", by: "ines"),
        ]
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(mine).state == .succeeded)
        #expect(try await bench.job(mineToo).state == .held)
        #expect(try await bench.job(omars).state == .succeeded)
        var states: [JobState] = []
        for scan in scans { states.append(try await bench.job(scan).state) }
        #expect(states == [.succeeded, .succeeded, .succeeded, .held])

        var policy = Bench.policy([Bench.grant(1, ["isolate"])], limits: [Self.hourly(1, .source)])
        policy.people[0].identities[SourceName("siem")] = ["T/mia"]
        let sources = Bench(policy: policy)
        let chat = try await sources.ask("isolate")
        let chatToo = try await sources.ask("isolate", "laptop-70")
        let siem = try await sources.ask("isolate", "srv-1", source: "siem")
        try await sources.run(for: .seconds(20))
        #expect(try await sources.job(chat).state == .succeeded)
        #expect(try await sources.job(chatToo).state == .held)
        #expect(try await sources.job(siem).state == .succeeded)
    }

    @Test func `a share of the estate bounds what is contained at the same moment`() async throws {
        let share = Limit(action: "isolate", scope: .all, bound: .shareOfEstate(0.02))
        let bench = Self.bench([share])
        bench.defender.state.withLock { $0.estate = 149 }
        let first = try await bench.ask("isolate")
        let second = try await bench.ask("isolate", "laptop-70")
        let third = try await bench.ask("isolate", "srv-1")
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(first).state == .succeeded)
        #expect(try await bench.job(second).state == .succeeded)
        #expect(try await bench.job(third).state == .held)
        #expect(try await bench.job(third).outcome?.message.contains("share-of-estate 2%") == true)
        try await bench.ask("release")
        try await bench.run(for: .seconds(20))
        let fourth = try await bench.ask("isolate", "srv-1")
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(fourth).state == .succeeded)
    }

    @Test func `two workers together begin no more than the limit`() async throws {
        for _ in 0..<30 {
            let bench = Self.bench([Self.hourly(1)])
            for machine in ["laptop-7", "laptop-70", "srv-1"] { try await bench.ask("isolate", machine) }
            // Each job by a worker of its own, all at once.
            while true {
                let jobs = try await bench.ledger.lease(
                    JobState.executing,
                    owner: "many",
                    times: bench.times,
                    limit: 100
                )
                if jobs.isEmpty { break }
                await withTaskGroup(of: Void.self) { group in
                    for job in jobs { group.addTask { await bench.executor.carry(job) } }
                }
            }
            #expect(bench.defender.executed.count == 1)
        }
    }

    @Test func `a try that Defender surely did not take gives its place back`() async throws {
        let bench = Self.bench([Self.hourly(1)])
        bench.defender.state.withLock { $0.faults = [.refused] }
        let failed = try await bench.ask("isolate")
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(failed).state == .failed)
        let next = try await bench.ask("isolate", "laptop-70")
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(next).state == .succeeded)
    }

    @Test(arguments: [(0.29, 100, 29), (0.07, 100, 7), (0.02, 149, 2), (0.02, 40, 0), (0.001, 1_000, 1)])
    func `a share is rounded down to whole machines, and no further`(share: Double, estate: Int, most: Int) {
        #expect(Executor.part(share, of: estate) == most)
    }
}
