import Deciding
import Enqueuing
import Foundation
import Logging
import ServiceLifecycle
import Showing
import Vocabulary

@testable import Wiring

/// A ledger in memory with the jobs of an afternoon, and a desk on it.
struct OperatorScene {
    static let noon = Timestamp(seconds: 1_790_000_000)
    static let laptop = MachineID(String(repeating: "a", count: 40))

    let ledger: any Ledger
    let desk: ControlDesk

    init(ledger: any Ledger = MemoryLedger(clock: { OperatorScene.noon }), grants: [Grant]? = nil) {
        let policy = Policy(
            people: [
                Person(name: "mia", localUsers: ["mia"]), Person(name: "omar", localUsers: ["omar"]),
                Person(name: "ines", localUsers: ["ines"]),
            ],
            grants: grants ?? [
                Self.grant(1, ["isolate", "release", "scan"], to: "mia"),
                Self.grant(2, ["unfreeze"], to: "ines"),
                Self.grant(3, ["cancel"], to: "ines", others: true),
            ]
        )
        self.ledger = ledger
        desk = ControlDesk(
            ledger: ledger,
            policy: { policy },
            identifiers: IdentifierMaker(random: { 7 }),
            wallClock: { Self.noon }
        )
    }

    static func grant(_ number: Int, _ actions: [String], to person: String, others: Bool = false) -> Grant {
        Grant(
            number: number,
            line: 40 + number,
            column: 5,
            actions: actions,
            grantees: [.person(person)],
            machines: .any,
            coversOthers: others
        )
    }

    /// Mia's isolate of a machine, as it came from chat.
    static func job(
        _ id: String,
        machine: String = "laptop-7",
        reason: String? = "beacon",
        at moment: Timestamp = noon
    ) -> Job {
        let request = ActionRequest(
            action: "isolate",
            subject: .hostName(machine),
            duration: TimeBox("4h"),
            reason: reason
        )
        let intent = Intent(
            source: SourceName("soc-chat"),
            asker: .identity("T024/U2147"),
            request: .action(request)
        )
        return Job(
            id: JobID(id),
            delivery: DeliveryID("d-1"),
            intent: intent,
            request: request,
            principal: .person("mia"),
            acceptedAt: moment,
            validUntil: moment + .seconds(3_600)
        )
    }

    /// A job whose one machine is known.
    static func located(_ id: String) -> Job {
        var job = job(id)
        job.state = .located
        job.machine = laptop.map {
            Machine(id: $0, dnsName: "laptop-7.corp.example", osPlatform: "Windows11")
        }
        job.factsAt = noon
        return job
    }

    func add(_ job: Job) async throws {
        try await ledger.record(job, replyTo: nil)
    }

    func state(of id: String) async throws -> JobState? {
        try await ledger.read { try $0.job(JobID(id)) }?.state
    }

    /// What was done: the audit without who looked.
    func doings() async throws -> [AuditRow] {
        try await audit().filter { $0.kind != "operator.access" }
    }

    func audit() async throws -> [AuditRow] {
        try await ledger.read { try $0.audit(after: 0, limit: 1_000) }
    }
}

extension ControlSocket {
    /// A control socket for as long as `use` lasts.
    static func serving<Result: Sendable>(
        _ path: String,
        answer: @escaping @Sendable (ControlRequest) async -> ControlAnswer,
        _ use: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let opened = AsyncStream<Void>.makeStream()
        let socket = ControlSocket(
            path: path,
            logger: logger,
            onListening: { opened.continuation.yield() },
            answer: answer
        )
        let group = ServiceGroup(configuration: .init(services: [socket], logger: logger))
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            for await _ in opened.stream { break }
            let result = try await use()
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            return result
        }
    }
}

extension ControlRequest {
    /// The same from another Unix user.
    func asked(by user: String) -> ControlRequest {
        ControlRequest(user: user, userID: userID, method: method, path: path, query: query, body: body)
    }
}
