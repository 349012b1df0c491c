import Deciding
import Enqueuing
import Foundation
import JSONReader
import Showing
import Testing
import Vocabulary

@testable import Wiring

struct ControlDeskTests {
    private let scene = OperatorScene()

    private func ask(
        _ method: String,
        _ path: String,
        by user: String = "mia",
        query: [String: String] = [:],
        body: String = ""
    ) async throws -> (status: Int, json: JSONValue) {
        let answer = await scene.desk.answer(
            ControlRequest(
                user: user,
                userID: 1_000,
                method: method,
                path: path,
                query: query,
                body: Array(body.utf8)
            )
        )
        return (answer.status, try JSONReader.read(answer.json))
    }

    // MARK: Reading

    @Test func `anybody who may connect reads, the newest job first, in the shape of the contract`()
        async throws
    {
        try await scene.add(OperatorScene.job("j-1"))
        try await scene.add(OperatorScene.job("j-2", machine: "laptop-8"))
        let answer = try await ask("GET", "/jobs", by: "root")
        #expect(answer.status == 200)
        let rows = try #require(answer.json["jobs"]?.array)
        #expect(rows.compactMap { $0["job"]?.string } == ["j-2", "j-1"])
        #expect(
            rows.last == [
                "job": "j-1", "delivery": "d-1", "action": "isolate", "machine": "laptop-7",
                "state": "recorded", "by": "mia", "source": "soc-chat",
                "since": .string(OperatorScene.noon.iso8601),
            ]
        )
        #expect(answer.json["freeze"] == .null)
    }

    @Test func `a list is limited and narrowed by state; a state that is none is said`() async throws {
        for number in 1...3 { try await scene.add(OperatorScene.job("j-\(number)")) }
        try await scene.ledger.perform(.cancel(JobID("j-2"), by: "mia"))
        #expect(try await ask("GET", "/jobs", query: ["limit": "2"]).json["jobs"]?.array?.count == 2)
        let ended = try await ask("GET", "/jobs", query: ["state": "cancelled,held"])
        #expect(ended.json["jobs"]?.array?.compactMap { $0["job"]?.string } == ["j-2"])
        let wrong = try await ask("GET", "/jobs", query: ["state": "canceled"])
        #expect(wrong.status == 400)
        #expect(wrong.json["fix"] == "Did you mean \"cancelled\"?")
        for limit in ["0", "10001", "many", "-1"] {
            #expect(try await ask("GET", "/jobs", query: ["limit": limit]).status == 400)
        }
    }

    @Test func `what could not be told stands with its job`() async throws {
        try await scene.add(OperatorScene.job("j-1"))
        try await scene.ledger.write { transaction in
            let notice = Notice(code: "job.held", tone: .warning, text: "Held.")
            var entry = OutboxEntry(
                id: "o-1",
                job: JobID("j-1"),
                audience: .conversation(JobID("j-1")),
                notice: notice,
                createdAt: OperatorScene.noon
            )
            entry.state = .untold
            entry.trouble = "slack.no-token"
            _ = try transaction.insert(entry)
        }
        let listed = try await ask("GET", "/jobs").json.at("jobs")?[0]?["untold"]
        #expect(listed?[0]?["trouble"] == "slack.no-token")
        #expect(try await ask("GET", "/jobs/j-1").json["untold"] == listed)
    }

    @Test func `one job is shown with its decision, its claim and its own rows of the audit`() async throws {
        try await scene.add(OperatorScene.job("j-0", at: OperatorScene.noon - .seconds(60)))
        try await scene.add(OperatorScene.located("j-1"))
        try await scene.ledger.perform(.cancel(JobID("j-1"), by: "ines"))
        let shown = try await ask("GET", "/jobs/j-1").json
        #expect(shown["reason"] == "beacon")
        #expect(shown["for"] == "4h")
        #expect(shown["machine_id"]?.string == OperatorScene.laptop?.text)
        #expect(shown.at("outcome.code") == "cancelled")
        #expect(shown["claim"] == .null)
        let kinds = shown["audit"]?.array?.compactMap { $0["kind"]?.string }
        #expect(kinds == ["job.located", "job.cancel-asked", "job.cancelled"])
        #expect(try await ask("GET", "/jobs/j-9").status == 404)
    }

    private func claim(_ number: Int, on machine: MachineID, named name: String) -> Claim {
        Claim(
            id: JobID("j-\(number)"),
            sequence: Int64(number),
            machine: machine,
            machineName: name,
            owner: .person("mia"),
            ownerText: "mia",
            source: SourceName("soc-chat"),
            ticket: number == 0 ? "SEC-1482" : nil,
            reason: number == 0 ? "beacon" : nil,
            isolationType: "Full",
            openedAt: OperatorScene.noon
        )
    }

    @Test func `claims are listed by machine; equal names are told apart by id`() async throws {
        let machines = ["a", "b", "c"].compactMap { MachineID(String(repeating: $0, count: 40)) }
        try await scene.ledger.write { transaction in
            for (number, machine) in machines.enumerated() {
                var claim = claim(number, on: machine, named: number == 0 ? "laptop-7" : "twin")
                if number == 0 {
                    claim.containedAt = OperatorScene.noon
                    claim.endsAt = OperatorScene.noon + .seconds(3_600)
                }
                try transaction.put(claim)
            }
        }
        let listed = try #require(try await ask("GET", "/isolated").json["machines"]?.array)
        #expect(
            listed.contains([
                "machine": "laptop-7",
                "claims": [
                    [
                        "job": "j-0", "by": "mia", "source": "soc-chat", "ticket": "SEC-1482",
                        "reason": "beacon", "since": .string(OperatorScene.noon.iso8601),
                        "ends": .string((OperatorScene.noon + .seconds(3_600)).iso8601),
                    ]
                ],
                "foreign": .null,
            ])
        )
        let shown = Set(listed.compactMap { $0["machine"]?.string })
        #expect(shown == ["laptop-7", machines[1].text, machines[2].text])
    }

    @Test func `what was contained outside is listed with our claims, and alone`() async throws {
        let machines = ["a", "b"].compactMap { MachineID(String(repeating: $0, count: 40)) }
        try await scene.ledger.write { transaction in
            try transaction.put(claim(1, on: machines[0], named: "laptop-7"))
            for machine in machines {
                try ForeignContainment.put(
                    ForeignContainment(
                        machine: machine,
                        machineName: machine == machines[0] ? machine.text : "srv-1",
                        by: "ola@corp.example",
                        since: OperatorScene.noon,
                        actionID: "a-1"
                    ),
                    in: transaction
                )
            }
        }
        let foreign: JSONValue = ["by": "ola@corp.example", "since": .string(OperatorScene.noon.iso8601)]
        let listed = try #require(try await ask("GET", "/isolated").json["machines"]?.array)
        #expect(listed.compactMap { $0["machine"]?.string } == ["laptop-7", "srv-1"])
        #expect(listed.map { $0["foreign"] } == [foreign, foreign])
        #expect(listed[0]["claims"]?[0]?["since"] == .null)
        #expect(listed[1]["claims"] == [])
        let words = try await scene.ledger.read { try LedgerWords.isolated(in: $0) }
        let noon = OperatorScene.noon.iso8601
        #expect(
            words == """
                laptop-7: mia (under way) [no reason given]; outside Bascule by ola@corp.example since \(noon)
                srv-1: outside Bascule by ola@corp.example since \(noon)
                """
        )
    }

    @Test func `in chat a long list of machines says how many are left out`() async throws {
        try await scene.ledger.write { transaction in
            for number in 10..<32 {
                guard let machine = MachineID(String(repeating: "\(number)", count: 20)) else { continue }
                try transaction.put(claim(number, on: machine, named: "laptop-\(number)"))
            }
        }
        let lines = try await scene.ledger.read { try LedgerWords.isolated(in: $0) }.split(separator: "\n")
        #expect(lines.count == 21)
        #expect(lines.last == "and 2 more: `bascule isolated` lists them all")
    }

    @Test func `the audit comes in pages and from the end`() async throws {
        for number in 1...5 { try await scene.add(OperatorScene.job("j-\(number)")) }
        let page = try await ask("GET", "/audit", query: ["after": "1", "limit": "2"]).json
        #expect(page["rows"]?.array?.compactMap { $0["sequence"]?.integer } == [2, 3])
        // Each look is a row of its own, made first.
        #expect(page["last"] == 6)
        let tail = try await ask("GET", "/audit", query: ["last": "2"]).json
        #expect(tail["rows"]?.array?.compactMap { $0["sequence"]?.integer } == [6, 7])
        let rows = try await ask("GET", "/audit").json["rows"]?.array?.compactMap { AuditRow(json: $0) }
        #expect(try await scene.audit() == rows)
    }

    @Test func `whatever is asked is on record under the Unix user's name, refused or not`() async throws {
        _ = try await ask("GET", "/jobs", by: "mia")
        _ = try await ask("POST", "/unfreeze", by: "nobody")
        let rows = try await scene.audit()
        #expect(rows.map(\.kind) == ["operator.access", "operator.access"])
        #expect(rows.map(\.actor) == ["unix:mia", "unix:nobody"])
        #expect(rows.map { $0.detail["path"] } == ["/jobs", "/unfreeze"])
    }

    // MARK: Acting

    @Test(arguments: ["root", "nobody", "#4711"])
    func `who is nobody in people changes nothing`(user: String) async throws {
        try await scene.add(OperatorScene.located("j-1"))
        let before = try await scene.doings().count
        let body = #"{"because": "drill", "all": true}"#
        for (path, body) in [
            ("/jobs/j-1/cancel", ""), ("/freeze", body), ("/unfreeze", ""),
        ] {
            let answer = try await ask("POST", path, by: user, body: body)
            #expect(answer.status == 403)
            #expect(answer.json["error"] == "unknown-person")
            #expect(answer.json["message"]?.string?.contains(user) == true)
        }
        #expect(try await scene.doings().count == before)
        #expect(try await scene.state(of: "j-1") == .located)
    }

    @Test func `who asked may cancel; it is on the audit under their name`() async throws {
        try await scene.add(OperatorScene.job("j-1"))
        let answer = try await ask("POST", "/jobs/j-1/cancel")
        #expect(answer.status == 200)
        #expect(answer.json["state"] == "cancelled")
        #expect(answer.json["words"]?.string?.isEmpty == false)
        #expect(try await scene.audit().contains { $0.kind == "job.cancel-asked" && $0.actor == "mia" })
        let again = try await ask("POST", "/jobs/j-1/cancel")
        #expect(again.status == 409)
    }

    @Test func `another's job needs a grant for it, and the refusal says who may`() async throws {
        try await scene.add(OperatorScene.located("j-1"))
        let refused = try await ask("POST", "/jobs/j-1/cancel", by: "omar")
        #expect(refused.status == 403)
        #expect(refused.json["message"]?.string?.contains("ines") == true)
        #expect(try await scene.state(of: "j-1") == .located)
        #expect(try await ask("POST", "/jobs/j-1/cancel", by: "ines").status == 200)
        #expect(try await scene.audit().contains { $0.kind == "job.cancel-asked" && $0.actor == "ines" })
    }

    @Test(arguments: ["omar", "nobody"], [JobState.held, .succeeded])
    func `who may not look hears nothing of another's job`(user: String, state: JobState) async throws {
        var job = OperatorScene.located("j-1")
        job.state = state
        try await scene.add(job)
        for word in ["cancel", "go"] {
            let answer = try await ask("POST", "/jobs/j-1/\(word)", by: user)
            #expect(answer.status == 403)
            #expect(answer.json["message"]?.string?.contains("laptop-7") == false)
        }
    }

    @Test func `the release of a time box is not cancelled`() async throws {
        var job = OperatorScene.located("j-2")
        job.origin = .timeBox(of: JobID("j-1"))
        try await scene.add(job)
        let answer = try await ask("POST", "/jobs/j-2/cancel")
        #expect(answer.status == 409)
        #expect(answer.json["message"]?.string?.contains("time box") == true)
        #expect(try await scene.state(of: "j-2") == .located)
    }

    @Test func `a freeze has a reason and an author; unfreezing is a right of its own`() async throws {
        let reason = #"{"because": " drill ", "all": true}"#
        #expect(try await ask("POST", "/freeze", by: "omar", body: reason).status == 403)
        #expect(try await ask("POST", "/freeze", body: reason).status == 200)
        let freeze = try await ask("GET", "/freeze").json["freeze"]
        #expect(freeze?["by"] == "mia")
        #expect(freeze?["because"] == "drill")
        #expect(freeze?["all"] == true)
        #expect(try await ask("POST", "/unfreeze").status == 403)
        #expect(try await ask("POST", "/unfreeze", by: "ines").status == 200)
        #expect(try await ask("GET", "/freeze").json["freeze"] == .null)
        #expect(try await scene.doings().map(\.kind) == ["bridge.frozen", "bridge.unfrozen"])
    }

    @Test(arguments: [
        "", "[]", "{}", #"{"because": "  "}"#, #"{"because": 1}"#, #"{"because": "a", "because": "b"}"#,
        #"{"because": "\#(String(repeating: "x", count: 2_001))"}"#,
    ])
    func `a freeze without a usable reason freezes nothing`(body: String) async throws {
        #expect(try await ask("POST", "/freeze", body: body).status == 400)
        #expect(try await scene.doings().isEmpty)
    }

    @Test func `a held job goes on by a person's word, once, and not while frozen`() async throws {
        var job = OperatorScene.located("j-1")
        job.state = .held
        try await scene.add(job)
        #expect(try await ask("POST", "/freeze", body: #"{"because": "drill"}"#).status == 200)
        #expect(try await ask("POST", "/jobs/j-1/go").status == 409)
        #expect(try await ask("POST", "/unfreeze", by: "ines").status == 200)
        #expect(try await ask("POST", "/jobs/j-1/go", by: "omar").status == 403)
        #expect(try await scene.state(of: "j-1") == .held)
        let answer = try await ask("POST", "/jobs/j-1/go")
        #expect(answer.status == 200)
        #expect(answer.json["state"] == "ready")
        #expect(try await scene.audit().contains { $0.kind == "job.let-go" && $0.actor == "mia" })
        #expect(try await ask("POST", "/jobs/j-1/go").status == 409)
    }

    // MARK: What it does not do

    @Test func `words that are not built, paths and methods that are none are told apart`() async throws {
        try await scene.add(OperatorScene.job("j-1"))
        let retried = try await ask("POST", "/jobs/j-1/retry")
        #expect(retried.status == 400)
        #expect(retried.json["error"] == "not-built")
        #expect(try await ask("POST", "/jobs/j-1/explode").status == 404)
        #expect(try await ask("POST", "/jobs").status == 404)
        #expect(try await ask("GET", "/").status == 404)
        #expect(try await ask("DELETE", "/jobs/j-1").status == 405)
        #expect(try await ask("POST", "/jobs/j-9/cancel").status == 404)
        #expect(try await ask("POST", "/jobs/j-9/approve").status == 404)
        #expect(try await ask("GET", "/hold").status == 404)
        #expect(try await ask("POST", "/hold/laptop-7", body: #"{"machine": "laptop-7"}"#).status == 404)
    }

    @Test(arguments: [
        ("/jobs/j-1/approve", "[]", "json.wrong-root"), ("/jobs/j-1/approve", #"{"seen": 7}"#, "bad-seen"),
        ("/jobs/j-1/approve", #"{"seen": " "}"#, "bad-seen"),
        ("/jobs/j-1/approve", #"{"sean": "ab"}"#, "unknown-key"),
        ("/jobs/j-1/approve", #"{"seen": "ab", "because": "x"}"#, "unknown-key"),
        ("/jobs/j-1/deny", "", "deny.because"), ("/jobs/j-1/deny", #"{"because": " "}"#, "deny.because"),
        ("/jobs/j-1/deny", #"{"because": "no", "seen": ["ab"]}"#, "bad-seen"),
        ("/jobs/j-1/deny", #"{"because": "\#(String(repeating: "x", count: 2_001))"}"#, "deny.because"),
        ("/hold", "", "bad-machine"), ("/hold", #"{"machine": "laptop*"}"#, "bad-machine"),
        ("/hold", #"{"machine": ["laptop-7"]}"#, "bad-machine"),
        ("/hold", #"{"machine": "laptop-7,laptop-8"}"#, "bad-machine"),
        ("/hold", #"{"machine": "laptop-7", "for": "4h"}"#, "unknown-key"),
        ("/extend", #"{"machine": "laptop-7"}"#, "bad-duration"),
        ("/extend", #"{"machine": "laptop-7", "for": "4"}"#, "bad-duration"),
        ("/extend", #"{"machine": "laptop-7", "for": "-1h"}"#, "bad-duration"),
        ("/extend", #"{"machine": "laptop-7", "for": "366d"}"#, "bad-duration"),
        ("/extend", #"{"machine": "laptop-7", "for": 4}"#, "bad-duration"),
        ("/extend", #"{"for": "4h"}"#, "bad-machine"),
        ("/freeze", #"{"because": "x", "al": true}"#, "unknown-key"),
        ("/freeze", #"{"because": "x", "all": "yes"}"#, "bad-all"),
    ])
    func `what is not understood is refused, and nothing is done`(
        path: String,
        body: String,
        code: String
    ) async throws {
        try await scene.add(OperatorScene.located("j-1"))
        let before = try await scene.doings()
        let answer = try await ask("POST", path, by: "ines", body: body)
        #expect(answer.status == 400)
        #expect(answer.json["error"]?.string == code)
        #expect(answer.json["message"]?.string?.isEmpty == false)
        #expect(try await scene.doings() == before)
        #expect(try await scene.state(of: "j-1") == .located)
    }

    @Test func `a ledger that cannot be used is said, not hidden`() async throws {
        let desk = OperatorScene(ledger: BrokenLedger()).desk
        for (method, path) in [("GET", "/jobs"), ("POST", "/jobs/j-1/cancel")] {
            let answer = await desk.answer(
                ControlRequest(user: "mia", userID: 1, method: method, path: path, query: [:], body: [])
            )
            #expect(answer.status == 503)
            #expect(answer.json.contains("ledger.unavailable"))
        }
    }
}

/// A ledger whose disk is gone.
private struct BrokenLedger: Ledger {
    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any LedgerTransaction) throws -> Result
    ) async throws -> Result {
        throw LedgerError.unavailable("disk I/O error")
    }

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any LedgerTransaction) throws -> Result
    ) async throws -> Result {
        throw LedgerError.unavailable("disk I/O error")
    }

    func changes() -> AsyncStream<Void> { AsyncStream { $0.finish() } }
}
