import Foundation
import Testing

/// Loads and runs every folder of `examples/`, so that examples cannot rot.
struct ExamplesTests {
    @Test func `the main uses have an example`() throws {
        #expect(
            try Example.all().map(\.testDescription) == [
                "alerts-and-tickets-from-systems-that-cannot-sign",
                "contain-from-a-ticket-released-after-eight-hours",
                "forgejo-comment-isolates-a-machine", "jira-status-contains-a-machine",
                "mattermost-command-isolates-a-workstation",
                "pagerduty-note-isolates-a-machine", "servicenow-state-contains-a-machine",
                "signed-json-webhook-starts-a-scan", "slack-command-isolates-a-workstation",
                "teams-bot-two-person-isolation", "teams-message-isolates-a-workstation",
                "two-person-isolation-of-servers",
            ]
        )
    }

    @Test(arguments: try Example.all())
    func `its settings pass the check`(example: Example) async throws {
        let outcome = try await Program.run(
            ["check", "--config", example.settings],
            environment: example.environment
        )
        #expect(outcome.status == 0, "\(outcome.errors)\(String(decoding: outcome.output, as: UTF8.self))")
    }

    @Test(arguments: try Example.all())
    func `its grants keep what its cases say, without a secret`(example: Example) async throws {
        let outcome = try await Program.run(
            ["test", "--config", example.settings, example.folder.appendingPathComponent("cases.yaml").path],
            environment: [:]
        )
        let text = String(decoding: outcome.output, as: UTF8.self)
        #expect(outcome.status == 0, "\(outcome.errors)\(text)")
        #expect(text.wholeMatch(of: /(ok .*\n)+[1-9][0-9]* passed, 0 failed\n/) != nil, "\(text)")
    }

    @Test(arguments: try Example.allCases())
    func `each delivery is decided as expected`(one: Example.Case) async throws {
        let example = one.example
        let outcome = try await Program.run(
            [
                "explain", "--config", example.settings, "--source", one.source, "--json",
                "--request", example.folder.appendingPathComponent("deliveries/\(one.delivery).json").path,
                "--machines", example.folder.appendingPathComponent("machines.json").path,
                "--now", String(example.now),
            ],
            environment: example.environment
        )
        #expect(outcome.status == one.exitStatus, "\(outcome.errors)")
        let found = try Self.objects(outcome.output)
        let expected = try Self.objects(one.explanation)
        #expect(found.count == expected.count)
        for (found, expected) in zip(found, expected) {
            for (key, value) in expected {
                let actual = found[key].map { "\($0)" } ?? "nothing"
                #expect((found[key] as? NSObject)?.isEqual(value) == true, "\(key) is \(actual)")
            }
        }
        let text = String(decoding: outcome.output, as: UTF8.self) + outcome.errors
        for secret in example.environment.values { #expect(!text.contains(secret)) }
    }

    @Test(arguments: try Example.all())
    func `every delivery is expected and shown in readable form`(example: Example) throws {
        let folder = example.folder.appendingPathComponent("deliveries")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        let requests = names.filter { $0.hasSuffix(".json") && !$0.contains(".body.") }
        #expect(Set(requests) == Set(example.cases.map { $0.delivery + ".json" }))
        for name in requests {
            let stem = name.dropLast(".json".count)
            let body = try #require(names.first { $0.hasPrefix(stem + ".body.") })
            let request = try Data(contentsOf: folder.appendingPathComponent(name))
            let fields = try #require(try JSONSerialization.jsonObject(with: request) as? [String: Any])
            let encoded = try #require(fields["body_base64"] as? String)
            #expect(
                Data(base64Encoded: encoded) == (try Data(contentsOf: folder.appendingPathComponent(body)))
            )
        }
    }

    @Test(arguments: [
        ("env.HOME", #""env" reaches outside the delivery"#),
        (".type ==", "does not compile"),
        ("true); .) | (.", "does not compile"),
    ])
    func `a mistake in a route's jq is named with its route and key`(when: String, words: String) async throws
    {
        let example = try #require(try Example.all().first { $0.source == "siem" })
        let lines = try String(contentsOfFile: example.settings, encoding: .utf8).split(separator: "\n")
        let broken = lines.map { $0.hasPrefix("    when:") ? "    when: '\(when)'" : String($0) }
        let file = FileManager.default.temporaryDirectory
            .appendingPathComponent("bascule-\(UUID().uuidString).yaml")
        defer { try? FileManager.default.removeItem(at: file) }
        try broken.joined(separator: "\n").write(to: file, atomically: true, encoding: .utf8)
        let outcome = try await Program.run(
            ["check", "--config", file.path],
            environment: example.environment
        )
        #expect(outcome.status == 2)
        #expect(outcome.errors.contains(#"error: "when" of scan-on-high-alert: "#))
        #expect(outcome.errors.contains(words), "\(outcome.errors)")
    }

    /// One explanation or a list of them.
    private static func objects(_ data: Data) throws -> [[String: Any]] {
        let value = try JSONSerialization.jsonObject(with: data)
        if let list = value as? [[String: Any]] { return list }
        return [try #require(value as? [String: Any])]
    }
}
