import Catalogue
import Deciding
import Defender
import Enqueuing
import Observing
import Synchronization
import Vocabulary

/// One random sequence of what people, Defender and the world do, and what must hold when it is over.
final class Stream {
    /// A fault put in on purpose, to see that it would be found.
    enum Planted: String, CaseIterable, Sendable {
        /// A join gives its end to the claims it joins.
        case joinThatShortens
        /// Everybody's release ends everybody's claims.
        case releaseThatIgnoresOthers
        /// Intents have no shelf life.
        case shelfLifeNotChecked
        /// Nobody is asked to agree.
        case approvalNotAsked

        /// True for a violation that this fault brings about.
        func isShown(by violation: String) -> Bool {
            switch self {
            case .joinThatShortens: violation.contains("shorter than asked")
            case .releaseThatIgnoresOthers: violation.contains("ended a claim of")
            case .shelfLifeNotChecked: violation.contains("after its shelf life")
            case .approvalNotAsked: violation.contains("without the agreement")
            }
        }
    }

    let bench: Bench
    private let planted: Planted?
    /// Somebody acts in the portal as well, and the sweep looks for it.
    private let hasPortal: Bool
    /// What is held and let go; of several one at a time, by dice of their own.
    private let restraints: [Restraint]
    private var random: SeededGenerator
    private var dice: SeededGenerator
    private(set) var counts = StreamCounts()
    private var asked: [JobID] = []

    private static let approvals = ApprovalRule(of: ["leads", "soc"], count: 1, within: .seconds(900))
    /// Selective isolation is free; Full takes somebody's agreement on the second laptop.
    private static var policy: Policy {
        var free = Bench.grant(
            1,
            ["isolate", "release", "restrict", "unrestrict"],
            machines: machine(0),
            durationMax: nil
        )
        free.durationDefault = nil
        var selective = Bench.grant(2, ["isolate", "release"], machines: machine(1))
        selective.parameters = ["type": ["Selective"]]
        selective.actions = ["isolate"]
        return Bench.policy([
            free, selective,
            Bench.grant(3, ["isolate", "restrict"], machines: machine(1), approvals: approvals),
            Bench.grant(4, ["release", "unrestrict"]),
            Bench.grant(5, ["release", "unrestrict"], to: "leads", others: true),
        ])
    }

    private static func machine(_ index: Int) -> MachineCondition {
        MachineCondition(ids: [Bench.machines[index].id])
    }

    init(
        seed: UInt64,
        planted: Planted?,
        hasPortal: Bool = false,
        restraints: [Restraint] = [Catalogue.containment]
    ) {
        self.restraints = restraints
        random = SeededGenerator(seed: seed)
        dice = SeededGenerator(seed: ~seed)
        self.hasPortal = hasPortal
        self.planted = planted
        var policy = Stream.policy
        if planted == .releaseThatIgnoresOthers {
            for index in policy.grants.indices where policy.grants[index].actions.contains("release") {
                policy.grants[index].coversOthers = true
            }
        }
        if planted == .approvalNotAsked {
            for index in policy.grants.indices { policy.grants[index].approvals = nil }
        }
        bench = Bench(policy: policy)
        bench.defender.state.withLock { $0.reorders = true }
    }

    /// Runs it to rest.
    ///
    /// - Returns: What did not hold, each with the jobs it is about.
    func run() async throws -> [String] {
        if hasPortal { await bench.sweeper.sweepOnce() }
        for _ in 0..<Int.random(in: 4...16, using: &random) {
            try await stir()
            if hasPortal, Int.random(in: 0..<4, using: &random) == 0 { await actOutside() }
        }
        // Quiet: Defender works, nobody asks any more, time boxes and shelf lives run out.
        bench.defender.state.withLock { state in
            (state.faults, state.offline, state.end, state.listFails) = ([], [], .succeeded, 0)
        }
        if try await isFrozen() { try await bench.ledger.perform(.unfreeze(by: "ines")) }
        try await bench.rest(within: .seconds(12 * 3_600)) { restless($0).isEmpty }
        if hasPortal {
            // What one sweep closes the next one may have to list.
            bench.pass(.seconds(300))
            try await bench.rest(within: .seconds(12 * 3_600)) { restless($0).isEmpty }
        }
        return try await violations()
    }

