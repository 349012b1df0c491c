import CurlClient
import Defender
import Foundation
import Testing
import Vocabulary

/// One call of an entry of the catalogue: what goes over the wire, and what comes of a recorded answer.
///
/// The literals are typed from `reference/defender-api.md` §§2.2, 2.3, 3.1 (requests) and §§3.3, 3.4, 4.1 (answers),
/// never from the code. A further group of entries is a file of its own with a list like ``machineActions``, named in
/// ``all``; every test of ``WireCaseTests`` then holds for it.
struct WireCase: Sendable, CustomTestStringConvertible {
    /// What it is, such as `isolate Selective`.
    let name: String
    /// Behind the base address, with its query decoded.
    let path: String
    /// Nil for what only asks.
    let body: String?
    /// The status of a success as documented, and a body as recorded, with what nobody knows yet.
    let status: Int
    let answer: String
    /// What ``read`` makes of it.
    let result: String
    /// False for a call whose answer says nothing but its status.
    var readsAnswer = true
    /// Makes the call, and says in a line what was read.
    let read: @Sendable (DefenderClient) async throws -> String

    var testDescription: String { name }
    var isChange: Bool { body != nil }

    static let all: [WireCase] = machineActions
}

/// What must hold of every call, whichever entry it is of.
struct WireCaseTests {
    /// Codes of 400 that the reference documents, and what becomes of each.
    private static let refusals: [(code: String, kind: DefenderError.Kind)] = [
        ("ActiveRequestAlreadyExists", .activeRequest), ("OsPlatformNotSupported", .notSupported),
        ("ClientVersionNotSupported", .notSupported), ("InvalidRequestBody", .refused),
        ("MissingRequiredParameter", .refused), ("InvalidInput", .refused),
        ("MaximumBatchSizeExceeded", .refused), ("BadRequest", .refused),
    ]

    private static let pages = ["", "<html><body>Bad gateway</body></html>", "null", "[]"]

    @Test(arguments: WireCase.all)
    func `the request is the documented one, sent once, and its answer is read`(call: WireCase) async throws {
        let bench = Bench([.json(call.status, call.answer)])
        #expect(try await call.read(bench.client) == call.result)
        let sent = try #require(bench.sender.sent.first)
        #expect(bench.sender.sent.count == 1)
        #expect(sent.method == (call.isChange ? "POST" : "GET"))
        #expect(sent.url.removingPercentEncoding == "https://api.example\(call.path)")
        #expect(sent.body == call.body)
        #expect(sent.isIdempotent == !call.isChange)
        #expect(sent.deadline <= .seconds(30) && sent.deadline > .seconds(29))
        var headers = ["Authorization": "Bearer T1", "Accept": "application/json"]
        if call.isChange { headers["Content-Type"] = "application/json" }
        #expect(sent.headers == headers)
    }

    @Test(arguments: WireCase.all)
    func `a documented 400 is a certain no, by its code`(call: WireCase) async throws {
        for (code, kind) in Self.refusals {
            let bench = Bench([.json(400, ErrorTests.body(code))])
            let error = try await refusal { try await call.read(bench.client) }
            #expect(error.kind == kind, "\(code)")
            #expect(error.mayHaveBeenExecuted == false)
            #expect(error.defenderCode == code)
            #expect(error.message.contains("(400 \(code))"))
            #expect(bench.sender.sent.count == 1)
        }
    }

    @Test(arguments: WireCase.all)
    func `a missing permission and an unknown entity are told as such`(call: WireCase) async throws {
        let table: [(status: Int, code: String, kind: DefenderError.Kind)] = [
            (403, "Forbidden", .permission), (403, "DisabledFeature", .permission),
            (404, "ResourceNotFound", .notFound), (404, "NotFound", .notFound),
        ]
        for row in table {
            let bench = Bench([.json(row.status, ErrorTests.body(row.code))])
            let error = try await refusal { try await call.read(bench.client) }
            #expect(error.kind == row.kind, "\(row.code)")
            #expect(error.mayHaveBeenExecuted == false)
            #expect(error.correlation == "6c0f1a2b-3c4d")
            #expect(bench.sender.sent.count == 1)
        }
    }

    @Test(arguments: WireCase.all)
    func `a throttle says when, and that nothing was done`(call: WireCase) async throws {
        let words = "API calls quota exceeded! You can send requests again in 8 seconds."
        let date = [
            (name: "Retry-After", value: "Mon, 02 Nov 2026 10:01:00 GMT"),
            (name: "Date", value: "Mon, 02 Nov 2026 10:00:00 GMT"),
        ]
        let table: [(headers: [(name: String, value: String)], words: String, wait: Duration)] = [
            ([(name: "Retry-After", value: "17")], "", .seconds(17)), (date, "", .seconds(60)),
            ([], words, .seconds(8)), ([], "Later.", .seconds(30)),
        ]
        for code in ["429", "TooManyRequests"] {
            for row in table {
                let bench = Bench([.json(429, ErrorTests.body(code, row.words), row.headers)])
                let error = try await refusal { try await call.read(bench.client) }
                #expect(error.kind == .throttled)
                #expect(error.mayHaveBeenExecuted == false)
                #expect(error.retryAfter == row.wait, "\(code) \(row.words)")
                #expect(bench.sender.sent.count == 1)
            }
        }
    }

    @Test(arguments: WireCase.all)
    func `a page, or nothing, in place of an answer is taken by its status`(call: WireCase) async throws {
        let table: [(status: Int, kind: DefenderError.Kind)] = [
            (400, .refused), (403, .permission), (404, .notFound), (429, .throttled), (500, .server),
            (502, .server),
        ]
        for page in Self.pages {
            for row in table {
                let bench = Bench([.json(row.status, page)])
                let error = try await refusal { try await call.read(bench.client) }
                #expect(error.kind == row.kind, "\(row.status) \(page)")
                // A fault of the server's is the only one after which it may have been done.
                #expect(error.mayHaveBeenExecuted == (call.isChange && row.status >= 500))
                #expect(!error.message.contains("<"))
                #expect(bench.sender.sent.count == 1)
            }
        }
    }

    @Test(arguments: WireCase.all.filter(\.readsAnswer))
    func `a success that cannot be read is none, and may have been done`(call: WireCase) async throws {
        for page in Self.pages + ["{}", #"{"error":{"code":"x"}}"#] {
            let bench = Bench([.json(call.status, page)])
            let error = try await refusal { try await call.read(bench.client) }
            #expect(error.kind == .unreadable, "\(page)")
            #expect(error.mayHaveBeenExecuted == call.isChange)
        }
    }
}
