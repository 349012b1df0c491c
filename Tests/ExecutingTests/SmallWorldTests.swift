import Deciding
import Defender
import Enqueuing
import Executing
import Logging
import Synchronization
import Testing
import Vocabulary

/// A world small enough to be seen whole: three people, three machines, four actions, every pair of grants, with
/// and without approvals, limits, a freeze and rehearsal, decided through the ledger by two workers at once.
struct SmallWorldTests {
    private static let blocks = 7

    @Test(arguments: 0..<blocks)
    func `in every small world nothing happens that nobody granted`(block: Int) async throws {
        let worlds = SmallWorld.all
        var (seen, tries, executed) = (0, 0, 0)
        for index in stride(from: block, to: worlds.count, by: Self.blocks) {
            let orders = worlds[index].hasApprovals ? SmallWorld.orders : [SmallWorld.orders[0]]
            for order in orders {
                let run = SmallWorldRun(worlds[index], answering: order)
                let violations = try await run.run()
                #expect(violations.isEmpty, "\(worlds[index]) answered by \(order): \(violations)")
                tries += 1
                executed += run.executed.count
            }
            seen += 1
        }
        print(
            "small worlds, block \(block): \(seen) of \(worlds.count) worlds, \(tries) runs, \(executed) executed"
        )
        #expect(seen > 0 && executed > 0)
    }
}

/// One combination of settings.
struct SmallWorld: CustomStringConvertible {
    enum Budget: CaseIterable { case none, isolatePerHour, scanPerPerson }

    var grants: [Grant]
    var budget: Budget
    var isFrozen: Bool
    var rehearses: Bool

    static let people = ["mia", "omar", "ines"]
    static let machines = ["laptop-7", "laptop-70", "srv-1"]
    static let actions = ["isolate", "release", "scan", "collect"]
    static let protection = Protection(
        name: "Tier-0",
        line: 1,
        column: 1,
        machines: MachineCondition(osFamilies: [.server])
    )

    private static let shapes: [Grant] = {
        let clients = MachineCondition(osFamilies: [.client])
        var named = Bench.grant(2, ["isolate"], to: "leads")
        named.protections = ["Tier-0"]
        var rehearsed = Bench.grant(4, ["isolate", "collect"])
        rehearsed.rehearses = true
        var servers = Bench.grant(7, ["scan", "collect"], machines: MachineCondition(osFamilies: [.server]))
        servers.protections = ["Tier-0"]
        let leads = ApprovalRule(of: ["leads"], count: 1, within: .seconds(1_800))
        let two = ApprovalRule(of: ["all"], count: 2, within: .seconds(1_800))
        return [
            Bench.grant(1, ["isolate", "scan"], machines: clients), named,
            Bench.grant(3, ["isolate"], approvals: leads), rehearsed,
            Bench.grant(5, ["release"], to: "leads", others: true),
            Bench.grant(6, ["isolate", "scan"], to: "all", machines: clients, approvals: two), servers,
            Bench.grant(8, ["release", "collect"], to: "all"),
        ]
    }()

    /// Every pair of grants, each grant alone, and none, with every combination of the rest.
    static let all: [SmallWorld] = {
        var sets: [[Grant]] = [[]] + shapes.map { [$0] }
        for first in shapes.indices {
            for second in shapes.indices where first < second {
                sets.append([shapes[first], shapes[second]])
            }
        }
        return sets.flatMap { grants in
            Budget.allCases.flatMap { budget in
                [false, true].flatMap { frozen in
                    [false, true].map { rehearses in
                        SmallWorld(grants: grants, budget: budget, isFrozen: frozen, rehearses: rehearses)
                    }
                }
            }
        }
    }()

    /// Every order in which three people may answer.
    static let orders: [[String]] = [
        ["mia", "omar", "ines"], ["mia", "ines", "omar"], ["omar", "mia", "ines"], ["omar", "ines", "mia"],
        ["ines", "mia", "omar"], ["ines", "omar", "mia"],
    ]

