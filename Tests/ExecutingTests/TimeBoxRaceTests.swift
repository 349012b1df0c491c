import Deciding
import Defender
import Enqueuing
import Executing
import Observing
import Synchronization
import Testing
import Vocabulary

/// Words that come at an awkward moment of a time box.
struct TimeBoxRaceTests {
    private static let policy = Bench.policy([
        Bench.grant(1, ["isolate", "release"]),
        Bench.grant(2, ["release"], to: "leads", others: true, foreign: true),
    ])

    private func release(of isolate: JobID, _ bench: Bench) async throws -> Job {
        let jobs = try await bench.ledger.read { try $0.jobs(JobQuery()) }
        return try #require(jobs.last { $0.origin == .timeBox(of: isolate) })
    }

    private func actions(_ bench: Bench) -> [String] { bench.defender.executed.map(\.action) }

    @Test func `a release that was held and let go before the isolate has succeeded does not undo it`()
        async throws
    {
        let bench = Bench(policy: Self.policy)
        bench.defender.state.withLock { $0.delay = .seconds(600) }
        let id = try await bench.ask("isolate", for: "1h")
        try await bench.run(for: .seconds(20))
        try await bench.ledger.perform(.hold(claim: id, by: "mia"))
        try await bench.ledger.perform(.letGo(release(of: id, bench).id, by: "mia", waives: false))
        try await bench.run(for: .seconds(900), step: .seconds(20))
        #expect(try await bench.job(id).state == .succeeded)
        #expect(bench.defender.isIsolated(Bench.laptop))
        // And it still comes when its time is over.
        bench.defender.state.withLock { $0.delay = .seconds(10) }
        try await bench.run(for: .seconds(3_600), step: .seconds(20))
        #expect(!bench.defender.isIsolated(Bench.laptop))
        #expect(actions(bench) == ["isolate", "release"])
    }

    /// A Selective containment by mia whose time is over, and a Full one by omar that made way for its release.
    private func yielded(
        _ bench: Bench,
        isCancelled: Bool = false,
        before word: (JobID) async throws -> Void
    ) async throws -> JobID {
        bench.defender.state.withLock { $0.reorders = true }
        let selective = try await bench.ask("isolate", for: "10m", with: ["type": "Selective"])
        try await bench.run(for: .seconds(300), step: .seconds(20))
        let full = try await bench.ask("isolate", by: "omar", for: "1h")
        var waited = 0
        while try await bench.job(full).cancelRequest == nil, waited < 600 {
            bench.pass(.seconds(1))
            waited += 1
            let due = try await bench.ledger.lease(
                JobState.executing,
                owner: "executor",
                times: bench.times,
                limit: 100
            )
            for job in due { await bench.executor.carry(job) }
            if try await bench.job(full).cancelRequest == nil { await bench.observe() }
        }
        #expect(try await bench.job(full).cancelRequest?.resumesAfter != nil)
        if isCancelled {
            await bench.observe()
            #expect(try await bench.job(full).yieldsTo != nil)
        }
        try await word(selective)
        return full
    }

    @Test(arguments: [true, false], [true, false])
    func `an isolate that made way for a release that is put off goes on`(
        isHeld: Bool,
        isCancelled: Bool
    ) async throws {
        let bench = Bench(policy: Self.policy)
        let hour = try #require(TimeBox("3h"))
        let full = try await yielded(bench, isCancelled: isCancelled) { selective in
            try await bench.ledger.perform(
                isHeld
                    ? .hold(claim: selective, by: "mia")
                    : .extend(claim: selective, by: hour, most: nil, actor: "mia")
            )
        }
        try await bench.run(for: .seconds(120), step: .seconds(5))
        // Asked of Defender again, which alone says when it begins.
        #expect(try await bench.job(full).state == .watching)
        #expect(actions(bench) == ["isolate", "isolate", "isolate"])
    }

    @Test func `an isolate that is making way and is cancelled by somebody stays cancelled`() async throws {
        let bench = Bench(policy: Self.policy)
        let full = try await yielded(bench) { _ in }
        try await bench.ledger.perform(.cancel(full, by: "omar"))
        try await bench.run(for: .seconds(180), step: .seconds(5))
        #expect(try await bench.job(full).state == .cancelled)
        #expect(!bench.defender.isIsolated(Bench.laptop))
        #expect(actions(bench) == ["isolate", "isolate", "release"])
    }

