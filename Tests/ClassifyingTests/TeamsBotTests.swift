import JSONReader
import Testing
import Vocabulary

@testable import Classifying

struct TeamsBotTests {
    private static let service = "https://smba.trafficmanager.net/emea"
    private static let job = JobID("j-01j9zk7q4n8t2v6w0xabcdefgh")
    private static let seen = String(repeating: "9f", count: 32)
    private static let conversation = "\(TeamsTests.channel);messageid=1788172952711"

    static func reading(hosts: [String]? = nil) -> SourceReading {
        SourceReading(
            name: SourceName("soc-teams"),
            reader: TeamsBot.self,
            tenants: [TeamsTests.tenant],
            replyHosts: hosts,
            commands: [ChatMessage.mention]
        )
    }

    /// The sample as a bot is sent it.
    private static func message(_ path: String? = nil, _ new: JSONValue? = nil) throws -> JSONValue {
        var body = try TeamsTests.body("recipient", ["id": "28:app", "name": "ContainBot"])
        body = TeamsTests.changed(
            body,
            ["entities"],
            [
                [
                    "type": "mention", "mentioned": ["id": "28:app", "name": "ContainBot"],
                    "text": "<at>ContainBot</at>",
                ]
            ]
        )
        guard let path else { return body }
        return TeamsTests.changed(body, path.split(separator: ".")[...], new)
    }

    private static func invoke(
        _ press: Press,
        because: JSONValue? = nil,
        _ path: String? = nil,
        _ new: JSONValue? = nil
    ) throws -> JSONValue {
        var data: [String: JSONValue] = [
            "bascule": .string(press.actionID(at: 0)), "press": .string(press.value),
        ]
        data["because"] = because
        var body = try message("type", "invoke")
        body = TeamsTests.changed(body, ["name"], "adaptiveCard/action")
        let action: JSONValue = ["type": "Action.Execute", "verb": "bascule", "data": .object(data)]
        body = TeamsTests.changed(body, ["value"], ["action": action, "trigger": "manual"])
        guard let path else { return body }
        return TeamsTests.changed(body, path.split(separator: ".")[...], new)
    }

    static func classify(_ body: JSONValue, _ reading: SourceReading = reading()) async -> Classification {
        await Classifier(reading).classify(verified(body.encodedText, kind: TeamsBot.kind), jq: nil)
    }

    // MARK: Messages

    @Test func `a message is answered where it was said, not in the answer to the hook`() async throws {
        let intents = await Self.classify(try Self.message()).intents
        let intent = try #require(intents.first)
        #expect(intents.count == 1)
        #expect(intent.asker == .identity(TeamsTests.person))
        let request = ActionRequest(action: "isolate", subject: .hostName("ws-0142"), reason: "SEC-1482")
        #expect(intent.request == .action(request))
        #expect(intent.place == .room(TeamsTests.channel))
        let address = ReplyAddress.at(["service": Self.service, "conversation": Self.conversation])
        #expect(intent.replyTo == address)
        #expect(intent.answeredBy == .reply(address))
    }

