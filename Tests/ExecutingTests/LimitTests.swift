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

    // MARK: Several machines in one command

    private static let three = ["laptop-7", "laptop-70", "srv-1"]

    @Test func `a command for more machines than there is room for is held whole`() async throws {
        let bench = Self.bench([Self.hourly(2)])
        let jobs = try await bench.askTogether("isolate", Self.three)
        try await bench.run(for: .seconds(120))
        for job in jobs { #expect(try await bench.job(job).state == .held) }
        #expect(bench.defender.executed.isEmpty)
        let told = try await bench.told().filter { $0.audience == .tell }.map(\.notice.text)
        #expect(told.count == 3)
        #expect(
            told.allSatisfy {
                $0.contains("The limit isolate per-hour 2 has not room enough (0 of 2, and this asks for 3).")
            },
            "\(told)"
        )
        // Whoever lifts it for one does so for that one.
        try await bench.ledger.perform(.letGo(jobs[1], by: "ines", waives: true))
        try await bench.run(for: .seconds(60))
        let states = [try await bench.job(jobs[0]).state, try await bench.job(jobs[1]).state]
        #expect(states == [.held, .succeeded])
    }

    @Test func `a command that has room keeps it for all its machines against whoever comes between`()
        async throws
    {
        let bench = Self.bench([Self.hourly(3)])
        // The third machine cannot be looked up for a while.
        bench.defender.state.withLock { $0.faults = [.throttled(.seconds(30))] }
        let jobs = try await bench.askTogether("isolate", Self.three)
        for _ in 0..<3 { _ = try await bench.round() }
        let late = try await bench.ask("isolate", "laptop-7b", by: "omar")
        try await bench.run(for: .seconds(300))
        for job in jobs { #expect(try await bench.job(job).state == .succeeded) }
        #expect(try await bench.job(late).state != .succeeded)
        #expect(bench.defender.executed.count == 3)
    }

    @Test func `who joins a containment takes no room from a command's other machines`() async throws {
        let bench = Self.bench([Self.hourly(3)])
        try await bench.ask("isolate", by: "omar")
        try await bench.run(for: .seconds(30))
        let jobs = try await bench.askTogether("isolate", Self.three)
        try await bench.run(for: .seconds(120))
        for job in jobs { #expect(try await bench.job(job).state == .succeeded) }
        #expect(bench.defender.executed.count == 3)
    }

    @Test(arguments: 1...20)
    func `two workers take a group whole or not at all`(seed: Int) async throws {
        let bench = Self.bench([Self.hourly(4)])
        let first = try await bench.askTogether("isolate", Array(Self.three.prefix(seed % 2 + 2)))
        let second = try await bench.askTogether("scan", ["laptop-7"])
        let third = try await bench.askTogether("isolate", ["srv-1", "laptop-70", "laptop-7"], by: "omar")
        for _ in 0..<60 {
            async let one = bench.ledger.lease(JobState.executing, owner: "a", times: bench.times, limit: 1)
            async let other = bench.ledger.lease(JobState.executing, owner: "b", times: bench.times, limit: 1)
            let both = try await (one, other)
            await withTaskGroup(of: Void.self) { group in
                for job in both.0 + both.1 { group.addTask { await bench.executor.carry(job) } }
            }
            await bench.observe()
            bench.pass(.seconds(5))
        }
        let ends = try await bench.ledger.read { try $0.jobs(JobQuery(actions: ["isolate"])) }
        for group in [first, third] {
            let held = ends.filter { group.contains($0.id) && $0.state == .held }.count
            let posted = ends.filter {
                group.contains($0.id) && $0.joined == nil && $0.firstSubmittedAt != nil
            }
            #expect(held == 0 || posted.isEmpty, "seed \(seed): \(held) held, \(posted.count) posted")
        }
        #expect(ends.count { $0.firstSubmittedAt != nil } <= 4)
        #expect(second.count == 1)
    }

    @Test func `one confirmation is for all machines of a ticket, and others must still agree`() async throws
    {
        let rule = ApprovalRule(of: ["leads"], count: 1, within: .seconds(900))
        let servers = MachineCondition(osFamilies: [.server])
        let clients = MachineCondition(osFamilies: [.client])
        let bench = Bench(
            policy: Bench.policy([
                Bench.grant(1, ["isolate"], to: "all", machines: clients),
                Bench.grant(2, ["isolate"], to: "all", machines: servers, approvals: rule),
            ])
        )
        let jobs = try await bench.askTogether("isolate", Self.three, confirmation: .chat)
        try await bench.run(for: .seconds(60))
        for job in jobs { #expect(try await bench.job(job).outcome?.code == Job.unconfirmed) }
        #expect(bench.defender.executed.isEmpty)
        try await bench.ledger.perform(.letGo(jobs[1], by: "mia", waives: false))
        try await bench.run(for: .seconds(60))
        var states: [JobState] = []
        for job in jobs { states.append(try await bench.job(job).state) }
        #expect(states == [.succeeded, .succeeded, .awaitingApproval])
        try await bench.answer(jobs[2], by: "ines", deny: false)
        try await bench.run(for: .seconds(60))
        #expect(try await bench.job(jobs[2]).state == .succeeded)
    }

    @Test func `what nobody confirms expires`() async throws {
        let bench = Self.bench([])
        let jobs = try await bench.askTogether("isolate", ["laptop-7"], confirmation: .chat)
        try await bench.run(for: .seconds(3_700), step: .seconds(60))
        #expect(try await bench.job(jobs[0]).state == .expired)
        #expect(bench.defender.executed.isEmpty)
    }
}
