import JSONReader
import Testing
import Vocabulary

@testable import Simulating

/// A Mattermost server as it takes and refuses posts.
struct MattermostTests {
    private static let channel = "z7exh5akgb3bdhp848rcxf7ph9"

    private func send(
        _ bench: Bench,
        _ method: String,
        _ path: String,
        _ body: JSONValue,
        token: String? = "Bearer t"
    ) throws -> (status: Int, body: JSONValue) {
        var headers = ["content-type": ["application/json"]]
        headers["authorization"] = token.map { [$0] }
        let answer = bench.call(method, "/mattermost/\(path)", headers, body.encodedText)
        return (answer.status, (try? bench.json(answer)) ?? .null)
    }

    @Test func `a post is made, changed and kept`() throws {
        let bench = Bench()
        let made = try send(
            bench,
            "POST",
            "api/v4/posts",
            ["channel_id": .string(Self.channel), "message": "recorded"]
        )
        #expect(made.status == 201)
        let id = try #require(made.body["id"]?.string)
        #expect(id.count == 26)
        #expect(try send(bench, "PUT", "api/v4/posts/\(id)/patch", ["message": "done"]).status == 200)
        #expect(bench.world.messages.map(\.text) == ["done"])
        #expect(bench.world.messages.map(\.updates) == [1])
        #expect(
            try send(bench, "PUT", "api/v4/posts/x\(id.dropFirst())/patch", ["message": "x"]).status == 404
        )
    }

    @Test func `it refuses what the server would`() throws {
        let bench = Bench()
        let good: JSONValue = ["channel_id": .string(Self.channel), "message": "x"]
        #expect(try send(bench, "POST", "api/v4/posts", good, token: nil).status == 401)
        #expect(try send(bench, "POST", "api/v4/posts", good, token: "Token t").status == 401)
        let long = JSONValue.string(String(repeating: "x", count: 16_384))
        for body in [
            ["channel_id": "C1", "message": "x"], ["channel_id": .string(Self.channel)],
            ["channel_id": .string(Self.channel), "message": long],
            ["channel_id": .string(Self.channel), "message": "x", "root_id": "x"],
        ] as [JSONValue] {
            #expect(try send(bench, "POST", "api/v4/posts", body).status == 400)
        }
        let first = try send(bench, "POST", "api/v4/posts", good).body["id"] ?? .null
        let second = try send(
            bench,
            "POST",
            "api/v4/posts",
            ["channel_id": .string(Self.channel), "message": "x", "root_id": first]
        )
        #expect(second.status == 201)
        let third: JSONValue = [
            "channel_id": .string(Self.channel), "message": "x", "root_id": second.body["id"] ?? .null,
        ]
        #expect(try send(bench, "POST", "api/v4/posts", third).status == 400)
    }

    @Test func `an answer address works five times in half an hour`() throws {
        let bench = Bench()
        let uses = try (0..<6).map { _ in
            try send(bench, "POST", "hooks/commands/a", ["text": "x"], token: nil).status
        }
        #expect(uses == [200, 200, 200, 200, 200, 404])
        #expect(
            try send(bench, "POST", "hooks/commands/b", ["response_type": "x", "text": "x"]).status == 400
        )
    }
}
