import JSONReader
import Testing
import Vocabulary

@testable import Classifying

struct ZulipTests {
    private static func reading(realms: Set<String> = [], own: Set<String> = []) -> SourceReading {
        SourceReading(
            name: SourceName("zulip"),
            reader: Zulip.self,
            tenants: realms,
            ownAccounts: own,
            commands: ["mention"]
        )
    }

    /// The sample with members of the message or around it changed; `nil` takes one out.
    private func delivery(
        _ changes: [String: JSONValue?] = [:],
        outer: [String: JSONValue?] = [:]
    ) throws -> VerifiedDelivery {
        var body =
            try JSONReader.read(Payload.bytes("extra_zulip_outgoing.json"), root: .object).object ?? [:]
        var message = body["message"]?.object ?? [:]
        for (key, value) in changes { message[key] = value }
        body["message"] = .object(message)
        for (key, value) in outer { body[key] = value }
        return verified(JSONValue.object(body).encoded(), kind: Zulip.kind)
    }

    private func classify(
        _ changes: [String: JSONValue?] = [:],
        outer: [String: JSONValue?] = [:],
        _ reading: SourceReading = reading()
    ) async throws -> Classification {
        await Classifier(reading).classify(try delivery(changes, outer: outer), jq: nil)
    }

    @Test func `the sample is an intent of who, where and how to answer`() async throws {
        let sample = verified(try Payload.bytes("extra_zulip_outgoing.json"), kind: Zulip.kind)
        let intents = await Classifier(Self.reading(realms: ["aster"])).classify(sample, jq: nil).intents
        let intent = try #require(intents.first)
        #expect(intents.count == 1)
        #expect(intent.asker == .identity("10"))
        #expect(intent.askerShownName == "Maya Okafor")
        #expect(intent.request == .action(ActionRequest(action: "isolate", subject: .hostName("ws-0142"))))
        #expect(intent.place == .room("5"))
        #expect(intent.replyTo == .at(["stream": "5", "topic": "SEC-1482"]))
        #expect(intent.answeredBy == .response)
        #expect(Zulip.senderKey(of: sample) == "112")
    }

    @Test(arguments: [
        ("@**ContainBot** isolated", true), ("  @**ContainBot|17**: isolated", true),
        ("@**ContainBot**isolated", true), ("isolated", true), ("@**Other** isolated", false),
        ("hello @**ContainBot** isolated", false), ("@_**ContainBot** isolated", false),
    ])
    func `only the bot's own name at the beginning is left out`(text: String, isTaken: Bool) async throws {
        let found = try await classify(["content": .string(text)])
        #expect(found.intents.map(\.request) == (isTaken ? [.isolated] : []))
        if !isTaken, case .notUnderstood = found {} else { #expect(isTaken) }
    }

    @Test(arguments: ["direct_message", "private_message"])
    func `what is written to the bot alone is a command, answered there`(trigger: String) async throws {
        let found = try await classify(
            ["type": "private", "content": "jobs", "stream_id": nil, "subject": ""],
            outer: ["trigger": .string(trigger)]
        )
        let intent = try #require(found.intents.first)
        #expect(intent.request == .jobs)
        #expect(intent.place == nil)
        #expect(intent.replyTo == .at(["person": "10"]))
    }

    @Test func `another text or person is another intent`() async throws {
        let intent = try await classify(["sender_id": 11, "content": "@**ContainBot** isolate ws-1"]).intents
            .first
        #expect(intent?.asker == .identity("11"))
        #expect(intent?.request == .action(ActionRequest(action: "isolate", subject: .hostName("ws-1"))))
    }

    @Test func `what the bot said itself is own, another realm is not listed`() async throws {
        #expect(try await classify(["sender_email": "contain-bot@chat.aster.example"]) == .own)
        #expect(try await classify(Self.reading(own: ["10"])) == .own)
        let other = try await classify(["sender_realm_str": "b"], Self.reading(realms: ["aster"]))
        #expect(other.unreadableCode == "zulip.not-listed")
        let none = try await classify(["sender_realm_str": nil], Self.reading(realms: ["aster"]))
        #expect(none.unreadableCode == "zulip.not-listed")
        #expect(try await classify(outer: ["trigger": "something"]) == .unmatched)
    }

    @Test(
        arguments: [
            (["sender_id": "10"], [:], "zulip.not-a-message"), (["sender_id": 0], [:], "zulip.not-a-message"),
            (["sender_id": nil], [:], "zulip.not-a-message"), (["content": nil], [:], "zulip.not-a-message"),
            ([:], ["message": .null], "zulip.not-a-message"), ([:], ["trigger": nil], "zulip.not-a-message"),
            (["type": "x"], [:], "zulip.no-place"), (["stream_id": nil], [:], "zulip.no-place"),
            (["stream_id": "5/../x"], [:], "zulip.no-place"), (["subject": nil], [:], "zulip.no-place"),
            (["subject": .string(String(repeating: "x", count: 61))], [:], "zulip.no-place"),
            (["timestamp": 0], [:], "stale"), (["timestamp": .integer(.max)], [:], "stale"),
        ] as [([String: JSONValue?], [String: JSONValue?], String)]
    )
    func `what is missing or of another shape is unreadable`(
        changes: [String: JSONValue?],
        outer: [String: JSONValue?],
        code: String
    ) async throws {
        #expect(try await classify(changes, outer: outer).unreadableCode == code)
    }

    private func classify(_ reading: SourceReading) async throws -> Classification {
        try await classify([:], outer: [:], reading)
    }

    private func classify(
        _ changes: [String: JSONValue?],
        _ reading: SourceReading
    ) async throws -> Classification {
        try await classify(changes, outer: [:], reading)
    }
}
