import JSONReader
import Testing
import Vocabulary

@testable import Classifying

struct RocketChatTests {
    private static func reading(own: Set<String> = []) -> SourceReading {
        SourceReading(
            name: SourceName("rocket"),
            reader: RocketChat.self,
            ownAccounts: own,
            commands: ["!contain"]
        )
    }

    private func delivery(_ changes: [String: JSONValue?] = [:]) throws -> VerifiedDelivery {
        var body =
            try JSONReader.read(Payload.bytes("extra_rocketchat_outgoing.json"), root: .object).object ?? [:]
        for (key, value) in changes { body[key] = value }
        return verified(JSONValue.object(body).encoded(), kind: RocketChat.kind)
    }

    private func classify(
        _ changes: [String: JSONValue?] = [:],
        _ reading: SourceReading = reading()
    ) async throws -> Classification {
        await Classifier(reading).classify(try delivery(changes), jq: nil)
    }

    @Test func `the sample is an intent of who, where and how to answer`() async throws {
        let sample = verified(try Payload.bytes("extra_rocketchat_outgoing.json"), kind: RocketChat.kind)
        let intents = await Classifier(Self.reading()).classify(sample, jq: nil).intents
        let intent = try #require(intents.first)
        #expect(intents.count == 1)
        #expect(intent.asker == .identity("aT7yW4pLm2"))
        #expect(intent.askerShownName == "maya.okafor")
        let request = ActionRequest(action: "isolate", subject: .hostName("ws-0142"), reason: "SEC-1482")
        #expect(intent.request == .action(request))
        #expect(intent.route == "!contain")
        #expect(intent.place == .room("GENERAL7xQ"))
        #expect(intent.replyTo == .at(["room": "GENERAL7xQ"]))
        #expect(RocketChat.senderKey(of: sample) == "pXr9T2LwKq7Hn5bVz")
    }

    @Test func `another text or person is another intent`() async throws {
        let intent = try await classify(["user_id": "b", "text": "!contain isolate ws-1"]).intents.first
        #expect(intent?.asker == .identity("b"))
        #expect(intent?.request == .action(ActionRequest(action: "isolate", subject: .hostName("ws-1"))))
    }

    @Test func `bots, edited messages and other words start nothing`() async throws {
        for changes in [
            ["bot": ["i": "integration"]], ["bot": true], ["isEdited": true], ["trigger_word": nil],
            ["trigger_word": ""], ["trigger_word": "!other", "text": "!other isolate ws-1"],
            ["text": "!containisolate ws-1"], ["text": "please !contain isolate ws-1"],
        ] as [[String: JSONValue?]] {
            #expect(try await classify(changes) == .unmatched)
        }
        for changes in [["bot": nil], ["bot": .null], ["isEdited": false]] as [[String: JSONValue?]] {
            #expect(try await classify(changes).intents.count == 1)
        }
        #expect(try await classify([:], Self.reading(own: ["aT7yW4pLm2"])) == .own)
    }

    @Test(
        arguments: [
            (["user_id": nil], "rocketchat.not-a-message"), (["user_id": "a/b"], "rocketchat.not-a-message"),
            (["channel_id": 7], "rocketchat.not-a-message"), (["message_id": ""], "rocketchat.not-a-message"),
            (["text": nil], "rocketchat.not-a-message"), (["timestamp": "2020-01-01T00:00:00Z"], "stale"),
            (["timestamp": "yesterday"], "rocketchat.malformed-timestamp"),
        ] as [([String: JSONValue?], String)]
    )
    func `what is missing or of another shape is unreadable`(
        changes: [String: JSONValue?],
        code: String
    ) async throws {
        #expect(try await classify(changes).unreadableCode == code)
    }

    @Test func `a form is read as well`() async throws {
        let text =
            "token=t&bot=false&trigger_word=%21contain&channel_id=G&message_id=m&user_id=u&text=%21contain+jobs"
        let form = typed(
            Array(text.utf8),
            as: "application/x-www-form-urlencoded",
            kind: RocketChat.kind
        )
        #expect(await Classifier(Self.reading()).classify(form, jq: nil).intents.map(\.request) == [.jobs])
    }
}
