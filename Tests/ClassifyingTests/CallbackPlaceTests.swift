import JSONReader
import Testing
import Vocabulary

@testable import Classifying

/// Whose jobs are told by a callback, and where a body may say that they are.
struct CallbackPlaceTests {
    private func classifier(hosts: [String]) throws -> Classifier {
        let route = try Route(name: "r", when: nil, action: "isolate", machine: ".data.target.name")
        return Classifier(
            SourceReading(
                name: SourceName("portal-in"),
                reader: StandardWebhooksReader.self,
                callback: CallbackPlace(name: SourceName("portal"), hosts: hosts),
                routes: [route]
            )
        )
    }

    private func address(_ text: String? = nil, hosts: [String]) async throws -> ReplyAddress? {
        let bytes = try text.map { Array($0.utf8) } ?? Payload.bytes("standard_webhooks_generic.json")
        let delivery = verified(bytes, kind: StandardWebhooksReader.kind)
        let intent = try await classifier(hosts: hosts).classified(delivery).first?.intents.first
        #expect(intent?.answeredBy == intent?.replyTo.map(AnswerWay.reply))
        return intent?.replyTo
    }

    @Test func `an intent is answered at the callback of its source`() async throws {
        #expect(try await address(hosts: []) == .at(["callback": "portal"]))
    }

    @Test func `the address that the reference's sample names is taken if its host is listed`() async throws {
        let url = try #require(
            try Payload.expected("standard_webhooks_generic.json").at("reply.url")?.string
        )
        let named = ReplyAddress.at(
            ["callback": "portal"],
            responseURL: ResponseURL(url: url, expiresAt: sampleTime + .seconds(30 * 86_400))
        )
        #expect(try await address(hosts: ["portal.aster.example"]) == named)
        #expect(try await address(hosts: ["aster.example"]) == .at(["callback": "portal"]))
        #expect(try await address(hosts: ["portal.aster.example:8443"]) == .at(["callback": "portal"]))
    }

    @Test(arguments: [
        "http://portal.aster.example/x", "https://portal.aster.example@evil.example/x",
        "https://evil.example/https://portal.aster.example/", "https://portal.aster.example:8080/x",
        "https://portal.aster.example", "https://portal.aster.example/a b", "https://portal.aster.example/#x",
        "",
    ])
    func `any other address leads to the configured one`(url: String) async throws {
        let body: JSONValue = ["reply_to": .string(url), "data": ["target": ["name": "ws-1"]]]
        #expect(
            try await address(body.encodedText, hosts: ["portal.aster.example"])
                == .at(["callback": "portal"])
        )
    }

    @Test func `words without a job are told there as well`() async throws {
        let reading = SourceReading(
            name: SourceName("desk"),
            reader: Opsgenie.self,
            callback: CallbackPlace(name: SourceName("portal"), hosts: []),
            routes: [Route(name: "notes", commentCommand: "please")]
        )
        let delivery = verified(try Payload.bytes("extra_opsgenie_alert.json"), kind: Opsgenie.kind)
        guard case .notUnderstood(_, let way)? = try await Classifier(reading).classified(delivery).first
        else {
            Issue.record("\"please isolate\" was understood")
            return
        }
        #expect(way == .reply(.at(["callback": "portal"])))
    }
}
