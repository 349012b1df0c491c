import Deciding
import Enqueuing
import JSONReader
import Showing
import Testing
import Vocabulary

@testable import Wiring

/// Approving, denying, holding and extending at the terminal, decided as in chat.
struct OperatorApprovalTests {
    private static let noon = OperatorScene.noon
    private let scene = OperatorScene(grants: [
        OperatorScene.grant(1, ["isolate", "release"], to: "mia"),
        OperatorScene.grant(2, ["scan"], to: "omar"), OperatorScene.grant(3, ["release"], to: "ines"),
    ])

    private func ask(_ path: String, by user: String, _ body: JSONValue) async throws -> (Int, JSONValue) {
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

    /// Mia's isolate, which waits for `count` of ines and omar; what it asks for.
    private func addWaiting(count: Int = 1) async throws -> String {
        var job = OperatorScene.located("j-1")
        job.state = .decided
        let need = ApprovalNeed(
            of: ["ines", "omar"],
            approvers: ["ines", "omar"],
            shown: ["ines", "omar"],
            count: count,
            within: try #require(TimeBox("30m"))
        )
        _ = try job.apply(.awaits(need), at: Self.noon)
        try await scene.add(job)
        return job.approvalDigest
    }

    private func rows(_ kind: String) async throws -> [AuditRow] {
        try await scene.audit().filter { $0.kind == kind }
    }

    // MARK: Approving

    @Test func `somebody else approves, and it is on record under their name`() async throws {
        let digest = try await addWaiting()
        let (status, json) = try await ask("/jobs/j-1/approve", by: "ines", [:])
        #expect(status == 200)
        #expect(json["job"] == "j-1")
        #expect(json["state"] == "ready")
        #expect(json["words"]?.string?.contains("ines approves isolate laptop-7") == true)
        let given = try #require(try await rows("approval.given").first)
        #expect(given.actor == "ines")
        #expect(given.detail["source"] == "local")
        #expect(given.detail["digest"] == digest)
        let again = try await ask("/jobs/j-1/approve", by: "omar", [:])
        #expect(again.0 == 403)
        #expect(try await rows("approval.given").count == 1)
    }

    @Test func `one person counts once`() async throws {
        _ = try await addWaiting(count: 2)
        #expect(try await ask("/jobs/j-1/approve", by: "ines", [:]).1["state"] == "awaiting-approval")
        #expect(try await ask("/jobs/j-1/approve", by: "ines", [:]).0 == 409)
        #expect(try await scene.state(of: "j-1") == .awaitingApproval)
        #expect(try await ask("/jobs/j-1/approve", by: "omar", [:]).1["state"] == "ready")
    }

    @Test func `what was seen must be what is asked for now`() async throws {
        let digest = try await addWaiting()
        for word in ["approve", "deny"] {
            var body: [String: JSONValue] = ["seen": .string(String(repeating: "0", count: 64))]
            if word == "deny" { body["because"] = "no" }
            let (status, json) = try await ask("/jobs/j-1/\(word)", by: "ines", .object(body))
            #expect(status == 403)
            #expect(json["error"] == "late")
        }
        #expect(try await scene.state(of: "j-1") == .awaitingApproval)
        #expect(try await ask("/jobs/j-1/approve", by: "ines", ["seen": .string(digest)]).0 == 200)
        #expect(try await scene.state(of: "j-1") == .ready)
    }

    @Test(arguments: ["mia", "root", "nobody", "#4711"])
    func `who asked, and who is nobody, answers nothing`(user: String) async throws {
        _ = try await addWaiting()
        let before = try await scene.doings()
        #expect(try await ask("/jobs/j-1/approve", by: user, [:]).0 == 403)
        #expect(try await ask("/jobs/j-1/deny", by: user, ["because": "no"]).0 == 403)
        #expect(try await scene.doings() == before)
        #expect(try await scene.state(of: "j-1") == .awaitingApproval)
    }

    @Test func `a denial ends the job with its reason`() async throws {
        _ = try await addWaiting()
        let (status, json) = try await ask("/jobs/j-1/deny", by: "omar", ["because": " not ours "])
        #expect(status == 200)
        #expect(json["state"] == "denied")
        let job = try #require(try await scene.ledger.read { try $0.job(JobID("j-1")) })
        #expect(job.outcome == Outcome(code: "denied", message: "omar denied it: not ours"))
        #expect(try await rows("approval.denied").map(\.actor) == ["omar"])
        #expect(try await rows("approval.denied").first?.detail["because"] == "not ours")
    }

    @Test func `what asks for no approval is not approved`() async throws {
        try await scene.add(OperatorScene.located("j-1"))
        #expect(try await ask("/jobs/j-1/approve", by: "ines", [:]).0 == 409)
        #expect(try await scene.state(of: "j-1") == .located)
    }

    @Test func `a job is shown with who approved it, and with what is to be seen`() async throws {
        let digest = try await addWaiting(count: 2)
        _ = try await ask("/jobs/j-1/approve", by: "ines", [:])
        let shown = try await LedgerReading(ledger: scene.ledger).answer("/jobs/j-1", query: [:])
        let noon = Self.noon.iso8601
        let until = (Self.noon + .seconds(1_800)).iso8601
        #expect(
            shown["approval"] == [
                "of": ["ines", "omar"], "count": 2, "until": .string(until), "digest": .string(digest),
                "given": [["by": "ines", "source": "local", "at": .string(noon)]],
            ]
        )
        #expect(shown["break_glass"] == .null)
        #expect(shown["limits_waived_by"] == .null)
        let lines = JobText.detail(shown).split(separator: "\n")
        #expect(lines.contains("approval: 2 of ines, omar until \(until): ines at local \(noon)"))
        #expect(lines.contains("to be seen: --seen \(digest)"))
    }