    // MARK: What happens

    private func stir() async throws {
        let person = pick(["mia", "omar", "ines"])
        let machine = pick(["laptop-7", "laptop-70"])
        switch Int.random(in: 0..<23, using: &random) {
        case 0...4: try await begin(machine, by: person == "ines" ? "mia" : person)
        case 5...7:
            counts.releases += 1
            asked.append(try await ask(restraint().ends.word, machine, by: person))
        case 8...9: try await answer()
        case 10: try await extend(by: person)
        case 11:
            counts.freezes += 1
            let isFrozen = try await isFrozen()
            let freeze = Freeze(by: "ines", because: "drill", at: bench.now, stopsReleases: false)
            try await bench.ledger.perform(isFrozen ? .unfreeze(by: "ines") : .freeze(freeze))
        case 12: try await restart()
        case 13: try await letGo()
        case 14: try await cancel(by: person)
        case 15: try await holdBack()
        case 16: try await bench.rest(within: .seconds(7_200)) { restless($0).isEmpty }
        default: disturb()
        }
        if Bool.random(using: &random) { try await settle() }
        if Bool.random(using: &random) {
            try await bench.run(for: .seconds(Int64.random(in: 1...200, using: &random)), step: .seconds(20))
            try await plantInClaims()
        }
    }

    private func restraint() -> Restraint {
        restraints.count == 1 ? restraints[0] : restraints[Int.random(in: 0..<restraints.count, using: &dice)]
    }

    private func begin(_ machine: String, by person: String) async throws {
        let box = pick([nil, "1m", "5m", "1h", "3h"])
        let type = pick(["Full", "Full", "Selective"])
        let restraint = restraint()
        let parameters = restraint.lane == .network ? ["type": type] : [:]
        // The same twice is what an impatient person sends.
        for _ in 0..<(Int.random(in: 0..<5, using: &random) == 0 ? 2 : 1) {
            counts.isolates += 1
            let word = restraint.begins.word
            asked.append(try await ask(word, machine, by: person, for: box, with: parameters))
        }
    }

    private func ask(
        _ action: String,
        _ machine: String,
        by person: String,
        for box: String? = nil,
        with parameters: [String: String] = [:]
    ) async throws -> JobID {
        let id = try await bench.ask(action, machine, by: person, for: box, with: parameters)
        if planted == .shelfLifeNotChecked {
            try await bench.ledger.write { transaction in
                guard var job = try transaction.job(id) else { return }
                job.validUntil = nil
                _ = try transaction.update(job, fence: nil)
            }
        }
        return id
    }

    private func answer() async throws {
        let waiting = try await jobs().filter { $0.state == .awaitingApproval }
        guard let job = waiting.randomElement(using: &random) else { return }
        // Anybody presses; what the rules make of it is what is tried.
        let person = pick(["mia", "omar", "ines", "olga"])
        let isDenial = Int.random(in: 0..<3, using: &random) == 0
        if isDenial { counts.denials += 1 } else { counts.approvals += 1 }
        try await bench.answer(job.id, by: person, deny: isDenial)
    }

    private func extend(by person: String) async throws {
        let claims = try await bench.claims().filter { $0.endsAt != nil }
        guard let claim = claims.randomElement(using: &random), let box = TimeBox(pick(["1m", "10m"])) else {
            return
        }
        counts.extensions += 1
        try await bench.ledger.perform(.extend(claim: claim.id, by: box, most: nil, actor: person))
    }

    private func holdBack() async throws {
        guard let claim = try await bench.claims().randomElement(using: &random) else { return }
        counts.holds += 1
        try await bench.ledger.perform(.hold(claim: claim.id, by: "mia"))
    }

    private func letGo() async throws {
        guard let job = try await jobs().filter({ $0.state == .held }).randomElement(using: &random) else {
            return
        }
        try await bench.ledger.perform(.letGo(job.id, by: "ines", waives: false))
    }

    private func cancel(by person: String) async throws {
        let jobs = try await jobs().filter { !$0.isAutomatic }
        guard let job = jobs.randomElement(using: &random) else { return }
        try await bench.ledger.perform(.cancel(job.id, by: person))
    }

