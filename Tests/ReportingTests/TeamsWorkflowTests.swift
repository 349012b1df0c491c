import CurlClient
import Enqueuing
import InMemoryLogging
import JSONReader
import Testing
import Vocabulary

@testable import Reporting

/// What goes to a workflow that posts into a channel of Teams.
struct TeamsWorkflowTests {
    static let address =
        "https://prod-7.westeurope.logic.azure.com:443/workflows/9f/triggers/manual/paths/invoke"
        + "?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=planted-credential"
    static let taken = ScriptedProvider.Step.answer(202, [:])

    private func rig(
        _ steps: [ScriptedProvider.Step] = [],
        address: String = address,
        hosts: [String]? = nil
    ) async throws -> Rig {
        try await Rig(
            steps.isEmpty ? Array(repeating: Self.taken, count: 20) : steps,
            channel: TeamsWorkflow(address: Secret(address), hosts: hosts),
            replyTo: .at(["room": "19:x@thread.tacv2"]),
            tell: TellChannel(source: SourceName("chat"), channel: nil)
        )
    }

    @Test func `a notice is posted as one card, literally`() async throws {
        let rig = try await rig()
        try await rig.tell("isolate laptop-7: recorded.")
        try await rig.reporter.runOnce()
        let call = try #require(rig.provider.calls.first)
        #expect(call.method == .post)
        #expect(call.url == Self.address)
        #expect(call.headers == ["content-type": "application/json"])
        #expect(
            call.rule
                == .publicAmong([AddressRule.HostPort(host: "prod-7.westeurope.logic.azure.com", port: 443)])
        )
        #expect(
            call.body == [
                "type": "message",
                "attachments": [
                    [
                        "contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": .null,
                        "content": [
                            "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                            "type": "AdaptiveCard", "version": "1.4", "msteams": ["width": "Full"],
                            "body": [
                                ["type": "TextBlock", "text": "⏳ isolate laptop-7: recorded.", "wrap": true],
                                [
                                    "type": "FactSet",
                                    "facts": [
                                        ["title": "machine", "value": "laptop-7"],
                                        ["title": "job", "value": "j-01"],
                                    ],
                                ],
                            ],
                        ],
                    ]
                ],
            ]
        )
        #expect(try await rig.entries(.sent).count == 1)
    }

    @Test func `what elsewhere is a button is said in words`() async throws {
        let rig = try await rig()
        let job = JobID("j-01j9zk7q4n8t2v6w0xabcdefgh")
        let buttons = Button.Word.allCases.map {
            Button($0, label: "x", job: job, duration: $0 == .extend ? TimeBox("4h") : nil)
        }
        try await rig.put(
            Notice(
                code: "x",
                tone: .warning,
                text: "asks",
                fields: [Notice.Field("machine", "srv_1")],
                buttons: buttons
            )
        )
        try await rig.reporter.runOnce()
        let content = try #require(rig.provider.calls.first?.body.at("attachments.0.content"))
        #expect(content["actions"] == nil)
        let texts = (content["body"]?.array ?? []).compactMap { $0["text"]?.string }
        #expect(
            texts == [
                "⚠️ asks", "To answer, mention this bridge and write:", "approve \(job)",
                "deny \(job) because …", "go \(job)", "extend srv\\_1 for 4h",
                "release srv\\_1", "freeze because …",
            ]
        )
    }

    private func texts(_ message: JSONValue) -> [String] {
        (message.at("attachments.0.content.body")?.array ?? []).compactMap { $0["text"]?.string }
    }

    private func asking(_ number: Int, more: [Notice.Field] = []) -> Notice {
        let job = JobID("j-\(number)")
        return Notice(
            code: "x",
            tone: .warning,
            text: "isolate ws\(number): waits",
            fields: [Notice.Field("machine", "ws\(number)")] + more,
            buttons: [Button(.approve, label: "Approve", job: job), Button(.go, label: "Go", job: job)]
        )
    }

    private func entry(_ number: Int, _ notice: Notice, _ audience: Audience) -> OutboxEntry {
        OutboxEntry(
            id: "\(number)-\(notice.text)",
            job: JobID("j-\(number)"),
            audience: audience,
            notice: notice,
            createdAt: Timestamp(seconds: 0)
        )
    }

    @Test func `of a group each job is shown, with what to type for it`() {
        let audience = Audience.conversation(JobID("j-1"))
        let asked = [Notice.Field("action", "isolate"), Notice.Field("asked by", "mia")]
        var batch = Batch(audience: audience, entries: [entry(2, asking(2), audience)])
        batch.lines = [
            Conversation.Line(job: JobID("j-1"), notice: asking(1, more: asked)),
            Conversation.Line(job: JobID("j-2"), notice: asking(2)),
        ]
        #expect(
            texts(TeamsWorkflow.message(batch)) == [
                "isolate for 2 machines, asked by mia", "⚠️ isolate ws1: waits", "⚠️ isolate ws2: waits",
                "To answer, mention this bridge and write:", "ws1: approve j-1  or  go j-1",
                "ws2: approve j-2  or  go j-2",
            ]
        )
        batch.lines = (1...500).map { Conversation.Line(job: JobID("j-\($0)"), notice: asking($0)) }
        #expect(texts(TeamsWorkflow.message(batch)).last == "the jobs' ids are what \\`jobs\\` lists")
    }

    @Test func `several jobs in one message are all answered by their newest notice`() {
        let done = Notice(code: "y", tone: .good, text: "isolate ws3: succeeded")
        let batch = Batch(
            audience: .tell,
            entries: [
                entry(1, asking(1), .tell), entry(3, asking(3), .tell), entry(2, asking(2), .tell),
                entry(3, done, .tell),
            ]
        )
        #expect(
            Array(texts(TeamsWorkflow.message(batch)).suffix(3)) == [
                "To answer, mention this bridge and write:", "ws1: approve j-1  or  go j-1",
                "ws2: approve j-2  or  go j-2",
            ]
        )
    }

    @Test func `foreign text draws nothing, links nowhere and calls nobody`() {
        let hostile = "<at>all</at> [x](https://evil.example) *b* _i_ `c` ~~s~~ {{DATE(1)}} &lt; a|b @mia \\"
        #expect(
            TeamsMarkdown.escaped(hostile)
                == "\u{200B}<\u{200B}at>all<\u{200B}/at> \\[x\\]\\(https:\u{200B}//evil.example\\) \\*b\\* \\_i\\_ "
                + "\\`c\\` ~\u{200B}~\u{200B}s~\u{200B}~\u{200B} {\u{200B}{\u{200B}DATE\\(1\\)}} &\u{200B}lt; "
                + "a|\u{200B}b @\u{200B}mia \\\\"
        )
        #expect(
            TeamsMarkdown.escaped("# a\n- b\n1. c\n    d")
                == "\u{200B}# a\n\u{200B}- b\n\u{200B}1. c\n\u{200B}    d"
        )
    }

    @Test(arguments: ["x", "&", "<", "é👨‍👩‍👧‍👦", "\n", "\\"])
    func `whatever is said stays below 28 KB and says that it was cut`(piece: String) async throws {
        let rig = try await rig()
        let long = String(repeating: piece, count: 60_000)
        for _ in 0..<5 {
            try await rig.put(
                Notice(
                    code: "x",
                    tone: .bad,
                    text: "begins \(long)",
                    fields: (1...12).map { Notice.Field("f\($0)", long) }
                )
            )
        }
        try await rig.reporter.runOnce()
        let body = try #require(rig.provider.calls.first?.body)
        #expect(body.encoded().count <= 28_000)
        #expect(body.encodedText.contains("(cut") || piece == "\n")
    }

    @Test func `not more than four go out within a second`() async throws {
        let rig = try await rig()
        for number in 1...6 {
            try await rig.tell("\(number)", audience: .tell)
            try await rig.reporter.runOnce()
        }
        #expect(rig.provider.calls.count == 4)
        #expect(try await rig.entries(.due).map(\.trouble) == ["teams.pace", "teams.pace"])
        rig.pass(.seconds(1))
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.count == 5)
        #expect(try await rig.entries(.sent).count == 6)
    }

    @Test(
        arguments: [
            (.answer(429, [:], [("Retry-After", "7")]), "teams.http-429", 7),
            (
                .answer(
                    200,
                    .string(
                        "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429 with ContextId x"
                    )
                ), "teams.http-429", 2
            ),
            (.answer(502, [:]), "teams.http-502", 1), (.unknown, "transfer.timeout", 1),
        ] as [(ScriptedProvider.Step, String, Int)]
    )
    func `a failure is tried again, also one that says 200`(
        step: ScriptedProvider.Step,
        trouble: String,
        seconds: Int
    ) async throws {
        let rig = try await rig([step, Self.taken])
        try await rig.tell("accepted")
        try await rig.reporter.runOnce()
        let due = try #require(try await rig.entries(.due).first)
        #expect(due.trouble?.contains(trouble.split(separator: ".").last ?? "") == true)
        #expect(due.due == rig.now + .seconds(seconds))
        rig.pass(.seconds(seconds))
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.count == 2)
        #expect(try await rig.entries(.sent).count == 1)
        let isRepeated = trouble.hasSuffix("502") || trouble.hasSuffix("timeout")
        #expect(rig.provider.calls.last?.body.encodedText.contains("may have arrived") == isRepeated)
    }

    @Test(
        arguments: [
            (.answer(404, [:]), "teams.http-404"), (.answer(413, [:]), "teams.http-413"),
            (
                .answer(200, .string("failed with error: Microsoft Teams endpoint returned HTTP error 403")),
                "teams.http-403"
            ),
        ] as [(ScriptedProvider.Step, String)]
    )
    func `what can never work stays untold`(step: ScriptedProvider.Step, trouble: String) async throws {
        let rig = try await rig([step])
        try await rig.tell("accepted")
        try await rig.reporter.runOnce()
        #expect(try await rig.entries(.untold).map(\.trouble) == [trouble])
        #expect(!"\(rig.logs.entries) \(try await rig.entries(.untold))".contains("planted"))
    }

    @Test(
        arguments: [
            ("https://logic.azure.com.evil.example/x?sig=1", nil, false),
            ("https://logic.azure.com/x", nil, false), ("https://a.logic.azure.com/x", nil, true),
            ("https://a.logic.azure.com:8443/x", nil, false), ("http://a.logic.azure.com/x", nil, false),
            ("https://a.logic.azure.com", nil, false), ("https://u@a.logic.azure.com/x", nil, false),
            ("https://evil.example/#.logic.azure.com/", nil, false),
            ("https://evil.example\\.logic.azure.com/", nil, false),
            ("https://7.9.environment.api.powerplatform.com/x?sig=1", nil, true),
            ("https://127.0.0.1:9443/x", ["127.0.0.1:9443"], true),
            ("https://127.0.0.1:9444/x", ["127.0.0.1:9443"], false),
            ("https://a.logic.azure.com/x", ["127.0.0.1:9443"], false),
        ] as [(String, [String]?, Bool)]
    )
    func `only hosts of workflows, or those of the settings, are posted to`(
        address: String,
        hosts: [String]?,
        isPermitted: Bool
    ) async throws {
        #expect(TeamsWorkflow.permits(Secret(address), hosts: hosts) == isPermitted)
        let rig = try await rig(address: address, hosts: hosts)
        try await rig.tell("accepted")
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.count == (isPermitted ? 1 : 0))
        if let hosts, isPermitted {
            #expect(rig.provider.calls.first?.rule == .exactly(hosts.compactMap { AddressRule.HostPort($0) }))
        }
        if !isPermitted {
            #expect(try await rig.entries(.untold).map(\.trouble) == ["teams.address-not-permitted"])
        }
    }

    @Test func `the hook answers a message of text`() throws {
        let notice = Notice(
            code: "x",
            tone: .progress,
            text: "isolate dc_1: recorded.\n<at>all</at>",
            fields: [Notice.Field("job", "j-01"), Notice.Field("reason", "[a](b)")]
        )
        let answer = TeamsMessage.immediate(notice, seenByAll: true)
        #expect(answer.status == 200 && answer.contentType == "application/json")
        #expect(
            try JSONReader.read(answer.body, root: .object) == [
                "type": "message",
                "text":
                    "⏳ isolate dc\\_1: recorded.\n\n\u{200B}<\u{200B}at>all<\u{200B}/at>\n\njob: j-01 · reason: \\[a\\]\\(b\\)",
            ]
        )
        let long = Notice(code: "x", tone: .bad, text: String(repeating: "é&\n", count: 50_000))
        #expect(TeamsMessage.immediate(long, seenByAll: false).body.utf8.count < 28_000)
        #expect(TeamsMessage.empty.body == #"{"text":"—","type":"message"}"#)
    }
}
