import CurlClient
import Enqueuing
import InMemoryLogging
import JSONReader
import Testing
import Vocabulary

@testable import Reporting

/// One vendor as a test asks it: where its ticket is, and what its calls must be, to the letter.
struct VendorCase: Sendable, CustomTestStringConvertible {
    let name: String
    let channel: any ReplyChannel
    let place: ReplyAddress
    let method: OutgoingRequest.Method
    let url: String
    let headers: [String: String]
    /// The body around the text.
    let body: @Sendable (JSONValue) -> JSONValue
    let isFenced: Bool
    let taken: JSONValue
    let lookUp: String
    /// The vendor's list that holds one comment with this text.
    let list: @Sendable (String) -> JSONValue

    var testDescription: String { name }

    static let marker = "[bascule:j-01/job.test/1]"
    static let plain = "accepted\nmachine: laptop-7\njob: j-01\n\(marker)"

    /// The whole text of the first comment.
    var text: String { isFenced ? "```\n\(Self.plain)\n```" : Self.plain }

    static let serviceNow = VendorCase(
        name: "servicenow",
        channel: ServiceNowInstance(
            base: "https://aster.example",
            user: "bot",
            token: Secret("t0ken"),
            tables: ["sn_si_incident"]
        ),
        place: .at(["table": "sn_si_incident", "record": "a1dacaae379f4ddf820aef0f8c85f7ee"]),
        method: .patch,
        url: "https://aster.example/api/now/table/sn_si_incident/a1dacaae379f4ddf820aef0f8c85f7ee"
            + "?sysparm_fields=number,state",
        headers: ["authorization": "Basic Ym90OnQwa2Vu", "accept": "application/json"],
        body: { ["work_notes": $0] },
        isFenced: false,
        taken: ["result": ["number": "SIR0010142", "state": "18"]],
        lookUp: "https://aster.example/api/now/table/sn_si_incident/a1dacaae379f4ddf820aef0f8c85f7ee"
            + "?sysparm_fields=number,work_notes&sysparm_display_value=true",
        list: {
            ["result": ["number": "SIR0010142", "work_notes": .string("2026 - bot (Work notes)\n" + $0)]]
        }
    )
    static let pagerDuty = VendorCase(
        name: "pagerduty",
        channel: PagerDutyAccount(token: Secret("t0ken"), from: "bascule@aster.example"),
        place: .at(["incident": "Q2AB34CD56EF78"]),
        method: .post,
        url: "https://api.pagerduty.com/incidents/Q2AB34CD56EF78/notes",
        headers: [
            "authorization": "Token token=t0ken", "accept": "application/vnd.pagerduty+json;version=2",
            "from": "bascule@aster.example",
        ],
        body: { ["note": ["content": $0]] },
        isFenced: false,
        taken: ["note": ["id": "P1"]],
        lookUp: "https://api.pagerduty.com/incidents/Q2AB34CD56EF78/notes",
        list: { ["notes": [["content": .string($0)]]] }
    )
    static let gitHub = VendorCase(
        name: "github",
        channel: GitHubSite(token: Secret("t0ken")),
        place: .at(["repository": "aster-soc/incidents", "issue": "482"]),
        method: .post,
        url: "https://api.github.com/repos/aster-soc/incidents/issues/482/comments",
        headers: [
            "authorization": "Bearer t0ken", "accept": "application/vnd.github+json",
            "x-github-api-version": "2022-11-28", "user-agent": "bascule",
        ],
        body: { ["body": $0] },
        isFenced: true,
        taken: ["id": 1],
        lookUp: "https://api.github.com/repos/aster-soc/incidents/issues/482/comments"
            + "?per_page=100&since=2026-09-21T14:03:20Z",
        list: { [["body": .string($0)]] }
    )
    static let gitLab = VendorCase(
        name: "gitlab",
        channel: GitLabSite(base: "https://gitlab.aster.example", token: Secret("t0ken")),
        place: .at(["project": "77", "issue": "482"]),
        method: .post,
        url: "https://gitlab.aster.example/api/v4/projects/77/issues/482/notes",
        headers: ["private-token": "t0ken"],
        body: { ["body": $0, "internal": true] },
        isFenced: true,
        taken: ["id": 1],
        lookUp: "https://gitlab.aster.example/api/v4/projects/77/issues/482/notes"
            + "?order_by=created_at&sort=desc&per_page=100",
        list: { [["body": .string($0)]] }
    )
    static let linear = VendorCase(
        name: "linear",
        channel: LinearWorkspace(token: Secret("lin_api_t0ken")),
        place: .at(["issue": "2441a4eb-6469-4b26-b598-17291f24216b"]),
        method: .post,
        url: "https://api.linear.app/graphql",
        headers: ["authorization": "lin_api_t0ken"],
        body: { text in
            [
                "query": .string(
                    "mutation Tell($input: CommentCreateInput!) "
                        + "{ commentCreate(input: $input) { success comment { id } } }"
                ),
                "variables": ["input": ["issueId": "2441a4eb-6469-4b26-b598-17291f24216b", "body": text]],
            ]
        },
        isFenced: true,
        taken: ["data": ["commentCreate": ["success": true, "comment": ["id": "1"]]]],
        lookUp: "https://api.linear.app/graphql",
        list: { ["data": ["issue": ["comments": ["nodes": [["body": .string($0)]]]]]] }
    )
    static let zendesk = VendorCase(
        name: "zendesk",
        channel: ZendeskAccount(
            base: "https://aster.example",
            user: "bot@aster.example",
            token: Secret("t0ken")
        ),
        place: .at(["ticket": "5158"]),
        method: .put,
        url: "https://aster.example/api/v2/tickets/5158.json",
        headers: ["authorization": "Basic Ym90QGFzdGVyLmV4YW1wbGUvdG9rZW46dDBrZW4="],
        body: { ["ticket": ["comment": ["body": $0, "public": false]]] },
        isFenced: true,
        taken: ["ticket": ["id": 5158]],
        lookUp: "https://aster.example/api/v2/tickets/5158/comments.json?sort_order=desc",
        list: { ["comments": [["body": .string($0)]]] }
    )
    static let all = [serviceNow, pagerDuty, gitHub, gitLab, linear, zendesk]
}

