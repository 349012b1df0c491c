import JSONReader
import Testing
import Vocabulary

@testable import Classifying

struct GoogleChatTests {
    static let sample = "extra_google_chat_message.json"
    private static let person = "users/100000000000000000001"
    private static let space = "spaces/AAAAEXAMPLE"
    private static let thread = "spaces/AAAAEXAMPLE/threads/t1"
    private static let job = JobID("j-01j9zk7q4n8t2v6w0xabcdefgh")

    static func reading(domains: Set<String> = []) -> SourceReading {
        SourceReading(
            name: SourceName("soc-google"),
            reader: GoogleChat.self,
            tenants: domains,
            commands: ["/contain", ChatMessage.mention]
        )
    }

    static func body(_ path: String? = nil, _ new: JSONValue? = nil) throws -> JSONValue {
        let whole = try JSONReader.read(try Payload.bytes(sample), root: .object)
        guard let path else { return whole }
        return TeamsTests.changed(whole, path.split(separator: ".")[...], new)
    }

    static func classify(_ body: JSONValue, _ reading: SourceReading = reading()) async -> Classification {
        await Classifier(reading).classify(verified(body.encodedText, kind: GoogleChat.kind), jq: nil)
    }

    private static func pressed(_ press: Press, because: String? = nil) throws -> JSONValue {
        var body = try body("type", "CARD_CLICKED")
        var common: [String: JSONValue] = [
            "invokedFunction": .string(press.actionID(at: 0)),
            "parameters": [
                "bascule": .string(press.actionID(at: 0)), "press": .string(press.value),
            ],
        ]
        if let because { common["formInputs"] = ["because": ["stringInputs": ["value": [.string(because)]]]] }
        body = TeamsTests.changed(body, ["common"], .object(common))
        return body
    }

