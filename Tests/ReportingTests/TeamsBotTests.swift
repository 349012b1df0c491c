import CurlClient
import Enqueuing
import InMemoryLogging
import JSONReader
import Testing
import Vocabulary

@testable import Reporting

/// What a bot says in Teams, and to whom its token goes.
struct TeamsBotTests {
    static let job = JobID("j-01j9zk7q4n8t2v6w0xabcdefgh")
    static let service = "https://smba.trafficmanager.net/emea"
    static let conversation = "19:x@thread.tacv2;messageid=17"
    static let path = "/v3/conversations/19%3Ax%40thread.tacv2%3Bmessageid%3D17/activities"
    static let place = ReplyAddress.at(["service": service, "conversation": conversation])
    static let token = ScriptedProvider.Step.answer(
        200,
        ["token_type": "Bearer", "expires_in": 3_599, "access_token": "planted.access.token"]
    )

    static func posted(_ id: String = "1.1") -> ScriptedProvider.Step { .answer(201, ["id": .string(id)]) }

    private func rig(
        _ steps: [ScriptedProvider.Step],
        replyTo: ReplyAddress = place,
        hosts: [String]? = nil,
        service: String? = nil
    ) async throws -> Rig {
        try await Rig(
            steps,
            channel: TeamsBotChannel(
                app: "5f0c1d2e-aaaa-4bbb-8ccc-0123456789ab",
                secret: Secret("planted+secret/&="),
                tenant: "7f1c0f5e-0000-4000-8000-000000000001",
                service: service,
                hosts: hosts
            ),
            replyTo: replyTo,
            tell: TellChannel(source: SourceName("chat"), channel: "19:tell@thread.tacv2")
        )
    }

    private func asking(_ buttons: [Button]) -> Notice {
        Notice(
            code: "x",
            tone: .warning,
            text: "asks",
            fields: [Notice.Field("action", "isolate"), Notice.Field("machine", "srv_1")],
            buttons: buttons
        )
    }