struct TicketVendorTests {
    @Test(arguments: VendorCase.all)
    func `a comment is the vendor's own call, to the letter`(vendor: VendorCase) async throws {
        let rig = try await Rig(
            [.answer(200, vendor.taken), .answer(200, vendor.list(vendor.text))],
            channel: vendor.channel,
            replyTo: vendor.place
        )
        try await rig.tell("accepted")
        try await rig.reporter.runOnce()
        try await rig.reporter.runOnce()
        let call = try #require(rig.provider.calls.first)
        #expect(call.method == vendor.method)
        #expect(call.url == vendor.url)
        for (name, value) in vendor.headers { #expect(call.headers[name] == value, "\(name)") }
        #expect(call.headers["content-type"] == "application/json")
        #expect(call.body == vendor.body(.string(vendor.text)))
        #expect(try await rig.entries(.sent).count == 1)
        // Only ServiceNow has to be asked whether it kept it.
        #expect(rig.provider.calls.count == (vendor.name == "servicenow" ? 2 : 1))
        let logged = rig.logs.entries.map { "\($0)" }.joined()
        #expect(!logged.contains("t0ken"))
    }

    @Test(arguments: VendorCase.all)
    func `a comment of unknown outcome is looked up and found`(vendor: VendorCase) async throws {
        let rig = try await Rig(
            [.unknown, .answer(200, vendor.list(vendor.text))],
            channel: vendor.channel,
            replyTo: vendor.place
        )
        try await rig.tell("accepted")
        try await rig.reporter.runOnce()
        rig.pass(.seconds(2))
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.map(\.url).last == vendor.lookUp)
        #expect(rig.provider.calls.count == 2)
        #expect(try await rig.entries(.sent).count == 1)
    }