    /// The process dies with everything leased, and another takes over when the leases have ended.
    private func restart() async throws {
        counts.restarts += 1
        for states in [JobState.executing, JobState.observing] {
            _ = try await bench.ledger.lease(states, owner: "dead", times: bench.times, limit: 100)
        }
    }

    private func disturb() {
        let faults: [FakeDefender.Fault] = [
            .lostAnswer, .lostRequest, .throttled(.seconds(30)), .server, .active, .refused,
        ]
        let fault = pick(faults)
        let delays = (0..<3).map { _ in Duration.seconds(Int64.random(in: 1...60, using: &random)) }
        let (choice, isSo) = (Int.random(in: 0..<6, using: &random), Bool.random(using: &random))
        bench.defender.state.withLock { state in
            switch choice {
            case 0, 1: state.faults.append(fault)
            case 2: state.offline = isSo ? [Bench.laptop] : []
            case 3: state.end = isSo ? .failed : .succeeded
            case 4: state.listFails = 3
            default: state.delays = delays
            }
        }
    }

    /// Somebody contains or releases a machine in the portal, at once or in a while; or the sweep's time has come.
    private func actOutside() async {
        counts.portal += 1
        bench.pass(.seconds(1))
        let machine = pick([Bench.machines[0].id, Bench.machines[1].id])
        let types = restraint().types
        switch Int.random(in: 0..<5, using: &random) {
        case 0: bench.defender.actOutside(types[0], on: machine)
        case 1: bench.defender.actOutside(types[1], on: machine)
        case 2: bench.defender.beginOutside(types[0], on: machine)
        case 3: bench.defender.beginOutside(types[1], on: machine)
        default: await bench.sweeper.sweepOnce()
        }
        bench.pass(.seconds(1))
    }

    private func settle() async throws {
        try await bench.settle()
        try await plantInClaims()
    }

    private func plantInClaims() async throws {
        guard planted == .joinThatShortens else { return }
        try await bench.ledger.write { transaction in
            let claims = try transaction.openClaims(on: nil)
            for var claim in claims where claim.endsAt != nil {
                let ends = claims.filter { $0.machine == claim.machine }.compactMap(\.endsAt)
                claim.endsAt = ends.min()
                try transaction.put(claim)
            }
        }
    }

