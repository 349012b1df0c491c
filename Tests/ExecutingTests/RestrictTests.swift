import Catalogue
import Deciding
import Defender
import Enqueuing
import Foundation
import Observing
import Synchronization
import Testing
import Vocabulary

/// Restricting for a time: claims, ends and other hands, as for the network and apart from it.
struct RestrictTests {
    private static let actions = ["isolate", "release", "restrict", "unrestrict"]
    private static let policy = Bench.policy([
        Bench.grant(1, actions, durationMax: "8h", durationDefault: "4h"),
        Bench.grant(2, ["unrestrict"], to: "leads", others: true, foreign: true),
    ])

    private func release(of restrict: JobID, _ bench: Bench) async throws -> Job {
        let jobs = try await bench.ledger.read { try $0.jobs(JobQuery()) }
        return try #require(jobs.last { $0.origin == .timeBox(of: restrict) })
    }

    private func words(_ bench: Bench) -> [String] { bench.defender.executed.map(\.action) }

    @Test func `the time counts from success, and its end is recorded with the submission`() async throws {
        let bench = Bench(policy: Self.policy)
        bench.defender.state.withLock { $0.delay = .seconds(100) }
        let id = try await bench.ask("restrict", for: "10m")
        try await bench.settle()
        let waiting = try await release(of: id, bench)
        #expect(waiting.action == "unrestrict")
        #expect(waiting.state == .ready)
        #expect(waiting.due == nil)
        try await bench.run(for: .seconds(120), step: .seconds(10))
        let claim = try #require(try await bench.claims().first)
        #expect(claim.lane == .execution)
        let begun = try #require(claim.containedAt)
        #expect(try #require(claim.endsAt) == begun + .seconds(600))
        #expect(bench.defender.isRestricted(Bench.laptop))
        bench.defender.state.withLock { $0.delay = .seconds(10) }
        try await bench.run(for: .seconds(700), step: .seconds(10))
        #expect(!bench.defender.isRestricted(Bench.laptop))
        #expect(words(bench) == ["restrict", "unrestrict"])
        #expect(try await bench.claims().isEmpty)
        #expect(try await bench.ledger.read { try $0.claim(id) }?.closedCode == "time-box")
        let posted = try #require(try await release(of: id, bench).submission?.startedAt)
        #expect(posted < begun + .seconds(660))
    }

