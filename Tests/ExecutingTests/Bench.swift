import Deciding
import Defender
import Enqueuing
import Executing
import Foundation
import Logging
import Observing
import Synchronization
import Vocabulary

func writeFile(_ path: String, _ bytes: [UInt8]) -> Bool {
    FileManager.default.createFile(atPath: path, contents: Data(bytes))
}

/// The back half on a virtual clock, driven step by step: no sleeping, every run the same.
final class Bench: Sendable {
    static let start = Timestamp(seconds: 1_788_000_000)

    let ledger: MemoryLedger
    let defender: FakeDefender
    let executor: Executor
    let observer: Observer
    let sweeper: Sweeper
    let folder: String
    let times: LeaseTimes
    let users = LentUsers()

    init(
        times: LeaseTimes = LeaseTimes(),
        policy: Policy = Bench.policy,
        evidenceBytesMax: Int64 = 100,
        staged: @escaping @Sendable (String) async -> [UInt8]? = { _ in nil }
    ) {
        let box = ClockBox()
        let now: @Sendable () -> Timestamp = { box.now }
        self.box = box
        self.times = times
        ledger = MemoryLedger(clock: now)
        defender = FakeDefender(now: now)
        folder = NSTemporaryDirectory() + "bascule-bench-\(UUID().uuidString)"
        let shared = PolicyBox(policy)
        policies = shared
        let users = users
        var executor = Executor(
            ledger: ledger,
            defender: defender,
            policy: { shared.policy },
            settings: ExecutingSettings(owner: "executor", times: times),
            users: users.contexts,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            wallClock: now
        )
        executor.staged = staged
        self.executor = executor
        observer = Observer(
            ledger: ledger,
            defender: defender,
            settings: ObservingSettings(owner: "observer", times: times),
            evidence: EvidenceFolder(
                folder: folder,
                totalBytesMax: evidenceBytesMax,
                keepFor: .seconds(3_600)
            ),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            wallClock: now
        )
        sweeper = Sweeper(
            ledger: ledger,
            defender: defender,
            settings: ObservingSettings(owner: "sweeper", times: times),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        defender.state.withLock { $0.machines = Bench.machines }
    }

    private let box: ClockBox
    let policies: PolicyBox

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    final class ClockBox: Sendable {
        let moment = Mutex(Bench.start)
        var now: Timestamp { moment.withLock { $0 } }
    }

    final class PolicyBox: Sendable {
        private let state: Mutex<Policy>
        init(_ policy: Policy) { state = Mutex(policy) }
        var policy: Policy {
            get { state.withLock { $0 } }
            set { state.withLock { $0 = newValue } }
        }
    }

    // MARK: The world

    static let machines: [Machine] = [
        Machine(
            id: MachineID(String(repeating: "7", count: 40)) ?? fallback,
            dnsName: "laptop-7.corp.example",
            osPlatform: "Windows11"
        ),
        Machine(
            id: MachineID(String(repeating: "8", count: 40)) ?? fallback,
            dnsName: "laptop-70.corp.example",
            osPlatform: "Windows11"
        ),
        Machine(
            id: MachineID(String(repeating: "9", count: 40)) ?? fallback,
            dnsName: "srv-1.corp.example",
            osPlatform: "WindowsServer2022"
        ),
    ]
    private static var fallback: MachineID { preconditionFailure("not a machine id") }

    static let laptop = machines[0].id

    static let policy = Policy(
        people: ["mia", "omar", "ines"].map {
            Person(name: $0, identities: [SourceName("chat"): ["T/\($0)"]])
        },
        groups: ["soc": [.person("mia"), .person("omar")]],
        grants: [
            Grant(
                number: 1,
                line: 10,
                column: 3,
                actions: ["isolate", "scan", "collect", "release", "status"],
                grantees: [.group("soc")],
                machines: MachineCondition(osFamilies: [.client])
            ),
            Grant(
                number: 2,
                line: 11,
                column: 3,
                actions: ["release"],
                grantees: [.person("ines")],
                machines: .any,
                coversOthers: true
            ),
        ]
    )

    /// A policy with these grants for mia and omar (`soc`) and ines and olga (`leads`).
    static func policy(
        _ grants: [Grant],
        limits: [Limit] = [],
        essentials: [Essential] = [],
        protections: [Protection] = []
    ) -> Policy {
        Policy(
            people: ["mia", "omar", "ines", "olga"].map {
                Person(name: $0, identities: [SourceName("chat"): ["T/\($0)"]], localUsers: [$0])
            },
            groups: [
                "soc": [.person("mia"), .person("omar")], "leads": [.person("ines"), .person("olga")],
                "all": [.person("mia"), .person("omar"), .person("ines"), .person("olga")],
            ],
            grants: grants,
            protections: protections,
            limits: limits,
            essentials: essentials
        )
    }

    static func grant(
        _ number: Int = 1,
        _ actions: [String],
        to group: String = "soc",
        machines: MachineCondition = .any,
        others: Bool = false,
        foreign: Bool = false,
        approvals: ApprovalRule? = nil,
        breakGlass: BreakGlass? = nil,
        durationMax: String? = nil,
        durationDefault: String? = nil
    ) -> Grant {
        Grant(
            number: number,
            line: 10 + number,
            column: 3,
            actions: actions,
            grantees: [.group(group)],
            durationMax: durationMax.flatMap { TimeBox($0) },
            durationDefault: durationDefault.flatMap { TimeBox($0) },
            machines: machines,
            coversOthers: others,
            coversForeign: foreign,
            approvals: approvals,
            breakGlass: breakGlass
        )
    }

    /// Somebody agrees, or not, as the desk would let them.
    func answer(_ job: JobID, by person: String, deny: Bool = false, seen: String? = nil) async throws {
        let approval = Approval(by: person, source: SourceName("chat"), at: now)
        let deed: Deed =
            deny
            ? .deny(job, approval, because: "no", seen: seen) : .approve(job, approval, seen: seen)
        try await ledger.perform(deed)
    }

    /// Everything that waits to be told is told.
    func tellAll() async throws {
        try await ledger.write { transaction in
            for var entry in try transaction.outbox(state: .due, limit: 10_000) {
                entry.state = .sent
                entry.due = nil
                _ = try transaction.update(entry, fence: nil)
            }
        }
    }

    /// Codes of everything that was to be told, in order.
    func codes(to audience: Audience? = nil) async throws -> [String] {
        try await told().filter { audience == nil || $0.audience == audience }.map(\.notice.code)
    }

    // MARK: Driving

    var now: Timestamp { box.now }

    func pass(_ duration: Duration) {
        box.moment.withLock { $0 = $0 + duration }
        defender.tick()
    }

    let serial = Mutex(0)

    @discardableResult
    func ask(
        _ action: String,
        _ machine: String = "laptop-7",
        about subject: Subject? = nil,
        by person: String = "mia",
        for duration: String? = nil,
        with parameters: [String: String] = [:],
        reason: String? = "SEC-1",
        breakGlass: String? = nil,
        source: String = "chat",
        rehearses: Bool = false,
        inNameOf name: String? = nil
    ) async throws -> JobID {
        let number = serial.withLock {
            $0 += 1
            return $0
        }
        let request = ActionRequest(
            action: action,
            subject: subject ?? .hostName(machine),
            parameters: parameters,
            duration: duration.flatMap { TimeBox($0) },
            reason: reason,
            breakGlass: breakGlass
        )
        let intent = Intent(
            source: SourceName(source),
            asker: .identity("T/\(person)"),
            request: .action(request)
        )
        let id = JobID("j-\(number)")
        var job = Job(
            id: id,
            delivery: nil,
            intent: intent,
            request: request,
            principal: .person(person),
            acceptedAt: now,
            validUntil: now + .seconds(3_600),
            rehearses: rehearses
        )
        job.inNameOf = name
        let replyTo = ReplyAddress.slack(channel: "C1", user: person, responseURL: nil)
        try await ledger.record(job, replyTo: replyTo)
        return id
    }

    /// One round of both services; true if there was anything to do.
    func round() async throws -> Bool {
        let toDo = try await ledger.lease(JobState.executing, owner: "executor", times: times, limit: 100)
        for job in toDo { await executor.carry(job) }
        let toWatch = try await ledger.lease(JobState.observing, owner: "observer", times: times, limit: 100)
        if !toWatch.isEmpty { await observer.look(at: toWatch) }
        return !toDo.isEmpty || !toWatch.isEmpty
    }

    /// One round of the observer alone.
    func observe() async {
        let jobs = try? await ledger.lease(JobState.observing, owner: "observer", times: times, limit: 100)
        if let jobs, !jobs.isEmpty { await observer.look(at: jobs) }
    }

    /// Rounds until nothing is due now.
    func settle() async throws {
        var rounds = 0
        while try await round() {
            rounds += 1
            guard rounds < 200 else {
                let jobs = try await ledger.read { try $0.jobs(JobQuery()) }.filter { !$0.state.isEnd }
                throw Restless(
                    jobs: jobs.map { job in
                        "\(job.id) \(job.title) \(job.origin) \(job.state) due \(job.due?.since(now).spoken ?? "-")"
                            + " tries \(job.tries) joined \(job.joined?.text ?? "-")"
                    }
                )
            }
        }
    }

    /// Lets time pass in steps, settling after each.
    func run(for duration: Duration, step: Duration = .seconds(5)) async throws {
        let end = now + duration
        try await settle()
        while now < end {
            pass(step)
            try await settle()
        }
    }

    /// Lets time pass from one thing that is due to the next, until nothing is.
    ///
    /// It stops after `span`, and once what is open may stay so.
    ///
    func rest(within span: Duration, isAtRest: ([Job]) -> Bool = { $0.isEmpty }) async throws {
        let end = now + span
        try await settle()
        while now < end {
            let open = try await ledger.read { try $0.jobs(JobQuery(states: JobState.open)) }
            if isAtRest(open) { break }
            let due = try await ledger.read { try $0.nextDue(JobState.open) }
            guard let next = [due, defender.nextEnd].compactMap({ $0 }).min() else { break }
            pass(max(min(next, end).since(now), .seconds(1)))
            try await settle()
        }
        await sweeper.sweepOnce()
        try await settle()
    }

    /// Something is due again and again without time passing.
    struct Restless: Error {
        let jobs: [String]
    }

    func job(_ id: JobID) async throws -> Job {
        guard let job = try await ledger.read({ try $0.job(id) }) else { throw LedgerError.noSuchJob(id) }
        return job
    }

    func claims() async throws -> [Claim] {
        try await ledger.read { try $0.openClaims(on: nil) }
    }

    /// Texts told, in order, with their audience's kind.
    func told() async throws -> [OutboxEntry] {
        try await ledger.read { try $0.outbox(state: .due, limit: 10_000) }
    }
}

extension Job {
    /// The same under another id.
    func copied(as id: JobID) -> Job {
        var copy = Job(
            id: id,
            delivery: nil,
            intent: Intent(source: source, asker: asker, request: .isolated),
            request: ActionRequest(action: action, subject: selector),
            principal: principal,
            acceptedAt: acceptedAt,
            validUntil: validUntil
        )
        copy.machine = machine
        copy.state = state
        copy.due = nil
        return copy
    }
}