    @Test(arguments: VendorCase.all)
    func `a comment that is not there is posted again, as no repeat`(vendor: VendorCase) async throws {
        let rig = try await Rig(
            [
                .unknown, .answer(200, vendor.list("something else")), .answer(201, vendor.taken),
                .answer(200, vendor.list(vendor.text)),
            ],
            channel: vendor.channel,
            replyTo: vendor.place
        )
        try await rig.tell("accepted")
        try await rig.reporter.runOnce()
        rig.pass(.seconds(2))
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls[2].body == vendor.body(.string(vendor.text)))
        #expect(try await rig.entries(.sent).count == 1)
    }

    @Test(arguments: VendorCase.all, [503, 200])
    func `nothing is posted while the look-up fails`(vendor: VendorCase, status: Int) async throws {
        let rig = try await Rig(
            [.unknown, .answer(status, ["message": "not what was asked for"])],
            channel: vendor.channel,
            replyTo: vendor.place
        )
        try await rig.tell("accepted")
        try await rig.reporter.runOnce()
        rig.pass(.seconds(2))
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.count == 2)
        if status == 503 {
            #expect(try await rig.entries(.due).map(\.mayHaveBeenSent) == [true])
        } else {
            #expect(try await rig.entries(.untold).map(\.trouble) == ["\(vendor.name).no-comments"])
        }
    }

    @Test(arguments: VendorCase.all, [400, 401, 404, 422])
    func `a refusal is not tried again`(vendor: VendorCase, status: Int) async throws {
        let rig = try await Rig(
            [.answer(status, ["message": "no"])],
            channel: vendor.channel,
            replyTo: vendor.place
        )
        try await rig.tell("accepted")
        try await rig.reporter.runOnce()
        #expect(try await rig.entries(.untold).map(\.trouble) == ["\(vendor.name).http-\(status)"])
    }

    @Test(arguments: VendorCase.all)
    func `a limit is waited for, and nothing may have arrived`(vendor: VendorCase) async throws {
        let rig = try await Rig(
            [.answer(429, ["error": "slow down"], [("Retry-After", "93")])],
            channel: vendor.channel,
            replyTo: vendor.place
        )
        try await rig.tell("accepted")
        try await rig.reporter.runOnce()
        let entry = try #require(try await rig.entries(.due).first)
        #expect(entry.due == rig.now + .seconds(93))
        #expect(!entry.mayHaveBeenSent)
    }

    /// Places that no reader makes; a ledger of another version, or a hand in it, might.
    @Test(
        arguments: [
            (VendorCase.serviceNow, ["table": "sys_user", "record": "a1dacaae379f4ddf820aef0f8c85f7ee"]),
            (.serviceNow, ["table": "sn_si_incident", "record": "../sys_user"]),
            (.serviceNow, ["table": "sn_si_incident"]),
            (.pagerDuty, ["incident": "Q2/../users"]), (.pagerDuty, ["incident": ""]), (.pagerDuty, [:]),
            (.gitHub, ["repository": "aster-soc/..", "issue": "1"]),
            (.gitHub, ["repository": "aster-soc", "issue": "1"]),
            (.gitHub, ["repository": "aster-soc/x?y", "issue": "1"]),
            (.gitHub, ["repository": "aster-soc/x", "issue": "1/../2"]),
            (.gitLab, ["project": "soc/incidents", "issue": "1"]), (.gitLab, ["project": "1", "issue": "0"]),
            (.linear, ["issue": "SEC-482"]), (.linear, ["issue": #"x") { id } }"#]),
            (.zendesk, ["ticket": "5158.json"]), (.zendesk, ["ticket": "-1"]),
        ] as [(VendorCase, [String: String])]
    )
    func `only what has its shape goes into an address`(
        vendor: VendorCase,
        parts: [String: String]
    ) async throws {
        let rig = try await Rig([], channel: vendor.channel, replyTo: .at(parts))
        try await rig.tell("accepted")
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.isEmpty)
        #expect(try await rig.entries(.untold).map(\.trouble) == ["\(vendor.name).no-ticket"])
    }

    @Test(arguments: VendorCase.all)
    func `an address of another kind is none`(vendor: VendorCase) async throws {
        let rig = try await Rig([], channel: vendor.channel, replyTo: .jira(issue: "SEC-1"))
        try await rig.tell("accepted")
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.isEmpty)
        #expect(try await rig.entries(.untold).map(\.trouble) == ["reply.wrong-kind"])
    }

    @Test(arguments: VendorCase.all)
    func `what is about no job is told at its place`(vendor: VendorCase) async throws {
        let rig = try await Rig(
            [.answer(201, vendor.taken), .answer(200, vendor.list(vendor.text))],
            channel: vendor.channel,
            replyTo: vendor.place
        )
        try await rig.tell("accepted", audience: .place(source: SourceName("chat"), vendor.place))
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.first?.url == vendor.url)
        #expect(try await rig.entries(.sent).count == 1)
    }
}

