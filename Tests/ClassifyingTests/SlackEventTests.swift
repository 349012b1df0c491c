import JSONReader
import Testing
import Vocabulary

@testable import Classifying

/// People who address the bot by its name, as Slack's Events API tells it.
struct SlackEventTests {
    private static let name = "slack_event_app_mention.json"
    private static let room = "C05SOCOPS7"
    private static let thread = ReplyAddress.slack(
        channel: room,
        user: "U06MAYA001",
        responseURL: nil,
        thread: "1788172790.003900"
    )

    private static func reading(commands: Set<String> = ["mention"]) -> SourceReading {
        SlackTests.reading(commands: commands)
    }

    /// The sample with members changed; `nil` takes one out.
    private func event(
        _ changes: [String: JSONValue?] = [:],
        outer: [String: JSONValue?] = [:]
    ) throws -> VerifiedDelivery {
        var whole = try JSONReader.read(Payload.bytes(Self.name), root: .object).object ?? [:]
        var event = whole["event"]?.object ?? [:]
        for (key, value) in changes { event[key] = value }
        whole["event"] = .object(event)
        for (key, value) in outer { whole[key] = value }
        return verified(JSONValue.object(whole).encoded(), kind: Slack.kind)
    }

    private func classify(
        _ changes: [String: JSONValue?] = [:],
        outer: [String: JSONValue?] = [:]
    ) async throws -> Classification {
        await Classifier(Self.reading()).classify(try event(changes, outer: outer), jq: nil)
    }

    @Test func `the sample mention becomes the intent that the reference expects`() async throws {
        let expected = try Payload.expected(Self.name)
        let delivery = verified(try Payload.bytes(Self.name), kind: Slack.kind)
        let classifier = Classifier(Self.reading())
        let intents = await classifier.classify(delivery, jq: nil).intents
        let intent = try #require(intents.first)
        #expect(intents.count == 1)
        let tenant = try #require(expected["tenant"]?.string)
        let actor = try #require(expected.at("actor.id")?.string)
        #expect(intent.asker == .identity("\(tenant)/\(actor)"))
        #expect(intent.askerShownName == nil)
        #expect(intent.route == "mention")
        #expect(intent.place == .room(Self.room))
        let request = ActionRequest(action: "release", subject: .hostName("ws-0142"), reason: "SEC-1482")
        #expect(intent.request == .action(request))
        #expect(expected["text"] == "release ws-0142 because SEC-1482")
        let address = ReplyAddress.slack(
            channel: try #require(expected.at("reply.channel")?.string),
            user: actor,
            responseURL: nil,
            thread: expected.at("reply.thread_ts")?.string
        )
        #expect(intent.replyTo == address)
        #expect(intent.answeredBy == .reply(address))
        #expect(classifier.senderKey(of: delivery) == expected["dedupe_key"]?.string)
        #expect(classifier.secondKey(of: delivery) == expected["secondary_dedupe_key"]?.string)
    }

    @Test func `outside a thread the answer opens one under the message`() async throws {
        for absent in [nil, JSONValue.null] {
            let intent = try await classify(["thread_ts": absent]).intents.first
            guard case .slack(_, _, _, let thread) = intent?.replyTo else {
                Issue.record("expected a channel")
                return
            }
            #expect(thread == "1788173100.119209")
        }
    }