    // MARK: Containments

    /// Mia's containment of laptop-7 since noon, for four hours.
    private func addContained() async throws {
        let machine = try #require(OperatorScene.laptop)
        var isolate = OperatorScene.located("j-1")
        isolate.state = .succeeded
        isolate.due = nil
        var release = OperatorScene.located("j-2")
        release.origin = .timeBox(of: JobID("j-1"))
        release.action = "release"
        release.state = .ready
        release.due = Self.noon + .seconds(4 * 3_600)
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

    private func end() async throws -> Timestamp? {
        try await scene.ledger.read { try $0.claim(JobID("j-1"))?.endsAt }
    }

    @Test func `the owner extends their containment`() async throws {
        try await addContained()
        let (status, json) = try await ask("/extend", by: "mia", ["machine": "LAPTOP-7", "for": "90m"])
        #expect(status == 200)
        #expect(json["words"]?.string?.contains("extended by 90m") == true)
        #expect(try await end() == Self.noon + .seconds(4 * 3_600 + 90 * 60))
        #expect(try await rows("claim.extended").map(\.actor) == ["mia"])
    }

    @Test func `the owner holds it, and lets the release go on`() async throws {
        try await addContained()
        #expect(try await ask("/hold", by: "mia", ["machine": "laptop-7"]).0 == 200)
        #expect(try await scene.state(of: "j-2") == .held)
        #expect(try await rows("claim.held").map(\.actor) == ["mia"])
        let (status, json) = try await ask("/jobs/j-2/go", by: "mia", [:])
        #expect(status == 200)
        #expect(json["state"] == "ready")
    }

    @Test(arguments: ["omar", "ines", "root", "nobody"])
    func `who may not isolate it moves no end`(user: String) async throws {
        try await addContained()
        let before = try await scene.doings()
        #expect(try await ask("/extend", by: user, ["machine": "laptop-7", "for": "4h"]).0 == 403)
        #expect(try await ask("/hold", by: user, ["machine": "laptop-7"]).0 == 403)
        #expect(try await scene.doings() == before)
        #expect(try await end() == Self.noon + .seconds(4 * 3_600))
        #expect(try await scene.state(of: "j-2") == .ready)
    }

    @Test func `a machine that is not contained has nothing to extend or hold`() async throws {
        try await addContained()
        #expect(try await ask("/extend", by: "mia", ["machine": "laptop", "for": "4h"]).0 == 409)
        #expect(try await ask("/hold", by: "mia", ["machine": "laptop-8"]).0 == 409)
    }
}
