import JSONReader
import Testing
import Vocabulary

@testable import Classifying

struct SlackInteractionTests {
    static let job = JobID("j-01j9zk7q4n8t2v6w0xabcdefgh")
    static let digest = String(repeating: "9f", count: 32)
    static let room = "C05SOCOPS7"

    /// The reference's press, with a button of ours and further changes by path; nil takes out.
    static func press(
        _ press: Press? = Press(.approve, job: job, seen: digest),
        _ changes: [String: JSONValue?] = [:]
    ) throws -> JSONValue {
        var payload = try sample("slack_block_actions.form")
        if let press {
            payload = payload.setting("actions.0.action_id", .string(press.actionID(at: 0)))
                .setting("actions.0.value", .string(press.value))
        }
        return changes.reduce(payload) { $0.setting($1.key, $1.value) }
    }

    /// The reference's form, as our dialog would come back.
    static func form(
        because reason: JSONValue = "false alarm",
        _ changes: [String: JSONValue?] = [:]
    ) throws -> JSONValue {
        let metadata = DenialForm(job: job, seen: digest, room: room).metadata
        let payload = try sample("slack_view_submission.form")
            .setting("view.callback_id", .string(DenialForm.callbackID))
            .setting("view.private_metadata", .string(metadata))
            .setting(
                "view.state.values",
                ["reason": ["reason": ["type": "plain_text_input", "value": reason]]]
            )
        return changes.reduce(payload) { $0.setting($1.key, $1.value) }
    }

    private static func sample(_ name: String) throws -> JSONValue {
        let payload = try #require(try FormFields(Payload.bytes(name))["payload"])
        return try JSONReader.read(payload, root: .object)
    }

    static func delivery(_ payload: String) -> VerifiedDelivery {
        let escaped = payload.utf8.map { byte in
            "%" + String(Int(byte) + 256, radix: 16).dropFirst()
        }
        return verified("payload=" + escaped.joined(), kind: Slack.kind)
    }

    static func classify(
        _ payload: JSONValue,
        workspaces: Set<String> = ["T04ASTER01"]
    ) async -> Classification {
        await Classifier(SlackTests.reading(workspaces: workspaces))
            .classify(delivery(payload.encodedText), jq: nil)
    }

    // MARK: What is asked

    @Test(
        arguments: [
            (Press(.approve, job: job, seen: digest), Request.approve(job, seen: digest)),
            (Press(.approve, job: job), .approve(job, seen: nil)),
            (Press(.go, job: job), .go(job)),
            (
                Press(.extend, job: job, duration: TimeBox("4h")),
                TimeBox("4h").map { .extendClaim(job, by: $0) }
            ),
            (Press(.release, job: job), .releaseClaim(job)),
            (Press(.freeze, job: job), .freeze(because: "the button beside \(job) was pressed")),
            (
                Press(.deny, job: job, seen: digest),
                .askWhy(
                    job,
                    seen: digest,
                    DialogTrigger(
                        id: "6012345999901.4012345678.1f2e3d4c5b6a79880716253443526170",
                        expiresAt: sampleTime + .seconds(3)
                    )
                )
            ),
        ] as [(Press, Request?)]
    )
    func `a press asks for what its button says`(press: Press, request: Request?) async throws {
        let payload = try Self.press(press)
        let expected = try Payload.expected("slack_block_actions.form")
        let actor = try #require(expected.at("actor.id")?.string)
        let channel = try #require(expected.at("reply.channel")?.string)
        let tenant = try #require(expected["tenant"]?.string)
        let intent = Intent(
            source: SourceName("soc-chat"),
            asker: .identity("\(tenant)/\(actor)"),
            askerShownName: expected.at("actor.name")?.string,
            request: try #require(request),
            replyTo: .slack(channel: channel, user: actor, responseURL: nil),
            place: .room(channel),
            answeredBy: .whisper(room: channel, person: actor)
        )
        #expect(await Self.classify(payload) == .intents([intent]))
    }

    @Test func `a form says why somebody denies`() async throws {
        let payload = try Self.form(because: "a false\u{200B} alarm,\n\tsee “SEC-1” <!channel>")
        let intent = try #require(await Self.classify(payload).intents.first)
        let words = #"a false alarm, see "SEC-1" <!channel>"#
        #expect(intent.request == .deny(Self.job, because: words, seen: Self.digest))
        #expect(intent.asker == .identity("T04ASTER01/U06MAYA001"))
        #expect(intent.place == .room(Self.room))
        #expect(intent.answeredBy == .whisper(room: Self.room, person: "U06MAYA001"))
        #expect(intent.replyTo == .slack(channel: Self.room, user: "U06MAYA001", responseURL: nil))
    }

