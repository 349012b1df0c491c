import JSONReader
import Testing
import Vocabulary

@testable import Simulating

/// Buttons, dialogs and whispers as Slack takes and refuses them.
struct SlackTests {
    private func slack(_ bench: Bench, _ method: String, _ body: JSONValue) throws -> JSONValue {
        let headers = ["content-type": ["application/json"], "authorization": ["Bearer xoxb-1"]]
        return try bench.json(bench.call("POST", "/api/\(method)", headers, body.encodedText))
    }

    private static func plain(_ text: String) -> JSONValue { ["type": "plain_text", "text": .string(text)] }

    private static func long(_ count: Int) -> JSONValue { .string(String(repeating: "x", count: count)) }

    static let confirm: JSONValue = [
        "title": plain("Isolate?"), "text": plain("It loses its network."), "confirm": plain("Isolate"),
        "deny": plain("Cancel"), "style": "danger",
    ]

    static let button: JSONValue = [
        "type": "button", "action_id": "a.0", "value": "v", "style": "primary", "text": plain("Approve"),
        "confirm": confirm,
    ]

    static let view: JSONValue = [
        "type": "modal", "callback_id": "c", "private_metadata": "m", "title": plain("Deny"),
        "submit": plain("Deny"), "close": plain("Cancel"),
        "blocks": [
            ["type": "section", "text": plain("what")],
            [
                "type": "input", "block_id": "reason", "label": plain("Why?"),
                "element": ["type": "plain_text_input", "action_id": "reason", "max_length": 1_000],
            ],
        ],
    ]

    private static func changed(_ value: JSONValue, _ path: String, _ new: JSONValue?) -> JSONValue {
        let steps = path.split(separator: ".", maxSplits: 1).map(String.init)
        func inner(_ old: JSONValue?) -> JSONValue? {
            steps.count == 1 ? new : changed(old ?? [:], steps[1], new)
        }
        if case .array(var elements) = value, let index = Int(steps[0]), elements.indices.contains(index) {
            elements[index] = inner(elements[index]) ?? .null
            return .array(elements)
        }
        var members = value.object ?? [:]
        members[steps[0]] = inner(members[steps[0]])
        return .object(members)
    }

    private static func message(_ buttons: [JSONValue]) -> JSONValue {
        let block: JSONValue = ["type": "actions", "block_id": "b", "elements": .array(buttons)]
        return ["channel": "C1", "text": "x", "blocks": [["type": "section", "text": plain("x")], block]]
    }

    @Test func `a whisper is kept with whom it is for`() throws {
        let bench = Bench()
        let body: JSONValue = ["channel": "C1", "user": "U1", "text": "refused"]
        let answer = try slack(bench, "chat.postEphemeral", body)
        #expect(answer["ok"] == true)
        #expect(answer["message_ts"]?.string?.isEmpty == false)
        let kept = try #require(bench.world.messages.first?.json)
        #expect(kept["kind"] == "ephemeral" && kept["place"] == "C1" && kept.at("body.user") == "U1")
        let stamp = try #require(answer["message_ts"])
        let update: JSONValue = ["channel": "C1", "ts": stamp, "text": "changed"]
        #expect(try slack(bench, "chat.update", update)["error"] == "message_not_found")
        let nobody: JSONValue = ["channel": "C1", "text": "refused"]
        #expect(try slack(bench, "chat.postEphemeral", nobody)["error"] == "invalid_arguments")
    }

    @Test func `a dialog opens once for each trigger`() throws {
        let bench = Bench()
        let body: JSONValue = ["trigger_id": "1.2", "view": Self.view]
        let opened = try slack(bench, "views.open", body)
        #expect(opened["ok"] == true)
        #expect(opened.at("view.callback_id") == "c")
        #expect(try slack(bench, "views.open", body)["error"] == "exchanged_trigger_id")
        let other: JSONValue = ["trigger_id": "1.3", "view": Self.view]
        #expect(try slack(bench, "views.open", other)["ok"] == true)
        #expect(try slack(bench, "views.open", ["view": Self.view])["error"] == "invalid_trigger_id")
        #expect(bench.world.messages.map(\.kind) == [.view, .view])
        let kept = try #require(bench.world.messages.first?.json)
        #expect(kept["kind"] == "view" && kept["place"] == "1.2" && kept["text"] == "Deny")
    }

    @Test(
        arguments: [
            ("type", "home"), ("title", nil), ("title", plain("")), ("title.type", "mrkdwn"),
            ("title.text", long(25)), ("submit", nil), ("submit.text", long(25)), ("close.text", long(25)),
            ("callback_id", long(256)), ("callback_id", 7), ("private_metadata", long(3_001)),
            ("blocks", nil), ("blocks", []), ("blocks.0.type", "inputs"), ("blocks.1.label", nil),
            ("blocks.1.label.type", "mrkdwn"), ("blocks.1.element", nil), ("blocks.1.element.type", nil),
            ("blocks.1.element.max_length", 3_001), ("blocks.1.element.max_length", 0),
            ("blocks.0.block_id", "reason"), ("blocks.0.text.text", long(3_001)),
        ] as [(String, JSONValue?)]
    )
    func `a view that Slack would not draw is refused and leaves the trigger unused`(
        path: String,
        value: JSONValue?
    ) throws {
        let bench = Bench()
        let broken: JSONValue = ["trigger_id": "1.2", "view": Self.changed(Self.view, path, value)]
        #expect(try slack(bench, "views.open", broken)["error"] == "invalid_arguments")
        #expect(bench.world.messages.isEmpty)
        let whole: JSONValue = ["trigger_id": "1.2", "view": Self.view]
        #expect(try slack(bench, "views.open", whole)["ok"] == true)
    }

    @Test func `buttons are taken up to Slack's limits`() throws {
        let bench = Bench()
        let many = (0..<25).map { Self.changed(Self.button, "action_id", .string("a.\($0)")) }
        #expect(try slack(bench, "chat.postMessage", Self.message(many))["ok"] == true)
        let more = many + [Self.changed(Self.button, "action_id", "a.25")]
        #expect(try slack(bench, "chat.postMessage", Self.message(more))["error"] == "invalid_blocks")
        #expect(try slack(bench, "chat.postMessage", Self.message([]))["error"] == "invalid_blocks")
        let twice = [Self.button, Self.button]
        #expect(try slack(bench, "chat.postMessage", Self.message(twice))["error"] == "invalid_blocks")
        #expect(bench.world.messages.count == 1)
    }

    @Test(
        arguments: [
            ("type", "knob"), ("text", nil), ("text.type", "mrkdwn"), ("text.text", long(76)),
            ("text.text", ""), ("action_id", long(256)), ("value", long(2_001)), ("value", 7),
            ("style", "plain"), ("confirm.title", nil), ("confirm.title.text", long(101)),
            ("confirm.text.text", long(301)), ("confirm.confirm.text", long(31)), ("confirm.deny", nil),
            ("confirm.deny.text", long(31)), ("confirm.style", "warning"), ("confirm", "sure?"),
        ] as [(String, JSONValue?)]
    )
    func `a button that Slack would not draw is refused`(path: String, value: JSONValue?) throws {
        let bench = Bench()
        let broken = Self.message([Self.changed(Self.button, path, value)])
        #expect(try slack(bench, "chat.postMessage", broken)["error"] == "invalid_blocks")
    }

    @Test func `an input is of a view only`() throws {
        let bench = Bench()
        let body: JSONValue = ["channel": "C1", "text": "x", "blocks": Self.view["blocks"] ?? []]
        #expect(try slack(bench, "chat.postMessage", body)["error"] == "invalid_blocks")
    }
}
