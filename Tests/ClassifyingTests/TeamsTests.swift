import JSONReader
import Testing
import Vocabulary

@testable import Classifying

struct TeamsTests {
    static let tenant = "5a1b2c3d-0000-4000-8000-1234567890ab"
    static let person = "7d0c7f3a-1f2b-4d7e-9a55-3f1f0c9b2e10"
    static let channel = "19:4f2c0a9e3b7d4c51a8e6d1b2c3f4a5b6@thread.tacv2"
    static let sample = "teams_outgoing_webhook_message.json"

    static func reading(tenants: Set<String> = [tenant], own: Set<String> = []) -> SourceReading {
        SourceReading(
            name: SourceName("soc-teams"),
            reader: Teams.self,
            tenants: tenants,
            ownAccounts: own,
            commands: [ChatMessage.mention]
        )
    }

    /// The sample with one value replaced, or taken out where the new one is nil.
    static func body(_ path: String? = nil, _ new: JSONValue? = nil) throws -> JSONValue {
        let whole = try JSONReader.read(try Payload.bytes(sample), root: .object)
        guard let path else { return whole }
        return changed(whole, path.split(separator: ".")[...], new)
    }

    static func changed(_ value: JSONValue, _ steps: ArraySlice<Substring>, _ new: JSONValue?) -> JSONValue {
        guard let first = steps.first.map(String.init) else { return value }
        var members = value.object ?? [:]
        members[first] = steps.count == 1 ? new : changed(members[first] ?? [:], steps.dropFirst(), new)
        return .object(members)
    }

    static func classify(
        _ body: JSONValue,
        _ reading: SourceReading = reading()
    ) async -> Classification {
        await Classifier(reading).classify(verified(body.encodedText, kind: Teams.kind), jq: nil)
    }

    @Test func `the sample becomes the intent that the reference expects`() async throws {
        let expected = try Payload.expected(Self.sample)
        let delivery = verified(try Payload.bytes(Self.sample), kind: Teams.kind)
        let classifier = Classifier(Self.reading())
        let intents = await classifier.classify(delivery, jq: nil).intents
        #expect(intents.count == 1)
        let intent = try #require(intents.first)
        #expect(intent.asker == .identity(try #require(expected.at("actor.id")?.string)))
        #expect(intent.askerShownName == expected.at("actor.name")?.string)
        // `isolate ws-0142 because SEC-1482`, in the reference's own words.
        #expect(expected["text"] == "isolate ws-0142 because SEC-1482")
        let request = ActionRequest(action: "isolate", subject: .hostName("ws-0142"), reason: "SEC-1482")
        #expect(intent.request == .action(request))
        #expect(intent.route == "mention")
        #expect(intent.place == .room(Self.channel))
        #expect(intent.replyTo == .at(["room": Self.channel]))
        // `teams.sync_response`.
        #expect(intent.answeredBy == .response)
        let key = try #require(expected["dedupe_key"]?.string)
        #expect(classifier.senderKey(of: delivery) == "\(Self.channel);messageid=\(key) \(key)")
    }

