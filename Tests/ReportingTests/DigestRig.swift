import Enqueuing
import Foundation
import Logging
import Synchronization
import Testing
import Vocabulary

@testable import Reporting

/// A digest that is due at 07:00 in Stockholm, on a ledger whose clock the test moves.
final class DigestRig: Sendable {
    private final class World: Sendable {
        let now: Mutex<Timestamp>
        let settings: Mutex<DigestSettings?>

        init(_ now: Timestamp, _ settings: DigestSettings?) {
            self.now = Mutex(now)
            self.settings = Mutex(settings)
        }
    }

    static let room = Audience.room(source: SourceName("soc-chat"), room: "C05SOCOPS7")

    let ledger: MemoryLedger
    let bell = Bell()
    private let world: World

    /// Its clock stands at `now`, in ISO 8601.
    init(_ now: String) throws {
        let zone = try #require(TimeZone(identifier: "Europe/Stockholm"))
        let world = World(
            try #require(Timestamp(iso8601: now)),
            DigestSettings(schedule: DigestSchedule(minuteOfDay: 420, zone: zone), audience: Self.room)
        )
        self.world = world
        ledger = MemoryLedger { world.now.withLock { $0 } }
    }

    /// A process of its own each time: all it knows is in the ledger.
    var digest: DailyDigest {
        DailyDigest(
            ledger: ledger,
            settings: { [world] in world.settings.withLock { $0 } },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            bell: bell
        )
    }

    var now: Timestamp { world.now.withLock { $0 } }

    func move(to now: String) throws {
        let moment = try #require(Timestamp(iso8601: now))
        world.now.withLock { $0 = moment }
    }

    func choose(_ settings: DigestSettings?) { world.settings.withLock { $0 = settings } }

    var chosen: DigestSettings? { world.settings.withLock { $0 } }

    /// Looks at that time; the digests written so far.
    @discardableResult
    func look(at time: String) async throws -> [OutboxEntry] {
        try move(to: time)
        _ = try await digest.writeIfDue()
        return try await written()
    }

    func written() async throws -> [OutboxEntry] {
        try await ledger.read { try $0.outbox(state: .due, limit: 1_000) }.filter {
            $0.notice.code == "digest"
        }
    }

    /// The text of the digest of 2 November, with what `fill` put into the ledger at 05:00Z.
    func text(_ fill: @escaping @Sendable (any LedgerTransaction) throws -> Void) async throws -> String {
        try await look(at: "2026-11-01T07:00:00Z")
        try move(to: "2026-11-02T05:00:00Z")
        try await ledger.write(fill)
        return try #require(try await look(at: "2026-11-02T06:00:00Z").last).notice.text
    }
}

func digestMachine(_ number: Int) throws -> MachineID {
    let digits = String(number)
    return try #require(MachineID(String(repeating: "0", count: 40 - digits.count) + digits))
}

func digestClaim(
    _ number: Int,
    by owner: String = "mia",
    ticket: String? = nil,
    reason: String? = nil,
    on machine: MachineID,
    named name: String,
    ends: String? = nil
) -> Claim {
    var claim = Claim(
        id: JobID("j-\(number)"),
        sequence: Int64(number),
        machine: machine,
        machineName: name,
        owner: .person(owner),
        ownerText: owner,
        source: SourceName("soc-chat"),
        ticket: ticket,
        reason: reason,
        isolationType: "Full",
        openedAt: Timestamp(iso8601: "2026-11-01T12:00:00Z") ?? Timestamp(seconds: 0)
    )
    claim.containedAt = claim.openedAt
    claim.endsAt = ends.flatMap { Timestamp(iso8601: $0) }
    return claim
}

func digestJob(
    _ id: String,
    _ state: JobState,
    to action: String = "isolate",
    on machine: String = "srv-1",
    since: String,
    ticket: String? = nil,
    outcome: Outcome? = nil
) -> Job {
    let request = ActionRequest(action: action, subject: .hostName(machine))
    let intent = Intent(
        source: SourceName("soc-chat"),
        asker: .identity("T/mia"),
        request: .action(request),
        ticket: ticket
    )
    var job = Job(
        id: JobID(id),
        delivery: nil,
        intent: intent,
        request: request,
        principal: .person("mia"),
        acceptedAt: Timestamp(seconds: 0),
        validUntil: nil
    )
    job.state = state
    job.since = Timestamp(iso8601: since) ?? Timestamp(seconds: 0)
    job.due = nil
    job.outcome = outcome
    return job
}
