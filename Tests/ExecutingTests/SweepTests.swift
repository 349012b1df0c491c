import Enqueuing
import Observing
import Synchronization
import Testing
import Vocabulary

/// What the sweep makes of actions that end late or out of order.
struct SweepTests {
    private let laptop = Bench.laptop

    @Test func `a success after the longest watch is found`() async throws {
        let bench = Bench()
        bench.defender.state.withLock {
            $0.offline = [Bench.laptop]
            $0.ignoresCancel = true
        }
        let id = try await bench.ask("isolate")
        try await bench.settle()
        for _ in 0..<74 {
            try await bench.run(for: .seconds(3_600), step: .seconds(1_800))
            await bench.sweeper.sweepOnce()
        }
        #expect(try await bench.job(id).state == .timedOut)
        bench.defender.state.withLock { $0.offline = [] }
        bench.pass(.seconds(600))
        #expect(bench.defender.isIsolated(laptop))
        await bench.sweeper.sweepOnce()
        #expect(try await bench.claims().map(\.id) == [id])
    }

    @Test func `a late success that was released since opens no claim`() async throws {
        let bench = Bench()
        bench.defender.state.withLock {
            $0.offline = [Bench.laptop]
            $0.ignoresCancel = true
        }
        try await bench.ask("isolate")
        try await bench.run(for: .seconds(74 * 3_600), step: .seconds(1_800))
        #expect(try await bench.claims().isEmpty)
        bench.defender.state.withLock { $0.offline = [] }
        bench.pass(.seconds(60))
        #expect(bench.defender.isIsolated(laptop))
        bench.pass(.seconds(60))
        bench.defender.actOutside("Unisolate", on: laptop)
        bench.pass(.seconds(60))
        await bench.sweeper.sweepOnce()
        #expect(try await bench.claims().isEmpty)
    }

    @Test func `a claim confirmed after somebody had released the machine is closed`() async throws {
        let bench = Bench()
        try await bench.ask("isolate")
        try await bench.settle()
        bench.pass(.seconds(12))
        bench.pass(.seconds(8))
        bench.defender.actOutside("Unisolate", on: laptop)
        bench.pass(.seconds(10))
        try await bench.settle()
        #expect(try await bench.claims().count == 1)
        await bench.sweeper.sweepOnce()
        #expect(try await bench.claims().isEmpty)
    }

    @Test func `news is told once however much there is`() async throws {
        let bench = Bench()
        await bench.sweeper.sweepOnce()
        bench.pass(.seconds(1))
        for _ in 0..<600 { bench.defender.actOutside("Isolate", on: laptop) }
        await bench.sweeper.sweepOnce()
        let once = try await bench.told().count
        bench.pass(.seconds(300))
        await bench.sweeper.sweepOnce()
        #expect(try await bench.told().count == once)
    }

    // MARK: What was contained outside

    private func foreign(_ bench: Bench) async throws -> [ForeignContainment] {
        try await bench.ledger.read { try ForeignContainment.all(in: $0) }
    }

