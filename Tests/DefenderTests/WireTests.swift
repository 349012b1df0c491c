import CurlClient
import Defender
import Foundation
import Testing
import Vocabulary

/// What goes over the wire beside the table of ``WireCase``, against literals typed from `reference/defender-api.md`
/// §2 and §3.1.
struct WireTests {
    @Test(arguments: [
        ("isolate", [:]), ("isolate", ["type": "Full", "more": "x"]), ("release", ["type": "Full"]),
        ("status", [:]), ("detonate", [:]),
    ])
    func `an action that is not posted so is refused and nothing is sent`(
        word: String,
        parameters: [String: String]
    ) async throws {
        let bench = Bench([])
        let submission = ActionSubmission(
            action: word,
            machine: try Bench.machineID(),
            parameters: parameters,
            comment: "why",
            deadline: .seconds(30)
        )
        let error = try await refusal { try await bench.client.submit(submission) }
        #expect(error.kind == .refused)
        #expect(error.mayHaveBeenExecuted == false)
        #expect(bench.sender.sent.isEmpty)
    }

    @Test func `a quote in a comment stays inside it`() async throws {
        let bench = Bench([.json(201, Bench.action())])
        _ = try await bench.isolate()
        #expect(
            bench.sender.sent.first?.body
                == #"{"Comment":"bascule:j-1 mia: case \"4711\"","IsolationType":"Full"}"#
        )
    }

    @Test func `cancelling posts to the action`() async throws {
        let bench = Bench([.json(200, Bench.action(status: "Cancelled"))])
        try await bench.client.cancel(actionID: "0f5c2a6e-7b1d", comment: "why", priority: .containment)
        let sent = try #require(bench.sender.sent.first)
        #expect(sent.method == "POST")
        #expect(sent.url == "https://api.example/api/machineactions/0f5c2a6e-7b1d/cancel")
        #expect(sent.body == #"{"Comment":"why"}"#)
    }

    @Test(arguments: ["", "../machines", "a/b", "a?b", "a b", "ä", String(repeating: "a", count: 129)])
    func `what is no id goes into no path`(text: String) async throws {
        let bench = Bench([])
        let calls: [() async throws -> Any] = [
            { try await bench.client.action(text, priority: .watching) },
            { try await bench.client.cancel(actionID: text, comment: "", priority: .action) },
            { try await bench.client.packageAddress(actionID: text) },
            { try await bench.client.candidates(for: .alert(text), now: Bench.now, priority: .question) },
            { try await bench.client.candidates(for: .address(text), now: Bench.now, priority: .question) },
            {
                try await bench.client.candidates(
                    for: .entraDevice(text),
                    now: Bench.now,
                    priority: .question
                )
            },
        ]
        for call in calls {
            #expect(try await refusal(call).kind == .refused)
        }
        #expect(bench.sender.sent.isEmpty)
    }

    @Test func `a list of actions is filtered by typed values, newest first`() async throws {
        let bench = Bench([
            .json(
                200,
                Bench.list([
                    Bench.action(id: "older", created: "2026-11-02T09:14:07Z"),
                    Bench.action(id: "newer", created: "2026-11-02T09:15:07Z"),
                ]),
                [(name: "Date", value: "Mon, 02 Nov 2026 09:14:10 GMT")]
            )
        ])
        let page = try await bench.client.actions(
            ActionFilter(
                machine: try Bench.machineID(),
                types: ["Isolate", "Unisolate"],
                createdNotBefore: Timestamp(seconds: 1_793_610_847)
            ),
            priority: .settling
        )
        #expect(page.actions.map(\.id) == ["newer", "older"])
        #expect(page.mayBeCut == false)
        #expect(page.serverTime == Timestamp(seconds: 1_793_610_850))
        let sent = try #require(bench.sender.sent.first)
        #expect(sent.method == "GET")
        #expect(sent.isIdempotent)
        #expect(sent.body == nil)
        let filter = """
            machineId eq '9b1c77aa02de4f5c8e6610d2b3a4c5d6e7f80912' and \
            (type eq 'Isolate' or type eq 'Unisolate') and creationDateTimeUtc ge 2026-11-02T09:14:07Z
            """
        #expect(sent.url.hasPrefix("https://api.example/api/machineactions?$filter=machineId%20eq%20%27"))
        #expect(
            sent.url.removingPercentEncoding
                == "https://api.example/api/machineactions?$filter=\(filter)&$top=1000"
        )
    }

    @Test func `the package's address loses one pair of quotes`() async throws {
        let address = "https://userrequests.example:443/safedownload/p.zip?token=a%2Bb%3D"
        for value in [address, #"\"\#(address)\""#] {
            let bench = Bench([.json(200, #"{"@odata.context":"x","value":"\#(value)"}"#)])
            let found = try await bench.client.packageAddress(actionID: "0f5c2a6e-7b1d")
            #expect(found == Secret(address))
            #expect(
                bench.sender.sent.map(\.url)
                    == ["https://api.example/api/machineactions/0f5c2a6e-7b1d/getPackageUri"]
            )
        }
    }

    @Test(arguments: ["", "ftp://x/y", "http://evil.example/p", "file:///etc/passwd", #"\"\""#])
    func `a package address that is not https is not handed on`(value: String) async throws {
        let bench = Bench([.json(200, #"{"value":"\#(value)"}"#)])
        let error = try await refusal { try await bench.client.packageAddress(actionID: "a1") }
        #expect(error.kind == .unreadable)
    }

    @Test func `a package is fetched without our token`() async throws {
        let bench = Bench([.success(IncomingResponse(status: 200, headers: [], body: [1, 2, 3]))])
        let bytes = try await bench.client.download(
            Secret("https://store.example/p?token=x"),
            to: "/nowhere",
            bytesMax: 10
        ) { _ in }
        #expect(bytes == 3)
        let sent = try #require(bench.sender.sent.first)
        #expect(sent.headers.isEmpty)
        #expect(sent.url == "https://store.example/p?token=x")
    }
}
