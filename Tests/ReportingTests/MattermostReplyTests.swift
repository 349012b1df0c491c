import CurlClient
import Enqueuing
import InMemoryLogging
import JSONReader
import Testing
import Vocabulary

@testable import Reporting

struct MattermostReplyTests {
    private static let channel = "z7exh5akgb3bdhp848rcxf7ph9"
    private static let post = "p3exh5akgb3bdhp848rcxf7ph9"
    private static let planted = "https://chat.example/hooks/commands/planted-credential"

    private func server(token: String? = "bot-planted") -> MattermostServer {
        MattermostServer(
            base: "https://chat.example",
            token: token.map { Secret($0) },
            hosts: [AddressRule.HostPort(host: "chat.example")]
        )
    }

    private func place(_ more: [String: String] = [:], url: String? = nil) -> ReplyAddress {
        let expiry = Timestamp(seconds: 1_790_001_800)
        return .at(
            ["channel": Self.channel].merging(more) { $1 },
            responseURL: url.map { ResponseURL(url: $0, expiresAt: expiry) }
        )
    }

    @Test func `one post is made with the bot's token and then kept up to date`() async throws {
        let rig = try await Rig(
            [.answer(201, ["id": .string(Self.post)]), .answer(200, ["id": .string(Self.post)])],
            channel: server(),
            replyTo: place()
        )
        try await rig.tell("accepted")
        try await rig.reporter.runOnce()
        try await rig.tell("succeeded", isFinal: true)
        try await rig.reporter.runOnce()
        let calls = rig.provider.calls
        #expect(
            calls.map { "\($0.method.rawValue) \($0.url)" } == [
                "POST https://chat.example/api/v4/posts",
                "PUT https://chat.example/api/v4/posts/\(Self.post)/patch",
            ]
        )
        #expect(calls.map { $0.headers["authorization"] } == ["Bearer bot-planted", "Bearer bot-planted"])
        let tail = "\nmachine: laptop-7\njob: j-01\n```"
        #expect(
            calls[0].body == [
                "channel_id": .string(Self.channel), "message": .string("```\n⏳ accepted" + tail),
            ]
        )
        #expect(calls[1].body == ["message": .string("```\n⏳ succeeded" + tail)])
        #expect(try await rig.entries(.sent).count == 2)
    }

    @Test func `a post that is gone is made anew`() async throws {
        let rig = try await Rig(
            [
                .answer(201, ["id": .string(Self.post)]), .answer(404, [:]),
                .answer(201, ["id": "q3exh5akgb3bdhp848rcxf7ph9"]),
            ],
            channel: server(),
            replyTo: place()
        )
        for text in ["accepted", "succeeded"] {
            try await rig.tell(text)
            try await rig.reporter.runOnce()
        }
        #expect(rig.provider.calls.map(\.method) == [.post, .put, .post])
        #expect(try await rig.conversation()?.messageID == "q3exh5akgb3bdhp848rcxf7ph9")
    }

    @Test func `it is posted in the thread, or beside it where that message is no root`() async throws {
        let rig = try await Rig(
            [.answer(400, [:]), .answer(201, ["id": .string(Self.post)])],
            channel: server(),
            replyTo: place(["thread": Self.post])
        )
        try await rig.tell("accepted")
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.map { $0.body["root_id"] } == [.string(Self.post), nil])
        #expect(try await rig.entries(.sent).count == 1)
    }

    @Test(arguments: ["", "../admin", "Z7EXH5AKGB3BDHP848RCXF7PH9", "z7exh5akgb3bdhp848rcxf7ph9/x"])
    func `only an id of Mattermost's shape is used`(channel: String) async throws {
        let rig = try await Rig(channel: server(), replyTo: .at(["channel": channel]))
        try await rig.tell("accepted")
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.isEmpty)
        #expect(try await rig.entries(.untold).map(\.trouble) == ["mattermost.channel"])
    }

    @Test func `without a token the command's address is used, five times, on the site alone`() async throws {
        let rig = try await Rig(channel: server(token: nil), replyTo: place(url: Self.planted))
        for number in 1...6 {
            try await rig.tell("step \(number)")
            try await rig.reporter.runOnce()
        }
        let calls = rig.provider.calls
        #expect(calls.count == 4)
        #expect(calls.allSatisfy { $0.url == Self.planted && $0.headers["authorization"] == nil })
        #expect(calls.allSatisfy { $0.rule == .exactly([AddressRule.HostPort(host: "chat.example")]) })
        #expect(calls[0].body["response_type"] == "in_channel")
        #expect(calls[0].body["skip_slack_parsing"] == true)
        try await rig.tell("succeeded", isFinal: true)
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.count == 5)
        #expect(!"\(rig.logs.entries) \(try await rig.entries(.sent))".contains("planted"))
    }

    @Test func `a busy server is left alone as long as it asks`() async throws {
        let rig = try await Rig(
            [.answer(429, [:], [("Retry-After", "20")])],
            channel: server(),
            replyTo: place()
        )
        try await rig.tell("accepted")
        try await rig.reporter.runOnce()
        rig.pass(.seconds(19))
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.count == 1)
        rig.pass(.seconds(2))
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.count == 2)
    }

    @Test func `a first post of unknown outcome says that it may be a second one`() async throws {
        let rig = try await Rig(
            [.unknown, .answer(201, ["id": .string(Self.post)])],
            channel: server(),
            replyTo: place()
        )
        try await rig.tell("accepted")
        try await rig.reporter.runOnce()
        rig.pass(.seconds(2))
        try await rig.reporter.runOnce()
        let texts = rig.provider.calls.map { $0.body["message"]?.string ?? "" }
        #expect(texts.map { $0.contains("(repeated: the first try may have arrived)") } == [false, true])
    }

    @Test func `news for all goes to the tell channel`() async throws {
        let tell = TellChannel(source: SourceName("chat"), channel: Self.channel)
        let rig = try await Rig([.answer(201, ["id": .string(Self.post)])], channel: server(), tell: tell)
        try await rig.tell("late", audience: .tell)
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.map { $0.body["channel_id"] } == [.string(Self.channel)])
        let mute = try await Rig(channel: server(token: nil), tell: tell)
        try await mute.tell("late", audience: .tell)
        try await mute.reporter.runOnce()
        #expect(try await mute.entries(.untold).map(\.trouble) == ["mattermost.no-token"])
    }

    @Test func `the answer of the hook is for everybody or for whoever asked`() throws {
        let notice = Notice(code: "job.recorded", tone: .progress, text: "isolate <!channel>: recorded.")
        let all = MattermostMessage.immediate(notice, seenByAll: true)
        let shown = "\"```\\n⏳ isolate <\u{200B}!channel>: recorded.\\n```\""
        #expect(
            all
                == HookAnswer(
                    status: 200,
                    contentType: "application/json",
                    body: #"{"ephemeral_text":"# + shown
                        + #","response_type":"in_channel","skip_slack_parsing":true,"text":"# + shown + "}"
                )
        )
        let one = try JSONReader.read(MattermostMessage.immediate(notice, seenByAll: false).body)
        #expect(one["response_type"] == "ephemeral")
    }

    // MARK: Buttons

    private static let job = JobID("j-01j9zk7q4n8t2v6w0xabcdefgh")

    private func asked(_ buttons: [Button]?) -> Notice {
        Notice(
            code: "job.test",
            tone: .warning,
            text: "isolate ws-1 needs 1 of leads",
            fields: [Notice.Field("machine", "ws-1")],
            buttons: buttons
        )
    }

    private static let choice = [
        Button(.approve, label: "Approve", style: .primary, job: job, seen: "9f"),
        Button(.deny, label: "Deny", style: .danger, job: job, seen: "9f"),
    ]

    @Test func `buttons carry what they say sealed and unseen, and go with the decision`() async throws {
        var server = server()
        server.buttons = MattermostButtons(hook: "https://bridge.example/hooks/mm") {
            ["bascule": $0, "seal": "sealed-\($0.count)"]
        }
        let rig = try await Rig(
            [.answer(201, ["id": .string(Self.post)]), .answer(200, ["id": .string(Self.post)])],
            channel: server,
            replyTo: place()
        )
        try await rig.put(asked(Self.choice))
        try await rig.reporter.runOnce()
        try await rig.put(asked(nil))
        try await rig.reporter.runOnce()
        let calls = rig.provider.calls
        let said = "approve.01j9zk7q4n8t2v6w0xabcdefgh.9f"
        #expect(
            calls[0].body["props"] == [
                "attachments": [
                    [
                        "actions": [
                            [
                                "id": "approve0", "type": "button", "name": "Approve", "style": "primary",
                                "integration": [
                                    "url": "https://bridge.example/hooks/mm",
                                    "context": [
                                        "bascule": .string(said), "seal": .string("sealed-\(said.count)"),
                                    ],
                                ],
                            ]
                        ]
                    ]
                ]
            ]
        )
        let text = calls[0].body["message"]?.string ?? ""
        #expect(text.hasSuffix("\nType: deny \(Self.job) because …\n```"))
        #expect(calls[1].body["props"] == ["attachments": []])
    }

    @Test func `without an address for presses it says what to type`() async throws {
        let rig = try await Rig(
            [.answer(201, ["id": .string(Self.post)])],
            channel: server(),
            replyTo: place()
        )
        try await rig.put(asked(Self.choice))
        try await rig.reporter.runOnce()
        let call = try #require(rig.provider.calls.first)
        #expect(call.body["props"] == nil)
        let text = call.body["message"]?.string ?? ""
        #expect(text.hasSuffix("\nType: approve \(Self.job)  or  deny \(Self.job) because …\n```"))
    }
}
