import Deciding
import Enqueuing
import Synchronization
import Testing
import Vocabulary

struct TimeBoxTests {
    private static let policy = Bench.policy([
        Bench.grant(1, ["isolate", "release"], durationMax: "8h", durationDefault: "4h"),
        Bench.grant(2, ["release"], to: "leads", others: true, foreign: true),
    ])

    private func release(of isolate: JobID, _ bench: Bench) async throws -> Job {
        let jobs = try await bench.ledger.read { try $0.jobs(JobQuery()) }
        return try #require(jobs.last { $0.origin == .timeBox(of: isolate) })
    }

    private func end(_ bench: Bench) async throws -> Timestamp {
        try #require(try await bench.claims().first?.endsAt)
    }

    @Test func `who names no time gets the grant's, and is warned before its end`() async throws {
        let bench = Bench(policy: Self.policy)
        let id = try await bench.ask("isolate")
        try await bench.run(for: .seconds(20))
        let end = try await end(bench)
        #expect(try await bench.job(id).since + .seconds(4 * 3_600) == end)
        try await bench.run(for: .seconds(4 * 3_600 - 960), step: .seconds(60))
        #expect(try await !bench.codes().contains("claim.ending"))
        try await bench.run(for: .seconds(120), step: .seconds(60))
        let warning = try #require(try await bench.told().last { $0.notice.code == "claim.ending" })
        #expect(warning.audience == .conversation(id))
        #expect(warning.notice.buttons?.map(\.word) == [.extend, .release])
        #expect(warning.notice.buttons?.first?.duration == TimeBox("4h"))
        #expect(bench.defender.isIsolated(Bench.laptop))
        try await bench.run(for: .seconds(1_000), step: .seconds(20))
        #expect(!bench.defender.isIsolated(Bench.laptop))
        #expect(try await bench.codes().count { $0 == "claim.ending" } == 1)
    }

    @Test func `an extension moves the end further off, and is warned of anew`() async throws {
        let bench = Bench(policy: Self.policy)
        let id = try await bench.ask("isolate", for: "1h")
        try await bench.run(for: .seconds(20))
        let before = try await end(bench)
        try await bench.run(for: .seconds(3_000), step: .seconds(60))
        let hour = try #require(TimeBox("1h"))
        try await bench.ledger.perform(.extend(claim: id, by: hour, most: nil, actor: "mia"))
        #expect(try await end(bench) == before + .seconds(3_600))
        try await bench.run(for: .seconds(3_600), step: .seconds(60))
        #expect(bench.defender.isIsolated(Bench.laptop))
        #expect(try await bench.codes().count { $0 == "claim.ending" } == 2)
        try await bench.run(for: .seconds(900), step: .seconds(20))
        #expect(!bench.defender.isIsolated(Bench.laptop))
    }