    private func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &random)]
    }

    private func jobs() async throws -> [Job] {
        try await bench.ledger.read { try $0.jobs(JobQuery()) }
    }

    private func isFrozen() async throws -> Bool {
        try await bench.ledger.read { try Freeze.present(in: $0) != nil }
    }

    // MARK: What must hold

    private func violations() async throws -> [String] {
        let jobs = try await jobs()
        let claims = try await bench.claims()
        counts.joins += jobs.count { $0.joined != nil }
        let foreign = try await bench.ledger.read { try ForeignContainment.all(in: $0) }
        var found: [String] = []
        for machine in Bench.machines {
            for restraint in Catalogue.restraints {
                // A claim that is still pending keeps nobody contained; what somebody else contained is listed.
                let isClaimed =
                    claims.contains {
                        $0.machine == machine.id && $0.lane == restraint.lane && $0.containedAt != nil
                    } || foreign.contains { $0.machine == machine.id && $0.lane == restraint.lane }
                let isHeld =
                    restraint.lane == .network
                    ? bench.defender.isIsolated(machine.id) : bench.defender.isRestricted(machine.id)
                if isClaimed != isHeld {
                    found.append("\(machine.shownName): claimed \(isClaimed), \(restraint.begun) \(isHeld)")
                }
            }
        }
        for job in restless(jobs) {
            let due = job.due.map { $0.since(bench.now).spoken } ?? "never"
            found.append("\(job.id) \(job.origin) \(job.title) does not rest: \(job.state), due \(due)")
        }
        found += postedTwice() + submittedLate(jobs) + notAgreed(jobs)
        return found + (try await claimViolations(jobs))
    }

    /// Those that are open and should not be.
    ///
    /// A release that somebody holds back may; so may an isolate that Defender keeps pending as long as the machine
    /// is isolated, with whoever joined it and the releases at the end of their times.
    private func restless(_ jobs: [Job]) -> [Job] {
        let stuck = bench.defender.state.withLock { Set($0.stuck.map(\.action)) }
        let pending = Set(jobs.filter { $0.machineAction.map { stuck.contains($0.id) } ?? false }.map(\.id))
        let joiners = Set(jobs.filter { $0.joined.map { pending.contains($0) } ?? false }.map(\.id))
        return jobs.filter { job in
            if job.state.isEnd || pending.contains(job.id) || joiners.contains(job.id) { return false }
            if job.isAutomatic, job.state == .held { return false }
            guard case .timeBox(let isolate) = job.origin else { return true }
            return !pending.contains(isolate) && !joiners.contains(isolate)
        }
    }

    /// Never two actions for one job, unless the first failed or was cancelled at Defender.
    private func postedTwice() -> [String] {
        let ours = bench.defender.state.withLock { $0.actions }.filter {
            $0.requestor == bench.defender.clientID && $0.status != .failed && $0.status != .cancelled
        }
        let counts = Dictionary(grouping: ours, by: \.comment).filter { $0.value.count > 1 }
        return counts.map { "\($0.key ?? "") was posted \($0.value.count) times" }
    }

    private func submittedLate(_ jobs: [Job]) -> [String] {
        jobs.filter { job in
            // What made way for a release is begun once more, and was begun in time.
            let last = job.yieldsTo == nil ? job.submission?.startedAt : job.firstSubmittedAt
            guard !job.isAutomatic, let begun = last else { return false }
            return begun > job.acceptedAt + .seconds(3_600)
        }.map { "\($0.id) was submitted after its shelf life" }
    }

    /// Who asked for what needs agreement, and did not get it from somebody else.
    private func notAgreed(_ jobs: [Job]) -> [String] {
        jobs.filter { job in
            let needsIt =
                job.isRestraining && job.machine?.id == Bench.machines[1].id
                && job.parameters["type"] != "Selective"
            guard needsIt, job.submission != nil || job.joined != nil else { return false }
            let others = (job.approval?.given ?? []).filter { $0.by != job.principal?.name }
            return others.isEmpty
        }.map { "\($0.id) went on without the agreement of somebody else" }
    }

    private func claimViolations(_ jobs: [Job]) async throws -> [String] {
        let byID = Dictionary(uniqueKeysWithValues: jobs.map { ($0.id, $0) })
        let rows = try await bench.ledger.read { try $0.audit(after: 0, limit: .max) }
        var found: [String] = []
        for row in rows where row.kind == "claim.closed" {
            guard let claim = try await bench.ledger.read({ try $0.claim(JobID(row.subject)) }),
                let by = row.detail["by-job"].flatMap({ byID[JobID($0)] }), by.id != claim.id
            else { continue }
            switch row.detail["code"] {
            case "released":
                let isLead = ["ines", "olga"].contains(by.principal?.name)
                if by.principal != claim.owner, !isLead {
                    found.append("\(by.askerText) ended a claim of \(claim.ownerText)")
                }
            case "time-box":
                guard let isolate = byID[claim.id], let from = claim.containedAt, let box = isolate.duration
                else { continue }
                if row.at < from + box.duration {
                    found.append("the claim \(claim.id) was shorter than asked")
                }
            default: break
            }
        }
        return found
    }
}

/// How often what happened, so that a stream that tries nothing shows.
struct StreamCounts: CustomStringConvertible {
    var isolates = 0
    var releases = 0
    var joins = 0
    var approvals = 0
    var denials = 0
    var extensions = 0
    var holds = 0
    var freezes = 0
    var restarts = 0
    var portal = 0

    mutating func add(_ other: StreamCounts) {
        isolates += other.isolates
        releases += other.releases
        joins += other.joins
        approvals += other.approvals
        denials += other.denials
        extensions += other.extensions
        holds += other.holds
        freezes += other.freezes
        restarts += other.restarts
        portal += other.portal
    }

    var isWhole: Bool {
        [isolates, releases, joins, approvals, denials, extensions, holds, freezes, restarts].allSatisfy {
            $0 > 0
        }
    }

    var description: String {
        "\(isolates) isolates, \(releases) releases, \(joins) joins, \(approvals) approvals, \(denials) denials, "
            + "\(extensions) extensions, \(holds) holds, \(freezes) freezes, \(restarts) restarts"
    }
}