    @Test func `an isolate that is held puts off no release that is due`() async throws {
        let bench = Bench(policy: Self.policy)
        try await bench.ask("isolate", for: "10m", with: ["type": "Selective"])
        try await bench.run(for: .seconds(300), step: .seconds(20))
        bench.defender.state.withLock { $0.faults = [.throttled(.seconds(60))] }
        let full = try await bench.ask("isolate", by: "omar", for: "1h")
        try await bench.run(for: .seconds(30))
        let freeze = Freeze(by: "ines", because: "drill", at: bench.now, stopsReleases: false)
        try await bench.ledger.perform(.freeze(freeze))
        try await bench.run(for: .seconds(120), step: .seconds(10))
        #expect(try await bench.job(full).state == .held)
        try await bench.ledger.perform(.unfreeze(by: "ines"))
        try await bench.run(for: .seconds(240), step: .seconds(10))
        #expect(actions(bench) == ["isolate", "release"])
        #expect(!bench.defender.isIsolated(Bench.laptop))
    }

    @Test func `who releases their own pending isolate does not contain more than others want`() async throws
    {
        let bench = Bench(policy: Self.policy)
        try await bench.ask("isolate", by: "omar", with: ["type": "Selective"])
        try await bench.run(for: .seconds(30))
        bench.defender.state.withLock { $0.delay = .seconds(300) }
        let full = try await bench.ask("isolate", by: "mia")
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(full).state == .watching)
        let release = try await bench.ask("release", by: "mia")
        try await bench.run(for: .seconds(400), step: .seconds(10))
        #expect(try await bench.job(release).outcome?.code == "claim-ended")
        #expect(try await bench.job(full).state == .cancelled)
        #expect(bench.defender.state.withLock { $0.cancelled.count } == 1)
        #expect(try await bench.claims().map(\.ownerText) == ["omar"])
    }

    @Test func `an end can still be moved while its release does not succeed`() async throws {
        let bench = Bench(policy: Self.policy)
        let id = try await bench.ask("isolate", for: "10m")
        try await bench.run(for: .seconds(20))
        bench.defender.state.withLock { $0.end = .failed }
        try await bench.run(for: .seconds(640), step: .seconds(20))
        #expect(bench.defender.isIsolated(Bench.laptop))
        while try await release(of: id, bench).state != .ready { try await bench.run(for: .seconds(5)) }
        let hour = try #require(TimeBox("1h"))
        try await bench.ledger.perform(.extend(claim: id, by: hour, most: nil, actor: "mia"))
        #expect(try await bench.codes().last == "claim.extended")
        bench.defender.state.withLock { $0.end = .succeeded }
        try await bench.run(for: .seconds(3_000), step: .seconds(60))
        #expect(bench.defender.isIsolated(Bench.laptop))
        try await bench.run(for: .seconds(900), step: .seconds(20))
        #expect(!bench.defender.isIsolated(Bench.laptop))
    }

    @Test func `a claim whose failed release is held back is closed when somebody releases it outside`()
        async throws
    {
        let bench = Bench(policy: Self.policy)
        await bench.sweeper.sweepOnce()
        let id = try await bench.ask("isolate", for: "10m")
        try await bench.run(for: .seconds(20))
        bench.defender.state.withLock { $0.end = .failed }
        try await bench.run(for: .seconds(640), step: .seconds(20))
        while try await release(of: id, bench).state != .ready { try await bench.run(for: .seconds(5)) }
        try await bench.ledger.perform(.hold(claim: id, by: "mia"))
        bench.pass(.seconds(60))
        bench.defender.actOutside("Unisolate", on: Bench.laptop)
        bench.pass(.seconds(60))
        await bench.sweeper.sweepOnce()
        #expect(try await bench.claims().isEmpty)
        #expect(try await release(of: id, bench).state == .cancelled)
    }

    @Test func `the Extend button can be pressed where the time box is the grant's longest`() async throws {
        let policy = Bench.policy([Bench.grant(1, ["isolate", "release"], durationMax: "8h")])
        let bench = Bench(policy: policy)
        let id = try await bench.ask("isolate", for: "8h")
        try await bench.run(for: .seconds(8 * 3_600 - 600), step: .seconds(60))
        let warning = try #require(try await bench.told().last { $0.notice.code == "claim.ending" })
        let box = try #require(warning.notice.buttons?.first?.duration)
        let most = TimeBox("8h")
        try await bench.ledger.perform(.extend(claim: id, by: box, most: most, actor: "mia"))
        #expect(try await bench.codes().last == "claim.extended")
    }

    @Test func `a containment that began by a clock a day behind is not released at once when it is set`()
        async throws
    {
        let bench = Bench(policy: Self.policy)
        bench.defender.state.withLock {
            ($0.clockAhead, $0.stampsAhead) = (.seconds(86_400), .seconds(86_400))
        }
        let id = try await bench.ask("isolate", for: "4h")
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(id).state == .succeeded)
        // Our clock is put right.
        bench.defender.state.withLock { ($0.clockAhead, $0.stampsAhead) = (.zero, .zero) }
        bench.pass(.seconds(86_400))
        try await bench.run(for: .seconds(3 * 3_600), step: .seconds(60))
        #expect(bench.defender.isIsolated(Bench.laptop))
        try await bench.run(for: .seconds(3_700), step: .seconds(20))
        #expect(!bench.defender.isIsolated(Bench.laptop))
    }

    @Test func `what was taken over by an action that came to nothing is listed`() async throws {
        let bench = Bench(policy: Self.policy)
        await bench.sweeper.sweepOnce()
        let id = try await bench.ask("isolate", for: "10m")
        try await bench.run(for: .seconds(500), step: .seconds(20))
        bench.defender.state.withLock { $0.delay = .seconds(600) }
        bench.defender.beginOutside("Isolate", on: Bench.laptop)
        try await bench.run(for: .seconds(240), step: .seconds(20))
        #expect(try await bench.ledger.read { try $0.claim(id) }?.closedCode == "taken-over")
        bench.defender.state.withLock { state in
            for (action, plan) in state.endsAt { state.endsAt[action] = (plan.0, .failed) }
        }
        try await bench.run(for: .seconds(900), step: .seconds(20))
        await bench.sweeper.sweepOnce()
        #expect(bench.defender.isIsolated(Bench.laptop))
        let listed = try await bench.ledger.read { try Containment.all(in: $0) }
        #expect(listed.map(\.machine) == [Bench.laptop])
        #expect(listed.first?.foreign?.by == "Bascule's job \(id), whose claim has ended")
    }

    @Test func `a release outside that was over before ours contained the machine takes nothing over`()
        async throws
    {
        let bench = Bench(policy: Self.policy)
        bench.defender.state.withLock { $0.delay = .seconds(60) }
        try await bench.ask("isolate", for: "10m")
        try await bench.run(for: .seconds(10))
        bench.defender.actOutside("Unisolate", on: Bench.laptop)
        try await bench.run(for: .seconds(120), step: .seconds(10))
        #expect(bench.defender.isIsolated(Bench.laptop))
        try await bench.run(for: .seconds(700), step: .seconds(10))
        #expect(!bench.defender.isIsolated(Bench.laptop))
        #expect(actions(bench) == ["isolate", "release"])
    }

    @Test func `who joined an isolate that was posted later counts from it`() async throws {
        let bench = Bench(policy: Self.policy)
        bench.defender.state.withLock { $0.faults = [.lostRequest] }
        try await bench.ask("isolate")
        try await bench.run(for: .seconds(10))
        let joiner = try await bench.ask("isolate", by: "omar", for: "10m")
        try await bench.run(for: .seconds(10))
        #expect(try await bench.job(joiner).joined != nil)
        bench.defender.actOutside("Unisolate", on: Bench.laptop)
        try await bench.run(for: .seconds(200), step: .seconds(10))
        try await bench.ask("release")
        try await bench.run(for: .seconds(600), step: .seconds(10))
        // The other's claim has ended; the joiner's time box is the last.
        #expect(!bench.defender.isIsolated(Bench.laptop))
        #expect(try await bench.ledger.read { try $0.claim(joiner) }?.closedCode == "time-box")
        #expect(actions(bench) == ["isolate", "release"])
    }

    @Test func `an isolate that made way and is held then expires as any other`() async throws {
        let bench = Bench(policy: Self.policy)
        bench.defender.state.withLock { $0.reorders = true }
        try await bench.ask("isolate", for: "30m", with: ["type": "Selective"])
        try await bench.run(for: .seconds(1_500), step: .seconds(20))
        let full = try await bench.ask("isolate", by: "omar")
        try await bench.run(for: .seconds(60), step: .seconds(10))
        try await bench.ledger.perform(
            .freeze(Freeze(by: "ines", because: "drill", at: bench.now, stopsReleases: false))
        )
        // A person's release goes on in a freeze; what makes way for it does not.
        try await bench.ask("release")
        try await bench.run(for: .seconds(600), step: .seconds(10))
        #expect(try await bench.job(full).state == .held)
        #expect(!bench.defender.isIsolated(Bench.laptop))
        try await bench.run(for: .seconds(3_600), step: .seconds(30))
        #expect(try await bench.job(full).state == .expired)
        #expect(try await bench.claims().isEmpty)
    }

    @Test func `an isolate that made way is posted again although its shelf life is over`() async throws {
        let bench = Bench(policy: Self.policy)
        bench.defender.state.withLock { $0.reorders = true }
        try await bench.ask("isolate", for: "3h", with: ["type": "Selective"])
        try await bench.run(for: .seconds(300), step: .seconds(20))
        let full = try await bench.ask("isolate", by: "omar")
        try await bench.run(for: .seconds(3 * 3_600), step: .seconds(20))
        #expect(try await bench.job(full).state == .succeeded)
        #expect(bench.defender.isIsolated(Bench.laptop))
    }
}
