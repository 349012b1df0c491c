import CurlClient
import Defender
import JSONReader
import Testing
import Vocabulary

/// Tags over the wire, against literals typed from `reference/defender-api.md` §§2.2, 3.1, and against the simulator.
struct TagTests {
    private static func tagging(
        _ tag: String,
        adds: Bool = true,
        on machine: MachineID? = nil
    ) throws -> ActionSubmission {
        ActionSubmission(
            action: adds ? "tag" : "untag",
            machine: try machine ?? Bench.machineID(),
            parameters: ["tag": tag],
            comment: "",
            deadline: .seconds(30)
        )
    }

    @Test(arguments: [
        ("Contained", true, #"{"Action":"Add","Value":"Contained"}"#),
        ("under review", false, #"{"Action":"Remove","Value":"under review"}"#),
        (#"a\b "c""#, true, #"{"Action":"Add","Value":"a\\b \"c\""}"#),
    ])
    func `a tag is posted once in Defender's own form`(tag: String, adds: Bool, body: String) async throws {
        let bench = Bench([.json(200, Bench.machine(Bench.machine, "ws-0042.corp.example"))])
        let machine = try await bench.client.change(try Self.tagging(tag, adds: adds))
        #expect(machine.tags == ["VIP"])
        let sent = try #require(bench.sender.sent.first)
        #expect(bench.sender.sent.count == 1)
        #expect(sent.method == "POST")
        #expect(sent.url == "https://api.example/api/machines/9b1c77aa02de4f5c8e6610d2b3a4c5d6e7f80912/tags")
        #expect(sent.body == body)
        #expect(sent.isIdempotent == false)
        #expect(sent.deadline <= .seconds(30) && sent.deadline > .seconds(29))
        #expect(
            sent.headers == [
                "Authorization": "Bearer T1", "Accept": "application/json",
                "Content-Type": "application/json",
            ]
        )
    }

    @Test(arguments: [
        RecordingSender.Answer.json(200, Bench.machine(String(repeating: "0", count: 40), "other")),
        .json(200, Bench.action()), .json(200, "{}"), .json(502, "{}"),
    ])
    func `an answer that does not say it leaves the outcome open`(answer: RecordingSender.Answer) async throws
    {
        let bench = Bench([answer])
        let error = try await refusal {
            try await bench.client.change(try Self.tagging("a"))
        }
        #expect(error.mayHaveBeenExecuted)
        #expect(bench.sender.sent.count == 1)
    }

    @Test func `a refusal says that nothing was done`() async throws {
        let body = #"{"error":{"code":"InvalidInput","message":"no","target":"c"}}"#
        let bench = Bench([.json(400, body)])
        let error = try await refusal {
            try await bench.client.change(try Self.tagging("a"))
        }
        #expect(error.kind == .refused)
        #expect(error.mayHaveBeenExecuted == false)
    }

    @Test func `a tag is no machine action, and the preview has no comment`() async throws {
        let bench = Bench([])
        let submission = ActionSubmission(
            action: "tag",
            machine: try Bench.machineID(),
            parameters: ["tag": "Contained"],
            comment: "why",
            deadline: .seconds(30)
        )
        #expect(try await refusal { try await bench.client.submit(submission) }.kind == .refused)
        #expect(bench.sender.sent.isEmpty)
        let preview = try #require(RequestPreview(submission))
        #expect(preview.path == "/api/machines/\(Bench.machine)/tags")
        #expect(preview.body.encodedText == #"{"Action":"Add","Value":"Contained"}"#)
    }

    @Test func `the simulator lists a tag from then on, and not after it was taken off`() async throws {
        try await SimulatedTenant.serve { tenant in
            let id = try #require(MachineID(SimulatedTenant.first))
            func set(_ tag: String, _ adds: Bool) async throws -> [String] {
                try await tenant.client.change(try Self.tagging(tag, adds: adds, on: id)).tags
            }
            #expect(try await set("Contained", true) == ["Contained"])
            #expect(try await set("Ünder \\ review", true) == ["Contained", "Ünder \\ review"])
            #expect(try await set("Contained", true) == ["Contained", "Ünder \\ review"])
            #expect(try await tenant.client.machine(id, priority: .question).tags.count == 2)
            #expect(try await set("Contained", false) == ["Ünder \\ review"])
            let page = try await tenant.client.candidates(
                for: .hostName("laptop-7"),
                now: tenant.clock.now,
                priority: .question
            )
            #expect(page.machines.map(\.tags) == [["Ünder \\ review"]])
            // The third changed nothing.
            #expect(tenant.executed == 3)
        }
    }
}
