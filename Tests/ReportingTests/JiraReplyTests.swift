import CurlClient
import Enqueuing
import JSONReader
import Testing
import Vocabulary

@testable import Reporting

struct JiraReplyTests {
    private func rig(
        _ steps: [ScriptedProvider.Step],
        issue: String = "SEC-1482",
        user: String? = "bot@corp.example",
        version: JiraSite.Version = .cloud,
        readers: JiraSite.Readers = .agents
    ) async throws -> Rig {
        let site = JiraSite(
            base: "https://corp.example",
            user: user,
            token: Secret("t0ken"),
            version: version,
            readers: readers
        )
        return try await Rig(steps, channel: site, replyTo: .jira(issue: issue))
    }

    @Test func `a comment is posted once, as the account`() async throws {
        let rig = try await rig([.answer(201, ["id": "1"])])
        try await rig.tell("accepted")
        try await rig.reporter.runOnce()
        try await rig.reporter.runOnce()
        let calls = rig.provider.calls
        #expect(calls.map(\.url) == ["https://corp.example/rest/api/3/issue/SEC-1482/comment"])
        #expect(calls[0].headers["authorization"] == "Basic Ym90QGNvcnAuZXhhbXBsZTp0MGtlbg==")
        #expect(calls[0].body["body"]?["type"] == "doc")
        #expect(try await rig.entries(.sent).count == 1)
    }

    @Test func `Data Center gets version 2, wiki markup and a bearer`() async throws {
        let rig = try await rig([.answer(201, [:])], user: nil, version: .dataCenter)
        try await rig.tell("accepted")
        try await rig.reporter.runOnce()
        let call = try #require(rig.provider.calls.first)
        #expect(call.url == "https://corp.example/rest/api/2/issue/SEC-1482/comment")
        #expect(call.headers["authorization"] == "Bearer t0ken")
        #expect(call.body["body"]?.string?.hasPrefix("{noformat}") == true)
    }

    @Test(arguments: [JiraSite.Version.cloud, .dataCenter])
    func `a service desk shows a comment to its agents, unless everybody may read it`(
        version: JiraSite.Version
    ) async throws {
        let inside: JSONValue = [["key": "sd.public.comment", "value": ["internal": true]]]
        for (readers, properties) in [(JiraSite.Readers.agents, inside), (.everybody, nil)] {
            let rig = try await rig([.answer(201, [:])], version: version, readers: readers)
            try await rig.tell("accepted")
            try await rig.reporter.runOnce()
            #expect(rig.provider.calls.first?.body["properties"] == properties)
        }
    }

    @Test func `a comment of unknown outcome is looked up and found`() async throws {
        let rig = try await rig([.unknown])
        try await rig.tell("accepted")
        try await rig.reporter.runOnce()
        let posted = try #require(rig.provider.calls.first).body
        let provider = ScriptedProvider([
            .answer(200, ["comments": [["id": "9", "body": posted["body"] ?? .null]]])
        ])
        let found = try await lookUp(rig, with: provider)
        #expect(found == .told(messageID: nil, usesResponseURL: false))
        #expect(provider.calls.map(\.method) == [.get])
        #expect(provider.calls[0].url.hasSuffix("/comment?orderBy=-created&maxResults=50"))
    }

    @Test func `a comment that is not there is posted again, as no repeat`() async throws {
        let rig = try await rig([.unknown])
        try await rig.tell("accepted")
        try await rig.reporter.runOnce()
        let provider = ScriptedProvider([.answer(200, ["comments": []]), .answer(201, [:])])
        _ = try await lookUp(rig, with: provider)
        #expect(provider.calls.map(\.method) == [.get, .post])
        #expect(!provider.calls[1].body.encodedText.contains("repeated"))
    }

    @Test func `nothing is posted while the look-up fails`() async throws {
        let rig = try await rig([.unknown, .answer(503, [:])])
        try await rig.tell("accepted")
        try await rig.reporter.runOnce()
        rig.pass(.seconds(1))
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.map(\.method) == [.post, .get])
        #expect(try await rig.entries(.due).map(\.mayHaveBeenSent) == [true])
    }

    @Test(arguments: ["", "../admin", "SEC-1/comment", "SEC-1?x=1", "SEC-1#", "ſEC-1"])
    func `only an issue key goes into the path`(issue: String) async throws {
        let rig = try await rig([], issue: issue)
        try await rig.tell("accepted")
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.isEmpty)
        #expect(try await rig.entries(.untold).map(\.trouble) == ["jira.issue-key"])
    }

    /// Tells what is still due through another provider.
    private func lookUp(_ rig: Rig, with provider: ScriptedProvider) async throws -> Delivery {
        let batch = Batch(
            audience: .conversation(Rig.job),
            entries: try await rig.entries(.due),
            conversation: try await rig.conversation(),
            source: SourceName("chat")
        )
        let site = JiraSite(base: "https://corp.example", user: nil, token: Secret("t"))
        let jira = JiraReplies(
            settings: site,
            http: provider,
            deadline: .seconds(1),
            now: Timestamp(seconds: 0)
        )
        return await jira.tell(batch, issue: "SEC-1482")
    }
}
