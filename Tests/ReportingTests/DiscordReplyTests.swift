import CurlClient
import Enqueuing
import InMemoryLogging
import JSONReader
import Testing
import Vocabulary

@testable import Reporting

struct DiscordReplyTests {
    private static let path = "webhooks/12/planted-token"
    private static let base = "https://discord.com/api/v10"
    private static let job = JobID("j-01j9zk7q4n8t2v6w0xabcdefgh")

    private func place(lasting seconds: Int64 = 900) -> ReplyAddress {
        let url = ResponseURL(url: Self.path, expiresAt: Timestamp(seconds: 1_790_000_000 + seconds))
        return .at(["channel": "34"], responseURL: url)
    }

    private let withBot = DiscordApplication(token: Secret("bot-planted"))
    private let withoutBot = DiscordApplication(token: nil)

    private func run(_ rig: Rig, _ texts: String...) async throws {
        for text in texts {
            try await rig.tell(text)
            try await rig.reporter.runOnce()
        }
    }

    private func calls(_ rig: Rig) -> [String] {
        rig.provider.calls.map { "\($0.method.rawValue) \($0.url.replacing(Self.base, with: ""))" }
    }

    @Test func `one message is posted as the bot and then kept up to date`() async throws {
        let rig = try await Rig(
            [.answer(200, ["id": "56"]), .answer(200, ["id": "56"])],
            channel: withBot,
            replyTo: place()
        )
        try await run(rig, "accepted", "succeeded")
        #expect(calls(rig) == ["POST /channels/34/messages", "PATCH /channels/34/messages/56"])
        let first = try #require(rig.provider.calls.first)
        #expect(first.headers["authorization"] == "Bot bot-planted")
        #expect(first.headers["user-agent"] == "DiscordBot (bascule, 1)")
        #expect(
            first.body == [
                "allowed_mentions": ["parse": []], "components": [],
                "content": "```\n⏳ accepted\nmachine: laptop-7\njob: j-01\n```",
            ]
        )
        #expect(try await rig.entries(.sent).count == 2)
    }

    @Test func `without a bot the interaction's own token is used, for a quarter of an hour`() async throws {
        let rig = try await Rig([.answer(200, ["id": "56"])], channel: withoutBot, replyTo: place())
        try await run(rig, "accepted", "running")
        #expect(calls(rig) == ["POST /\(Self.path)?wait=true", "PATCH /\(Self.path)/messages/56"])
        #expect(rig.provider.calls.allSatisfy { $0.headers["authorization"] == nil })
        rig.pass(.seconds(901))
        try await run(rig, "succeeded")
        #expect(rig.provider.calls.count == 2)
        #expect(try await rig.entries(.untold).map(\.trouble) == ["discord.no-token"])
        #expect(try await rig.conversation()?.address == .at(["channel": "34"]))
        #expect(!"\(rig.logs.entries) \(try await rig.entries(.sent))".contains("planted"))
    }

    @Test func `where the bot may not write the interaction's token does`() async throws {
        let rig = try await Rig(
            [.answer(403, ["code": 50_001]), .answer(200, ["id": "57"])],
            channel: withBot,
            replyTo: place()
        )
        try await run(rig, "accepted")
        #expect(calls(rig) == ["POST /channels/34/messages", "POST /\(Self.path)?wait=true"])
        #expect(try await rig.conversation()?.messageID == nil)
    }

    @Test func `a message that is gone is posted anew`() async throws {
        let rig = try await Rig(
            [.answer(200, ["id": "56"]), .answer(404, ["code": 10_008]), .answer(200, ["id": "58"])],
            channel: withBot,
            replyTo: place()
        )
        try await run(rig, "accepted", "succeeded")
        #expect(rig.provider.calls.map(\.method) == [.post, .patch, .post])
        #expect(try await rig.conversation()?.messageID == "58")
    }

    @Test(arguments: [
        ReplyAddress.at(["channel": "../x"]), .at(["channel": ""]), .at(["channel": "3a"]), .at([:]),
    ])
    func `only digits go into the path`(address: ReplyAddress) async throws {
        let rig = try await Rig(channel: withBot, replyTo: address)
        try await run(rig, "accepted")
        #expect(rig.provider.calls.isEmpty)
        #expect(try await rig.entries(.untold).map(\.trouble) == ["discord.channel"])
    }

    @Test(arguments: ["webhooks/12/a/../b", "https://evil.example/x", "webhooks/x/y", "users/@me"])
    func `only an interaction's path is used`(path: String) async throws {
        let url = ResponseURL(url: path, expiresAt: Timestamp(seconds: 1_790_000_900))
        let rig = try await Rig(channel: withoutBot, replyTo: .at(["channel": "34"], responseURL: url))
        try await run(rig, "accepted")
        #expect(rig.provider.calls.isEmpty)
        #expect(try await rig.entries(.untold).map(\.trouble) == ["discord.interaction"])
    }

    @Test func `a limit is kept as long as the body says`() async throws {
        let rig = try await Rig(
            [.answer(429, ["retry_after": 12.25]), .answer(200, ["id": "56"])],
            channel: withBot,
            replyTo: place()
        )
        try await run(rig, "accepted")
        rig.pass(.seconds(12))
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.count == 1)
        rig.pass(.seconds(1))
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.count == 2)
    }

    // MARK: Drawing

    private func asked(_ buttons: [Button]) -> Notice {
        Notice(code: "job.test", tone: .warning, text: "isolate ws-1 needs 1 of leads", buttons: buttons)
    }

    @Test func `buttons carry what is pressed in a hundred characters`() throws {
        let seen = String(repeating: "9f", count: 32)
        let notice = asked([
            Button(.approve, label: "Approve", style: .primary, job: Self.job, seen: seen),
            Button(.deny, label: "Deny", style: .danger, job: Self.job, seen: seen),
        ])
        let message = DiscordMessage.message([notice], isRepeated: [])
        let buttons = message.at("components.0.components")?.array ?? []
        #expect(
            buttons == [
                [
                    "type": 2, "style": 1, "label": "Approve",
                    "custom_id": .string("approve.01j9zk7q4n8t2v6w0xabcdefgh.\(seen)"),
                ],
                [
                    "type": 2, "style": 4, "label": "Deny",
                    "custom_id": .string("deny.01j9zk7q4n8t2v6w0xabcdefgh.\(seen)"),
                ],
            ]
        )
        #expect(message["content"]?.string?.contains("Type:") == false)
        let later = DiscordMessage.message([notice, asked([])], isRepeated: [])
        #expect(later["components"] == [])
    }

    @Test func `where one button does not fit, it says what to type instead of any`() {
        let long = Button(.approve, label: "", job: Self.job, seen: String(repeating: "9", count: 100))
        let deny = Button(.deny, label: "", job: Self.job)
        let message = DiscordMessage.message([asked([long, deny])], isRepeated: [])
        #expect(message["components"] == [])
        #expect(
            message["content"]?.string?.contains("Type: approve \(Self.job)  or  deny \(Self.job)") == true
        )
    }

    @Test func `hostile text calls nobody, draws nothing and keeps the limit`() throws {
        let hostile = FencedTextTests.hostile + String(repeating: "`@x", count: 2_000)
        let notice = Notice(code: "t", tone: .bad, text: hostile, fields: [.init("machine", "<!channel>")])
        for message in [
            DiscordMessage.message([notice], isRepeated: []),
            try #require(try JSONReader.read(DiscordMessage.immediate(notice, seenByAll: true).body)["data"]),
        ] {
            let content = try #require(message["content"]?.string)
            #expect(content.utf16.count <= 2_000)
            #expect(!content.dropFirst(3).dropLast(3).contains("```"))
            #expect(!content.contains("@everyone") && !content.contains("@all") && !content.contains("<!"))
            #expect(message["allowed_mentions"] == ["parse": []])
        }
    }

    @Test func `the answer of the hook is for everybody or for whoever asked`() throws {
        let notice = Notice(code: "answer", tone: .progress, text: "nothing is contained")
        let one = DiscordMessage.immediate(notice, seenByAll: false)
        #expect(one.status == 200 && one.contentType == "application/json")
        let body = try JSONReader.read(one.body)
        #expect(body["type"] == 4)
        #expect(body.at("data.flags") == 64)
        #expect(body.at("data.content") == "```\n⏳ nothing is contained\n```")
        #expect(
            try JSONReader.read(DiscordMessage.immediate(notice, seenByAll: true).body).at("data.flags")
                == nil
        )
        #expect(DiscordMessage.empty.body == #"{"type":6}"#)
    }
}
