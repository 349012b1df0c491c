import Deciding
import Enqueuing
import JSONReader
import Showing
import Testing
import Vocabulary

@testable import Wiring

/// What the words about other people's jobs and containments take.
struct OperatorRightsTests {
    private static let noon = OperatorScene.noon

    private static func grant(
        _ number: Int,
        _ actions: [String],
        to person: String,
        others: Bool = false,
        approvals: ApprovalRule? = nil,
        rehearses: Bool = false
    ) -> Grant {
        var grant = OperatorScene.grant(number, actions, to: person, others: others)
        grant.approvals = approvals
        grant.rehearses = rehearses
        return grant
    }

    private func ask(
        _ scene: OperatorScene,
        _ path: String,
        by user: String,
        _ body: JSONValue = [:]
    ) async throws -> (status: Int, json: JSONValue) {
        let answer = await scene.desk.answer(
            ControlRequest(
                user: user,
                userID: 1_000,
                method: "POST",
                path: path,
                query: [:],
                body: body.encoded()
            )
        )
        return (answer.status, try JSONReader.read(answer.json))
    }

    private func addWaiting(_ scene: OperatorScene) async throws {
        var job = OperatorScene.located("j-1")
        job.state = .decided
        let box = try #require(TimeBox("30m"))
        let need = ApprovalNeed(of: ["ines"], approvers: ["ines"], shown: ["ines"], count: 1, within: box)
        _ = try job.apply(.awaits(need), at: Self.noon)
        try await scene.add(job)
    }

    /// Mia's containment of laptop-7, and its release `j-2`.
    private func addContained(_ scene: OperatorScene, _ state: JobState) async throws {
        let machine = try #require(OperatorScene.laptop)
        var isolate = OperatorScene.located("j-1")
        isolate.state = .succeeded
        isolate.due = nil
        var release = OperatorScene.located("j-2")
        release.origin = .timeBox(of: JobID("j-1"))
        release.action = "release"
        release.parameters = [:]
        release.duration = nil
        release.state = state
        release.due = nil
        release.validUntil = nil
        try await scene.add(isolate)
        try await scene.add(release)
        try await scene.ledger.write { transaction in
            var claim = Claim(
                id: JobID("j-1"),
                sequence: 1,
                machine: machine,
                machineName: "laptop-7.corp.example",
                owner: .person("mia"),
                ownerText: "mia",
                source: SourceName("soc-chat"),
                ticket: nil,
                reason: "beacon",
                isolationType: "Full",
                openedAt: Self.noon
            )
            claim.containedAt = Self.noon
            claim.endsAt = Self.noon + .seconds(4 * 3_600)
            try transaction.put(claim)
        }
    }

    private func addHeld(_ scene: OperatorScene, because code: String) async throws {
        var job = OperatorScene.located("j-1")
        job.state = .held
        job.outcome = Outcome(code: code, message: "Held.")
        try await scene.add(job)
    }

    // MARK: Approving

    @Test func `whoever is asked to approve needs no grant of their own`() async throws {
        let scene = OperatorScene(grants: [Self.grant(1, ["isolate"], to: "mia")])
        try await addWaiting(scene)
        #expect(try await ask(scene, "/jobs/j-1/approve", by: "ines").status == 200)
        #expect(try await scene.state(of: "j-1") == .ready)
    }

    @Test func `who has no grant and is not asked learns nothing of the job`() async throws {
        let scene = OperatorScene(grants: [Self.grant(1, ["isolate"], to: "mia")])
        try await addWaiting(scene)
        let (status, json) = try await ask(scene, "/jobs/j-1/approve", by: "omar")
        #expect(status == 403)
        #expect(json["message"]?.string?.contains("laptop-7") == false)
        #expect(json["message"]?.string?.contains("No grant lets omar look") == true)
        #expect(try await scene.state(of: "j-1") == .awaitingApproval)
    }

    // MARK: Held jobs