    var hasApprovals: Bool { grants.contains { $0.approvals != nil } }

    var policy: Policy {
        let limits: [Limit] =
            switch budget {
            case .none: []
            case .isolatePerHour:
                [Limit(action: "isolate", scope: .all, bound: .per(.seconds(3_600), most: 1))]
            case .scanPerPerson:
                [Limit(action: "scan", scope: .asker, bound: .per(.seconds(3_600), most: 1))]
            }
        var policy = Bench.policy(grants, limits: limits, protections: [SmallWorld.protection])
        policy.people.removeAll { $0.name == "olga" }
        policy.groups["leads"] = [.person("ines")]
        policy.groups["all"] = Set(SmallWorld.people.map { .person($0) })
        policy.rehearses = rehearses
        return policy
    }

    var description: String {
        "grants \(grants.map(\.number)), limit \(budget), frozen \(isFrozen), rehearsal \(rehearses)"
    }
}

/// What became of every question that can be asked in one world.
final class SmallWorldRun {
    private let world: SmallWorld
    private let order: [String]
    private let bench: Bench
    private let other: Executor
    private var asked: [(id: JobID, person: String, machine: String, action: String)] = []

    init(_ world: SmallWorld, answering order: [String]) {
        self.world = world
        self.order = order
        let bench = Bench(policy: world.policy)
        self.bench = bench
        other = Executor(
            ledger: bench.ledger,
            defender: bench.defender,
            policy: { bench.policies.policy },
            settings: ExecutingSettings(owner: "other", times: bench.times),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            wallClock: { bench.now }
        )
    }

    /// `isolate laptop-7`, as Defender saw it.
    var executed: [(person: String, action: String, machine: String)] {
        bench.defender.executed.map { submission in
            let person =
                submission.comment.split(separator: " ").dropFirst().first.map { $0.dropLast() } ?? ""
            let machine = Bench.machines.first { $0.id == submission.machine }?.dnsName ?? ""
            return (String(person), submission.action, String(machine.prefix { $0 != "." }))
        }
    }

    func run() async throws -> [String] {
        if world.isFrozen {
            let freeze = Freeze(by: "ines", because: "drill", at: bench.now, stopsReleases: false)
            try await bench.ledger.perform(.freeze(freeze))
        }
        for action in SmallWorld.actions {
            for machine in SmallWorld.machines {
                for person in SmallWorld.people {
                    asked.append((try await bench.ask(action, machine, by: person), person, machine, action))
                }
            }
            try await work()
            for person in order {
                try await answer(as: person)
                try await work()
            }
            bench.pass(.seconds(15))
            try await work()
        }
        return try await violations()
    }

    /// Both workers take what they can get, at the same time, until nothing is left.
    private func work() async throws {
        while true {
            let jobs = try await bench.ledger.lease(
                JobState.executing,
                owner: "both",
                times: bench.times,
                limit: 100
            )
            if jobs.isEmpty { break }
            let (first, second) = (bench.executor, other)
            await withTaskGroup(of: Void.self) { group in
                group.addTask { for job in jobs where job.sequence % 2 == 0 { await first.carry(job) } }
                group.addTask { for job in jobs where job.sequence % 2 == 1 { await second.carry(job) } }
            }
            await bench.observe()
        }
        await bench.observe()
    }

    /// One person approves all that waits, their own as well: once as the desk would let them, and once past it.
    private func answer(as person: String) async throws {
        let waiting = try await bench.ledger.read { try $0.jobs(JobQuery(states: [.awaitingApproval])) }
        for job in waiting {
            let decision = world.policy.decideApproval(
                .identity("T/\(person)"),
                at: SourceName("chat"),
                for: job.action,
                of: job.approval?.of ?? [],
                requester: job.principal
            )
            guard decision.isAllowed || job.principal == .person(person) else { continue }
            try await bench.answer(job.id, by: person)
        }
    }

    // MARK: What must hold

