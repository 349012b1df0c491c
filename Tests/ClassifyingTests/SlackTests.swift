import JSONReader
import Testing
import Vocabulary

@testable import Classifying

struct SlackTests {
    static func reading(
        workspaces: Set<String> = ["T04ASTER01"],
        replyHosts: [String]? = ["hooks.slack.example"],
        commands: Set<String> = ["/contain"]
    ) -> SourceReading {
        SourceReading(
            name: SourceName("soc-chat"),
            reader: Slack.self,
            tenants: workspaces,
            replyHosts: replyHosts,
            ownAccounts: ["T04ASTER01/UBRIDGE"],
            commands: commands
        )
    }

    static func form(_ changes: [String: String?] = [:]) -> String {
        var fields: [String: String] = [
            "team_id": "T04ASTER01", "user_id": "U06MAYA001", "channel_id": "C05SOCOPS7",
            "command": "/contain", "text": "isolate+ws-0142",
        ]
        for (name, value) in changes { fields[name] = value }
        return fields.map { "\($0.key)=\($0.value)" }.joined(separator: "&")
    }

    static func classify(_ form: String, _ reading: SourceReading = reading()) async -> Classification {
        await Classifier(reading).classify(verified(form, kind: Slack.kind), jq: nil)
    }

    @Test func `the sample command becomes the intent that the reference expects`() async throws {
        let name = "slack_slash_command.form"
        let expected = try Payload.expected(name)
        let delivery = verified(try Payload.bytes(name), kind: Slack.kind)
        let classifier = Classifier(Self.reading())
        let intent = try #require(await classifier.classify(delivery, jq: nil).intents.first)
        let tenant = try #require(expected["tenant"]?.string)
        let actor = try #require(expected.at("actor.id")?.string)
        #expect(intent.asker == .identity("\(tenant)/\(actor)"))
        #expect(intent.askerShownName == expected.at("actor.name")?.string)
        #expect(intent.route == expected["command"]?.string)
        #expect(
            intent.request
                == .action(
                    ActionRequest(
                        action: "isolate",
                        subject: .hostName("ws-0142"),
                        duration: TimeBox("4h"),
                        reason: #"SEC-1482 "C2 beacon + lateral move 100%""#
                    )
                )
        )
        #expect(
            intent.replyTo
                == .slack(
                    channel: try #require(expected.at("reply.channel")?.string),
                    user: actor,
                    responseURL: ResponseURL(
                        url: try #require(expected.at("reply.url")?.string),
                        expiresAt: sampleTime + .seconds(1_800)
                    )
                )
        )
        #expect(classifier.senderKey(of: delivery) == expected["dedupe_key"]?.string)
    }

    @Test func `several machines give several intents`() async {
        let intents = await Self.classify(Self.form(["text": "scan+ws-1%2Cws-2+with+type%3Dfull"])).intents
        #expect(intents.count == 2)
        #expect(
            intents.last?.request
                == .action(
                    ActionRequest(
                        action: "scan",
                        subject: .hostName("ws-2"),
                        parameters: ["type": "Full"]
                    )
                )
        )
    }

    @Test func `the handshake is answered as the reference expects`() async throws {
        let name = "slack_url_verification.json"
        let respond = try #require(try Payload.expected(name)["respond"])
        let found = await Classifier(Self.reading()).classify(
            verified(try Payload.bytes(name), kind: Slack.kind),
            jq: nil
        )
        #expect(
            found
                == .handshake(
                    HookAnswer(
                        status: Int(try #require(respond["status"]?.integer)),
                        contentType: try #require(respond["content_type"]?.string),
                        body: try #require(respond["body"]?.string)
                    )
                )
        )
    }

    @Test func `the certificate probe is answered empty`() async {
        let found = await Self.classify("ssl_check=1&token=x")
        #expect(found == .handshake(HookAnswer(status: 200, contentType: "text/plain", body: "")))
    }

    @Test(arguments: [
        (form(["team_id": "T0OTHER"]), "slack.workspace-not-listed"),
        ("team_id=T04ASTER01&command=%2Fcontain&text=isolate+x", "slack.not-a-command"),
        (form(["user_id": "U1%2FU2"]), "slack.not-a-command"),
        (form() + "&text=release+ws-1", "form.duplicate-field"),
        (form() + "&te%78t=release+ws-1", "form.duplicate-field"),
        (form(["text": "%ff"]), "form.not-utf8"),
        (form(["text": "a%00b"]), "form.not-utf8"),
        (form(["text": "a%2"]), "form.broken-escape"),
        (form(["text": "a%zz"]), "form.broken-escape"),
        ("{\"type\":\"event_callback\"}", "slack.no-event"),
        ("{\"type\":\"something\"}", "slack.unknown-event"),
        ("{\"type\":\"url_verification\",\"challenge\":\"a\\n<b>\"}", "slack.no-challenge"),
        ("{\"type\":1,\"type\":2}", "json.duplicate-key"),
        ("payload=%7B%7D", "slack.unknown-interaction"),
        ("", "slack.not-a-command"),
        ((0..<300).map { "f\($0)=1" }.joined(separator: "&"), "form.too-many-fields"),
    ])
    func `what is no command of a listed workspace is unreadable`(body: String, code: String) async {
        #expect(await Self.classify(body).unreadableCode == code)
    }

    @Test func `another command is unmatched and our own account is own`() async {
        #expect(await Self.classify(Self.form(["command": "%2Fother"])) == .unmatched)
        #expect(await Self.classify(Self.form(["user_id": "UBRIDGE"])) == .own)
    }

    @Test func `a command that is not one is answered in words`() async {
        guard case .notUnderstood(let words, _) = await Self.classify(Self.form(["text": "isloate+ws-1"]))
        else {
            Issue.record("expected words")
            return
        }
        #expect(words.contains(#"Did you mean "isolate"?"#))
    }

    @Test(
        arguments: [
            ("https://hooks.slack.com/commands/T1/2/x", nil, true),
            ("https://HOOKS.slack.com:443/commands/T1/2/x", nil, true),
            ("https://hooks.slack-gov.com/commands/T1", nil, true),
            ("http://hooks.slack.com/commands/T1", nil, false),
            ("https://hooks.slack.com:8443/commands", nil, false),
            ("https://hooks.slack.com.evil.example/x", nil, false),
            ("https://hooks.slack.com@evil.example/x", nil, false),
            ("https://evil.example/hooks.slack.com", nil, false),
            ("https://evil.example#@hooks.slack.com/", nil, false),
            ("https://hooks.slack.com\\@evil.example/", nil, false),
            ("https://hooks.slack.com/a b", nil, false),
            ("https://hooks.slack.com", nil, false),
            ("https://169.254.169.254/latest", nil, false),
            ("https://127.0.0.1:9443/x", ["127.0.0.1:9443"], true),
            ("https://127.0.0.1/x", ["127.0.0.1:9443"], false),
            ("https://127.0.0.1:9444/x", ["127.0.0.1:9443"], false),
            ("https://hooks.slack.com/x", ["127.0.0.1:9443"], false),
            ("https://chat.example/x", ["chat.example"], true),
            ("https://chat.example:9443/x", ["chat.example"], false),
        ] as [(String, [String]?, Bool)]
    )
    func `an answer goes to the provider's hosts only`(
        url: String,
        hosts: [String]?,
        isUsed: Bool
    ) async throws {
        let allowed = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
        let escaped = url.utf8.map { byte in
            let character = Character(UnicodeScalar(byte))
            return allowed.contains(character)
                ? String(character) : "%" + String(Int(byte) + 256, radix: 16).dropFirst()
        }.joined()
        let found = await Self.classify(
            Self.form(["response_url": escaped]),
            Self.reading(replyHosts: hosts)
        )
        guard case .slack(let channel, _, let used, _) = found.intents.first?.replyTo else {
            Issue.record("expected a channel")
            return
        }
        #expect(channel == "C05SOCOPS7")
        #expect((used != nil) == isUsed)
        #expect(used?.url ?? url == url)
    }
}