    @Test func `a release that takes an approval is not let go without one`() async throws {
        let rule = ApprovalRule(of: ["ines"])
        let scene = OperatorScene(grants: [
            Self.grant(1, ["isolate"], to: "mia"),
            Self.grant(2, ["release"], to: "omar", approvals: rule),
            Self.grant(3, ["release"], to: "ines", others: true),
        ])
        try await addContained(scene, .held)
        #expect(try await ask(scene, "/jobs/j-2/go", by: "omar").status == 403)
        #expect(try await scene.state(of: "j-2") == .held)
        #expect(try await ask(scene, "/jobs/j-2/go", by: "ines").status == 200)
        #expect(try await scene.state(of: "j-2") == .ready)
    }

    @Test func `what a freeze held goes on by the word of whoever may go, too`() async throws {
        let scene = OperatorScene(grants: [
            Self.grant(1, ["isolate"], to: "mia"), Self.grant(2, ["go"], to: "ines"),
            Self.grant(3, ["scan"], to: "omar"),
        ])
        try await addHeld(scene, because: "frozen")
        #expect(try await ask(scene, "/jobs/j-1/go", by: "omar").status == 403)
        #expect(try await ask(scene, "/jobs/j-1/go", by: "ines").status == 200)
        #expect(try await scene.state(of: "j-1") == .ready)
        #expect(try await scene.ledger.read { try $0.job(JobID("j-1")) }?.limitsWaivedBy == nil)
    }

    @Test func `what a limit holds goes on by nobody else's word`() async throws {
        let scene = OperatorScene(grants: [
            Self.grant(1, ["isolate"], to: "mia"), Self.grant(2, ["go"], to: "ines"),
        ])
        try await addHeld(scene, because: "limit")
        #expect(try await ask(scene, "/jobs/j-1/go", by: "mia").status == 403)
        #expect(try await scene.state(of: "j-1") == .held)
        #expect(try await ask(scene, "/jobs/j-1/go", by: "ines").status == 200)
        #expect(try await scene.ledger.read { try $0.job(JobID("j-1")) }?.limitsWaivedBy == "ines")
    }

    // MARK: Rehearsing

    @Test func `a grant that rehearses moves no end, holds nothing and cancels nothing`() async throws {
        let scene = OperatorScene(grants: [
            Self.grant(1, ["isolate"], to: "mia"),
            Self.grant(2, ["isolate", "cancel"], to: "omar", others: true, rehearses: true),
        ])
        try await addContained(scene, .ready)
        var running = OperatorScene.located("j-3")
        running.state = .ready
        try await scene.add(running)
        let before = try await scene.doings()
        for (path, body) in [
            ("/extend", ["machine": "laptop-7", "for": "1h"]), ("/hold", ["machine": "laptop-7"]),
            ("/jobs/j-3/cancel", [:]),
        ] as [(String, JSONValue)] {
            let (status, json) = try await ask(scene, path, by: "omar", body)
            #expect(status == 409)
            #expect(json["message"]?.string?.hasPrefix("Rehearsal: ") == true)
        }
        #expect(try await scene.doings() == before)
        #expect(try await scene.state(of: "j-2") == .ready)
        #expect(try await scene.state(of: "j-3") == .ready)
    }

    @Test(arguments: [true, false])
    func `a grant that rehearses lets go on what rehearses, and nothing else`(isRehearsal: Bool) async throws
    {
        let scene = OperatorScene(grants: [
            Self.grant(1, ["isolate"], to: "mia"), Self.grant(2, ["isolate"], to: "omar", rehearses: true),
        ])
        var job = OperatorScene.located("j-1")
        job.state = .held
        job.rehearses = isRehearsal
        job.outcome = Outcome(code: "frozen", message: "Held.")
        try await scene.add(job)
        #expect(try await ask(scene, "/jobs/j-1/go", by: "omar").status == (isRehearsal ? 200 : 409))
        #expect(try await scene.state(of: "j-1") == (isRehearsal ? .ready : .held))
    }
}
