import JSONReader
import Testing
import Vocabulary

@testable import Simulating

/// A workflow's address as Microsoft takes and refuses what is posted to it.
struct TeamsWorkflowEndTests {
    static let path = "/workflows/soc/triggers/manual/paths/invoke?sv=1.0&sig=s"
    static let json = ["content-type": ["application/json"]]

    static func message(_ body: [JSONValue], actions: [JSONValue] = [], version: String = "1.4") -> JSONValue
    {
        let card: JSONValue = [
            "type": "AdaptiveCard", "version": .string(version), "body": .array(body),
            "actions": .array(actions),
        ]
        return [
            "type": "message",
            "attachments": [
                ["contentType": "application/vnd.microsoft.card.adaptive", "content": card]
            ],
        ]
    }

    static func text(_ text: String) -> JSONValue { ["type": "TextBlock", "text": .string(text)] }

    @Test func `a card is taken, and kept as a person reads it`() {
        let bench = Bench()
        let facts: JSONValue = ["type": "FactSet", "facts": [["title": "machine", "value": "srv\\_1"]]]
        let body = Self.message([Self.text("<\u{200B}at> \\(x\\)"), facts])
        let answer = bench.call("POST", Self.path, Self.json, body.encodedText)
        #expect(answer.status == 202 && answer.body.isEmpty)
        #expect(bench.world.messages.map(\.text) == ["<at> (x)\nmachine: srv_1"])
        #expect(bench.world.messages.map(\.place) == ["soc"])
    }

    @Test func `what Microsoft would refuse is refused`() {
        let bench = Bench()
        func status(
            _ body: JSONValue,
            path: String = Self.path,
            headers: [String: [String]] = Self.json
        ) -> Int {
            bench.call("POST", path, headers, body.encodedText).status
        }
        let good = Self.message([Self.text("x")])
        #expect(status(good, path: "/workflows/soc/triggers/manual/paths/invoke?sv=1.0") == 401)
        #expect(status(good, headers: [:]) == 400)
        #expect(status(["text": "x"]) == 400)
        #expect(status(Self.message([])) == 400)
        #expect(status(Self.message([Self.text("x")], version: "9")) == 400)
        #expect(status(Self.message([["type": "Unknown"]])) == 400)
        let press: JSONValue = ["type": "Action.Submit", "title": "x"]
        #expect(status(Self.message([Self.text("x")], actions: [press])) == 400)
        #expect(status(Self.message([Self.text(String(repeating: "x", count: 28_700))])) == 413)
        #expect(bench.call("GET", Self.path).status == 404)
        #expect(bench.world.messages.isEmpty)
    }

    @Test func `the fifth within a second is too many`() {
        let bench = Bench()
        let body = Self.message([Self.text("x")]).encodedText
        let statuses = (1...5).map { _ in bench.call("POST", Self.path, Self.json, body).status }
        #expect(statuses == [202, 202, 202, 202, 429])
        bench.clock.advance(1)
        #expect(bench.call("POST", Self.path, Self.json, body).status == 202)
    }
}
