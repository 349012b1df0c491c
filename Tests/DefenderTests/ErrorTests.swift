import CurlClient
import Defender
import Testing
import Vocabulary

/// What Defender's refusals and faults become (`reference/defender-api.md` §6).
struct ErrorTests {
    static func body(_ code: String, _ message: String = "Words.", target: String = "6c0f1a2b-3c4d") -> String
    {
        #"{"error":{"code":"\#(code)","message":"\#(message)","target":"\#(target)"}}"#
    }

    @Test(arguments: [
        (400, "BadRequest", DefenderError.Kind.refused), (400, "ODataError", .refused),
        (400, "InvalidInput", .refused), (400, "InvalidRequestBody", .refused),
        (400, "InvalidHashValue", .refused), (400, "InvalidDomainName", .refused),
        (400, "InvalidIpAddress", .refused), (400, "InvalidUrl", .refused),
        (400, "MaximumBatchSizeExceeded", .refused), (400, "MissingRequiredParameter", .refused),
        (400, "OsPlatformNotSupported", .notSupported), (400, "ClientVersionNotSupported", .notSupported),
        (400, "ActiveRequestAlreadyExists", .activeRequest), (403, "Forbidden", .permission),
        (403, "DisabledFeature", .permission), (403, "DisallowedOperation", .permission),
        (404, "NotFound", .notFound), (404, "ResourceNotFound", .notFound),
        (400, "activerequestalreadyexists", .activeRequest), (400, "NeverSeenBefore", .refused),
    ])
    func `every row of the table is a refusal that was not carried out`(
        status: Int,
        code: String,
        kind: DefenderError.Kind
    ) async throws {
        let bench = Bench([.json(status, Self.body(code))])
        let error = try await refusal { try await bench.isolate() }
        #expect(error.kind == kind)
        #expect(error.mayHaveBeenExecuted == false)
        #expect(error.defenderCode == code)
        #expect(error.correlation == "6c0f1a2b-3c4d")
        #expect(error.message.contains("isolate"))
        #expect(error.message.contains("(\(status) \(code))"))
        #expect(error.fix.hasSuffix("."))
        #expect(bench.sender.sent.count == 1)
        guard let row = DefenderCode(code) else { return }
        #expect(error.message.contains(row.meaning))
        #expect(error.fix == row.fix)
    }

    @Test func `the table has each code once`() {
        let codes = DefenderCode.table.map { $0.code.lowercased() }
        #expect(Set(codes).count == codes.count)
    }

    @Test func `a missing role is told in Defender's words`() async throws {
        let words =
            "Missing application roles. API required roles: Machine.Read.All,Machine.ReadWrite.All, "
            + "application roles: Machine.Isolate."
        let bench = Bench([.json(403, Self.body("Forbidden", words))])
        let error = try await refusal { try await bench.isolate() }
        #expect(error.message.contains("\"\(words)\""))
    }