    @Test func `only this bot's mention is left out, wherever it stands`() async throws {
        let last = try Self.message("text", "isolate ws-1 because x <at>ContainBot</at>")
        #expect(
            await Self.classify(last).intents.map(\.request)
                == [.action(ActionRequest(action: "isolate", subject: .hostName("ws-1"), reason: "x"))]
        )
        let other = try Self.message("text", "<at>Omar</at> isolate ws-1")
        guard case .notUnderstood(let words, let way) = await Self.classify(other) else {
            Issue.record("it was understood")
            return
        }
        #expect(words.contains("@Omar"))
        #expect(way.isReply)
    }

    @Test(
        arguments: [
            ("https://smba.trafficmanager.net/emea/", nil, service),
            ("https://smba.trafficmanager.net/emea", nil, service),
            ("https://smba.trafficmanager.net.evil.example/emea/", nil, nil),
            ("https://evil.trafficmanager.net/emea/", nil, nil),
            ("http://smba.trafficmanager.net/emea/", nil, nil),
            ("https://smba.trafficmanager.net:8443/emea/", nil, nil),
            ("https://smba.trafficmanager.net/../x/", nil, nil),
            ("https://smba.trafficmanager.net/emea/?x", nil, nil),
            ("https://x@smba.trafficmanager.net/emea/", nil, nil), ("emea", nil, nil), (5, nil, nil),
            (nil, nil, nil),
            ("https://127.0.0.1:9443/teams/emea/", ["127.0.0.1:9443"], "https://127.0.0.1:9443/teams/emea"),
            ("https://smba.trafficmanager.net/emea/", ["127.0.0.1:9443"], nil),
        ] as [(JSONValue?, [String]?, String?)]
    )
    func `only a service of Teams is answered to`(
        stated: JSONValue?,
        hosts: [String]?,
        expected: String?
    ) async throws {
        let body = try Self.message("serviceUrl", stated)
        let intent = try #require(await Self.classify(body, Self.reading(hosts: hosts)).intents.first)
        let address = expected.map { ReplyAddress.at(["service": $0, "conversation": Self.conversation]) }
        #expect(intent.replyTo == address)
        #expect(intent.answeredBy == address.map { .reply($0) } ?? .response)
    }

    // MARK: Buttons

    @Test(
        arguments: [
            (Press(.approve, job: job, seen: seen), nil, .approve(job, seen: seen)),
            (
                Press(.deny, job: job, seen: seen), "the\npentest  of\u{A0}Thursday",
                .deny(job, because: "the pentest of Thursday", seen: seen)
            ),
            (Press(.go, job: job), nil, .go(job)), (Press(.release, job: job), nil, .releaseClaim(job)),
            (Press(.extend, job: job, duration: TimeBox("4h")), nil, .extendClaim(job, by: TimeBox.hours4)),
            (Press(.freeze, job: job), nil, .freeze(because: "the button beside \(job) was pressed")),
        ] as [(Press, JSONValue?, Request)]
    )
    func `a pressed button says what it shows, as an invocation and as a message`(
        press: Press,
        because: JSONValue?,
        request: Request
    ) async throws {
        let invoked = try #require(
            await Self.classify(try Self.invoke(press, because: because)).intents.first
        )
        #expect(invoked.request == request)
        #expect(invoked.asker == .identity(TeamsTests.person))
        #expect(invoked.answeredBy == .response)
        #expect(invoked.replyTo == .at(["service": Self.service, "conversation": Self.conversation]))
        // What an older client sends.
        let data = try #require(try Self.invoke(press, because: because).at("value.action.data"))
        let sent = try #require(await Self.classify(try Self.message("value", data)).intents.first)
        #expect(sent.request == request)
        #expect(
            sent.answeredBy
                == .reply(
                    .at([
                        "service": Self.service, "conversation": Self.conversation,
                        "person": "29:1EXAMPLEoPaqueUserIdentifier_aaaa", "bot": "28:app",
                        "tenant": TeamsTests.tenant,
                    ])
                )
        )
    }

    @Test(arguments: [nil, "", " \n ", 5] as [JSONValue?])
    func `a denial without a reason counts for nothing and says what to type`(
        because: JSONValue?
    ) async throws {
        let body = try Self.invoke(Press(.deny, job: Self.job, seen: Self.seen), because: because)
        let trigger = DialogTrigger(id: "", expiresAt: sampleTime)
        #expect(
            await Self.classify(body).intents.map(\.request) == [.askWhy(Self.job, seen: Self.seen, trigger)]
        )
    }

    @Test func `what is none of our buttons starts nothing`() async throws {
        let press = Press(.approve, job: Self.job, seen: Self.seen)
        for (path, value) in [
            ("value.action.data.bascule", "other"), ("value.action.data.bascule", 5),
            ("value.action.data", nil),
            ("value.action.type", "Action.Submit"), ("value", nil), ("name", "task/fetch"), ("name", nil),
        ] as [(String, JSONValue?)] {
            let body = try Self.invoke(press, because: nil, path, value)
            #expect(await Self.classify(body) == .unmatched, "\(path)")
        }
        for (path, value) in [
            ("value.action.data.press", "j-1"), ("value.action.data.press", nil),
            ("value.action.data.press", .string("\(Self.job) seen=x for=5")),
            ("value.action.data.bascule", "bascule.explode.0"),
        ] as [(String, JSONValue?)] {
            let body = try Self.invoke(press, because: nil, path, value)
            #expect(await Self.classify(body).unreadableCode == "card.unknown-button", "\(path)")
        }
        #expect(await Self.classify(try Self.message("value", ["x": 1])) == .unmatched)
    }

    @Test func `who pressed has to be a person of a listed tenant`() async throws {
        let press = Press(.approve, job: Self.job)
        let other = "5a1b2c3d-0000-4000-8000-1234567890ac"
        var body = try Self.invoke(press, because: nil, "conversation.tenantId", .string(other))
        #expect(await Self.classify(body).unreadableCode == "teams-bot.no-tenant")
        body = TeamsTests.changed(body, ["channelData", "tenant", "id"], .string(other))
        #expect(await Self.classify(body).unreadableCode == "teams-bot.not-listed")
        let nobody = try Self.invoke(press, because: nil, "from.aadObjectId", nil)
        #expect(await Self.classify(nobody).unreadableCode == "teams-bot.no-person")
    }

    @Test func `what no person said starts nothing`() async throws {
        for type in ["conversationUpdate", "installationUpdate", "typing", "messageReaction", ""] {
            #expect(await Self.classify(try Self.message("type", .string(type))) == .unmatched)
        }
        #expect(await Self.classify(try Self.message("from.id", "28:app")) == .own)
    }
}

extension TimeBox {
    fileprivate static var hours4: TimeBox { TimeBox("4h") ?? .shortest }
}