struct VendorPeculiarityTests {
    private func rig(_ vendor: VendorCase, _ steps: ScriptedProvider.Step...) async throws -> Rig {
        let rig = try await Rig(steps, channel: vendor.channel, replyTo: vendor.place)
        try await rig.tell("accepted")
        try await rig.reporter.runOnce()
        return rig
    }

    @Test func `ServiceNow may ignore a field and answer 200`() async throws {
        let taken = ScriptedProvider.Step.answer(200, VendorCase.serviceNow.taken)
        let ignored = try await rig(
            .serviceNow,
            taken,
            .answer(200, VendorCase.serviceNow.list("older note"))
        )
        #expect(try await ignored.entries(.untold).map(\.trouble) == ["servicenow.not-kept"])
        let unreadable = try await rig(.serviceNow, taken, .answer(200, ["result": ["number": "1"]]))
        #expect(try await unreadable.entries(.untold).map(\.trouble) == ["servicenow.no-comments"])
        for step in [ScriptedProvider.Step.answer(503, [:]), .notSent, .unknown] {
            let unsure = try await rig(.serviceNow, taken, step)
            #expect(try await unsure.entries(.due).map(\.mayHaveBeenSent) == [true])
        }
    }

    @Test func `ServiceNow takes a token of OAuth or a key of its own`() async throws {
        for (credential, header, value) in [
            (ServiceNowInstance.Credential.oauth, "authorization", "Bearer t"),
            (.apiKey, "x-sn-apikey", "t"),
        ] {
            let instance = ServiceNowInstance(
                base: "https://aster.example",
                user: nil,
                token: Secret("t"),
                credential: credential,
                tables: ["sn_si_incident"]
            )
            let rig = try await Rig([], channel: instance, replyTo: VendorCase.serviceNow.place)
            try await rig.tell("accepted")
            try await rig.reporter.runOnce()
            #expect(rig.provider.calls.first?.headers[header] == value)
        }
    }

    @Test func `PagerDuty says in a header of its own how long its limit lasts`() async throws {
        let body: JSONValue = ["error": ["message": "Rate Limit Exceeded", "code": 2_020]]
        for (headers, seconds) in [([("ratelimit-reset", "17")], 17), ([], 30)] {
            let limited = try await rig(.pagerDuty, .answer(429, body, headers))
            let entry = try #require(try await limited.entries(.due).first)
            #expect(entry.due == limited.now + .seconds(seconds))
            #expect(entry.trouble == "pagerduty.rate-limited")
        }
    }

    @Test func `GitHub's limits come as 403 too, and a 403 without one is final`() async throws {
        let reset = String(1_790_000_000 + 40)
        for (status, words, headers, seconds) in [
            (403, "x", [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", reset)], 40),
            (429, "x", [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", reset)], 40),
            (403, "x", [("retry-after", "7")], 7),
            (403, "You have exceeded a secondary rate limit.", [], 60), (429, "x", [], 60),
        ] as [(Int, String, [(name: String, value: String)], Int)] {
            let limited = try await rig(
                .gitHub,
                .answer(status, ["message": .string(words)], headers)
            )
            #expect(try await limited.entries(.due).first?.due == limited.now + .seconds(seconds))
        }
        let forbidden = try await rig(
            .gitHub,
            .answer(403, ["message": "Resource not accessible"], [("x-ratelimit-remaining", "4000")])
        )
        #expect(try await forbidden.entries(.untold).map(\.trouble) == ["github.http-403"])
    }

    @Test func `Linear says in the body what it refused`() async throws {
        func errors(_ code: JSONValue) -> JSONValue {
            ["errors": [["message": "no", "extensions": ["code": code]]]]
        }
        let limited = try await rig(.linear, .answer(400, errors("RATELIMITED")))
        #expect(try await limited.entries(.due).first?.due == limited.now + .seconds(60))
        for body in [
            errors("FORBIDDEN"), ["data": ["commentCreate": ["success": false]]],
            ["data": ["commentCreate": .null]],
        ] as [JSONValue] {
            let refused = try await rig(.linear, .answer(200, body))
            #expect(try await refused.entries(.untold).map(\.trouble) == ["linear.refused"])
        }
        let invalid = try await rig(.linear, .answer(400, errors("INVALID_INPUT")))
        #expect(try await invalid.entries(.untold).map(\.trouble) == ["linear.http-400"])
    }
}
