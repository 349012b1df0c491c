import CurlClient
import Enqueuing
import JSONReader
import Testing
import Vocabulary

@testable import Reporting

struct SlackButtonTests {
    static let job = JobID("j-01j9zk7q4n8t2v6w0xabcdefgh")
    static let hostile = "<!channel> <https://evil.example|click> *bold* :boom:"
    static let tell = TellChannel(source: SourceName("chat"), channel: "CSOC")

    static func notice(
        _ text: String,
        _ buttons: [Button]? = nil,
        action: String = "isolate",
        machine: String = "laptop-7"
    ) -> Notice {
        let fields = [Notice.Field("action", action), Notice.Field("machine", machine)]
        return Notice(code: "job.test", tone: .warning, text: text, fields: fields, buttons: buttons)
    }

    static let approval = [
        Button(.approve, label: "Approve", style: .primary, job: job, seen: "ab12"),
        Button(.deny, label: "Deny", style: .danger, job: job, seen: "ab12"),
    ]

    private func actions(_ message: JSONValue?) -> [JSONValue] {
        (message?["blocks"]?.array ?? []).filter { $0["type"] == "actions" }
    }

    private func elements(_ notice: Notice) -> [JSONValue] {
        actions(SlackMessage.render([notice], hasButtons: true)).first?["elements"]?.array ?? []
    }

    // MARK: Drawing

    @Test func `a button carries what its press says`() throws {
        let extend = Button(.extend, label: "Extend 4h", job: Self.job, duration: TimeBox("4h"))
        let found = elements(Self.notice("isolated", [extend] + Self.approval))
        #expect(found.map { $0["type"] } == ["button", "button", "button"])
        let presses = found.map { element in
            Press(actionID: element["action_id"]?.string ?? "", value: element["value"]?.string ?? "")
        }
        #expect(presses == ([extend] + Self.approval).map(\.press))
        #expect(Set(found.compactMap { $0["action_id"]?.string }).count == 3)
        #expect(found.map { $0["style"]?.string } == [nil, "primary", "danger"])
        #expect(found[1]["text"] == ["type": "plain_text", "text": "Approve", "emoji": false])
    }

    @Test(
        arguments: [
            (.approve, "isolate", "Isolate laptop-7?"), (.release, "isolate", "Release laptop-7?"),
            (.freeze, "isolate", "Freeze Bascule?"), (.approve, "scan", nil), (.approve, "release", nil),
            (.deny, "isolate", nil), (.go, "isolate", nil), (.extend, "isolate", nil),
        ] as [(Button.Word, String, String?)]
    )
    func `what is far-reaching is asked once more`(word: Button.Word, action: String, title: String?) throws {
        let button = Button(word, label: "x", job: Self.job, duration: word == .extend ? TimeBox("4h") : nil)
        let element = try #require(elements(Self.notice("text", [button], action: action)).first)
        #expect(element.at("confirm.title.text")?.string == title)
        guard title != nil else { return }
        #expect(element.at("confirm.style") == "danger")
        #expect(element.at("confirm.confirm.text")?.string?.lowercased() == word.rawValue)
        #expect(element.at("confirm.deny.text") == "Cancel")
    }

    @Test func `foreign text beside a button is plain text within Slack's limits`() throws {
        let long = String(repeating: Self.hostile, count: 100)
        let buttons = [
            Button(.release, label: long, job: Self.job), Button(.approve, label: "", job: Self.job),
        ]
        let found = elements(Self.notice("text", buttons, machine: long))
        for element in found {
            let texts = ["text", "confirm.title", "confirm.text", "confirm.confirm", "confirm.deny"]
            for (path, most) in zip(texts, [75, 100, 300, 30, 30]) {
                let text = try #require(element.at(path))
                #expect(text["type"] == "plain_text")
                #expect(text["emoji"] == false)
                #expect((1...most).contains(try #require(text["text"]?.string).utf16.count))
            }
        }
        #expect(found[0].at("confirm.title.text")?.string?.contains("<!channel>") == true)
        #expect(found[1].at("text.text") == "approve")
    }