    @Test func `a token is asked for once, and goes to the service that the delivery named`() async throws {
        let rig = try await rig([Self.token, Self.posted(), .answer(200, ["id": "1.1"])])
        try await rig.tell("recorded")
        try await rig.reporter.runOnce()
        try await rig.tell("succeeded", isFinal: true)
        try await rig.reporter.runOnce()
        let calls = rig.provider.calls
        #expect(calls.map(\.method) == [.post, .post, .put])
        #expect(
            calls.map(\.url) == [
                "https://login.microsoftonline.com/7f1c0f5e-0000-4000-8000-000000000001/oauth2/v2.0/token",
                Self.service + Self.path, Self.service + Self.path + "/1.1",
            ]
        )
        #expect(calls[0].headers["content-type"] == "application/x-www-form-urlencoded")
        #expect(calls[0].headers["authorization"] == nil)
        for call in calls.dropFirst() {
            #expect(call.headers["authorization"] == "Bearer planted.access.token")
            #expect(call.headers["content-type"] == "application/json")
            #expect(
                call.rule == .publicAmong([AddressRule.HostPort(host: "smba.trafficmanager.net", port: 443)])
            )
        }
        #expect(calls[1].body["type"] == "message")
        #expect(calls[1].body["summary"] == "⏳ recorded")
        #expect(calls[2].body["summary"] == "⏳ succeeded")
        #expect(calls[1].body.at("attachments.0.content.body.0.text") == "⏳ recorded")
        #expect(try await rig.conversation()?.messageID == "1.1")
        #expect(try await rig.entries(.sent).count == 2)
        #expect(!"\(rig.logs.entries)".contains("planted"))
    }

    @Test func `the form of the token arrives as it is`() {
        let order = AccessToken.Order(
            url: "https://login.example/x",
            fields: [("grant_type", Secret("client_credentials")), ("client_secret", Secret("a+b/c&d=é"))]
        )
        let body = order.request(within: .seconds(5)).body?.withText { $0 }
        #expect(body == "grant_type=client_credentials&client_secret=a%2Bb%2Fc%26d%3D%C3%A9")
    }

    @Test func `a token is renewed before it ends, and when it is refused`() async throws {
        let rig = try await rig([
            Self.token, Self.posted(), Self.token, .answer(200, [:]), .answer(401, [:]), Self.token,
            .answer(200, [:]), .answer(401, [:]), Self.token, .answer(401, [:]),
        ])
        try await rig.tell("1")
        try await rig.reporter.runOnce()
        rig.pass(.seconds(3_300))
        try await rig.tell("2")
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.count == 4)
        try await rig.tell("3")
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.count == 7)
        #expect(try await rig.entries(.sent).count == 3)
        try await rig.tell("4")
        try await rig.reporter.runOnce()
        #expect(try await rig.entries(.untold).map(\.trouble) == ["teams-bot.http-401"])
        #expect(rig.provider.calls.count == 10)
    }

    @Test(
        arguments: [
            (.answer(401, ["error": "invalid_client"]), .untold, "teams-bot.token-http-401"),
            (.answer(503, [:]), .due, "teams-bot.token.http-503"),
            (.answer(200, ["x": 1]), .untold, "teams-bot.token-http-200"),
            (.answer(200, ["access_token": "a b"]), .untold, "teams-bot.token-http-200"),
        ] as [(ScriptedProvider.Step, OutboxEntry.State, String)]
    )
    func `without a token nothing is sent`(
        step: ScriptedProvider.Step,
        state: OutboxEntry.State,
        trouble: String
    ) async throws {
        let rig = try await rig([step, Self.token, Self.posted()])
        try await rig.tell("recorded")
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.count == 1)
        #expect(try await rig.entries(state).map(\.trouble) == [trouble])
        #expect(try await rig.entries(state).map(\.mayHaveBeenSent) == [false])
    }

    @Test(arguments: [
        ["service": "https://evil.example/emea", "conversation": conversation],
        ["service": "https://evil.trafficmanager.net/emea", "conversation": conversation],
        ["service": "http://smba.trafficmanager.net/emea", "conversation": conversation],
        ["service": service, "conversation": "19:x/../../y"], ["service": service, "conversation": ""],
        ["service": service, "conversation": "a%2F"], ["conversation": conversation], ["service": service],
        ["room": "x"],
    ])
    func `neither token nor message goes anywhere else`(parts: [String: String]) async throws {
        let rig = try await rig([], replyTo: .at(parts))
        try await rig.tell("recorded")
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.isEmpty)
        #expect(try await rig.entries(.untold).map(\.trouble) == ["teams-bot.place-not-permitted"])
    }

    @Test func `what nobody asked for goes to the service of the settings`() async throws {
        let own = "https://127.0.0.1:9443/teams"
        let rig = try await rig(
            [Self.token, Self.posted(), Self.posted()],
            hosts: ["127.0.0.1:9443"],
            service: own
        )
        try await rig.tell("late", audience: .tell)
        try await rig.reporter.runOnce()
        try await rig.tell("digest", audience: .room(source: SourceName("chat"), room: "19:d@thread.tacv2"))
        try await rig.reporter.runOnce()
        #expect(
            rig.provider.calls.dropFirst().map(\.url) == [
                "\(own)/v3/conversations/19%3Atell%40thread.tacv2/activities",
                "\(own)/v3/conversations/19%3Ad%40thread.tacv2/activities",
            ]
        )
        #expect(
            rig.provider.calls.last?.rule == .exactly([AddressRule.HostPort(host: "127.0.0.1", port: 9443)])
        )
        let other = try await self.rig([], hosts: ["127.0.0.1:9443"])
        try await other.tell("late", audience: .tell)
        try await other.reporter.runOnce()
        #expect(other.provider.calls.isEmpty)
    }

    // MARK: Buttons

    @Test func `buttons are drawn, and go with the next message`() async throws {
        let rig = try await rig([Self.token, Self.posted(), .answer(200, [:])])
        let seen = String(repeating: "9f", count: 32)
        try await rig.put(
            asking([
                Button(
                    .extend,
                    label: "Extend by 4h",
                    style: .primary,
                    job: Self.job,
                    duration: TimeBox("4h")
                ),
                Button(.deny, label: "Deny", style: .danger, job: Self.job, seen: seen),
                Button(.approve, label: "Approve", style: .primary, job: Self.job, seen: seen),
            ])
        )
        try await rig.reporter.runOnce()
        let actions = try #require(
            rig.provider.calls.last?.body.at("attachments.0.content.actions")?.array
        )
        #expect(actions.count == 3)
        let data: JSONValue = ["bascule": "bascule.extend.0", "press": .string("\(Self.job) for=14400")]
        #expect(
            actions[0] == [
                "type": "Action.Execute", "title": "Extend by 4h", "verb": "bascule", "style": "positive",
                "data": data, "fallback": ["type": "Action.Submit", "title": "Extend by 4h", "data": data],
            ]
        )
        let denial: JSONValue = ["bascule": "bascule.deny.1", "press": .string("\(Self.job) seen=\(seen)")]
        #expect(
            actions[1] == [
                "type": "Action.ShowCard", "title": "Deny",
                "card": [
                    "type": "AdaptiveCard",
                    "body": [
                        [
                            "type": "Input.Text", "id": "because", "label": "Why?", "isMultiline": true,
                            "isRequired": true, "errorMessage": "A denial needs a reason.",
                            "maxLength": 1_000,
                        ]
                    ],
                    "actions": [
                        [
                            "type": "Action.Execute", "title": "Deny", "verb": "bascule",
                            "style": "destructive", "data": denial,
                            "fallback": ["type": "Action.Submit", "title": "Deny", "data": denial],
                        ]
                    ],
                ],
            ]
        )
        #expect(actions[2]["type"] == "Action.ShowCard")
        #expect(
            actions[2].at("card.body.0.text")
                == "srv\\_1 loses its network, but for Defender itself, as soon as enough have agreed."
        )
        try await rig.tell("approved")
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.last?.method == .put)
        #expect(rig.provider.calls.last?.body.at("attachments.0.content.actions") == nil)
    }

    @Test(arguments: [404, 403, 410])
    func `a message that is gone is posted anew`(status: Int) async throws {
        let rig = try await rig([Self.token, Self.posted(), .answer(status, [:]), Self.posted("2.2")])
        try await rig.tell("1")
        try await rig.reporter.runOnce()
        try await rig.tell("2")
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.map(\.method) == [.post, .post, .put, .post])
        #expect(try await rig.conversation()?.messageID == "2.2")
    }

    @Test(
        arguments: [
            (.answer(429, [:], [("Retry-After", "3")]), 3, false), (.answer(412, [:]), 1, false),
            (.answer(504, [:]), 1, true), (.unknown, 1, true),
        ] as [(ScriptedProvider.Step, Int, Bool)]
    )
    func `a failure is tried again and says if it may be a repeat`(
        step: ScriptedProvider.Step,
        seconds: Int,
        isRepeated: Bool
    ) async throws {
        let rig = try await rig([Self.token, step, Self.posted()])
        try await rig.tell("recorded")
        try await rig.reporter.runOnce()
        rig.pass(.seconds(seconds))
        try await rig.reporter.runOnce()
        #expect(try await rig.entries(.sent).count == 1)
        #expect(rig.provider.calls.last?.body.encodedText.contains("may have arrived") == isRepeated)
    }

    // MARK: One person

    private static let alone = ReplyAddress.at([
        "service": service, "conversation": conversation, "person": "29:mia", "bot": "28:app",
        "tenant": "7f1c0f5e-0000-4000-8000-000000000001",
    ])

    @Test func `one person is told in a conversation of their own`() async throws {
        let rig = try await rig([Self.token, .answer(201, ["id": "a:1mia"]), Self.posted()])
        try await rig.tell("No grant lets mia", audience: .place(source: SourceName("chat"), Self.alone))
        try await rig.reporter.runOnce()
        let calls = rig.provider.calls
        #expect(
            calls.dropFirst().map(\.url) == [
                "\(Self.service)/v3/conversations", "\(Self.service)/v3/conversations/a%3A1mia/activities",
            ]
        )
        #expect(
            calls[1].body == [
                "bot": ["id": "28:app"], "members": [["id": "29:mia"]], "isGroup": false,
                "tenantId": "7f1c0f5e-0000-4000-8000-000000000001",
                "channelData": ["tenant": ["id": "7f1c0f5e-0000-4000-8000-000000000001"]],
            ]
        )
        #expect(calls[2].body.encodedText.contains("No grant lets mia"))
    }

    @Test func `who cannot be written to is not told before everybody`() async throws {
        let rig = try await rig([Self.token, .answer(403, [:]), Self.posted()])
        try await rig.tell("No grant lets mia", audience: .place(source: SourceName("chat"), Self.alone))
        try await rig.reporter.runOnce()
        let last = try #require(rig.provider.calls.last)
        #expect(last.url == Self.service + Self.path)
        #expect(!last.body.encodedText.contains("mia"))
        #expect(last.body.encodedText.contains("answered to whoever pressed it alone"))
        let hostile = try await self.rig([Self.token, .answer(201, ["id": "../../x"])])
        try await hostile.tell("x", audience: .place(source: SourceName("chat"), Self.alone))
        try await hostile.reporter.runOnce()
        #expect(hostile.provider.calls.count == 2)
        #expect(try await hostile.entries(.untold).map(\.trouble) == ["teams-bot.place-not-permitted"])
    }

    @Test func `an invocation is answered with words for whoever pressed`() throws {
        let notice = Notice(
            code: "x",
            tone: .bad,
            text: "isolate dc_1: *no*",
            fields: [Notice.Field("job", "j")]
        )
        let answer = TeamsBotVoice.immediate(notice, seenByAll: false)
        #expect(answer.status == 200 && answer.contentType == "application/json")
        #expect(
            try JSONReader.read(answer.body, root: .object) == [
                "statusCode": 200, "type": "application/vnd.microsoft.activity.message",
                "value": "❌ isolate dc\\_1: \\*no\\*",
            ]
        )
        #expect(TeamsBotVoice.empty.body.isEmpty && TeamsBotVoice.empty.status == 200)
    }
}
