import JSONReader
import Testing
import Vocabulary

@testable import Classifying

struct MattermostTests {
    private static let name = "mattermost_slash_command.form"
    private static let maya = "j4oyo9sx7j51tyenwhneq75jfi"
    private static let channel = "z7exh5akgb3bdhp848rcxf7ph9"
    private static let team = "881fa8tb86fsudtkraghd1j91h"
    private static let post = "p3exh5akgb3bdhp848rcxf7ph9"

    static func reading(
        teams: Set<String> = [],
        hosts: [String]? = ["chat.aster.example"],
        own: Set<String> = []
    ) -> SourceReading {
        SourceReading(
            name: SourceName("mm"),
            reader: Mattermost.self,
            tenants: teams,
            replyHosts: hosts,
            ownAccounts: own,
            commands: ["/contain", "!mde"]
        )
    }

    private func classify(
        _ delivery: VerifiedDelivery,
        _ reading: SourceReading = reading()
    ) async -> Classification {
        await Classifier(reading).classify(delivery, jq: nil)
    }

    /// The fields of an outgoing webhook, as the sender sends them in JSON.
    private static func message(_ changes: [String: JSONValue?] = [:]) -> VerifiedDelivery {
        var body: [String: JSONValue] = [
            "token": "o85wwq6sfisywfbx3jhpm6cu4m", "team_id": .string(team), "team_domain": "aster",
            "channel_id": .string(channel), "channel_name": "soc-ops",
            "timestamp": .integer(sampleTime.milliseconds), "user_id": .string(maya),
            "user_name": "maya.okafor", "post_id": .string(post), "text": "!mde isolate ws-0142",
            "trigger_word": "!mde", "file_ids": "",
        ]
        for (key, value) in changes { body[key] = value }
        return typed(JSONValue.object(body).encoded(), as: "application/json", kind: Mattermost.kind)
    }

    private static func form(_ changes: [String: String?] = [:]) -> VerifiedDelivery {
        var fields: [String: String] = [
            "token": "t", "team_id": team, "channel_id": channel, "user_id": maya, "command": "/contain",
            "text": "isolate+ws-0142", "trigger_id": "abc",
        ]
        for (name, value) in changes { fields[name] = value }
        let text = fields.map { "\($0.key)=\($0.value)" }.joined(separator: "&")
        return typed(Array(text.utf8), as: "application/x-www-form-urlencoded", kind: Mattermost.kind)
    }

