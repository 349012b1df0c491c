import JSONReader
import Testing
import Vocabulary

@testable import Simulating

struct ChatTests {
    private static let json = ["content-type": ["application/json; charset=utf-8"]]

    private func with(_ authorization: String) -> [String: [String]] {
        Self.json.merging(["authorization": [authorization]]) { $1 }
    }

    private func slack(_ bench: Bench, _ method: String, _ body: JSONValue) throws -> JSONValue {
        try bench.json(bench.call("POST", "/api/\(method)", with("Bearer xoxb-1"), body.encodedText))
    }

    @Test func `a message is posted, changed and kept`() throws {
        let bench = Bench()
        let posted = try slack(bench, "chat.postMessage", ["channel": "C1", "text": "recorded"])
        #expect(posted["ok"] == true)
        let stamp = try #require(posted["ts"])
        let changed = try slack(bench, "chat.update", ["channel": "C1", "ts": stamp, "text": "done"])
        #expect(changed["ok"] == true)
        #expect(bench.world.messages.map(\.text) == ["done"])
        #expect(bench.world.messages.map(\.updates) == [1])
        let lost = try slack(bench, "chat.update", ["channel": "C2", "ts": stamp, "text": "done"])
        #expect(lost["error"] == "message_not_found")
    }

    @Test func `Slack refuses in its own words`() throws {
        var script = twoMachines()
        script.chat = ChatScript(slackToken: "xoxb-1", channels: ["C1"])
        let bench = Bench(script)
        let body = #"{"channel":"C1","text":"x"}"#
        func error(_ headers: [String: [String]]) throws -> JSONValue? {
            try bench.json(bench.call("POST", "/api/chat.postMessage", headers, body))["error"]
        }
        #expect(try error(Self.json) == "not_authed")
        #expect(try error(with("Bearer xoxb-2")) == "invalid_auth")
        let long = JSONValue.string(String(repeating: "x", count: 40_001))
        for (body, wanted) in [
            (["channel": "C2", "text": "x"], "channel_not_found"), (["channel": "C1"], "no_text"),
            (["channel": "C1", "text": long], "msg_too_long"),
            (["channel": "C1", "text": "x", "blocks": [["text": "x"]]], "invalid_blocks"),
        ] as [(JSONValue, JSONValue)] {
            #expect(try slack(bench, "chat.postMessage", body)["error"] == wanted)
        }
        let answers = (0..<6).map { _ in
            bench.call("POST", "/api/chat.postMessage", with("Bearer xoxb-1"), body)
        }
        #expect(answers.map(\.status) == [200, 200, 200, 200, 200, 429])
        #expect(answers[5].headers.contains { $0.name == "Retry-After" })
    }

    @Test func `an answer address works five times in half an hour`() throws {
        let bench = Bench()
        let body = #"{"text":"x"}"#
        let uses = (0..<6).map { _ in bench.call("POST", "/commands/T1/1/a", Self.json, body).status }
        #expect(uses == [200, 200, 200, 200, 200, 404])
        #expect(bench.call("POST", "/commands/T1/1/b", Self.json, body).status == 200)
        bench.clock.advance(1_800)
        let late = bench.call("POST", "/commands/T1/1/b", Self.json, body)
        #expect(try bench.json(late)["error"] == "expired_url")
    }

    @Test func `a comment is taken and found again in both versions`() throws {
        let bench = Bench()
        let headers = with("Basic Ym90OnRva2Vu")
        let plain = bench.call(
            "POST",
            "/rest/api/2/issue/SEC-1/comment",
            headers,
            #"{"body":"j-1: recorded"}"#
        )
        #expect(plain.status == 201)
        let rich: JSONValue = [
            "body": [
                "type": "doc", "version": 1,
                "content": [["type": "paragraph", "content": [["type": "text", "text": "j-1: done"]]]],
            ]
        ]
        let path = "/rest/api/3/issue/SEC-1/comment"
        #expect(bench.call("POST", path, headers, rich.encodedText).status == 201)
        let found = try bench.json(
            bench.call("GET", "/rest/api/2/issue/SEC-1/comment?orderBy=-created", headers)
        )
        #expect(
            found["comments"]?.array?.compactMap { $0["body"]?.string } == ["j-1: done", "j-1: recorded"]
        )
        #expect(found["total"] == 2)
        #expect(try bench.json(bench.call("GET", path, headers))["comments"]?[0]?["body"]?["type"] == "doc")
    }

    @Test(arguments: [
        ("SEC-1", nil, #"{"body":"x"}"#, 401), ("SEC1", "Bearer t", #"{"body":"x"}"#, 404),
        ("SEC-1", "Bearer t", #"{"body":""}"#, 400), ("SEC-1", "Bearer t", #"{"body":{}}"#, 400),
        ("SEC-1", "Bearer t", "no", 400), ("SEC-2", "Bearer t", #"{"body":"x"}"#, 404),
        ("SEC-1", "Bearer other", #"{"body":"x"}"#, 401), ("SEC-1", "Bearer t", #"{"body":"x"}"#, 201),
    ])
    func `Jira refuses`(key: String, authorization: String?, body: String, status: Int) {
        var script = twoMachines()
        script.chat = ChatScript(jiraCredential: "t", issues: ["SEC-1"])
        let bench = Bench(script)
        let headers = authorization.map { with($0) } ?? Self.json
        #expect(bench.call("POST", "/rest/api/2/issue/\(key)/comment", headers, body).status == status)
    }
}