    @Test func `who names no time gets the grant's, and its end is warned of, moved and held back`()
        async throws
    {
        let bench = Bench(policy: Self.policy)
        let id = try await bench.ask("restrict")
        try await bench.run(for: .seconds(20))
        try await bench.run(for: .seconds(4 * 3_600 - 800), step: .seconds(60))
        let warning = try #require(try await bench.told().last { $0.notice.code == "claim.ending" })
        #expect(warning.notice.text.hasPrefix("The restriction of laptop-7.corp.example ends at "))
        #expect(warning.notice.buttons?.map(\.label) == ["Extend by 4h", "Unrestrict now"])
        let hour = try #require(TimeBox("1h"))
        try await bench.ledger.perform(.extend(claim: id, by: hour, most: nil, actor: "mia"))
        #expect(
            try await bench.told().last { $0.notice.code == "claim.extended" }?.notice.text
                .hasPrefix("mia extended the restriction of laptop-7.corp.example by 1h") == true
        )
        try await bench.run(for: .seconds(3_000), step: .seconds(60))
        try await bench.ledger.perform(.hold(claim: id, by: "mia"))
        try await bench.run(for: .seconds(86_400), step: .seconds(1_800))
        #expect(bench.defender.isRestricted(Bench.laptop))
        let release = try await release(of: id, bench)
        #expect(release.state == .held)
        try await bench.ledger.perform(.letGo(release.id, by: "mia", waives: false))
        try await bench.run(for: .seconds(60))
        #expect(!bench.defender.isRestricted(Bench.laptop))
    }

    @Test func `a grant's longest time holds for restricting as for isolating`() async throws {
        let bench = Bench(policy: Self.policy)
        let id = try await bench.ask("restrict", for: "9h")
        try await bench.settle()
        #expect(try await bench.job(id).outcome?.code == "duration-not-granted")
    }

    @Test func `a second restriction joins the first, and the machine is let go when both have ended`()
        async throws
    {
        let bench = Bench(policy: Self.policy)
        try await bench.ask("restrict", for: "10m")
        try await bench.run(for: .seconds(20))
        let second = try await bench.ask("restrict", by: "omar", for: "1h")
        try await bench.run(for: .seconds(20))
        #expect(
            try await bench.job(second).outcome?.message.hasPrefix(
                "The machine is restricted already, by mia"
            )
                == true
        )
        #expect(words(bench) == ["restrict"])
        try await bench.run(for: .seconds(900), step: .seconds(20))
        #expect(bench.defender.isRestricted(Bench.laptop))
        #expect(try await bench.claims().map(\.ownerText) == ["omar"])
        let denied = try await bench.ask("unrestrict")
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(denied).outcome?.code == "claims-of-others")
        let lead = try await bench.ask("unrestrict", by: "ines")
        try await bench.run(for: .seconds(30))
        #expect(try await bench.job(lead).state == .succeeded)
        #expect(!bench.defender.isRestricted(Bench.laptop))
        #expect(try await bench.codes(to: .conversation(second)).contains("claim.closed"))
    }

    @Test func `the lanes know nothing of each other`() async throws {
        let bench = Bench(policy: Self.policy)
        let isolate = try await bench.ask("isolate", for: "10m")
        let restrict = try await bench.ask("restrict", for: "1h")
        try await bench.run(for: .seconds(20))
        let status = try await bench.ask("status")
        try await bench.settle()
        let message = try #require(try await bench.job(status).outcome?.message)
        #expect(message.contains("Contained by mia until"), "\(message)")
        #expect(message.contains("Restricted by mia until"), "\(message)")
        let listed = try await bench.ledger.read { try Containment.all(in: $0).map(\.shownName) }
        #expect(Set(listed) == ["laptop-7.corp.example", "laptop-7.corp.example (restricted)"])
        try await bench.run(for: .seconds(700), step: .seconds(20))
        #expect(!bench.defender.isIsolated(Bench.laptop))
        #expect(bench.defender.isRestricted(Bench.laptop))
        #expect(try await bench.claims().map(\.id) == [restrict])
        #expect(try await bench.ledger.read { try $0.claim(isolate) }?.closedCode == "time-box")
        try await bench.ask("unrestrict")
        try await bench.run(for: .seconds(30))
        #expect(try await bench.claims().isEmpty)
    }

    @Test func `what somebody else did since is taken over: told, and nothing posted`() async throws {
        let bench = Bench(policy: Self.policy)
        let id = try await bench.ask("restrict", for: "1h")
        try await bench.run(for: .seconds(20))
        bench.defender.actOutside("UnrestrictCodeExecution", on: Bench.laptop)
        bench.pass(.seconds(60))
        bench.defender.actOutside("RestrictCodeExecution", on: Bench.laptop)
        try await bench.run(for: .seconds(3_700), step: .seconds(20))
        #expect(bench.defender.isRestricted(Bench.laptop))
        #expect(words(bench) == ["restrict"])
        #expect(try await bench.ledger.read { try $0.claim(id) }?.closedCode == "taken-over")
        let told = try await bench.told().last { $0.notice.code == "claim.taken-over" }?.notice.text
        #expect(told?.contains("ola@corp.example restricted the machine at") == true, "\(told ?? "")")
    }

    @Test func `acting on the network is no taking over of what may run`() async throws {
        let bench = Bench(policy: Self.policy)
        try await bench.ask("restrict", for: "10m")
        try await bench.run(for: .seconds(20))
        bench.defender.actOutside("Isolate", on: Bench.laptop)
        try await bench.run(for: .seconds(700), step: .seconds(20))
        #expect(!bench.defender.isRestricted(Bench.laptop))
        #expect(bench.defender.isIsolated(Bench.laptop))
    }

    @Test func `the end comes within a minute of its time, also after the process died`() async throws {
        let bench = Bench(policy: Self.policy)
        let id = try await bench.ask("restrict", for: "10m")
        try await bench.run(for: .seconds(20))
        let end = try #require(try await bench.claims().first?.endsAt)
        try await bench.run(for: end.since(bench.now) - .seconds(20), step: .seconds(10))
        // It dies with everything leased, and is back some time after the end.
        for states in [JobState.executing, JobState.observing] {
            _ = try await bench.ledger.lease(states, owner: "dead", times: bench.times, limit: 100)
        }
        bench.pass(.seconds(120))
        let back = bench.now
        try await bench.run(for: .seconds(60), step: .seconds(5))
        #expect(!bench.defender.isRestricted(Bench.laptop))
        let posted = try #require(try await release(of: id, bench).submission?.startedAt)
        #expect(posted < back + .seconds(60))
    }

    @Test func `what was restricted outside is left alone, and lifted by a grant that says so`() async throws
    {
        let bench = Bench(policy: Self.policy)
        bench.defender.actOutside("RestrictCodeExecution", on: Bench.laptop)
        let late = try await bench.ask("restrict", for: "1h")
        let refused = try await bench.ask("unrestrict", by: "omar")
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(late).outcome?.code == "already-restricted")
        #expect(try await bench.claims().isEmpty)
        #expect(try await bench.job(refused).outcome?.code == "foreign-restriction")
        await bench.sweeper.sweepOnce()
        let listed = try await bench.ledger.read { try Containment.all(in: $0) }
        #expect(listed.map(\.restraint) == [Catalogue.restriction])
        #expect(listed.first?.foreign?.by == "ola@corp.example")
        try await bench.ask("unrestrict", by: "ines")
        try await bench.run(for: .seconds(30))
        #expect(!bench.defender.isRestricted(Bench.laptop))
        #expect(try await bench.ledger.read { try ForeignContainment.all(in: $0) } == [])
    }

    @Test func `the sweep closes what was lifted outside, and opens what succeeded late`() async throws {
        let bench = Bench(policy: Self.policy)
        await bench.sweeper.sweepOnce()
        let lifted = try await bench.ask("restrict", for: "1h")
        try await bench.run(for: .seconds(20))
        bench.pass(.seconds(10))
        bench.defender.actOutside("UnrestrictCodeExecution", on: Bench.laptop)
        bench.pass(.seconds(10))
        await bench.sweeper.sweepOnce()
        #expect(try await bench.ledger.read { try $0.claim(lifted) }?.closedCode == "taken-over")
        let told = try await bench.told().map(\.notice.text)
        #expect(told.contains { $0.contains("ola@corp.example unrestricted") })
        bench.defender.state.withLock { $0.delay = .seconds(4 * 86_400) }
        let late = try await bench.ask("restrict", for: "1h")
        try await bench.run(for: .seconds(3 * 86_400 + 7_200), step: .seconds(3_600))
        #expect(try await bench.job(late).state == .timedOut)
        bench.defender.state.withLock { state in
            state.actions[0].status = .succeeded
            state.actions[0].updatedAt = bench.now
            state.restricted[Bench.laptop] = true
            state.delay = .seconds(10)
        }
        await bench.sweeper.sweepOnce()
        #expect(try await bench.claims().map(\.id) == [late])
        try await bench.run(for: .seconds(3_700), step: .seconds(20))
        #expect(!bench.defender.isRestricted(Bench.laptop))
    }

    @Test func `a restriction of before there were claims is lifted by whoever may`() async throws {
        let bench = Bench(policy: Self.policy)
        try await bench.ask("status")
        let old = try await bench.ask("restrict", for: "1h")
        try await bench.run(for: .seconds(20))
        let job = try await bench.job(old)
        let action = try #require(bench.defender.state.withLock { $0.actions.first })
        // The same in a ledger that knows the job and no claim of it.
        let later = Bench(policy: Self.policy)
        later.defender.state.withLock { state in
            state.actions = [action]
            state.restricted[Bench.laptop] = true
        }
        try await later.ledger.write { transaction in
            var copy = job
            (copy.version, copy.sequence, copy.lease) = (0, 0, nil)
            _ = try transaction.insert(copy)
        }
        let unrestrict = try await later.ask("unrestrict", by: "omar")
        try await later.run(for: .seconds(30))
        #expect(try await later.job(unrestrict).state == .succeeded)
        #expect(words(later) == ["unrestrict"])
        #expect(!later.defender.isRestricted(Bench.laptop))
    }

    @Test func `a claim of an older ledger is one on the network, and one there is written as before`() throws
    {
        let claim = Claim(
            id: JobID("j-1"),
            sequence: 1,
            machine: Bench.laptop,
            machineName: "laptop-7",
            owner: .person("mia"),
            ownerText: "mia",
            source: SourceName("chat"),
            ticket: nil,
            reason: nil,
            isolationType: "Full",
            openedAt: Bench.start
        )
        let text = String(decoding: try JSONEncoder().encode(claim), as: UTF8.self)
        #expect(!text.contains("ane\""))
        let read = try JSONDecoder().decode(Claim.self, from: Data(text.utf8))
        #expect(read == claim)
        #expect(read.lane == .network)
    }

    @Test func `a freeze stops no lifting that somebody asks for, and puts off that of a time box`()
        async throws
    {
        let bench = Bench(policy: Self.policy)
        let mine = try await bench.ask("restrict", for: "10m")
        try await bench.run(for: .seconds(20))
        try await bench.ledger.perform(
            .freeze(Freeze(by: "ines", because: "drill", at: bench.now, stopsReleases: false))
        )
        try await bench.run(for: .seconds(900), step: .seconds(30))
        #expect(bench.defender.isRestricted(Bench.laptop))
        #expect(try await bench.codes(to: .conversation(mine)).contains("job.frozen"))
        let asked = try await bench.ask("unrestrict")
        try await bench.run(for: .seconds(30))
        #expect(try await bench.job(asked).state == .succeeded)
        #expect(!bench.defender.isRestricted(Bench.laptop))
    }

    @Test func `a share of the estate counts what is contained, not what is restricted`() async throws {
        let limit = Limit(action: "isolate", scope: .all, bound: .shareOfEstate(0.4))
        let bench = Bench(policy: Bench.policy([Bench.grant(1, Self.actions)], limits: [limit]))
        try await bench.ask("restrict", "laptop-70")
        try await bench.run(for: .seconds(20))
        let isolate = try await bench.ask("isolate", "laptop-7")
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(isolate).state == .succeeded)
        let second = try await bench.ask("isolate", "laptop-70")
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(second).state == .held)
    }
}