    @Test(arguments: [
        ("<at>Bot</at>&nbsp;isolate ws-1", "ws-1", nil),
        (
            "<at id=\"0\">My &amp; Bot</at> isolate\u{A0}ws-1 because a &lt;b&gt; &amp;amp; c", "ws-1",
            "a <b> &amp; c"
        ),
        ("\n <AT>Bot</AT>&#160;<b>iso</b>late <i>ws-1</i>&#x20;because x", "ws-1", "x"),
        ("<p><at>Bot</at> isolate ws-1</p><p>because x</p>", "ws-1", "x"),
        (
            "<at>Bot</at> isolate <a href=\"http://ws-1.corp.example\" rel=\"x\">ws-1.corp.example</a> because x",
            "ws-1.corp.example", "x"
        ),
        (
            "<at>Bot</at> isolate ws-1 because <at>Omar</at> &#60;!channel&#62; asked", "ws-1",
            "@Omar <!channel> asked"
        ),
        (
            "<at>Bot</at> isolate ws-1 because 1 < 2 and &unknown; &#0; &#xD800;", "ws-1",
            "1 < 2 and &unknown; &#0; &#xD800;"
        ),
        ("<at>Bot</at> isolate ws-1 because <at>never closed", "ws-1", "@never closed"),
    ])
    func `what was typed is read back from tags, mentions and entities`(
        text: String,
        machine: String,
        reason: String?
    ) async throws {
        let intents = await Self.classify(try Self.body("text", .string(text))).intents
        let selector = machine.contains(".") ? Subject.dnsName(machine) : .hostName(machine)
        #expect(
            intents.map(\.request)
                == [.action(ActionRequest(action: "isolate", subject: selector, reason: reason))]
        )
    }

    @Test(arguments: [
        "<at>Bot</at> isolate <a href=\"http://evil.example\">ws-1.corp.example</a>",
        "<at>Bot</at> isolate <at>ws-1</at>", "<at>Bot</at> isolate ws-1 ws-2",
        "<at>Bot</at> isolate <p>ws</p>-1", "Bot isolate ws-1", "<at>Bot</at> <at>Bot</at> isolate ws-1",
    ])
    func `what is not understood is never guessed into an action`(text: String) async throws {
        guard case .notUnderstood = await Self.classify(try Self.body("text", .string(text))) else {
            Issue.record("it was understood: \(text)")
            return
        }
    }

    @Test(
        .timeLimit(.minutes(1)),
        arguments: ["<", "&", "</", "<a", "<a>", "</a", "<at><at>", "&#", "<at></x", "<a href=\"", "<p"]
    )
    func `text that is made to be slow is read all the same`(piece: String) async throws {
        let text = String(repeating: piece, count: TeamsText.bytesMax / piece.utf8.count)
        let before = ContinuousClock.now
        _ = try TeamsText.typed("<at>Bot</at>" + text.dropLast(20), own: nil)
        #expect(ContinuousClock.now - before < .seconds(10))
    }

    @Test func `a changed byte in person or text changes the intent`() async throws {
        let intent = await Self.classify(try Self.body()).intents.first
        let other = "7d0c7f3a-1f2b-4d7e-9a55-3f1f0c9b2e11"
        let changes: [(String, JSONValue)] = [
            ("from.aadObjectId", .string(other)),
            ("text", "<at>ContainBot</at> isolate ws-0143 because SEC-1482"),
            ("channelData.channel.id", "19:other@thread.tacv2"),
        ]
        for (path, value) in changes {
            let changed = await Self.classify(try Self.body(path, value)).intents.first
            #expect(changed != nil && changed != intent, "\(path)")
        }
        let shouted = await Self.classify(
            try Self.body("from.aadObjectId", .string(Self.person.uppercased()))
        )
        #expect(shouted.intents.first == intent)
    }

    @Test(
        arguments: [
            ("id", nil, "teams.no-conversation"), ("id", "../17", "teams.no-conversation"),
            ("id", 17, "teams.no-conversation"),
            ("conversation.id", "19:x/../y", "teams.no-conversation"),
            ("conversation.id", .string(String(repeating: "a", count: 500)), "teams.no-conversation"),
            ("conversation", nil, "teams.no-conversation"),
            ("from", nil, "teams.no-person"), ("from.aadObjectId", "mia", "teams.no-person"),
            ("from.aadObjectId", nil, "teams.no-person"), ("from.aadObjectId", [], "teams.no-person"),
            ("conversation.tenantId", "5a1b2c3d-0000-4000-8000-1234567890ac", "teams.no-tenant"),
            ("channelData.tenant.id", 5, "teams.no-tenant"), ("from.tenantId", "other", "teams.no-tenant"),
            ("text", nil, "teams.no-text"), ("text", 5, "teams.no-text"),
            ("text", .string(String(repeating: "<at>", count: 5_000)), "teams.text-too-long"),
        ] as [(String, JSONValue?, String)]
    )
    func `what lacks something or has another type is unreadable`(
        path: String,
        value: JSONValue?,
        code: String
    ) async throws {
        #expect(await Self.classify(try Self.body(path, value)).unreadableCode == code)
    }

    @Test func `only listed tenants may speak`() async throws {
        let body = try Self.body()
        let other = Self.reading(tenants: ["5a1b2c3d-0000-4000-8000-1234567890ac"])
        #expect(await Self.classify(body, other).unreadableCode == "teams.not-listed")
        let shouted = Self.reading(tenants: [Self.tenant.uppercased()])
        #expect(await Self.classify(body, shouted).intents.count == 1)
        let half = Self.changed(body, ["conversation", "tenantId"], nil)
        #expect(await Self.classify(half).intents.count == 1)
        let none = Self.changed(half, ["channelData", "tenant"], nil)
        #expect(await Self.classify(none).unreadableCode == "teams.no-tenant")
    }

    @Test func `what the bridge or another bot said starts nothing`() async throws {
        #expect(await Self.classify(try Self.body("from.id", "28:bot")) == .own)
        #expect(await Self.classify(try Self.body("from.role", "bot")) == .own)
        #expect(await Self.classify(try Self.body(), Self.reading(own: [Self.person])) == .own)
        #expect(await Self.classify(try Self.body("type", "conversationUpdate")) == .unmatched)
    }
}