    @Test func `what was contained outside before the first sweep is listed, and is no news`() async throws {
        let bench = Bench()
        bench.defender.actOutside("Isolate", on: laptop)
        let since = bench.now
        bench.pass(.seconds(60))
        await bench.sweeper.sweepOnce()
        #expect(
            try await foreign(bench) == [
                ForeignContainment(
                    machine: laptop,
                    machineName: laptop.text,
                    by: "ola@corp.example",
                    since: since,
                    actionID: "outside-0"
                )
            ]
        )
        #expect(try await bench.told().isEmpty)
        // Beyond what a sweep looks back to, it is still known.
        bench.pass(.seconds(10 * 86_400))
        await bench.sweeper.sweepOnce()
        bench.pass(.seconds(300))
        await bench.sweeper.sweepOnce()
        #expect(try await foreign(bench).map(\.actionID) == ["outside-0"])
    }

    @Test func `a containment outside that takes its time is listed once it succeeded`() async throws {
        let bench = Bench()
        await bench.sweeper.sweepOnce()
        bench.pass(.seconds(1))
        bench.defender.beginOutside("Isolate", on: laptop)
        await bench.sweeper.sweepOnce()
        #expect(try await foreign(bench).isEmpty)
        bench.pass(.seconds(10))
        await bench.sweeper.sweepOnce()
        #expect(try await foreign(bench).map(\.since) == [bench.now])
    }

    @Test(arguments: [true, false])
    func `a release ends the listing, whoever made it`(isOurs: Bool) async throws {
        let bench = Bench()
        if isOurs {
            try await bench.ask("isolate")
            try await bench.run(for: .seconds(30))
        }
        bench.defender.actOutside("Isolate", on: laptop)
        bench.defender.actOutside("Isolate", on: Bench.machines[1].id)
        await bench.sweeper.sweepOnce()
        #expect(try await foreign(bench).count == 2)
        bench.pass(.seconds(60))
        if isOurs {
            let release = try await bench.ask("release")
            try await bench.run(for: .seconds(30))
            #expect(try await bench.job(release).state == .succeeded)
        } else {
            bench.defender.actOutside("Unisolate", on: laptop)
        }
        await bench.sweeper.sweepOnce()
        #expect(try await foreign(bench).map(\.machine) == [Bench.machines[1].id])
    }

    @Test func `a containment of ours is not listed, and takes the place of a foreign one`() async throws {
        let bench = Bench()
        bench.defender.actOutside("Isolate", on: laptop)
        await bench.sweeper.sweepOnce()
        bench.pass(.seconds(60))
        bench.defender.actOutside("Unisolate", on: laptop)
        bench.pass(.seconds(60))
        let isolate = try await bench.ask("isolate")
        try await bench.run(for: .seconds(30))
        #expect(try await bench.job(isolate).state == .succeeded)
        await bench.sweeper.sweepOnce()
        #expect(try await foreign(bench).isEmpty)
        // Somebody isolates what we contain: both are true.
        bench.pass(.seconds(60))
        bench.defender.actOutside("Isolate", on: laptop)
        await bench.sweeper.sweepOnce()
        let listed = try await bench.ledger.read { try Containment.all(in: $0) }
        #expect(listed.map(\.machineName) == ["laptop-7.corp.example"])
        #expect(listed.first?.claims.map(\.id) == [isolate])
        #expect(listed.first?.foreign?.by == "ola@corp.example")
    }

    @Test func `a containment of ours that a restored ledger does not know is listed as foreign`()
        async throws
    {
        let bench = Bench()
        let isolate = try await bench.ask("isolate")
        try await bench.run(for: .seconds(30))
        let restored = Bench()
        let actions = bench.defender.state.withLock { $0.actions }
        restored.defender.state.withLock { $0.actions = actions }
        restored.pass(.seconds(60))
        await restored.sweeper.sweepOnce()
        #expect(
            try await foreign(restored).map(\.by)
                == ["Bascule's job \(isolate), which this ledger does not know"]
        )
    }

    @Test func `the list of what is foreign has a limit, and drops the oldest`() async throws {
        let ledger = Bench().ledger
        let count = ForeignContainment.keptMax + 2
        try await ledger.write { transaction in
            for number in 0..<count {
                let digits = String(number)
                let padded = String(repeating: "0", count: 40 - digits.count) + digits
                guard let machine = MachineID(padded) else { continue }
                try ForeignContainment.put(
                    ForeignContainment(
                        machine: machine,
                        machineName: "laptop-\(number)",
                        by: "ola",
                        since: Bench.start + .seconds(number),
                        actionID: "a-\(number)"
                    ),
                    in: transaction
                )
            }
        }
        let kept = try await ledger.read { try ForeignContainment.all(in: $0) }
        #expect(kept.map(\.machineName) == (2..<count).map { "laptop-\($0)" })
    }

    @Test func `a list that cannot be read is said, not taken for an empty one`() async throws {
        let ledger = Bench().ledger
        try await ledger.write { try $0.setFlag("foreign.containments", "{") }
        await #expect(throws: LedgerError.damaged("the flag foreign.containments is no list of containments"))
        {
            try await ledger.read { try ForeignContainment.all(in: $0) }
        }
    }
}