    @Test func `the sample becomes the intent written beforehand`() async throws {
        let delivery = verified(try Payload.bytes(Self.sample), kind: GoogleChat.kind)
        let classifier = Classifier(Self.reading())
        let intents = await classifier.classify(delivery, jq: nil).intents
        let address = ReplyAddress.at(["space": Self.space, "thread": Self.thread])
        #expect(
            intents == [
                Intent(
                    source: SourceName("soc-google"),
                    asker: .identity(Self.person),
                    askerShownName: "Maya Okafor",
                    request: .action(ActionRequest(action: "isolate", subject: .hostName("ws-0142"))),
                    replyTo: address,
                    route: "/contain",
                    place: .room(Self.space)
                )
            ]
        )
        #expect(
            classifier.senderKey(of: delivery) == "spaces/AAAAEXAMPLE/messages/x.y 2026-08-31T10:44:27.110Z"
        )
    }

    @Test func `a changed byte in person or text changes the intent`() async throws {
        let intent = try #require(await Self.classify(try Self.body()).intents.first)
        for (path, value) in [
            ("user.name", "users/100000000000000000002"), ("message.argumentText", " isolate ws-0143"),
            ("space.name", "spaces/AAAAEXAMPLF"),
        ] as [(String, JSONValue)] {
            var body = try Self.body(path, value)
            if path == "space.name" { body = TeamsTests.changed(body, ["message", "thread"], nil) }
            let changed = await Self.classify(body).intents.first
            #expect(changed != nil && changed != intent, "\(path)")
        }
    }

    @Test func `a mention is read without its name, and what was typed stays what it was`() async throws {
        var body = try Self.body("message.slashCommand", nil)
        body = TeamsTests.changed(
            body,
            ["message", "argumentText"],
            " isolate ws-1 because <users/all> & <http://x|y> &amp;"
        )
        let intent = try #require(await Self.classify(body).intents.first)
        #expect(intent.route == "mention")
        #expect(
            intent.request
                == .action(
                    ActionRequest(
                        action: "isolate",
                        subject: .hostName("ws-1"),
                        reason: "<users/all> & <http://x|y> &amp;"
                    )
                )
        )
    }

    @Test(
        arguments: [
            ("user", nil, "google-chat.no-person"), ("user.name", "users/../x", "google-chat.no-person"),
            ("user.name", 5, "google-chat.no-person"), ("space.name", "spaces/a/b", "google-chat.no-space"),
            ("space.name", 5, "google-chat.no-space"), ("message", nil, "google-chat.no-text"),
            ("message.text", 5, "google-chat.no-text"),
            ("message.thread.name", "spaces/OTHER/threads/t1", "google-chat.no-space"),
            ("message.thread.name", "spaces/AAAAEXAMPLE/threads/../x", "google-chat.no-space"),
        ] as [(String, JSONValue?, String)]
    )
    func `what lacks something or has another type is unreadable`(
        path: String,
        value: JSONValue?,
        code: String
    ) async throws {
        #expect(await Self.classify(try Self.body(path, value)).unreadableCode == code)
    }

    @Test func `only listed domains may speak where any are`() async throws {
        #expect(await Self.classify(try Self.body(), Self.reading(domains: ["example"])).intents.count == 1)
        let others = Self.reading(domains: ["other"])
        #expect(await Self.classify(try Self.body(), others).unreadableCode == "google-chat.not-listed")
        let guest = try Self.body("user.domainId", nil)
        #expect(
            await Self.classify(guest, Self.reading(domains: ["example"])).unreadableCode
                == "google-chat.not-listed"
        )
    }

    @Test func `a bot, and what no person said, start nothing`() async throws {
        #expect(await Self.classify(try Self.body("user.type", "BOT")) == .own)
        #expect(await Self.classify(try Self.body("message.sender.type", "BOT")) == .own)
        for type in ["ADDED_TO_SPACE", "REMOVED_FROM_SPACE", "WIDGET_UPDATED", ""] {
            #expect(await Self.classify(try Self.body("type", .string(type))) == .unmatched)
        }
        #expect(await Self.classify([:]) == .unmatched)
    }

    @Test func `a pressed button is answered to whoever pressed alone`() async throws {
        let press = Press(.deny, job: Self.job, seen: "9f")
        let intent = try #require(
            await Self.classify(try Self.pressed(press, because: "the\npentest")).intents.first
        )
        #expect(intent.request == .deny(Self.job, because: "the pentest", seen: "9f"))
        #expect(
            intent.answeredBy
                == .reply(.at(["space": Self.space, "thread": Self.thread, "person": Self.person]))
        )
        #expect(intent.replyTo == .at(["space": Self.space, "thread": Self.thread]))
        let empty = try #require(await Self.classify(try Self.pressed(press)).intents.first)
        #expect(empty.request == .askWhy(Self.job, seen: "9f", DialogTrigger(id: "", expiresAt: sampleTime)))
        // The older list of parameters.
        var body = try Self.body("type", "CARD_CLICKED")
        body = TeamsTests.changed(
            body,
            ["action"],
            [
                "actionMethodName": "bascule.approve.0",
                "parameters": [
                    ["key": "bascule", "value": "bascule.approve.0"],
                    ["key": "press", "value": .string(Self.job.text)],
                ],
            ]
        )
        #expect(await Self.classify(body).intents.map(\.request) == [.approve(Self.job, seen: nil)])
        let foreign = TeamsTests.changed(body, ["action", "parameters"], [["key": "x", "value": "y"]])
        #expect(await Self.classify(foreign) == .unmatched)
    }

    @Test func `an add-on of Workspace says the same in another shape, and is answered by a message`()
        async throws
    {
        let body = try Self.body()
        let payload: JSONValue = ["message": body["message"] ?? .null, "space": body["space"] ?? .null]
        let addOn: JSONValue = [
            "commonEventObject": ["hostApp": "CHAT"],
            "chat": [
                "user": body["user"] ?? .null, "eventTime": body["eventTime"] ?? .null,
                "messagePayload": payload,
            ],
        ]
        let intent = try #require(await Self.classify(addOn).intents.first)
        #expect(intent.asker == .identity(Self.person))
        #expect(intent.request == .action(ActionRequest(action: "isolate", subject: .hostName("ws-0142"))))
        #expect(intent.answeredBy == .reply(.at(["space": Self.space, "thread": Self.thread])))
        let press = try Self.pressed(Press(.go, job: Self.job))
        let clicked: JSONValue = [
            "commonEventObject": press["common"] ?? .null,
            "chat": ["user": body["user"] ?? .null, "buttonClickedPayload": payload],
        ]
        #expect(await Self.classify(clicked).intents.map(\.request) == [.go(Self.job)])
    }
}