    @Test func `the sample command becomes the intent that the reference expects`() async throws {
        let expected = try Payload.expected(Self.name)
        let delivery = typed(
            try Payload.bytes(Self.name),
            as: "application/x-www-form-urlencoded",
            kind: Mattermost.kind
        )
        let reading = Self.reading(teams: [try #require(expected["tenant"]?.string)])
        let intents = await classify(delivery, reading).intents
        let intent = try #require(intents.first)
        #expect(intents.count == 1)
        #expect(intent.asker == .identity(try #require(expected.at("actor.id")?.string)))
        #expect(intent.askerShownName == expected.at("actor.name")?.string)
        #expect(intent.route == expected["command"]?.string)
        #expect(expected["text"] == "isolate ws-0142 because SEC-1482")
        let request = ActionRequest(action: "isolate", subject: .hostName("ws-0142"), reason: "SEC-1482")
        #expect(intent.request == .action(request))
        let channel = try #require(expected.at("reply.channel")?.string)
        #expect(intent.place == .room(channel))
        let url = ResponseURL(
            url: try #require(expected.at("reply.url")?.string),
            expiresAt: sampleTime + .seconds(1_800)
        )
        #expect(intent.replyTo == .at(["channel": channel], responseURL: url))
        #expect(intent.answeredBy == .response)
        #expect(Mattermost.senderKey(of: delivery) == expected["dedupe_key"]?.string)
    }

    @Test func `a message with the trigger word is a command, answered in its thread`() async throws {
        let intent = try #require(await classify(Self.message()).intents.first)
        #expect(intent.asker == .identity(Self.maya))
        #expect(intent.route == "!mde")
        #expect(intent.request == .action(ActionRequest(action: "isolate", subject: .hostName("ws-0142"))))
        #expect(intent.replyTo == .at(["channel": Self.channel, "thread": Self.post]))
        #expect(Mattermost.senderKey(of: Self.message()) == Self.post)
    }

    @Test func `the same as a form is the same`() async throws {
        let fields = [
            "command": nil, "trigger_id": nil, "post_id": Self.post, "trigger_word": "%21mde",
            "text": "%21mde+isolate+ws-0142", "timestamp": String(sampleTime.milliseconds),
        ]
        let form = await classify(Self.form(fields)).intents
        #expect(form.map(\.request) == (await classify(Self.message()).intents).map(\.request))
        #expect(form.count == 1)
    }

    @Test func `what people type is taken as typed, angle brackets and ampersands too`() async throws {
        let text = "!mde isolate ws-1 because a <b> & &lt;c> @all"
        let intent = await classify(Self.message(["text": .string(text)])).intents.first
        let reason = "a <b> & &lt;c> @all"
        let request = ActionRequest(action: "isolate", subject: .hostName("ws-1"), reason: reason)
        #expect(intent?.request == .action(request))
    }

    @Test func `another text or another person is another intent`() async throws {
        let other = await classify(Self.form(["text": "isolate+ws-0143"])).intents.first
        #expect(other?.request == .action(ActionRequest(action: "isolate", subject: .hostName("ws-0143"))))
        let somebody = await classify(Self.form(["user_id": Self.post])).intents.first
        #expect(somebody?.asker == .identity(Self.post))
    }

    @Test(arguments: [
        ("https://chat.aster.example/hooks/commands/x", true), ("http://chat.aster.example/hooks/x", false),
        ("https://chat.aster.example.evil.example/x", false), ("https://169.254.169.254/latest", false),
        ("https://chat.aster.example:8065/x", false),
    ])
    func `an answer goes to the site of the settings only`(url: String, isUsed: Bool) async throws {
        let escaped = url.replacing(":", with: "%3A").replacing("/", with: "%2F")
        let delivery = Self.form(["response_url": escaped])
        let intent = try #require(await classify(delivery).intents.first)
        #expect(intent.replyTo?.responseURL?.url == (isUsed ? url : nil))
        let nowhere = await classify(delivery, Self.reading(hosts: nil)).intents.first
        #expect(nowhere?.replyTo == .at(["channel": Self.channel]))
    }

    @Test func `our own account is own, another team is not listed, another word unmatched`() async {
        #expect(await classify(Self.message(), Self.reading(own: [Self.maya])) == .own)
        let other = await classify(Self.message(), Self.reading(teams: [Self.post]))
        #expect(other.unreadableCode == "mattermost.not-listed")
        #expect(await classify(Self.message(["trigger_word": "!x", "text": "!x jobs"])) == .unmatched)
        #expect(await classify(Self.form(["command": "/other"])) == .unmatched)
        for word in [nil, "", "!mdexx", "isolate"] as [JSONValue?] {
            #expect(await classify(Self.message(["trigger_word": word])) == .unmatched)
        }
        #expect(await classify(Self.message(["text": "!mdeisolate ws-1"])) == .unmatched)
    }

    @Test(
        arguments: [
            (["user_id": nil], "mattermost.not-a-message"), (["user_id": "../x"], "mattermost.not-a-message"),
            (["user_id": 7], "mattermost.not-a-message"), (["channel_id": "a/b"], "mattermost.not-a-message"),
            (["team_id": .null], "mattermost.not-a-message"), (["post_id": nil], "mattermost.not-a-message"),
            (["post_id": "x"], "mattermost.not-a-message"), (["text": ["x"]], "mattermost.not-a-message"),
            (["timestamp": 0], "stale"), (["timestamp": .integer(.max)], "stale"),
            (["timestamp": .integer(.min)], "stale"),
        ] as [([String: JSONValue?], String)]
    )
    func `what is missing or of another shape is unreadable`(
        changes: [String: JSONValue?],
        code: String
    ) async {
        #expect(await classify(Self.message(changes)).unreadableCode == code)
    }

    @Test(arguments: [
        (#"{"text":1,"text":2}"#, "application/json", "json.duplicate-key"),
        ("[]", "application/json", "json.wrong-root"), ("text=1&text=2", form, "form.duplicate-field"),
        ("text=%ff", form, "form.not-utf8"), ("", form, "mattermost.not-a-message"),
        ("", "application/json", "json.malformed"),
    ])
    func `a body that two readers could read differently is unreadable`(
        body: String,
        type: String,
        code: String
    ) async {
        let delivery = typed(Array(body.utf8), as: type, kind: Mattermost.kind)
        #expect(await classify(delivery).unreadableCode == code)
        #expect(Mattermost.senderKey(of: delivery) == nil)
    }

    // MARK: Buttons

    private static let job = JobID("j-01j9zk7q4n8t2v6w0xabcdefgh")

    private static func press(_ said: JSONValue?, _ changes: [String: JSONValue?] = [:]) -> VerifiedDelivery {
        var body: [String: JSONValue] = [
            "user_id": .string(maya), "user_name": "maya.okafor", "post_id": .string(post),
            "channel_id": .string(channel), "team_id": .string(team), "trigger_id": "t1",
            "context": ["bascule": said ?? .null, "seal": "00"],
        ]
        for (key, value) in changes { body[key] = value }
        return typed(JSONValue.object(body).encoded(), as: "application/json", kind: Mattermost.kind)
    }

    @Test func `buttons of ours say what typing would`() async throws {
        for (press, request) in [
            (Press(.approve, job: Self.job, seen: "9f"), .approve(Self.job, seen: "9f")),
            (Press(.go, job: Self.job), .go(Self.job)),
            (Press(.release, job: Self.job), .releaseClaim(Self.job)),
            (Press(.extend, job: Self.job, duration: .shortest), .extendClaim(Self.job, by: .shortest)),
            (Press(.freeze, job: Self.job), .freeze(because: "the button beside \(Self.job) was pressed")),
        ] as [(Press, Request)] {
            let said = try #require(press.short)
            let delivery = Self.press(.string(said))
            let intent = try #require(await classify(delivery).intents.first)
            #expect(intent.request == request)
            #expect(intent.asker == .identity(Self.maya))
            #expect(intent.place == .room(Self.channel))
            #expect(intent.replyTo == .at(["channel": Self.channel]))
            #expect(Mattermost.senderKey(of: delivery) == "t1")
        }
        let said = JSONValue.string(try #require(Press(.go, job: Self.job).short))
        #expect(await classify(Self.press(said), Self.reading(own: [Self.maya])) == .own)
        let elsewhere = await classify(Self.press(said), Self.reading(teams: [Self.post]))
        #expect(elsewhere.unreadableCode == "mattermost.not-listed")
    }

    @Test func `a body that was believed for its context is nothing but a press`() async {
        let commands: [String: JSONValue?] = [
            "command": "/contain", "text": "isolate ws-1", "trigger_word": "!mde",
        ]
        for said in ["", "deny.01j9zk7q4n8t2v6w0xabcdefgh", "run", nil, 7] as [JSONValue?] {
            let found = await classify(Self.press(said, commands))
            #expect(found.unreadableCode == "mattermost.unknown-button")
        }
        let none = await classify(Self.press("", ["context": nil, "command": "/contain", "text": "jobs"]))
        #expect(none.unreadableCode == "mattermost.unknown-button")
    }

    private static let form = "Application/X-WWW-Form-URLencoded ; charset=utf-8"
}

/// A verified delivery with a content type.
func typed(_ body: [UInt8], as type: String, kind: SourceKind) -> VerifiedDelivery {
    let raw = RawDelivery(
        source: SourceName("source"),
        headers: [.init("content-type", type)],
        body: body,
        receivedAt: sampleTime,
        remoteAddress: "127.0.0.1"
    )
    return VerifiedDelivery(of: raw, kind: kind, signedKey: "00", senderKey: nil, secretIndex: 0)
}
