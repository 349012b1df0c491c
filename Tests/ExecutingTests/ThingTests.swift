import Deciding
import Defender
import Enqueuing
import Synchronization
import Testing
import Vocabulary

/// Jobs that are about no machine: look-ups, and orders that Defender carries out while it answers.
struct ThingTests {
    private static let alert = Subject.thing("da1_2")

    private static func bench(
        _ actions: [String] = ["alert", "alerts", "alert-update"],
        machines: MachineCondition = .any,
        limits: [Limit] = [],
        approvals: ApprovalRule? = nil
    ) -> Bench {
        let grants = [Bench.grant(1, actions, machines: machines, approvals: approvals)]
        let bench = Bench(policy: Bench.policy(grants, limits: limits))
        bench.defender.state.withLock { _ = $0.roles?.insert("Alert.ReadWrite.All") }
        return bench
    }

    private func ordered(_ bench: Bench) -> [DefenderRequest] { bench.defender.state.withLock(\.ordered) }

    @Test func `a look-up is answered with rows for programs and lines for people`() async throws {
        let bench = Self.bench()
        let id = try await bench.ask("alerts", about: .nothing, with: ["severity": "High"])
        try await bench.settle()
        let job = try await bench.job(id)
        #expect(job.state == .succeeded)
        #expect(job.title == "alerts")
        #expect(job.outcome?.answer?.json == #"[{"id":"da1_2"}]"#)
        #expect(job.outcome?.message == "da1_2")
        let asked = bench.defender.state.withLock(\.asked)
        #expect(asked.map(\.action) == ["alerts"])
        #expect(asked.first?.parameters == ["severity": "High", "status": "any", "top": "100"])
        #expect(try await bench.told().last?.notice.text == "alerts: succeeded. da1_2")
    }

    @Test func `without the permission nothing is asked and it is named`() async throws {
        for (action, need) in [
            ("alert", "Alert.Read.All or Alert.ReadWrite.All"), ("alert-update", "Alert.ReadWrite.All"),
        ] {
            let bench = Self.bench()
            bench.defender.state.withLock { $0.roles = ["Machine.Read.All"] }
            let id = try await bench.ask(action, about: Self.alert, with: ["status": "Resolved"])
            try await bench.settle()
            let job = try await bench.job(id)
            #expect(job.state == .refused)
            #expect(job.outcome?.code == "application-permission")
            #expect(job.outcome?.message == "The application lacks the permission \(need) to \(action).")
            #expect(bench.defender.state.withLock { $0.asked.isEmpty && $0.ordered.isEmpty })
        }
    }

    @Test func `a grant for some machines allows nothing that is about none`() async throws {
        let bench = Self.bench(machines: MachineCondition(osFamilies: [.server]))
        let id = try await bench.ask("alert-update", about: Self.alert, with: ["status": "Resolved"])
        try await bench.settle()
        let job = try await bench.job(id)
        #expect(job.state == .refused)
        #expect(job.outcome?.code == "machine-not-granted")
        #expect(ordered(bench).isEmpty)
    }

    @Test func `a look-up needs a grant that names it`() async throws {
        let bench = Self.bench(["scan"])
        let id = try await bench.ask("alerts", about: .nothing)
        try await bench.settle()
        #expect(try await bench.job(id).outcome?.code == "no-grant")
    }

    @Test func `an order is sent once and ends with its answer`() async throws {
        let bench = Self.bench()
        let id = try await bench.ask("alert-update", about: Self.alert, with: ["status": "Resolved"])
        try await bench.settle()
        let job = try await bench.job(id)
        #expect(job.state == .succeeded)
        #expect(ordered(bench).map(\.subject) == ["da1_2"])
        #expect(ordered(bench).first?.comment == "bascule:\(id) mia: SEC-1")
        try await bench.run(for: .seconds(300))
        #expect(ordered(bench).count == 1)
    }

    @Test func `an order of unknown outcome is sent again once none can arrive any more`() async throws {
        let bench = Self.bench()
        bench.defender.state.withLock { $0.faults = [.lostAnswer] }
        let id = try await bench.ask("alert-update", about: Self.alert, with: ["status": "Resolved"])
        try await bench.run(for: .seconds(80))
        #expect(try await bench.job(id).state == .reconciling)
        #expect(ordered(bench).count == 1)
        try await bench.run(for: .seconds(60))
        #expect(try await bench.job(id).state == .succeeded)
        #expect(ordered(bench).count == 2)
    }

    @Test func `a freeze holds an order and lets look-ups through`() async throws {
        let bench = Self.bench()
        try await bench.ledger.perform(
            .freeze(Freeze(by: "ines", because: "drill", at: bench.now, stopsReleases: false))
        )
        let order = try await bench.ask("alert-update", about: Self.alert, with: ["status": "Resolved"])
        let lookUp = try await bench.ask("alert", about: Self.alert)
        try await bench.settle()
        #expect(try await bench.job(order).state == .held)
        #expect(try await bench.job(lookUp).state == .succeeded)
        #expect(ordered(bench).isEmpty)
    }