    @Test func `more buttons than Slack takes are left out`() {
        let many = (0..<30).map { _ in Button(.go, label: "Go", job: Self.job) }
        #expect(elements(Self.notice("text", many)).count == 25)
        #expect(elements(Self.notice("text", [])).isEmpty)
    }

    @Test func `only the newest notice's buttons are shown, and none in an answer to a command`() throws {
        let older = Self.notice("asked", Self.approval)
        let newer = Self.notice("approved")
        #expect(actions(SlackMessage.render([newer, older], hasButtons: true)).count == 1)
        #expect(actions(SlackMessage.render([older, newer], hasButtons: true)).isEmpty)
        #expect(actions(SlackMessage.render([older])).isEmpty)
        let answer = SlackMessage.immediate(older, seenByAll: false).body
        #expect(actions(try JSONReader.read(answer, root: .object)).isEmpty)
    }

    // MARK: Calling

    @Test func `buttons go away with the next notice that has none`() async throws {
        let rig = try await Rig()
        try await rig.put(Self.notice("asked", Self.approval))
        try await rig.reporter.runOnce()
        try await rig.put(Self.notice("approved"))
        try await rig.reporter.runOnce()
        let calls = rig.provider.calls
        #expect(calls.map { $0.url.split(separator: "/").last } == ["chat.postMessage", "chat.update"])
        #expect(calls.map { actions($0.body).count } == [1, 0])
    }

    @Test func `without a token nothing can be pressed`() async throws {
        let rig = try await Rig(channel: SlackChannel(token: nil), replyTo: Rig.responseURL())
        try await rig.put(Self.notice("asked", Self.approval))
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.map { actions($0.body).count } == [0])
    }

    @Test(arguments: [Audience.tell, .room(source: SourceName("chat"), room: "CSOC")])
    func `in a room each card keeps its own buttons`(audience: Audience) async throws {
        let rig = try await Rig(tell: Self.tell)
        try await rig.put(Self.notice("news"), audience: audience)
        try await rig.put(Self.notice("one", Self.approval), audience: audience)
        try await rig.put(Self.notice("two", Self.approval), audience: audience)
        try await rig.put(Self.notice("more"), audience: audience)
        for _ in 0..<3 { try await rig.reporter.runOnce() }
        let calls = rig.provider.calls
        #expect(calls.map { $0.body["text"] } == ["⚠️ news\n⚠️ one", "⚠️ two", "⚠️ more"])
        #expect(calls.map { actions($0.body).count } == [1, 1, 0])
        #expect(calls.map { $0.body["channel"] } == ["CSOC", "CSOC", "CSOC"])
        #expect(calls.allSatisfy { $0.url == "https://slack.com/api/chat.postMessage" })
        #expect(try await rig.entries(.sent).count == 4)
    }

    @Test func `a whisper is for one person in one room`() async throws {
        let rig = try await Rig()
        let audience = Audience.whisper(source: SourceName("chat"), room: "C2", person: "U2")
        try await rig.put(Self.notice(Self.hostile, Self.approval), audience: audience)
        try await rig.reporter.runOnce()
        let call = try #require(rig.provider.calls.first)
        #expect(call.url == "https://slack.com/api/chat.postEphemeral")
        #expect(call.body["channel"] == "C2" && call.body["user"] == "U2")
        #expect(call.body["text"]?.string?.contains("&lt;!channel&gt;") == true)
        #expect(call.body.at("blocks.0.text.type") == "plain_text")
        #expect(actions(call.body).isEmpty)
        #expect(try await rig.entries(.sent).count == 1)
    }

    @Test func `a person without a bot is told nothing`() async throws {
        let rig = try await Rig(channel: SlackChannel(token: nil))
        let audience = Audience.whisper(source: SourceName("chat"), room: "C2", person: "U2")
        try await rig.put(Self.notice("refused"), audience: audience)
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.isEmpty)
        #expect(try await rig.entries(.untold).map(\.trouble) == ["slack.no-token"])
    }

    @Test func `another source is asked for its own room`() async throws {
        let rig = try await Rig()
        try await rig.put(Self.notice("x"), audience: .room(source: SourceName("gone"), room: "C2"))
        try await rig.reporter.runOnce()
        #expect(try await rig.entries(.untold).map(\.trouble) == ["reply.not-configured"])
    }
}
