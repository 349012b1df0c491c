import Deciding
import Enqueuing
import Executing
import Testing
import Vocabulary

struct ApprovalTests {
    private static let rule = ApprovalRule(of: ["leads"], count: 1, within: .seconds(1_800))
    private static let policy = Bench.policy([
        Bench.grant(1, ["isolate", "scan"], approvals: rule),
        Bench.grant(2, ["release"]),
        Bench.grant(3, ["isolate"], to: "leads", approvals: rule),
    ])

    @Test func `nothing is posted before somebody else agrees`() async throws {
        let bench = Bench(policy: Self.policy)
        let id = try await bench.ask("isolate")
        try await bench.run(for: .seconds(60))
        #expect(try await bench.job(id).state == .awaitingApproval)
        #expect(bench.defender.executed.isEmpty)
        let asked = try #require(try await bench.told().last { $0.notice.code == "job.awaiting-approval" })
        #expect(asked.notice.buttons?.map(\.word) == [.approve, .deny])
        #expect(asked.notice.buttons?.first?.seen == (try await bench.job(id).approvalDigest))
        #expect(asked.notice.text.contains("leads (ines, olga)"))

        try await bench.answer(id, by: "ines")
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(id).state == .succeeded)
        #expect(bench.defender.isIsolated(Bench.laptop))
    }

    @Test func `an approval that comes while the waiting job is looked at is acted on at once`() async throws
    {
        let bench = Bench(policy: Self.policy)
        let id = try await bench.ask("isolate")
        try await bench.settle()
        #expect(try await bench.job(id).state == .awaitingApproval)
        // As after a start: everything is looked at once more.
        try await bench.ledger.lookAgain(JobState.executing)
        let looked = try await bench.ledger.lease(
            JobState.executing,
            owner: "executor",
            times: bench.times,
            limit: 1
        )
        try await bench.answer(id, by: "ines")
        #expect(try await bench.job(id).state == .ready)
        for job in looked { await bench.executor.carry(job) }
        try await bench.run(for: .seconds(30))
        #expect(try await bench.job(id).state == .succeeded)
    }

    @Test func `whoever asks does not agree, and two answers of one person are one`() async throws {
        var grants = Self.policy.grants
        grants[2].approvals = ApprovalRule(of: ["all"], count: 2, within: .seconds(1_800))
        let bench = Bench(policy: Bench.policy(grants))
        let id = try await bench.ask("isolate", by: "ines")
        try await bench.settle()
        try await bench.answer(id, by: "ines")
        try await bench.answer(id, by: "mia")
        try await bench.answer(id, by: "mia")
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(id).state == .awaitingApproval)
        #expect(try await bench.job(id).approval?.given.map(\.by) == ["mia"])
        try await bench.answer(id, by: "omar")
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(id).state == .succeeded)
    }

    @Test func `one who was asked ends it by saying no`() async throws {
        let bench = Bench(policy: Self.policy)
        let id = try await bench.ask("isolate")
        try await bench.settle()
        try await bench.answer(id, by: "olga", deny: true)
        try await bench.answer(id, by: "ines")
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(id).state == .denied)
        #expect(try await bench.job(id).outcome?.message == "olga denied it: no")
        #expect(bench.defender.executed.isEmpty)
        #expect(try await bench.codes(to: .conversation(id)).contains("word.late"))
        // Each answer is on record under the name of whoever gave it, also the one that came too late.
        let rows = try await bench.ledger.read { try $0.audit(after: 0, limit: .max) }
        let answers = rows.filter {
            $0.subject == id.text && ["approval.denied", "word.late"].contains($0.kind)
        }
        #expect(answers.map(\.kind) == ["approval.denied", "word.late"])
        #expect(answers.map(\.actor) == ["olga", "ines"])
    }

    @Test func `without an answer in time it ends, and never runs late`() async throws {
        let bench = Bench(policy: Self.policy)
        let id = try await bench.ask("isolate")
        try await bench.run(for: .seconds(1_810), step: .seconds(10))
        #expect(try await bench.job(id).state == .expired)
        #expect(try await bench.job(id).outcome?.code == "not-approved")
        try await bench.answer(id, by: "ines")
        try await bench.run(for: .seconds(20))
        #expect(bench.defender.executed.isEmpty)
    }

    @Test func `an answer to something else than it asks for now counts for nothing`() async throws {
        let bench = Bench(policy: Self.policy)
        let id = try await bench.ask("isolate")
        try await bench.settle()
        try await bench.answer(id, by: "ines", seen: String(repeating: "0", count: 64))
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(id).state == .awaitingApproval)
        let digest = try await bench.job(id).approvalDigest
        try await bench.answer(id, by: "ines", seen: digest)
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(id).state == .succeeded)
    }

    @Test func `an approver who lost the right meanwhile no longer counts`() async throws {
        let bench = Bench(policy: Self.policy)
        let id = try await bench.ask("isolate")
        try await bench.settle()
        try await bench.answer(id, by: "ines")
        var policy = bench.policies.policy
        policy.groups["leads"] = [.person("olga")]
        bench.policies.policy = policy
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(id).state == .awaitingApproval)
        #expect(try await bench.job(id).approval?.given.isEmpty == true)
        #expect(bench.defender.executed.isEmpty)
        try await bench.answer(id, by: "olga")
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(id).state == .succeeded)
    }

    @Test func `a decision that is made anew does not make the facts younger`() async throws {
        let bench = Bench(policy: Self.policy)
        let id = try await bench.ask("isolate")
        try await bench.settle()
        let read = try #require(try await bench.job(id).factsAt)
        bench.policies.policy.grants[0].line = 99
        bench.pass(.seconds(40))
        try await bench.answer(id, by: "ines")
        try await bench.settle()
        #expect(try await bench.job(id).decision?.grantLine == 99)
        #expect(try await bench.job(id).factsAt == read)
    }

    @Test func `more who must agree than there are is refused at once`() async throws {
        var grants = Self.policy.grants
        grants[2].approvals = ApprovalRule(of: ["leads"], count: 2, within: .seconds(1_800))
        let bench = Bench(policy: Bench.policy(grants))
        let id = try await bench.ask("isolate", by: "ines")
        try await bench.settle()
        #expect(try await bench.job(id).state == .refused)
        #expect(try await bench.job(id).outcome?.code == "no-approvers")
    }

    @Test func `a release that counts withdraws an isolate that still waits for an answer`() async throws {
        let bench = Bench(policy: Self.policy)
        let id = try await bench.ask("isolate")
        try await bench.settle()
        try await bench.ask("release")
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(id).state == .cancelled)
        #expect(try await bench.job(id).outcome?.code == "superseded")
    }

    @Test func `the digest binds job, action, machine, parameters, time and requester`() async throws {
        let bench = Bench(policy: Self.policy)
        let first = try await bench.job(try await bench.ask("isolate", for: "1h"))
        var digests: Set<String> = [first.approvalDigest]
        var other = first
        other.duration = TimeBox("2h")
        digests.insert(other.approvalDigest)
        other = first
        other.parameters["type"] = "Selective"
        digests.insert(other.approvalDigest)
        other = first
        other.principal = .person("omar")
        digests.insert(other.approvalDigest)
        other = first
        other.machine = Bench.machines[1]
        digests.insert(other.approvalDigest)
        other = first
        other.action = "scan"
        digests.insert(other.approvalDigest)
        digests.insert(first.copied(as: JobID("j-other")).approvalDigest)
        #expect(digests.count == 7)
    }

    // MARK: Break-glass

    private static let glass = Bench.policy([
        Bench.grant(1, ["isolate"], approvals: rule),
        Bench.grant(2, ["isolate"], breakGlass: BreakGlass(name: "night", perDay: 1)),
    ])

    @Test func `a broken glass is told before anything is posted`() async throws {
        let bench = Bench(policy: Self.glass)
        let id = try await bench.ask("isolate", breakGlass: "night")
        try await bench.run(for: .seconds(30))
        #expect(try await bench.job(id).state == .ready)
        #expect(bench.defender.executed.isEmpty)
        #expect(try await bench.codes(to: .tell) == ["job.break-glass"])
        try await bench.tellAll()
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(id).state == .succeeded)
        #expect(bench.defender.executed.count == 1)
    }

    @Test func `a glass is broken so often a day and no more`() async throws {
        let bench = Bench(policy: Self.glass)
        try await bench.ask("isolate", breakGlass: "night")
        try await bench.settle()
        try await bench.tellAll()
        try await bench.run(for: .seconds(20))
        let second = try await bench.ask("isolate", "srv-1", by: "omar", breakGlass: "night")
        try await bench.settle()
        try await bench.tellAll()
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(second).state == .refused)
        #expect(try await bench.job(second).outcome?.code == "limit")
        try await bench.run(for: .seconds(86_400), step: .seconds(3_600))
        let third = try await bench.ask("isolate", "srv-1", by: "omar", breakGlass: "night")
        try await bench.settle()
        try await bench.tellAll()
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(third).state == .succeeded)
    }

    @Test func `a broken glass needs a reason, and never passes a protection or a freeze`() async throws {
        var policy = Self.glass
        policy.protections = [
            Protection(name: "dc", line: 1, column: 1, machines: MachineCondition(osFamilies: [.server]))
        ]
        let bench = Bench(policy: policy)
        let mute = try await bench.ask("isolate", reason: nil, breakGlass: "night")
        let protected = try await bench.ask("isolate", "srv-1", breakGlass: "night")
        let unknown = try await bench.ask("isolate", breakGlass: "day")
        try await bench.settle()
        #expect(try await bench.job(mute).state == .awaitingApproval)
        #expect(try await bench.job(protected).outcome?.code == "machine-protected")
        #expect(try await bench.job(unknown).outcome?.code == "break-glass-not-named")
        try await bench.ledger.perform(
            .freeze(Freeze(by: "ines", because: "drill", at: bench.now, stopsReleases: false))
        )
        let frozen = try await bench.ask("isolate", "laptop-70", breakGlass: "night")
        try await bench.settle()
        try await bench.tellAll()
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(frozen).state == .held)
    }

    @Test func `an essential machine takes somebody's agreement, whatever the grant says`() async throws {
        let essential = Essential(
            name: "the VPN gateway",
            machines: MachineCondition(names: [NamePattern("srv-1*")]),
            approvals: Self.rule
        )
        let bench = Bench(policy: Bench.policy([Bench.grant(1, ["isolate"])], essentials: [essential]))
        let laptop = try await bench.ask("isolate")
        let gateway = try await bench.ask("isolate", "srv-1")
        try await bench.run(for: .seconds(20))
        #expect(try await bench.job(laptop).state == .succeeded)
        #expect(try await bench.job(gateway).state == .awaitingApproval)
        #expect(try await bench.codes(to: .conversation(gateway)).contains("job.essential"))
    }
}