    @Test func `an approval binds to what the order is about`() async throws {
        let rule = ApprovalRule(of: ["leads"], count: 1, within: .seconds(600))
        let bench = Self.bench(approvals: rule)
        let one = try await bench.ask("alert-update", about: Self.alert, with: ["status": "Resolved"])
        try await bench.settle()
        var job = try await bench.job(one)
        #expect(job.state == .awaitingApproval)
        let digest = job.approvalDigest
        job.selector = .thing("da1_3")
        #expect(job.approvalDigest != digest)
    }

    @Test func `two orders about one thing go one after the other`() async throws {
        let bench = Self.bench()
        bench.defender.state.withLock { $0.faults = [.lostAnswer] }
        let first = try await bench.ask("alert-update", about: Self.alert, with: ["status": "InProgress"])
        try await bench.settle()
        let second = try await bench.ask("alert-update", about: Self.alert, with: ["status": "Resolved"])
        let other = try await bench.ask("alert-update", about: .thing("da9_9"), with: ["status": "Resolved"])
        try await bench.settle()
        #expect(try await bench.job(other).state == .succeeded)
        #expect(try await bench.job(second).state == .ready)
        try await bench.run(for: .seconds(200))
        #expect(try await bench.job(first).state == .succeeded)
        #expect(try await bench.job(second).state == .succeeded)
        #expect(ordered(bench).last?.parameters["status"] == "Resolved")
    }

    @Test func `what was asked for last about a thing counts, whoever approves what later`() async throws {
        let rule = ApprovalRule(of: ["leads"], count: 1, within: .seconds(600))
        let grants = [
            Bench.grant(1, ["block"], approvals: rule), Bench.grant(2, ["allow", "indicator-delete"]),
        ]
        let bench = Bench(policy: Bench.policy(grants))
        bench.defender.state.withLock { _ = $0.roles?.insert("Ti.ReadWrite.All") }
        let domain = Subject.thing("bad.example")
        let block = try await bench.ask("block", about: domain, for: "4h", with: ["expires": "in-time"])
        try await bench.settle()
        #expect(try await bench.job(block).state == .awaitingApproval)
        let allow = try await bench.ask("allow", about: domain, for: "4h", with: ["expires": "in-time"])
        try await bench.settle()
        #expect(try await bench.job(allow).state == .succeeded)
        #expect(try await bench.job(block).state == .cancelled)
        #expect(try await bench.job(block).outcome?.code == "superseded")
        #expect(ordered(bench).map(\.action) == ["allow"])
    }

    @Test func `an order that was put off does not undo a newer one`() async throws {
        let bench = Bench(policy: Bench.policy([Bench.grant(1, ["block", "indicator-delete"])]))
        bench.defender.state.withLock { state in
            _ = state.roles?.insert("Ti.ReadWrite.All")
            state.faults = [.throttled(.seconds(30))]
        }
        let domain = Subject.thing("bad.example")
        let block = try await bench.ask("block", about: domain, for: "4h", with: ["expires": "in-time"])
        try await bench.settle()
        let delete = try await bench.ask("indicator-delete", about: domain)
        try await bench.run(for: .seconds(120))
        #expect(try await bench.job(delete).state == .succeeded)
        #expect(try await bench.job(block).outcome?.code == "superseded")
        #expect(ordered(bench).map(\.action) == ["indicator-delete"])
    }

    @Test func `the end of an indicator counts from its first try`() async throws {
        let bench = Bench(policy: Bench.policy([Bench.grant(1, ["block"])]))
        bench.defender.state.withLock { state in
            _ = state.roles?.insert("Ti.ReadWrite.All")
            state.faults = [.throttled(.seconds(120))]
        }
        let began = bench.now
        let parameters = ["expires": "in-time"]
        let id = try await bench.ask("block", about: .thing("bad.example"), for: "4h", with: parameters)
        try await bench.run(for: .seconds(300))
        #expect(try await bench.job(id).state == .succeeded)
        let end = try #require(ordered(bench).first?.endsAt)
        #expect(end.since(began) < .seconds(4 * 3_600 + 5))
    }

    @Test func `why a job waits is kept until it goes on`() async throws {
        let bench = Self.bench()
        bench.defender.state.withLock { $0.faults = [.throttled(.seconds(60))] }
        let id = try await bench.ask("alert-update", about: Self.alert, with: ["status": "Resolved"])
        try await bench.settle()
        #expect(try await bench.job(id).trouble?.code == "defender.throttled")
        try await bench.run(for: .seconds(90))
        #expect(try await bench.job(id).trouble == nil)
        #expect(try await bench.job(id).state == .succeeded)
    }
}