    private func violations() async throws -> [String] {
        var found: [String] = []
        for (person, action, machine) in executed {
            let fitting = world.grants.filter { applies($0, person, action, machine) }
            if fitting.isEmpty { found.append("\(person) had no grant to \(action) \(machine)") }
            if fitting.allSatisfy(\.rehearses) {
                found.append("\(action) \(machine) was only to be rehearsed")
            }
            if world.rehearses { found.append("\(action) \(machine) in a rehearsal") }
            if world.isFrozen, action != "release" { found.append("\(action) \(machine) in a freeze") }
            if machine == "srv-1", !fitting.contains(where: { $0.protections.contains("Tier-0") }) {
                found.append("the protected \(machine) was touched by \(action)")
            }
        }
        let isolates = executed.count { $0.action == "isolate" }
        if world.budget == .isolatePerHour, isolates > 1 { found.append("\(isolates) isolates in an hour") }
        for person in SmallWorld.people where world.budget == .scanPerPerson {
            let scans = executed.count { $0.action == "scan" && $0.person == person }
            if scans > 1 { found.append("\(scans) scans by \(person) in an hour") }
        }
        for ask in asked { found += violations(of: try await bench.job(ask.id), ask.person, ask.machine) }
        return found
    }

    private func violations(of job: Job, _ person: String, _ machine: String) -> [String] {
        let fitting = world.grants.filter { applies($0, person, job.action, machine) }
        var found: [String] = []
        let agreed = Set((job.approval?.given ?? []).map(\.by))
        if agreed.contains(person) { found.append("\(job.id): \(person) agreed to their own") }
        let wasBegun = job.submission != nil || job.joined != nil
        let acting = fitting.filter { !$0.rehearses }
        if wasBegun, acting.allSatisfy({ $0.approvals != nil }) {
            let isEnough = acting.contains { grant in
                let count = grant.approvals?.count ?? 0
                let may = world.policy.approvers(under: grant.approvals?.of ?? [], besides: .person(person))
                return agreed.intersection(may).count >= count
            }
            if !isEnough { found.append("\(job.id) \(job.title) went on with \(agreed) agreeing") }
        }
        if fitting.isEmpty, job.state != .refused { found.append("\(job.id) \(job.title) is \(job.state)") }
        if job.state == .refused { found += unexplained(job, hasGrant: !fitting.isEmpty) }
        return found
    }

    /// A refusal names what would have to change: who may, a grant that is missing, or whose claims stand in the way.
    private func unexplained(_ job: Job, hasGrant: Bool) -> [String] {
        guard let outcome = job.outcome, !outcome.message.isEmpty else {
            return ["\(job.id): refused without a word"]
        }
        if hasGrant {
            let isRule = outcome.fix?.isEmpty == false || outcome.code == "no-approvers"
            return isRule ? [] : ["\(job.id): \(outcome.code) says no way out"]
        }
        let last = job.decision?.explanation.last ?? ""
        let names = last.hasPrefix("Who may: ") || last.contains("a grant in the settings would be needed")
        let hasAll = world.grants.allSatisfy { grant in
            job.decision?.explanation.contains {
                $0.hasPrefix("Grant \(grant.number) (line \(grant.line)): ")
            } == true
        }
        return names && hasAll
            ? [] : ["\(job.id): \(outcome.code) leaves open what would have to change: \(last)"]
    }

    /// The grants read by a rule of this test's own, as plain as the settings.
    private func applies(_ grant: Grant, _ person: String, _ action: String, _ machine: String) -> Bool {
        guard grant.actions.contains(action), case .group(let group)? = grant.grantees.first else {
            return false
        }
        let isGiven = group == "all" || (group == "soc") == (person != "ines")
        let isServer = machine == "srv-1"
        let families = grant.machines.osFamilies ?? [.client, .server]
        guard isGiven, families.contains(isServer ? .server : .client) else { return false }
        return !isServer || grant.protections.contains("Tier-0")
    }
}