    @Test func `a long reason is cut`() async throws {
        let payload = try Self.form(because: .string(String(repeating: "x ", count: 5_000)))
        guard case .deny(_, let reason, _) = await Self.classify(payload).intents.first?.request else {
            Issue.record("expected a denial")
            return
        }
        #expect(reason.count == DenialForm.reasonCharactersMax)
    }

    @Test(arguments: ["", " \n\t ", "\u{200B}", nil] as [String?])
    func `a form without a reason stays open and says so`(reason: String?) async throws {
        let payload = try Self.form(because: reason.map { .string($0) } ?? .null)
        #expect(
            await Self.classify(payload)
                == .refused(
                    code: "slack.no-reason",
                    words: "A denial needs a reason.",
                    answeredBy: .form(field: "reason")
                )
        )
    }

    // MARK: Who

    /// In a channel shared with another organisation `team` is where it happened, `user.team_id` who acted.
    @Test(
        arguments: [
            ["user.team_id": "T0OTHER"], ["team.id": "T0OTHER"],
            ["team.id": "T0OTHER", "user.team_id": "T0OTHER"],
            ["user.team_id": nil], ["team": nil, "user.team_id": "T0OTHER"],
            ["team": .null, "user.team_id": nil],
            ["user.team_id": "E04ASTER99"],
        ] as [[String: JSONValue?]]
    )
    func `whoever is of another workspace is refused in private`(changes: [String: JSONValue?]) async throws {
        let words = "You belong to a workspace that this bridge does not serve; nothing was done."
        for (payload, user) in [
            (try Self.press(changes: changes), "U07JONAS02"),
            (try Self.form(because: "", changes), "U06MAYA001"),
        ] {
            #expect(
                await Self.classify(payload)
                    == .refused(
                        code: "slack.workspace-not-listed",
                        words: words,
                        answeredBy: .whisper(room: Self.room, person: user)
                    )
            )
        }
    }

    @Test func `an app of a whole organisation names the workspace with the person only`() async throws {
        let intent = await Self.classify(try Self.press(changes: ["team": .null])).intents.first
        #expect(intent?.asker == .identity("T04ASTER01/U07JONAS02"))
    }

    @Test func `both workspaces may be listed`() async throws {
        let payload = try Self.press(changes: ["user.team_id": "T0PARTNER"])
        let intent = await Self.classify(payload, workspaces: ["T04ASTER01", "T0PARTNER"]).intents.first
        #expect(intent?.asker == .identity("T04ASTER01/U07JONAS02"))
        #expect(await Self.classify(payload, workspaces: []).intents.isEmpty)
    }

    @Test func `our own account is own`() async throws {
        #expect(await Self.classify(try Self.press(changes: ["user.id": "UBRIDGE"])) == .own)
    }

    // MARK: What is not read

    @Test(
        arguments: [
            (["user.id": nil], "slack.no-person"), (["user.id": "U1/U2"], "slack.no-person"),
            (["team.id": "t1"], "slack.no-person"), (["team": ["domain": "x"]], "slack.no-person"),
            (["user.team_id": ""], "slack.no-person"),
            (["container.channel_id": "C1\nC2"], "slack.no-channel"),
            (["container.channel_id": nil, "channel.id": nil], "slack.no-channel"),
            (["actions.0.value": nil], "slack.unknown-button"),
            (["actions.0.value": "req_01J9"], "slack.unknown-button"),
            (["actions.0.action_id": "bascule.launch"], "slack.unknown-button"),
            (["actions.0.type": "static_select"], "slack.not-one-button"),
            (["type": "view_closed"], "slack.unknown-interaction"),
            (["type": "shortcut"], "slack.unknown-interaction"),
            (["type": nil], "slack.unknown-interaction"),
        ] as [([String: JSONValue?], String)]
    )
    func `a press that is not wholly understood is unreadable`(
        changes: [String: JSONValue?],
        code: String
    ) async throws {
        #expect(await Self.classify(try Self.press(changes: changes)).unreadableCode == code)
    }

    @Test(arguments: [nil, "", "a b", String(repeating: "1", count: 201)] as [String?])
    func `a denial needs what opens a dialog`(trigger: String?) async throws {
        let payload = try Self.press(
            Press(.deny, job: Self.job),
            ["trigger_id": trigger.map { .string($0) }]
        )
        #expect(await Self.classify(payload).unreadableCode == "slack.no-trigger")
    }

    @Test func `two buttons at once are unreadable`() async throws {
        let payload = try Self.press()
        let action = try #require(payload.at("actions.0"))
        let twice = payload.setting("actions", .array([action, action]))
        #expect(await Self.classify(twice).unreadableCode == "slack.not-one-button")
        let beside = payload.setting("actions", .array([action, action.setting("action_id", "other")]))
        #expect(await Self.classify(beside).unreadableCode == "slack.not-one-button")
    }

    @Test func `buttons and forms of somebody else are unmatched`() async throws {
        #expect(await Self.classify(try Self.press(nil)) == .unmatched)
        #expect(await Self.classify(try Self.press(changes: ["actions": []])) == .unmatched)
        #expect(await Self.classify(try Self.form(["view.callback_id": "contain_host"])) == .unmatched)
    }

    @Test(
        arguments: [
            ["view.private_metadata": "{}"], ["view.private_metadata": nil],
            ["view.private_metadata": .string("\(job) room=c-1")],
            ["view.state.values": nil], ["view.state.values.reason.reason.value": nil],
            ["view.state.values.reason.reason.value": 7], ["view.state.values.reason.reason.value": ["a"]],
        ] as [[String: JSONValue?]]
    )
    func `a form that is not wholly understood is unreadable`(changes: [String: JSONValue?]) async throws {
        #expect(await Self.classify(try Self.form(changes)).unreadableCode == "slack.broken-form")
    }

    @Test(arguments: [
        (#"{"type":"block_actions","type":"view_submission"}"#, "json.duplicate-key"),
        ("[]", "json.wrong-root"), ("", "json.malformed"), ("{}", "slack.unknown-interaction"),
    ])
    func `a payload is read strictly`(payload: String, code: String) async {
        let found = await Classifier(SlackTests.reading()).classify(Self.delivery(payload), jq: nil)
        #expect(found.unreadableCode == code)
    }

    /// No byte of a value is ignored: whatever is changed asks for something else, or for nothing.
    @Test(arguments: [
        Press(.approve, job: job, seen: "9f86d081"), Press(.extend, job: job, duration: TimeBox("4h")),
        Press(.deny, job: job, seen: "9f86d081"), Press(.release, job: job),
    ])
    func `a changed byte of a value changes what is asked`(press: Press) async throws {
        let original = await Self.classify(try Self.press(press))
        #expect(original.intents.count == 1)
        let bytes = Array(press.value.utf8)
        for index in bytes.indices {
            for flipped in [UInt8(1), 2, 4] {
                var changed = bytes
                changed[index] ^= flipped
                let value = JSONValue.string(String(decoding: changed, as: UTF8.self))
                let found = await Self.classify(try Self.press(press, ["actions.0.value": value]))
                #expect(found != original, "byte \(index)")
            }
        }
    }

    // MARK: Once

    @Test func `a press and a form are known by their trigger`() throws {
        let classifier = Classifier(SlackTests.reading())
        func key(_ payload: JSONValue) -> String? {
            classifier.senderKey(of: Self.delivery(payload.encodedText))
        }
        let press = try Self.press()
        #expect(key(press) == "6012345999901.4012345678.1f2e3d4c5b6a79880716253443526170")
        #expect(key(press.setting("trigger_id", "another")) == "another")
        #expect(key(try Self.form()) == "6012346111101.4012345678.99aabbccddeeff001122334455667788")
        #expect(key(press.setting("type", "view_closed")) == nil)
        #expect(key(press.setting("trigger_id", 7)) == nil)
    }
}

extension SlackInteractionTests {
    static func press(changes: [String: JSONValue?]) throws -> JSONValue {
        try press(Press(.approve, job: job, seen: digest), changes)
    }

    static func form(_ changes: [String: JSONValue?]) throws -> JSONValue {
        try form(because: "false alarm", changes)
    }
}

extension JSONValue {
    /// The value with another one at a dotted path; nil takes it out.
    func setting(_ path: String, _ value: JSONValue?) -> JSONValue {
        let steps = path.split(separator: ".", maxSplits: 1).map(String.init)
        guard let step = steps.first else { return self }
        func inner(_ old: JSONValue?) -> JSONValue? {
            steps.count == 1 ? value : (old ?? .object([:])).setting(steps[1], value)
        }
        if case .array(var elements) = self, let index = Int(step), elements.indices.contains(index) {
            if let new = inner(elements[index]) { elements[index] = new } else { elements.remove(at: index) }
            return .array(elements)
        }
        var members = object ?? [:]
        members[step] = inner(members[step])
        return .object(members)
    }
}
