import Authenticating
import Foundation
import Testing

/// Every vector of the schemes that are built, as the vectors' own README asks for.
struct VectorTests {
    static let counts = [
        ("slack", 39), ("jira_cloud", 16), ("jira_dc", 13), ("standard_webhooks", 39), ("generic_hmac", 22),
        ("servicenow", 14), ("discord", 18), ("github", 25), ("gitlab", 15), ("google_chat_jwt", 20),
        ("linear", 17), ("mattermost", 11), ("pagerduty", 22), ("rocketchat", 7), ("shared_header", 12),
        ("svix", 15), ("teams_bot_jwt", 11), ("teams_outgoing", 16), ("zammad", 10), ("zendesk", 23),
        ("zulip", 7),
    ]

    static func bytes(_ file: String) throws -> [UInt8] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Vectors")
        return Array(try Data(contentsOf: folder.appending(path: "\(file).json")))
    }

    static let answers: [VectorCheck.Answer] = {
        var answers: [VectorCheck.Answer] = []
        for (file, _) in counts {
            guard let bytes = try? bytes(file), let some = try? VectorCheck.run(bytes) else { continue }
            answers += some
        }
        return answers
    }()

    @Test(arguments: answers)
    func `a vector gets the verdict and the reason it asks for`(answer: VectorCheck.Answer) {
        let said = answer.isAccepted ? "accept" : "reject:\(answer.reason)"
        #expect(answer.isVerdictExpected, "\(answer.id): \(said), expected \(answer.expected ?? "nothing")")
        #expect(answer.isReasonExpected, "\(answer.id): \(said), expected \(answer.expected ?? "nothing")")
    }

    @Test(arguments: counts)
    func `no vector is left out`(file: String, count: Int) throws {
        let answers = try VectorCheck.run(try Self.bytes(file))
        #expect(answers.count == count)
        #expect(answers.allSatisfy { $0.expected != nil && $0.reason != "unsupported-scheme" })
    }

    @Test func `a scheme that is not built is rejected and counted as a mismatch where it should pass`()
        throws
    {
        let file =
            #"[{"id":"x/1","scheme":"later","expect":"accept"},{"id":"x/2","scheme":"later","expect":"reject:stale"}]"#
        let answers = try VectorCheck.run(Array(file.utf8))
        #expect(answers.map(\.reason) == ["unsupported-scheme", "unsupported-scheme"])
        #expect(answers.map(\.verdict) == ["reject", "reject"])
        #expect(answers.map(\.isVerdictExpected) == [false, true])
    }

    @Test func `a vector without an expectation is answered all the same`() throws {
        let file =
            #"[{"id":"x/1","scheme":"slack-v0","secret":"s","headers":{},"body_base64":"","now_unix":1}]"#
        let answer = try #require(try VectorCheck.run(Array(file.utf8)).first)
        #expect(answer.verdict == "reject")
        #expect(answer.reason == "missing-header")
        #expect(answer.isVerdictExpected)
    }

    @Test func `two spellings of a header name are two occurrences`() throws {
        let file = """
            [{"id":"x/1","scheme":"slack-v0","secret":"s","now_unix":1,"body_base64":"","expect":"reject",
              "headers":{"X-Slack-Signature":"v0=00","x-slack-signature":"v0=00","X-Slack-Request-Timestamp":"1"}}]
            """
        let answer = try #require(try VectorCheck.run(Array(file.utf8)).first)
        #expect(answer.reason == "duplicate-header")
        #expect(answer.isVerdictExpected && answer.isReasonExpected)
    }

    @Test(arguments: ["", "{}", "[{}]", "[1]", #"[{"id":1}]"#])
    func `a file of something else is refused`(text: String) {
        #expect(throws: VectorFileError.unreadable) { try VectorCheck.run(Array(text.utf8)) }
    }
}
