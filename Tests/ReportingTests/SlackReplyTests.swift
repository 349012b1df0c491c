import CurlClient
import Enqueuing
import InMemoryLogging
import JSONReader
import Testing
import Vocabulary

@testable import Reporting

struct SlackReplyTests {
    private let withoutToken = SlackChannel(token: nil)

    @Test func `one message is posted and then kept up to date`() async throws {
        let rig = try await Rig([.answer(200, ["ok": true, "ts": "17.5"])])
        try await rig.tell("accepted")
        try await rig.reporter.runOnce()
        try await rig.tell("succeeded", isFinal: true)
        try await rig.reporter.runOnce()
        let calls = rig.provider.calls
        #expect(
            calls.map(\.url) == [
                "https://slack.com/api/chat.postMessage", "https://slack.com/api/chat.update",
            ]
        )
        #expect(calls[0].headers["authorization"] == "Bearer xoxb-planted")
        #expect(calls[0].body["channel"] == "C1")
        #expect(calls[1].body["ts"] == "17.5")
        #expect(calls[1].body["text"] == "⏳ succeeded")
        #expect(try await rig.entries(.sent).count == 2)
    }

    @Test func `an answer to a mention is posted in its thread, and updated there`() async throws {
        let thread = ReplyAddress.slack(channel: "C1", user: "U1", responseURL: nil, thread: "16.000001")
        let rig = try await Rig([.answer(200, ["ok": true, "ts": "17.5"])], replyTo: thread)
        try await rig.tell("accepted")
        try await rig.reporter.runOnce()
        try await rig.tell("succeeded", isFinal: true)
        try await rig.reporter.runOnce()
        let calls = rig.provider.calls
        #expect(calls.map { $0.url.suffix(16) } == ["chat.postMessage", "/api/chat.update"])
        #expect(calls.map { $0.body["thread_ts"] } == ["16.000001", nil])
        #expect(calls.map { $0.body["ts"] } == [nil, "17.5"])
    }

    @Test func `where the thread is gone it is told beside it`() async throws {
        let thread = ReplyAddress.slack(channel: "C1", user: "U1", responseURL: nil, thread: "16.000001")
        let rig = try await Rig(
            [
                .answer(200, ["ok": false, "error": "thread_not_found"]),
                .answer(200, ["ok": true, "ts": "17.5"]),
            ],
            replyTo: thread
        )
        try await rig.tell("accepted")
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.map { $0.body["thread_ts"] } == ["16.000001", nil])
        #expect(try await rig.conversation()?.messageID == "17.5")
    }

    @Test func `a word that is about no job is answered in the thread`() async throws {
        let thread = ReplyAddress.slack(channel: "C1", user: "U1", responseURL: nil, thread: "16.000001")
        let rig = try await Rig()
        try await rig.tell("no command", audience: .place(source: SourceName("chat"), thread))
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.map { $0.body["thread_ts"] } == ["16.000001"])
    }

    @Test func `notices that came together go out in one message`() async throws {
        let rig = try await Rig()
        for text in ["one", "two", "three"] { try await rig.tell(text) }
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.map { $0.body["text"] } == ["⏳ one\n⏳ two\n⏳ three"])
        #expect(try await rig.entries(.due).isEmpty)
    }

    @Test func `a message that is gone is posted anew`() async throws {
        let rig = try await Rig([
            .answer(200, ["ok": true, "ts": "1"]), .answer(200, ["ok": false, "error": "message_not_found"]),
            .answer(200, ["ok": true, "ts": "2"]),
        ])
        try await rig.tell("one")
        try await rig.reporter.runOnce()
        try await rig.tell("two")
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.count == 3)
        #expect(try await rig.conversation()?.messageID == "2")
    }

    @Test func `a channel the bot is not in is told through the command's own address`() async throws {
        let rig = try await Rig(
            [.answer(200, ["ok": false, "error": "not_in_channel"]), .answer(200, [:])],
            replyTo: Rig.responseURL()
        )
        try await rig.tell("accepted")
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.map(\.url).last == Rig.responseURL)
        #expect(try await rig.conversation()?.uses == 1)
        #expect(try await rig.entries(.sent).count == 1)
    }

    @Test func `a response address is used in the channel, without the token, at Slack's hosts only`()
        async throws
    {
        let rig = try await Rig(channel: withoutToken, replyTo: Rig.responseURL())
        try await rig.tell("accepted")
        try await rig.reporter.runOnce()
        let call = try #require(rig.provider.calls.first)
        #expect(call.body["response_type"] == "in_channel")
        #expect(call.headers["authorization"] == nil)
        #expect(
            call.rule == .publicAmong([.init(host: "hooks.slack.com"), .init(host: "hooks.slack-gov.com")])
        )
    }

    @Test func `hosts of the settings replace Slack's and permit exactly those`() async throws {
        let hosts = [AddressRule.HostPort(host: "127.0.0.1", port: 9443)]
        let rig = try await Rig(
            channel: SlackChannel(token: nil, hosts: hosts),
            replyTo: Rig.responseURL()
        )
        try await rig.tell("accepted")
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.first?.rule == .exactly(hosts))
    }

    @Test func `an address without https is never called`() async throws {
        let url = ResponseURL(url: "http://hooks.slack.com/x", expiresAt: Timestamp(seconds: 1_790_001_000))
        let rig = try await Rig(
            channel: withoutToken,
            replyTo: .slack(channel: "C1", user: nil, responseURL: url)
        )
        try await rig.tell("accepted")
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.isEmpty)
        #expect(try await rig.entries(.untold).map(\.trouble) == ["slack.response-url-not-permitted"])
    }

    @Test func `the fifth use is kept for the end`() async throws {
        let rig = try await Rig(channel: withoutToken, replyTo: Rig.responseURL())
        for number in 1...6 {
            try await rig.tell("step \(number)")
            try await rig.reporter.runOnce()
        }
        #expect(rig.provider.calls.count == 4)
        #expect(try await rig.entries(.due).count == 2)
        try await rig.tell("succeeded", isFinal: true)
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.count == 5)
        #expect(rig.provider.calls.last?.body["text"] == "⏳ step 5\n⏳ step 6\n⏳ succeeded")
        #expect(try await rig.entries(.sent).count == 7)
        try await rig.tell("released", isFinal: true)
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.count == 5)
        #expect(try await rig.entries(.untold).map(\.trouble) == ["slack.response-url-used-up"])
    }

    @Test func `what was kept is told in the last minute of the address`() async throws {
        let rig = try await Rig(channel: withoutToken, replyTo: Rig.responseURL())
        for number in 1...5 {
            try await rig.tell("step \(number)")
            try await rig.reporter.runOnce()
        }
        #expect(rig.provider.calls.count == 4)
        rig.pass(.seconds(1_741))
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.count == 5)
    }

    @Test func `after half an hour it stays untold and the address is forgotten`() async throws {
        let rig = try await Rig(channel: withoutToken, replyTo: Rig.responseURL())
        try await rig.tell("accepted")
        try await rig.reporter.runOnce()
        rig.pass(.seconds(1_801))
        try await rig.tell("succeeded", isFinal: true)
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.count == 1)
        #expect(try await rig.entries(.untold).count == 1)
        #expect(try await rig.conversation()?.address == .slack(channel: "C1", user: "U1", responseURL: nil))
    }

    @Test func `news for all goes to the tell channel, each in a message of its own`() async throws {
        let tell = TellChannel(source: SourceName("chat"), channel: "CSOC")
        let rig = try await Rig(tell: tell)
        try await rig.tell("late", audience: .tell)
        try await rig.reporter.runOnce()
        try await rig.tell("held", audience: .tell)
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.map { $0.body["channel"] } == ["CSOC", "CSOC"])
        #expect(rig.provider.calls.allSatisfy { $0.url.hasSuffix("chat.postMessage") })
    }

    @Test func `what cannot be told anywhere stays untold and says why`() async throws {
        let rig = try await Rig(channel: nil)
        try await rig.tell("late", audience: .tell)
        try await rig.tell("accepted")
        try await rig.reporter.runOnce()
        let untold = try await rig.entries(.untold).map(\.trouble)
        #expect(untold == ["tell.not-configured", "reply.not-configured"])
    }

    @Test func `a credential of an address is in no log and no trouble`() async throws {
        let rig = try await Rig(
            [.unknown, .answer(500, [:]), .answer(404, [:])],
            channel: withoutToken,
            replyTo: Rig.responseURL()
        )
        try await rig.tell("accepted")
        for _ in 0..<3 {
            try await rig.reporter.runOnce()
            rig.pass(.seconds(5))
        }
        #expect(rig.provider.calls.count == 3)
        let entries = try await rig.entries(.untold)
        #expect(entries.count == 1)
        #expect(!"\(rig.logs.entries) \(entries)".contains("planted"))
        #expect(!rig.logs.entries.isEmpty)
    }
}
