import Cryptography
import JSONReader
import Testing
import Vocabulary

@testable import Simulating

/// What each vendor's end takes, keeps and refuses.
struct TicketEndTests {
    struct End: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let credential: String
        let headers: [String: [String]]
        let method: String
        let path: String
        let list: (method: String, target: String, body: String)
        let body: @Sendable (String) -> JSONValue
        let place: String
        let status: Int
    }

    private static func headers(_ authorization: String, _ more: [String: String] = [:]) -> [String: [String]]
    {
        var headers = ["content-type": ["application/json"], "authorization": [authorization]]
        for (name, value) in more { headers[name] = [value] }
        return headers
    }

    private static func basic(_ text: String) -> String { "Basic " + Base64.encode(Array(text.utf8)) }

    private static let record = "/servicenow/api/now/table/incident/" + String(repeating: "a", count: 32)
    private static let issue = "2441a4eb-6469-4b26-b598-17291f24216b"

    static let all = [
        End(
            testDescription: "servicenow",
            credential: "bot:t",
            headers: headers(basic("bot:t")),
            method: "PATCH",
            path: record,
            list: ("GET", record + "?sysparm_fields=work_notes&sysparm_display_value=true", ""),
            body: { ["work_notes": .string($0)] },
            place: "incident/" + String(repeating: "a", count: 32),
            status: 200
        ),
        End(
            testDescription: "pagerduty",
            credential: "t",
            headers: headers("Token token=t", ["accept": "application/vnd.pagerduty+json;version=2"]),
            method: "POST",
            path: "/pagerduty/incidents/Q1/notes",
            list: ("GET", "/pagerduty/incidents/Q1/notes", ""),
            body: { ["note": ["content": .string($0)]] },
            place: "Q1",
            status: 201
        ),
        End(
            testDescription: "github",
            credential: "t",
            headers: headers("Bearer t", ["user-agent": "bascule"]),
            method: "POST",
            path: "/github/repos/a/b/issues/7/comments",
            list: ("GET", "/github/repos/a/b/issues/7/comments?per_page=100&since=2026-01-01T00:00:00Z", ""),
            body: { ["body": .string($0)] },
            place: "a/b#7",
            status: 201
        ),
        End(
            testDescription: "forgejo",
            credential: "t",
            headers: headers("token t"),
            method: "POST",
            path: "/forgejo/api/v1/repos/a/b/issues/7/comments",
            list: ("GET", "/forgejo/api/v1/repos/a/b/issues/7/comments?since=2026-01-01T00:00:00Z", ""),
            body: { ["body": .string($0)] },
            place: "a/b#7",
            status: 201
        ),
        End(
            testDescription: "gitlab",
            credential: "t",
            headers: ["content-type": ["application/json"], "private-token": ["t"]],
            method: "POST",
            path: "/gitlab/api/v4/projects/77/issues/7/notes",
            list: ("GET", "/gitlab/api/v4/projects/77/issues/7/notes?sort=desc", ""),
            body: { ["body": .string($0), "internal": true] },
            place: "77#7",
            status: 201
        ),
        End(
            testDescription: "linear",
            credential: "lin_api_t",
            headers: headers("lin_api_t"),
            method: "POST",
            path: "/linear/graphql",
            list: (
                "POST", "/linear/graphql",
                #"{"query":"query Q($id: String!) { issue(id: $id) { comments(first: 50) { nodes { body } } } }","variables":{"id":"\#(issue)"}}"#
            ),
            body: {
                [
                    "query": "mutation M($input: X!) { commentCreate(input: $input) { success } }",
                    "variables": ["input": ["issueId": .string(issue), "body": .string($0)]],
                ]
            },
            place: issue,
            status: 200
        ),
        End(
            testDescription: "zendesk",
            credential: "b@a.example/token:t",
            headers: headers(basic("b@a.example/token:t")),
            method: "PUT",
            path: "/zendesk/api/v2/tickets/7.json",
            list: ("GET", "/zendesk/api/v2/tickets/7/comments.json?sort_order=desc", ""),
            body: { ["ticket": ["comment": ["body": .string($0), "public": false]]] },
            place: "7",
            status: 200
        ),
    ]

    private func bench(_ end: End) -> Bench {
        var script = twoMachines()
        script.chat = ChatScript(credentials: [end.testDescription: end.credential])
        return Bench(script)
    }

    @Test(arguments: all)
    func `a comment is taken, kept and listed`(end: End) throws {
        let bench = bench(end)
        let answer = bench.call(end.method, end.path, end.headers, end.body("j-1: done").encodedText)
        #expect(answer.status == end.status)
        let kept = try #require(bench.world.messages.first)
        #expect(kept.kind == .comment)
        #expect(kept.place == end.place)
        #expect(kept.text == "j-1: done")
        let listed = bench.call(end.list.method, end.list.target, end.headers, end.list.body)
        #expect(listed.status == 200)
        #expect(String(decoding: listed.body, as: UTF8.self).contains("j-1: done"))
    }

    @Test(arguments: all)
    func `nobody without the credential is heard`(end: End) {
        let bench = bench(end)
        var none = end.headers
        none["authorization"] = nil
        none["private-token"] = nil
        var other = end.headers
        other["authorization"] = ["Bearer other"]
        other["private-token"] = nil
        for headers in [none, other] {
            let answer = bench.call(end.method, end.path, headers, end.body("x").encodedText)
            #expect(answer.status == 401)
        }
        #expect(bench.world.messages.isEmpty)
    }

    @Test(arguments: all, ["", "{", "{}", #"{"body":7}"#])
    func `what is no comment is refused`(end: End, body: String) {
        let bench = bench(end)
        let answer = bench.call(end.method, end.path, end.headers, body)
        // ServiceNow takes a change that changes nothing.
        let isEmptyChange = end.testDescription == "servicenow" && body.hasSuffix("}")
        #expect((400...422).contains(answer.status) != isEmptyChange)
        #expect(bench.world.messages.isEmpty)
    }

    @Test func `GitLab does what a line with a slash says, outside code`() throws {
        let end = try #require(Self.all.first { $0.testDescription == "gitlab" })
        let bench = bench(end)
        let fenced = "```\n/close\n```"
        for text in ["/close", "hello\n/close", fenced] {
            _ = bench.call(end.method, end.path, end.headers, end.body(text).encodedText)
        }
        #expect(bench.world.messages.map(\.text) == ["hello", fenced])
    }

    @Test func `Forgejo lists what came since, and takes no other scheme`() throws {
        let end = try #require(Self.all.first { $0.testDescription == "forgejo" })
        let bench = bench(end)
        _ = bench.call(end.method, end.path, end.headers, end.body("x").encodedText)
        let later = bench.call("GET", end.path + "?since=2999-01-01T00:00:00Z", end.headers)
        #expect(String(decoding: later.body, as: UTF8.self) == "[]")
        #expect(bench.call("GET", end.path, Self.headers("Bearer t")).status == 401)
    }

    @Test func `a Zendesk comment is mailed unless it is internal`() throws {
        let end = try #require(Self.all.first { $0.testDescription == "zendesk" })
        let bench = bench(end)
        let body = #"{"ticket":{"comment":{"body":"x"}}}"#
        #expect(bench.call(end.method, end.path, end.headers, body).status == 200)
        #expect(bench.world.messages.map(\.kind) == [.message])
    }

    @Test func `ServiceNow shows the journal as display value only`() throws {
        let end = try #require(Self.all.first { $0.testDescription == "servicenow" })
        let bench = bench(end)
        _ = bench.call(end.method, end.path, end.headers, end.body("x").encodedText)
        let raw = try bench.json(bench.call("GET", end.path, end.headers))
        #expect(raw.at("result.work_notes") == "")
    }
}