    @Test func `whoever says something else, or is somebody else, gets another intent`() async throws {
        let other = try await classify(["text": "<@U04BRIDGEB> release ws-0143 because SEC-1482"]).intents
        let request = ActionRequest(action: "release", subject: .hostName("ws-0143"), reason: "SEC-1482")
        #expect(other.map(\.request) == [.action(request)])
        #expect(
            try await classify(["user": "U07JONAS02"]).intents.map(\.asker) == [
                .identity("T04ASTER01/U07JONAS02")
            ]
        )
    }

    @Test(arguments: [
        ("<@U04BRIDGEB> isolated", true), ("  <@U04BRIDGEB|bascule>: isolated", true),
        ("<@U04BRIDGEB>isolated", true), ("isolated", true), ("<@U07JONAS02> isolated", false),
        ("<@U07JONAS02> <@U04BRIDGEB> isolated", false), ("hello <@U04BRIDGEB> isolated", false),
        ("<@U04BRIDGEB> <@U04BRIDGEB> isolated", false),
    ])
    func `only the bot's own name at the beginning is left out`(text: String, isTaken: Bool) async throws {
        let found = try await classify(["text": .string(text)])
        #expect(found.intents.map(\.request) == (isTaken ? [.isolated] : []))
        if !isTaken {
            guard case .notUnderstood(_, let way) = found else {
                Issue.record("expected words, got \(found)")
                return
            }
            #expect(way == .reply(Self.thread))
        }
    }

    @Test func `without bots among the authorizations any one name at the beginning is left out`()
        async throws
    {
        let alone = try event(["text": "<@U0ANYBODY> jobs"], outer: ["authorizations": []])
        let reading = SourceReading(
            name: SourceName("soc-chat"),
            reader: Slack.self,
            tenants: ["T04ASTER01"],
            commands: ["mention"]
        )
        #expect(await Classifier(reading).classify(alone, jq: nil).intents.map(\.request) == [.jobs])
    }

    @Test func `what bots say starts nothing, what we said ourselves is own`() async throws {
        #expect(try await classify(["bot_id": "B0OTHER"]) == .unmatched)
        #expect(try await classify(["bot_id": "B0OURS", "app_id": "A04BRIDGE1"]) == .own)
        #expect(try await classify(["bot_id": "B0OURS", "user": "U04BRIDGEB"]) == .own)
        #expect(try await classify(["bot_id": 7]) == .unmatched)
        #expect(try await classify(["user": "U04BRIDGEB"]) == .own)
        #expect(try await classify(["user": "UBRIDGE"]) == .own)
        #expect(try await classify(["bot_id": .null]).intents.count == 1)
    }

    @Test(
        arguments: [
            (["team": "T0OTHER"], [:]), (["user_team": "T0OTHER"], [:]), (["source_team": "T0OTHER"], [:]),
            (["team": 7], [:]), (["team": nil], ["is_ext_shared_channel": true]),
            (["team": nil], ["is_ext_shared_channel": nil]),
        ] as [([String: JSONValue?], [String: JSONValue?])]
    )
    func `people of another workspace are refused in private`(
        changes: [String: JSONValue?],
        outer: [String: JSONValue?]
    ) async throws {
        let found = try await classify(changes, outer: outer)
        #expect(
            found
                == .refused(
                    code: "slack.workspace-not-listed",
                    words: "You belong to a workspace that this bridge does not serve; nothing was done.",
                    answeredBy: .whisper(room: Self.room, person: "U06MAYA001")
                )
        )
    }

    @Test func `in a channel that is not shared the person's workspace may be unnamed`() async throws {
        #expect(try await classify(["team": nil]).intents.count == 1)
    }

    @Test func `an edited message is no command`() async throws {
        let found = try await classify(["edited": ["user": "U06MAYA001", "ts": "1788173200.000000"]])
        guard case .refused(let code, _, let way) = found else {
            Issue.record("expected a refusal, got \(found)")
            return
        }
        #expect(code == "slack.edited")
        #expect(way == .reply(Self.thread))
    }

    @Test(
        arguments: [
            (["type": nil], [:], "slack.no-event"), (["user": nil], [:], "slack.not-a-mention"),
            (["user": "U1/U2"], [:], "slack.not-a-mention"), (["channel": 7], [:], "slack.not-a-mention"),
            (["channel": "C1&x"], [:], "slack.not-a-mention"), (["text": nil], [:], "slack.not-a-mention"),
            (["ts": "now"], [:], "slack.not-a-mention"), (["ts": nil], [:], "slack.not-a-mention"),
            (["thread_ts": "1.2\",\"x\":\""], [:], "slack.not-a-mention"),
            (["thread_ts": 17], [:], "slack.not-a-mention"),
            ([:], ["team_id": nil], "slack.not-a-mention"),
            ([:], ["team_id": "T0OTHER"], "slack.workspace-not-listed"),
            ([:], ["event": "text"], "slack.no-event"),
        ] as [([String: JSONValue?], [String: JSONValue?], String)]
    )
    func `what is missing or of another shape is unreadable`(
        changes: [String: JSONValue?],
        outer: [String: JSONValue?],
        code: String
    ) async throws {
        #expect(try await classify(changes, outer: outer).unreadableCode == code)
    }

    @Test func `other events, and mentions without a route, are unmatched`() async throws {
        #expect(try await classify(["type": "message"]) == .unmatched)
        let found = await Classifier(Self.reading(commands: ["/mde"])).classify(try event(), jq: nil)
        #expect(found == .unmatched)
    }

    @Test func `that events are held back is answered`() async {
        let body = #"{"token":"x","type":"app_rate_limited","team_id":"T1","minute_rate_limited":1518467820}"#
        let found = await Classifier(Self.reading()).classify(verified(body, kind: Slack.kind), jq: nil)
        #expect(found == .handshake(HookAnswer(status: 200, contentType: "text/plain", body: "")))
    }

    @Test func `keys of another shape are none`() throws {
        let classifier = Classifier(Self.reading())
        let long = JSONValue.string(String(repeating: "E", count: 101))
        for id in [nil, .null, "", 7, long] as [JSONValue?] {
            #expect(classifier.senderKey(of: try event(outer: ["event_id": id])) == nil)
        }
        for stamp in [nil, .null, "", 7, "1.2.3", "1 2"] as [JSONValue?] {
            #expect(classifier.secondKey(of: try event(["event_ts": stamp])) == nil)
        }
        #expect(classifier.secondKey(of: try event(["type": "message"])) == nil)
        #expect(classifier.secondKey(of: verified(SlackTests.form(), kind: Slack.kind)) == nil)
    }
}
