import Defender
import Enqueuing
import Executing
import Foundation
import Observing
import Testing
import Vocabulary

/// Jobs that are posted in a user's own name.
struct InNameTests {
    private static let mia = "mia@corp.example"

    /// Mia asks with her own sign-in.
    private static func ask(
        _ bench: Bench,
        _ action: String = "isolate",
        for duration: String? = nil,
        scopes: Set<String>? = ["Machine.Isolate", "Machine.Scan"],
        life: Duration = .seconds(3_600),
        challenge: String? = nil,
        lends: Bool = true
    ) async throws -> JobID {
        let id = try await bench.ask(action, for: duration, inNameOf: mia)
        guard lends else { return id }
        let context = UserContext(
            user: mia,
            expiresAt: bench.now + life,
            permissions: scopes,
            defender: bench.defender.speaking(as: mia),
            challenge: { challenge }
        )
        bench.users.lend(context, to: id)
        return id
    }

    private static func requestors(_ bench: Bench) -> [String?] {
        bench.defender.state.withLock { $0.actions.map(\.requestor) }
    }

    @Test func `the action is posted with the user's token and watched with the application's`() async throws
    {
        let bench = Bench()
        // The application itself may only read.
        bench.defender.state.withLock { $0.roles = ["Machine.Read.All"] }
        let id = try await Self.ask(bench)
        try await bench.run(for: .seconds(30))
        let job = try await bench.job(id)
        #expect(job.state == .succeeded)
        #expect(job.machineAction?.isOurs == true)
        #expect(Self.requestors(bench) == [Self.mia])
        #expect(bench.defender.isIsolated(Bench.laptop))
        #expect(bench.users.jobs.isEmpty, "the sign-in is forgotten once it was used")
        let rows = try await bench.ledger.read { try $0.audit(after: 0, limit: 100) }
        #expect(rows.filter { $0.subject == id.text }.allSatisfy { $0.detail["in-name-of"] == Self.mia })
    }