    @Test(arguments: [
        (400, "<html>gateway</html>", DefenderError.Kind.refused), (403, "", .permission),
        (404, "[]", .notFound),
        (407, "<html>proxy</html>", .refused), (409, #"{"error":"text"}"#, .refused), (410, "", .notFound),
    ])
    func `an answer without Defender's form is taken by its status`(
        status: Int,
        body: String,
        kind: DefenderError.Kind
    ) async throws {
        let bench = Bench([.json(status, body)])
        let error = try await refusal { try await bench.isolate() }
        #expect(error.kind == kind)
        #expect(error.mayHaveBeenExecuted == false)
        #expect(error.defenderCode == nil)
        #expect(!error.message.contains("<"))
    }

    @Test(arguments: [500, 502, 503, 504])
    func `a fault of the server may have done it, if it was a change`(status: Int) async throws {
        let posted = Bench([.json(status, Self.body("InternalServerError"))])
        let error = try await refusal { try await posted.isolate() }
        #expect(error.kind == .server)
        #expect(error.mayHaveBeenExecuted)
        #expect(posted.sender.sent.count == 1)
        let asked = Bench([.json(status, "<html>")])
        let id = try Bench.machineID()
        let other = try await refusal { try await asked.client.machine(id, priority: .question) }
        #expect(other.kind == .server)
        #expect(other.mayHaveBeenExecuted == false)
    }

    @Test(arguments: [
        (TransferFailure.Kind.connect, false), (.resolve, false), (.tls, false), (.timeout, true),
        (.reset, true),
        (.protocolError, true),
    ])
    func `a lost answer may have been done as the transfer says`(
        kind: TransferFailure.Kind,
        mayHaveBeenExecuted: Bool
    ) async throws {
        let bench = Bench([.failure(kind, mayHaveBeenExecuted: mayHaveBeenExecuted)])
        let error = try await refusal { try await bench.isolate() }
        #expect(error.kind == .transfer)
        #expect(error.mayHaveBeenExecuted == mayHaveBeenExecuted)
        #expect(bench.sender.sent.count == 1)
    }

    @Test(arguments: ["", "<html>", "{}", #"{"id":"a"}"#, "[]", #"{"id":"a","id":"b"}"#])
    func `a success that cannot be read may have been done`(body: String) async throws {
        let bench = Bench([.json(201, body)])
        let error = try await refusal { try await bench.isolate() }
        #expect(error.kind == .unreadable)
        #expect(error.mayHaveBeenExecuted)
    }

    @Test func `an action of another machine is no answer, and may have been done`() async throws {
        let bench = Bench([.json(201, Bench.action(machine: String(repeating: "a", count: 40)))])
        let error = try await refusal { try await bench.isolate() }
        #expect(error.kind == .unreadable)
        #expect(error.mayHaveBeenExecuted)
    }

    @Test(arguments: [200, 201])
    func `an existing action may come back instead of a new one`(status: Int) async throws {
        let bench = Bench([.json(status, Bench.action(status: "InProgress"))])
        #expect(try await bench.isolate().status == .inProgress)
    }

    @Test func `a redirect is not followed`() async throws {
        let bench = Bench([.json(302, "", [(name: "Location", value: "https://evil.example")])])
        #expect(try await refusal { try await bench.isolate() }.kind == .unreadable)
        #expect(bench.sender.sent.count == 1)
    }

    @Test(arguments: [
        ([(name: "Retry-After", value: "17")], "", Duration.seconds(17)),
        (
            [
                (name: "Retry-After", value: "Mon, 02 Nov 2026 10:01:00 GMT"),
                (name: "Date", value: "Mon, 02 Nov 2026 10:00:00 GMT"),
            ], "", .seconds(60)
        ),
        (
            [],
            "API calls quota exceeded! Maximum allowed 30 per 00:01:00 for the key X. You can send requests again in 8 seconds.",
            .seconds(8)
        ),
        ([], "Try later.", .seconds(30)), ([(name: "Retry-After", value: "0")], "", .milliseconds(500)),
        ([(name: "Retry-After", value: "999999999999999999999")], "", .seconds(3_600)),
    ])
    func `a throttle says when, from the header, the words or by default`(
        headers: [(name: String, value: String)],
        words: String,
        wait: Duration
    ) async throws {
        for code in ["429", "TooManyRequests"] {
            let bench = Bench([.json(429, Self.body(code, words, target: "t"), headers)])
            let error = try await refusal { try await bench.isolate() }
            #expect(error.kind == .throttled)
            #expect(error.mayHaveBeenExecuted == false)
            #expect(error.retryAfter == wait)
        }
    }

    @Test func `after a throttle nothing is called until its time has come`() async throws {
        let manual = ManualTime()
        let budget = RateBudget(clock: manual.time)
        let bench = Bench(
            [.json(429, "", [(name: "Retry-After", value: "60")]), .json(201, Bench.action())],
            budget: budget,
            clock: manual.time
        )
        _ = try await refusal { try await bench.isolate() }
        manual.advance(by: .seconds(40))
        let error = try await refusal { try await bench.isolate() }
        #expect(error.kind == .throttled)
        #expect(error.retryAfter == .seconds(20))
        #expect(bench.sender.sent.count == 1)
        manual.advance(by: .seconds(20))
        _ = try await bench.isolate()
        #expect(bench.sender.sent.count == 2)
    }

    @Test(arguments: [
        (RecordingSender.Answer.json(201, Bench.action()), CallNote.Outcome.answered),
        (.json(429, ""), .throttled), (.json(403, ""), .refused), (.json(500, ""), .server),
        (.json(302, ""), .refused), (.failure(.timeout, mayHaveBeenExecuted: true), .transfer),
    ])
    func `every call is noted by its outcome`(
        answer: RecordingSender.Answer,
        outcome: CallNote.Outcome
    ) async throws {
        let bench = Bench([answer])
        _ = try? await bench.isolate()
        #expect(bench.notes.all.map(\.outcome) == [outcome])
        #expect(bench.notes.all.map(\.call) == ["isolate"])
        #expect(bench.notes.all.map(\.at) == [Bench.now])
    }

    @Test func `a field that nobody knows and a status never seen do no harm`() async throws {
        let bench = Bench([.json(200, Bench.action(id: "a1", type: "Teleport", status: "Dreaming"))])
        let action = try await bench.client.action("a1", priority: .watching)
        #expect(action.type == "Teleport")
        #expect(action.status == .unknown("Dreaming"))
        #expect(action.status.isEnd == false)
    }

    @Test func `numbers may be texts and texts be absent`() async throws {
        let row = """
            {"id":"a1","type":"Isolate","status":"Failed","machineId":"\(Bench.machine.uppercased())",
            "creationDateTimeUtc":"2026-11-02T09:14:07Z","errorHResult":"-2147024891","scope":"","computerDnsName":null}
            """
        let bench = Bench([.json(200, row)])
        let action = try await bench.client.action("a1", priority: .watching)
        #expect(action.errorHResult == -2_147_024_891)
        #expect(action.scope == nil)
        #expect(action.machineID.text == Bench.machine)
        #expect(action.machineName == nil)
    }

    @Test(arguments: [
        (401, DefenderError.Kind.notFound), (404, .notFound), (503, .server), (302, .unreadable),
    ])
    func `a download that fails says what to do`(status: Int, kind: DefenderError.Kind) async throws {
        let bench = Bench([.json(status, "no")])
        let error = try await refusal {
            try await bench.client.download(Secret("https://s.example/?t"), to: "/x", bytesMax: 1) { _ in }
        }
        #expect(error.kind == kind)
        #expect(error.mayHaveBeenExecuted == false)
    }

    @Test func `tokens, addresses and foreign words that look like credentials are in no error`() async throws
    {
        let canary = "CANARY" + String(repeating: "a1B2", count: 20)
        let answers: [RecordingSender.Answer] = [
            .json(400, Self.body("BadRequest", "Token \(canary) is bad")),
            .json(400, Self.body("BadRequest", "<p>\(canary)</p>")),
            .json(400, Self.body(canary + canary)),
            .json(400, Self.body("BadRequest", "x", target: "t \(canary)")),
            .json(200, #"{"value":"ftp://x/\#(canary)"}"#),
        ]
        for answer in answers {
            let bench = Bench(
                [answer],
                token: { HeldToken(bearer: Secret(canary), permissions: nil) }
            )
            let error = try await refusal { try await bench.client.packageAddress(actionID: "a1") }
            #expect(!"\(error) \(error.message) \(error.fix)".contains("CANARY"))
        }
    }
}