    @Test func `an extension beyond the grant's longest, or after the end, changes nothing`() async throws {
        let bench = Bench(policy: Self.policy)
        let id = try await bench.ask("isolate", for: "1h")
        try await bench.run(for: .seconds(20))
        let before = try await end(bench)
        let (long, most) = (try #require(TimeBox("8h")), try #require(TimeBox("8h")))
        try await bench.ledger.perform(.extend(claim: id, by: long, most: most, actor: "mia"))
        #expect(try await end(bench) == before)
        try await bench.run(for: .seconds(3_700), step: .seconds(20))
        #expect(!bench.defender.isIsolated(Bench.laptop))
        try await bench.ledger.perform(.extend(claim: id, by: long, most: nil, actor: "mia"))
        try await bench.settle()
        #expect(try await bench.claims().isEmpty)
        #expect(try await bench.codes(to: .conversation(id)).filter { $0 == "word.late" }.count == 2)
    }

    @Test func `an extension that comes while the release is looked at wins`() async throws {
        let bench = Bench(policy: Self.policy)
        let id = try await bench.ask("isolate", for: "1h")
        try await bench.run(for: .seconds(20))
        try await bench.run(for: .seconds(3_560), step: .seconds(10))
        let hour = try #require(TimeBox("1h"))
        // Between the list of actions that the release reads and its submission.
        bench.defender.state.withLock { state in
            state.duringList = {
                try? await bench.ledger.perform(.extend(claim: id, by: hour, most: nil, actor: "mia"))
            }
        }
        try await bench.run(for: .seconds(600), step: .seconds(20))
        #expect(bench.defender.isIsolated(Bench.laptop))
        #expect(bench.defender.executed.map(\.action) == ["isolate"])
    }

    @Test func `a held release waits until somebody lets it go on`() async throws {
        let bench = Bench(policy: Self.policy)
        let id = try await bench.ask("isolate", for: "1h")
        try await bench.run(for: .seconds(20))
        try await bench.ledger.perform(.hold(claim: id, by: "mia"))
        try await bench.run(for: .seconds(86_400), step: .seconds(1_800))
        #expect(bench.defender.isIsolated(Bench.laptop))
        let release = try await release(of: id, bench)
        #expect(release.state == .held)
        try await bench.ledger.perform(.letGo(release.id, by: "mia", waives: false))
        try await bench.run(for: .seconds(60))
        #expect(!bench.defender.isIsolated(Bench.laptop))
    }

    @Test func `a person's release ends a held containment as any other`() async throws {
        let bench = Bench(policy: Self.policy)
        let id = try await bench.ask("isolate", for: "1h")
        try await bench.run(for: .seconds(20))
        try await bench.ledger.perform(.hold(claim: id, by: "mia"))
        try await bench.ask("release")
        try await bench.run(for: .seconds(60))
        #expect(!bench.defender.isIsolated(Bench.laptop))
        #expect(try await release(of: id, bench).state == .cancelled)
    }

    @Test func `a grant that was taken away strands no release`() async throws {
        let bench = Bench(policy: Self.policy)
        try await bench.ask("isolate", for: "1h")
        try await bench.run(for: .seconds(20))
        bench.policies.policy = Policy()
        try await bench.run(for: .seconds(3_700), step: .seconds(20))
        #expect(!bench.defender.isIsolated(Bench.laptop))
        #expect(try await bench.claims().isEmpty)
    }

    @Test func `a release that is refused is told to tell until it succeeds, and then that it did`()
        async throws
    {
        let bench = Bench(policy: Self.policy)
        try await bench.ask("isolate", for: "10m")
        try await bench.run(for: .seconds(20))
        bench.defender.state.withLock { $0.roles = ["Machine.Read.All"] }
        try await bench.run(for: .seconds(7_200), step: .seconds(30))
        #expect(bench.defender.isIsolated(Bench.laptop))
        #expect(try await bench.codes(to: .tell).count { $0 == "job.overdue" } >= 2)
        bench.defender.state.withLock { $0.roles = nil }
        try await bench.run(for: .seconds(180), step: .seconds(10))
        #expect(!bench.defender.isIsolated(Bench.laptop))
        #expect(try await bench.codes(to: .tell).last == "job.overdue-settled")
    }

    @Test func `a machine that is offline for three days is released when it comes back`() async throws {
        let bench = Bench(policy: Self.policy)
        try await bench.ask("isolate", for: "1h")
        try await bench.run(for: .seconds(20))
        bench.defender.state.withLock { $0.offline = [Bench.laptop] }
        try await bench.run(for: .seconds(3 * 86_400), step: .seconds(1_800))
        #expect(bench.defender.isIsolated(Bench.laptop))
        #expect(try await bench.claims().count == 1)
        bench.defender.state.withLock { $0.offline = [] }
        try await bench.run(for: .seconds(7_200), step: .seconds(60))
        #expect(!bench.defender.isIsolated(Bench.laptop))
        #expect(try await bench.claims().isEmpty)
    }

    @Test(arguments: [Duration.seconds(86_400), .seconds(-86_400)])
    func `a clock that jumps a day releases nothing until it is right again`(jump: Duration) async throws {
        let bench = Bench(policy: Self.policy)
        bench.defender.state.withLock { $0.clockAhead = .zero }
        try await bench.ask("isolate", for: "4h")
        try await bench.run(for: .seconds(20))
        // Our clock jumps; Defender's does not.
        bench.defender.state.withLock { $0.clockAhead = .zero - jump }
        bench.pass(jump)
        try await bench.run(for: .seconds(1_200), step: .seconds(30))
        #expect(bench.defender.isIsolated(Bench.laptop))
        let alarms = try await bench.codes(to: .tell).count { $0 == "job.clock" }
        #expect(alarms == (jump > .zero ? 1 : 0))
        bench.pass(.zero - jump)
        // What the services do when they notice that the clock was put back.
        try await bench.ledger.lookAgain(JobState.executing + JobState.observing)
        bench.defender.state.withLock { $0.clockAhead = .zero }
        try await bench.run(for: .seconds(3 * 3_600), step: .seconds(60))
        #expect(bench.defender.isIsolated(Bench.laptop))
        try await bench.run(for: .seconds(3_600), step: .seconds(30))
        #expect(!bench.defender.isIsolated(Bench.laptop))
    }

    @Test func `a release and isolation in the portal meanwhile end our claim and post nothing`() async throws
    {
        let bench = Bench(policy: Self.policy)
        let id = try await bench.ask("isolate", for: "1h")
        try await bench.run(for: .seconds(20))
        bench.defender.actOutside("Unisolate", on: Bench.laptop)
        bench.pass(.seconds(60))
        bench.defender.actOutside("Isolate", on: Bench.laptop)
        try await bench.run(for: .seconds(3_700), step: .seconds(20))
        #expect(bench.defender.isIsolated(Bench.laptop))
        #expect(bench.defender.executed.count == 1)
        #expect(try await bench.ledger.read { try $0.claim(id) }?.closedCode == "taken-over")
    }

    @Test func `what was contained outside is released by a grant that says so and by no other`() async throws
    {
        let bench = Bench(policy: Self.policy)
        bench.defender.actOutside("Isolate", on: Bench.laptop)
        let refused = try await bench.ask("release", by: "mia")
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(refused).outcome?.code == "foreign-containment")
        let released = try await bench.ask("release", by: "ines")
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(released).state == .succeeded)
        #expect(!bench.defender.isIsolated(Bench.laptop))
    }

    @Test func `a stricter isolate that Defender leaves pending makes way for a release, and follows it`()
        async throws
    {
        let bench = Bench(policy: Self.policy)
        bench.defender.state.withLock { $0.reorders = true }
        try await bench.ask("isolate", for: "10m", with: ["type": "Selective"])
        try await bench.run(for: .seconds(300), step: .seconds(20))
        let full = try await bench.ask("isolate", by: "omar", for: "1h")
        try await bench.run(for: .seconds(200), step: .seconds(20))
        #expect(try await bench.job(full).state == .watching)
        try await bench.run(for: .seconds(240), step: .seconds(5))
        // Cancelled at Defender, the machine released, and posted again: contained by the stricter claim alone.
        #expect(try await bench.job(full).state == .succeeded)
        #expect(bench.defender.executed.map(\.action) == ["isolate", "isolate", "release", "isolate"])
        #expect(bench.defender.isIsolated(Bench.laptop))
        #expect(try await bench.claims().map(\.id) == [full])
        #expect(try await bench.codes(to: .conversation(full)).contains("job.resumes"))
    }

    @Test func `releasing a stricter isolate that is pending cancels it at Defender`() async throws {
        let bench = Bench(policy: Self.policy)
        bench.defender.state.withLock { $0.reorders = true }
        try await bench.ask("isolate", by: "omar", for: "1h", with: ["type": "Selective"])
        try await bench.ask("isolate", by: "mia", for: "1h", with: ["type": "Selective"])
        try await bench.run(for: .seconds(20))
        let full = try await bench.ask("isolate", by: "mia", for: "1h")
        let joiner = try await bench.ask("isolate", by: "omar", for: "2h")
        try await bench.run(for: .seconds(20))
        try await bench.ask("release", by: "mia")
        try await bench.run(for: .seconds(60))
        #expect(try await bench.job(full).state == .cancelled)
        #expect(bench.defender.state.withLock { $0.cancelled.count } == 1)
        // Whoever joined it asks for it by themselves.
        #expect(try await bench.job(joiner).joined == nil)
        #expect(bench.defender.executed.map(\.action) == ["isolate", "isolate", "isolate"])
    }

    @Test func `an isolate that Defender puts off does not put off a release that is due`() async throws {
        let bench = Bench(policy: Self.policy)
        try await bench.ask("isolate", for: "10m", with: ["type": "Selective"])
        try await bench.run(for: .seconds(540), step: .seconds(20))
        bench.defender.state.withLock { $0.faults = [.throttled(.seconds(1_800))] }
        let full = try await bench.ask("isolate", by: "omar", for: "1h")
        try await bench.run(for: .seconds(140), step: .seconds(10))
        // Released within a minute of the end; contained again once Defender takes the other's isolate.
        #expect(bench.defender.executed.prefix(2).map(\.action) == ["isolate", "release"])
        try await bench.run(for: .seconds(1_800), step: .seconds(30))
        #expect(bench.defender.isIsolated(Bench.laptop))
        #expect(try await bench.job(full).state == .succeeded)
        #expect(bench.defender.executed.map(\.action) == ["isolate", "release", "isolate"])
    }
}
