import CurlClient
import Enqueuing
import InMemoryLogging
import JSONReader
import Testing
import Vocabulary

@testable import Reporting

struct SlackDialogTests {
    private static let job = SlackButtonTests.job
    private static let chat = SourceName("chat")
    private static let whisper = Audience.whisper(source: chat, room: "C1", person: "U2")

    private func dialog(_ rig: Rig, title: String = "isolate srv-1", seconds: Int64 = 3) -> Dialog {
        Dialog(
            job: Self.job,
            seen: "ab12",
            title: title,
            trigger: DialogTrigger(id: "111.222.planted", expiresAt: rig.now + .seconds(seconds)),
            room: "C1",
            person: "U2"
        )
    }

    private func ask(_ rig: Rig, title: String = "isolate srv-1") async throws {
        let audience = Audience.dialog(source: Self.chat, dialog(rig, title: title))
        let notice = Notice(code: "approval.why", tone: .progress, text: "Why?")
        try await rig.ledger.write { try tell(audience, notice, about: Self.job, in: $0) }
    }

    /// What whoever pressed is told in the end.
    private func told(_ rig: Rig) async throws -> [OutboxEntry] {
        try await rig.ledger.read { try $0.outboxPending(Self.whisper) }
    }

    @Test func `the dialog asks why and carries what is denied`() async throws {
        let rig = try await Rig([.answer(200, ["ok": true, "view": ["id": "V1"]])])
        try await ask(rig)
        try await rig.reporter.runOnce()
        let call = try #require(rig.provider.calls.first)
        #expect(call.url == "https://slack.com/api/views.open")
        #expect(call.headers["authorization"] == "Bearer xoxb-planted")
        #expect(call.body["trigger_id"] == "111.222.planted")
        let view = try #require(call.body["view"])
        #expect(view["type"] == "modal")
        #expect(view["callback_id"] == "bascule.deny")
        #expect(view["title"] == ["type": "plain_text", "text": "Deny isolate srv-1", "emoji": false])
        let form = DenialForm(metadata: view["private_metadata"]?.string ?? "")
        #expect(form == DenialForm(job: Self.job, seen: "ab12", room: "C1"))
        let input = try #require(view.at("blocks.1"))
        #expect(input["type"] == "input" && input["block_id"] == "reason")
        #expect(input["optional"] == nil)
        #expect(input.at("element.action_id") == "reason")
        #expect(input.at("element.type") == "plain_text_input")
        #expect(input.at("element.max_length") == 1_000)
        #expect(try await rig.entries(.sent).count == 1)
        #expect(try await told(rig).isEmpty)
    }

    @Test func `a machine's name in a dialog is plain text within the limits`() async throws {
        let rig = try await Rig()
        try await ask(rig, title: "isolate " + String(repeating: SlackButtonTests.hostile, count: 100))
        try await rig.reporter.runOnce()
        let view = try #require(rig.provider.calls.first?.body["view"])
        for (path, most) in [("title", 24), ("submit", 24), ("close", 24), ("blocks.0.text", 3_000)] {
            let text = try #require(view.at(path))
            #expect(text["type"] == "plain_text")
            #expect(try #require(text["text"]?.string).utf16.count <= most)
        }
    }

    @Test(arguments: [
        "expired_trigger_id", "trigger_expired", "exchanged_trigger_id", "invalid_trigger_id", "not_authed",
    ])
    func `what Slack does not open is not tried again, and the person is told what to type`(
        error: String
    ) async throws {
        let rig = try await Rig([.answer(200, ["ok": false, "error": .string(error)])])
        try await ask(rig)
        try await rig.reporter.runOnce()
        #expect(try await rig.entries(.untold).map(\.trouble) == ["slack.\(error)"])
        let words = try await told(rig)
        #expect(words.map(\.notice.code) == ["dialog.not-opened"])
        #expect(words.first?.notice.text.contains("deny \(Self.job) because <reason>") == true)
        try await rig.reporter.runOnce()
        #expect(
            rig.provider.calls.map { $0.url.split(separator: "/").last } == [
                "views.open", "chat.postEphemeral",
            ]
        )
    }

    @Test func `an expired trigger is not used at all`() async throws {
        let rig = try await Rig()
        try await ask(rig)
        rig.pass(.seconds(3))
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.isEmpty)
        #expect(try await rig.entries(.untold).map(\.trouble) == ["slack.trigger-expired"])
        #expect(try await told(rig).count == 1)
    }

    @Test func `a dialog is tried for as long as its trigger lives`() async throws {
        let rig = try await Rig([.notSent, .notSent, .notSent, .notSent])
        try await ask(rig)
        for _ in 0..<4 {
            try await rig.reporter.runOnce()
            rig.pass(.milliseconds(1_000))
        }
        // After 1 s and then after 2 s more the three seconds are over.
        let tries = rig.provider.calls.filter { $0.url.hasSuffix("views.open") }
        #expect(tries.count == 2)
        #expect(try await rig.entries(.untold).map(\.audience.job) == [Self.job])
    }

    @Test func `a dialog that the first try opened is open`() async throws {
        let rig = try await Rig([.unknown, .answer(200, ["ok": false, "error": "exchanged_trigger_id"])])
        try await ask(rig)
        try await rig.reporter.runOnce()
        rig.pass(.seconds(1))
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.count == 2)
        #expect(try await rig.entries(.sent).count == 1)
        #expect(try await told(rig).isEmpty)
    }

    @Test func `without a token there is no dialog`() async throws {
        let rig = try await Rig(channel: SlackChannel(token: nil))
        try await ask(rig)
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.isEmpty)
        #expect(try await rig.entries(.untold).map(\.trouble) == ["slack.no-token"])
    }

    @Test func `a trigger is in no log`() async throws {
        let rig = try await Rig([.unknown, .answer(500, [:])])
        try await ask(rig)
        for _ in 0..<3 {
            try await rig.reporter.runOnce()
            rig.pass(.seconds(2))
        }
        #expect(!rig.logs.entries.isEmpty)
        #expect(!"\(rig.logs.entries)".contains("planted"))
        #expect(!"\(dialog(rig))".contains("planted"))
    }

    @Test func `a form that lacks something stays open`() throws {
        let answer = SlackMessage.formStaysOpen(field: "reason", words: "A denial needs a reason.")
        #expect(answer.status == 200 && answer.contentType == "application/json")
        #expect(
            answer.body
                == #"{"errors":{"reason":"A denial needs a reason."},"response_action":"errors"}"#
        )
    }
}
