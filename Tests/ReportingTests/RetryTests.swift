import CurlClient
import Enqueuing
import JSONReader
import Testing
import Vocabulary

@testable import Reporting

struct RetryTests {
    @Test(arguments: [(1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (1_000, 60)])
    func `waits double up to a minute, a quarter more or less`(tries: Int, seconds: Int) {
        let wait = { RetryPlan.quick.wait(tries: tries, retryAfter: nil, chance: $0) }
        #expect(wait(0.5) == .seconds(seconds))
        #expect(wait(0) == .milliseconds(seconds * 750))
        #expect(wait(1) == .milliseconds(seconds * 1_250))
        #expect(RetryPlan.quick.wait(tries: tries, retryAfter: .seconds(90), chance: 1) == .seconds(90))
    }

    @Test func `a post of unknown outcome is repeated and says so`() async throws {
        let rig = try await Rig([.unknown])
        try await rig.tell("accepted")
        try await rig.reporter.runOnce()
        #expect(try await rig.entries(.due).map(\.mayHaveBeenSent) == [true])
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.count == 1)
        rig.pass(.seconds(1))
        try await rig.reporter.runOnce()
        #expect(
            rig.provider.calls.map { $0.body["text"] } == [
                "⏳ accepted", "⏳ accepted (repeated: the first try may have arrived)",
            ]
        )
    }

    @Test func `a post that was surely not made is repeated without a word`() async throws {
        let rig = try await Rig([.notSent])
        try await rig.tell("accepted")
        try await rig.reporter.runOnce()
        rig.pass(.seconds(1))
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.map { $0.body["text"] } == ["⏳ accepted", "⏳ accepted"])
    }

    @Test func `a worker that vanished while sending leaves a repeat that says so`() async throws {
        let rig = try await Rig()
        try await rig.tell("accepted")
        let order = BatchLease(
            owner: "gone",
            length: .seconds(60),
            batchesMax: 1,
            tellSource: nil,
            paused: [:]
        )
        #expect(try await rig.ledger.leaseBatches(order).count == 1)
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.isEmpty)
        rig.pass(.seconds(61))
        try await rig.reporter.runOnce()
        #expect(
            rig.provider.calls.map { $0.body["text"] }
                == ["⏳ accepted (repeated: the first try may have arrived)"]
        )
    }

    @Test func `a worker that lost its lease cannot write`() async throws {
        let rig = try await Rig()
        try await rig.tell("accepted")
        let order = BatchLease(
            owner: "slow",
            length: .seconds(60),
            batchesMax: 1,
            tellSource: nil,
            paused: [:]
        )
        let slow = try #require(try await rig.ledger.leaseBatches(order).first)
        rig.pass(.seconds(61))
        try await rig.reporter.runOnce()
        await #expect(throws: LedgerError.self) {
            try await rig.ledger.settle(
                slow,
                .impossible(trouble: "late"),
                lifetime: .seconds(86_400),
                nextTry: { $0 }
            )
        }
        #expect(try await rig.entries(.sent).count == 1)
    }

    @Test func `a provider's wish to be left alone holds for all of a source`() async throws {
        let tell = TellChannel(source: SourceName("chat"), channel: "CSOC")
        let rig = try await Rig([.answer(429, [:], [("Retry-After", "30")])], tell: tell)
        try await rig.tell("accepted")
        try await rig.reporter.runOnce()
        try await rig.tell("late", audience: .tell)
        rig.pass(.seconds(29))
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.count == 1)
        rig.pass(.seconds(1))
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.count == 3)
        #expect(rig.provider.calls[1].body["text"]?.string?.contains("repeated") == false)
    }

    @Test(arguments: [400, 401, 403, 404])
    func `other refusals are final`(status: Int) async throws {
        let rig = try await Rig([.answer(status, [:])])
        try await rig.tell("accepted")
        try await rig.reporter.runOnce()
        #expect(try await rig.entries(.untold).map(\.trouble) == ["slack.http-\(status)"])
    }

    @Test func `after a day it is given up`() async throws {
        let rig = try await Rig([ScriptedProvider.Step](repeating: .notSent, count: 5_000))
        try await rig.tell("accepted")
        var rounds = 0
        while try await !rig.entries(.due).isEmpty, rounds < 3_000 {
            rounds += 1
            try await rig.reporter.runOnce()
            rig.pass(.seconds(60))
        }
        #expect(try await rig.entries(.untold).map(\.trouble) == ["transfer.connect"])
        #expect((1_430...1_441).contains(rounds))
    }

    @Test func `the service sends what comes in and stops when told`() async throws {
        let rig = try await Rig()
        let service = Task { try await rig.reporter.run() }
        try await rig.tell("accepted")
        await rig.provider.waitForCall()
        service.cancel()
        try await service.value
        #expect(rig.provider.calls.count == 1)
        #expect(try await rig.entries(.sent).count == 1)
    }
}