    @Test func `without the sign-in nothing is posted, least of all in another's name`() async throws {
        let bench = Bench()
        let id = try await Self.ask(bench, lends: false)
        try await bench.settle()
        let job = try await bench.job(id)
        #expect(job.state == .refused)
        #expect(job.outcome?.code == "as-me.lost")
        #expect(
            job.outcome?.message
                == "The sign-in of mia@corp.example was lost with a restart of the bridge; nothing was posted."
        )
        #expect(job.outcome?.fix == "Ask again.")
        #expect(bench.defender.executed.isEmpty)
    }

    @Test func `a sign-in of somebody else is none`() async throws {
        let bench = Bench()
        let id = try await bench.ask("isolate", inNameOf: "omar@corp.example")
        bench.users.lend(
            UserContext(
                user: Self.mia,
                expiresAt: bench.now + .seconds(3_600),
                permissions: nil,
                defender: bench.defender.speaking(as: Self.mia)
            ),
            to: id
        )
        try await bench.settle()
        #expect(try await bench.job(id).outcome?.code == "as-me.lost")
        #expect(bench.defender.executed.isEmpty)
    }

    @Test func `a token that would end during the call is not used`() async throws {
        let bench = Bench()
        let id = try await Self.ask(bench, life: bench.times.postDeadline)
        try await bench.settle()
        #expect(try await bench.job(id).outcome?.code == "as-me.too-old")
        #expect(bench.defender.executed.isEmpty)
    }

    @Test(
        arguments: [
            (["Machine.Scan"], "user-permission"), ([], "user-permission"), (nil, nil),
            (["machine.ISOLATE"], nil),
        ] as [(Set<String>?, String?)]
    )
    func `the user's scp is compared before the call, where it can be read`(
        scopes: Set<String>?,
        code: String?
    ) async throws {
        let bench = Bench()
        let id = try await Self.ask(bench, scopes: scopes)
        try await bench.run(for: .seconds(30))
        let job = try await bench.job(id)
        #expect(bench.defender.executed.count == (code == nil ? 1 : 0))
        if let code {
            #expect(job.outcome?.code == code)
            #expect(
                job.outcome?.message
                    == "The sign-in of mia@corp.example lacks the permission Machine.Isolate to isolate."
            )
        } else {
            #expect(job.state == .succeeded)
        }
    }

    @Test func `the application must be able to read, and to end a time box`() async throws {
        let bench = Bench()
        bench.defender.state.withLock { $0.roles = ["Machine.Isolate"] }
        let blind = try await Self.ask(bench)
        try await bench.settle()
        #expect(try await bench.job(blind).outcome?.code == "application-permission")
        bench.defender.state.withLock { $0.roles = ["Machine.Read.All"] }
        let boxed = try await Self.ask(bench, for: "4h")
        try await bench.settle()
        let outcome = try await bench.job(boxed).outcome
        #expect(outcome?.code == "application-permission")
        #expect(outcome?.message.contains("Machine.Isolate to release") == true)
        #expect(bench.defender.executed.isEmpty)
    }

    @Test func `a time box ends with the application's token`() async throws {
        let bench = Bench()
        let id = try await Self.ask(bench, for: "1h")
        try await bench.run(for: .seconds(3_700), step: .seconds(60))
        #expect(try await bench.job(id).state == .succeeded)
        #expect(Self.requestors(bench) == ["c11e47", Self.mia])
        #expect(!bench.defender.isIsolated(Bench.laptop))
    }

    @Test(arguments: [FakeDefender.Fault.lostAnswer, .lostRequest])
    func `an unknown outcome is settled by the user's name, and posted again only with their token`(
        fault: FakeDefender.Fault
    ) async throws {
        let bench = Bench()
        bench.defender.state.withLock { $0.faults = [fault] }
        let id = try await Self.ask(bench)
        try await bench.run(for: .seconds(300))
        #expect(try await bench.job(id).state == .succeeded)
        #expect(Self.requestors(bench) == [Self.mia])
    }

    @Test func `a restart while the outcome is unknown finds the action, and posts none without the token`()
        async throws
    {
        for (fault, code, count) in [
            (FakeDefender.Fault.lostAnswer, nil as String?, 1), (.lostRequest, "as-me.lost", 0),
        ] {
            let bench = Bench()
            bench.defender.state.withLock { $0.faults = [fault] }
            let id = try await Self.ask(bench)
            _ = try await bench.round()
            bench.users.lose()
            try await bench.run(for: .seconds(300))
            let job = try await bench.job(id)
            #expect(job.outcome?.code == code || (code == nil && job.state == .succeeded), "\(job.state)")
            #expect(Self.requestors(bench).count == count)
        }
    }

    @Test func `another's action with the same mark is not taken for the user's`() async throws {
        let bench = Bench()
        bench.defender.state.withLock { $0.faults = [.lostRequest] }
        let id = try await Self.ask(bench)
        _ = try await bench.round()
        bench.defender.state.withLock { state in
            state.actions = [
                MachineAction(
                    id: "forged",
                    type: "Isolate",
                    status: .succeeded,
                    machineID: Bench.laptop,
                    requestor: "ola@corp.example",
                    comment: "bascule:\(id) mia: SEC-1",
                    createdAt: Bench.start
                )
            ]
        }
        bench.users.lose()
        try await bench.run(for: .seconds(300))
        #expect(try await bench.job(id).machineAction?.id != "forged")
    }

    @Test func `what a user contained is neither foreign to the sweep nor to the next job`() async throws {
        let bench = Bench()
        await bench.sweeper.sweepOnce()
        _ = try await Self.ask(bench)
        try await bench.run(for: .seconds(30))
        await bench.sweeper.sweepOnce()
        #expect(try await bench.told().filter { $0.notice.code.hasPrefix("sweep.") }.isEmpty)
        #expect(try await bench.ledger.read { try ForeignContainment.all(in: $0) }.isEmpty)
        let release = try await bench.ask("release")
        try await bench.run(for: .seconds(30))
        #expect(try await bench.job(release).state == .succeeded)
        #expect(!bench.defender.isIsolated(Bench.laptop))
    }

    @Test func `a no of Defender says what decides besides the token`() async throws {
        let bench = Bench()
        bench.defender.state.withLock { $0.faults = [.kind(.permission)] }
        let id = try await Self.ask(bench)
        try await bench.settle()
        let outcome = try await bench.job(id).outcome
        #expect(outcome?.code == "as-me.forbidden")
        #expect(outcome?.message.hasPrefix("Defender does not let mia@corp.example do it.") == true)
        #expect(outcome?.fix?.contains("device groups") == true)
    }

    @Test(arguments: [
        (nil as String?, "Run `bascule login`, then ask again."),
        ("eyJhIjoxfQ", "Run `bascule login --claims eyJhIjoxfQ`, then ask again."),
    ])
    func `a token that Defender would not take asks for a new sign-in`(
        challenge: String?,
        fix: String
    ) async throws {
        let bench = Bench()
        bench.defender.state.withLock { $0.faults = [.kind(.unauthorized)] }
        let id = try await Self.ask(bench, challenge: challenge)
        try await bench.settle()
        let outcome = try await bench.job(id).outcome
        #expect(outcome?.code == "as-me.not-taken")
        #expect(outcome?.fix == fix)
    }

    @Test func `a job of an older ledger, without a name, is still read`() throws {
        let request = ActionRequest(action: "isolate", subject: .hostName("laptop-7"))
        let intent = Intent(
            source: SourceName("local"),
            asker: .local("mia"),
            request: .action(request)
        )
        let plain = Job(
            id: JobID("j-1"),
            delivery: nil,
            intent: intent,
            request: request,
            principal: .person("mia"),
            acceptedAt: Bench.start,
            validUntil: nil
        )
        let old = try JSONEncoder().encode(plain)
        #expect(!String(decoding: old, as: UTF8.self).contains("inNameOf"))
        #expect(try JSONDecoder().decode(Job.self, from: old).inNameOf == nil)
        var named = plain
        named.inNameOf = Self.mia
        let encoded = try JSONEncoder().encode(named)
        #expect(try JSONDecoder().decode(Job.self, from: encoded).inNameOf == Self.mia)
    }
}
