import Deciding
import Defender
import Enqueuing
import Synchronization
import Testing
import Vocabulary

/// Indicators as jobs: their end, what an import came to, a lost answer, limits and agreement.
struct IndicatorTests {
    private static let evil = Subject.thing("evil.example")
    private static let words = ["block", "indicators-import", "indicator-delete", "alert-create"]

    private static func bench(
        limits: [Limit] = [],
        approvals: ApprovalRule? = nil,
        durationMax: String? = nil
    ) -> Bench {
        let grants = [Bench.grant(1, words, approvals: approvals, durationMax: durationMax)]
        let bench = Bench(policy: Bench.policy(grants, limits: limits))
        bench.defender.state.withLock { $0.roles?.formUnion(["Ti.ReadWrite", "Alert.ReadWrite.All"]) }
        return bench
    }

    private func ordered(_ bench: Bench) -> [DefenderRequest] { bench.defender.state.withLock(\.ordered) }

    @Test func `an indicator ends its time after it is set, not after it was asked for`() async throws {
        let rule = ApprovalRule(of: ["leads"], count: 1, within: .seconds(1_800))
        let bench = Self.bench(approvals: rule)
        let id = try await bench.ask("block", about: Self.evil, for: "7d")
        try await bench.settle()
        #expect(try await bench.job(id).state == .awaitingApproval)
        #expect(ordered(bench).isEmpty)
        bench.pass(.seconds(600))
        try await bench.answer(id, by: "ines")
        try await bench.settle()
        #expect(try await bench.job(id).state == .succeeded)
        #expect(ordered(bench).map(\.endsAt) == [bench.now + .seconds(7 * 86_400)])
    }

    @Test func `no release follows the end of an indicator`() async throws {
        let bench = Self.bench()
        let id = try await bench.ask("block", about: Self.evil, for: "1h")
        try await bench.run(for: .seconds(7_200), step: .seconds(300))
        #expect(try await bench.job(id).state == .succeeded)
        #expect(try await bench.ledger.read { try $0.jobs(JobQuery()) }.count == 1)
        #expect(ordered(bench).count == 1)
    }

    @Test func `for ever is carried out without an end, and refused by a grant with a longest time`()
        async throws
    {
        let open = Self.bench()
        let id = try await open.ask("block", about: Self.evil, with: ["expires": "never"])
        try await open.settle()
        #expect(try await open.job(id).state == .succeeded)
        #expect(ordered(open).first?.endsAt == nil)
        #expect(ordered(open).first?.parameters["expires"] == "never")

        let bounded = Self.bench(durationMax: "30d")
        let other = try await bounded.ask("block", about: Self.evil, with: ["expires": "never"])
        try await bounded.settle()
        #expect(try await bounded.job(other).outcome?.code == "duration-not-granted")
        #expect(ordered(bounded).isEmpty)
    }

    @Test func `what is over the limit of an hour is held`() async throws {
        let limit = Limit(action: "block", scope: .all, bound: .per(.seconds(3_600), most: 5))
        let bench = Self.bench(limits: [limit])
        var ids: [JobID] = []
        for number in 1...6 {
            ids.append(
                try await bench.ask("block", about: .thing("e\(number).example"), for: "1h")
            )
            try await bench.settle()
        }
        for id in ids.prefix(5) { #expect(try await bench.job(id).state == .succeeded) }
        #expect(try await bench.job(ids[5]).state == .held)
        #expect(ordered(bench).count == 5)
    }

    private func imported(_ failures: Int, of count: Int) async throws -> Job {
        let bench = Self.bench()
        bench.defender.state.withLock {
            $0.answer = Answer(
                columns: [],
                json: "[]",
                lines: ["b.example: no"],
                count: count,
                failures: failures
            )
        }
        let parameters = ["list": "a.example\nb.example", "action": "block"]
        let id = try await bench.ask("indicators-import", about: .nothing, for: "30d", with: parameters)
        try await bench.settle()
        return try await bench.job(id)
    }

    @Test func `an import says how much of it was done, and has failed if nothing was`() async throws {
        let whole = try await imported(0, of: 500)
        #expect(whole.state == .succeeded && whole.outcome?.message == "500 of 500 done.")
        #expect(whole.outcome?.code == "succeeded")
        #expect(whole.title == "indicators-import with action=block")
        let part = try await imported(20, of: 500)
        #expect(part.state == .succeeded && part.outcome?.code == "partly-done")
        #expect(
            part.outcome?.message
                == "480 of 500 done. 20 failed. The first 1:\n• b.example: no"
        )
        let none = try await imported(2, of: 2)
        #expect(none.state == .failed && none.outcome?.code == "defender.refused")
        #expect(none.outcome?.message == "0 of 2 done. 2 failed. The first 1:\n• b.example: no")
    }

    @Test func `what is gone after a lost answer is deleted, and what never was is not found`() async throws {
        let bench = Self.bench()
        bench.defender.state.withLock { $0.faults = [.lostAnswer, .gone] }
        let first = try await bench.ask("indicator-delete", about: Self.evil)
        try await bench.run(for: .seconds(200))
        #expect(try await bench.job(first).state == .succeeded)
        #expect(try await bench.job(first).outcome?.message == "It is gone.")
        bench.defender.state.withLock { $0.faults = [.throttled(.seconds(1)), .gone] }
        let second = try await bench.ask("indicator-delete", about: Self.evil)
        try await bench.run(for: .seconds(60))
        #expect(try await bench.job(second).state == .failed)
        #expect(try await bench.job(second).outcome?.code == "defender.not-found")
    }

    @Test func `an approval shows the beginning of a list and binds to all of it`() async throws {
        let rule = ApprovalRule(of: ["leads"], count: 1, within: .seconds(600))
        let bench = Self.bench(approvals: rule)
        let list = (1...25).map { "e\($0).example" }.joined(separator: "\n")
        let parameters = ["list": list, "action": "block"]
        let id = try await bench.ask("indicators-import", about: .nothing, for: "30d", with: parameters)
        try await bench.settle()
        var job = try await bench.job(id)
        let told = try await bench.told().last { $0.notice.code == "job.awaiting-approval" }
        #expect(
            told?.notice.text.contains("e20.example and 5 more lines (SHA-256 ") == true
        )
        #expect(told?.notice.text.contains("e21.example") == false)
        let digest = job.approvalDigest
        job.parameters["list"] = list.replacing("e25", with: "e26")
        #expect(job.approvalDigest != digest)
    }

    @Test func `what a yes comes with is told at the end`() async throws {
        let bench = Self.bench()
        let id = try await bench.ask("block", about: .thing("10.1.2.3"), for: "1h")
        try await bench.settle()
        let message = try await bench.job(id).outcome?.message
        #expect(message?.contains(" Mind: 10.1.2.3 is an address of networks inside") == true)
    }

    @Test func `an alert is made on the one machine that is meant`() async throws {
        let bench = Self.bench()
        let parameters = [
            "title": "Beacon", "severity": "High", "category": "Malware", "time": "2026-11-02T09:14:07Z",
            "report": "1", "description": "x", "recommend": "y",
        ]
        let id = try await bench.ask("alert-create", "laptop-7", with: parameters)
        let none = try await bench.ask("alert-create", "laptop-77", with: parameters)
        try await bench.settle()
        #expect(try await bench.job(id).state == .succeeded)
        #expect(ordered(bench).map(\.machine) == [Bench.laptop])
        #expect(try await bench.job(none).state == .refused)
    }
}
