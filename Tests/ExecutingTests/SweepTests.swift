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
}
