import ArgumentParser
import Authenticating
import Foundation
import JSONReader
import Testing
import Vocabulary

@testable import Wiring

/// From files on disk to the answer, as the command goes.
final class ExplainTests {
    private let folder: URL
    private let now: Int64 = 1_790_000_000
    private let environment = ["SLACK": "slack-secret", "SIEM": "siem-secret", "APP": "app-secret"]

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "explain-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try write("bascule.yaml", settings)
        try write(
            "machines.json",
            #"""
            {"value": [
              {"id": "1111111111111111111111111111111111111111", "computerDnsName": "laptop-7.corp.example",
               "osPlatform": "Windows11", "rbacGroupName": "Workstations", "onboardingStatus": "Onboarded"},
              {"id": "2222222222222222222222222222222222222222", "computerDnsName": "pay-1.corp.example",
               "osPlatform": "Windows11", "rbacGroupName": "Tier-0", "onboardingStatus": "Onboarded"}
            ]}
            """#
        )
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    private let settings = """
        ledger: sqlite:ledger.db
        defender:
          tenant: 7f1c0f5e-0000-4000-8000-000000000001
          application: { client: 0c5a0000-0000-4000-8000-000000000002, secret: { env: APP } }
        sources:
          soc-chat: { kind: slack, workspaces: [T024], secret: { env: SLACK } }
          siem: { kind: hmac, header: X-Signature, secret: { env: SIEM } }
        routes:
          - { from: soc-chat, command: /mde }
        people: { mia: { soc-chat: T024/U2147 } }
        services: { sentinel: { source: siem } }
        grants:
          - { allow: [isolate], to: [mia], machines: { os: client } }
        protect:
          - { group: Tier-0 }
        """

    private func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: folder.appending(path: name))
    }

    private func path(_ name: String) -> String { folder.appending(path: name).path() }

    /// Writes a slash command, signed with `secret`, as a request file.
    private func say(_ text: String, secret: String = "slack-secret") throws {
        var form = URLComponents()
        form.queryItems = [
            URLQueryItem(name: "team_id", value: "T024"), URLQueryItem(name: "channel_id", value: "C1"),
            URLQueryItem(name: "user_id", value: "U2147"), URLQueryItem(name: "command", value: "/mde"),
            URLQueryItem(name: "text", value: text), URLQueryItem(name: "trigger_id", value: "1.2.a"),
        ]
        let body = Array((form.percentEncodedQuery ?? "").utf8)
        let signer = try DeliverySigner(.slack, secret: Secret(secret))
        var headers: [String: JSONValue] = ["Content-Type": "application/x-www-form-urlencoded"]
        for header in signer.headers(for: body, id: "1", now: Timestamp(seconds: now)) {
            headers[header.name] = .string(header.value)
        }
        let request: JSONValue = [
            "headers": .object(headers), "body_base64": .string(Data(body).base64EncodedString()),
        ]
        try write("request.json", request.encodedText)
    }

    private func explain(_ more: String..., source: String = "soc-chat") async throws -> JSONValue {
        let words =
            ["--config", path("bascule.yaml"), "--source", source, "--request", path("request.json")]
            + ["--now", String(now)] + more
        let command = try Explain.parse(words)
        let settings = try SettingsReader.read(command.config, environment: environment)
        return try await command.explain(settings).json
    }

    @Test func `without machines a signed command is held for the machine`() async throws {
        try say("isolate laptop-7 because beacon")
        let json = try await explain()
        #expect(json["decision"] == "hold")
        #expect(json["reasons"] == ["needs-machine"])
    }

    @Test func `with machines it is decided up to the request`() async throws {
        try say("isolate laptop-7 for 4h with type=Selective because beacon")
        let json = try await explain("--machines", path("machines.json"))
        #expect(json["decision"] == "allow")
        #expect(json["grant"] == ["number": 1, "line": 13])
        #expect(json.at("request.body.IsolationType") == "Selective")
        #expect(json.at("request.body.Comment")?.string?.hasSuffix(" mia: beacon") == true)
    }

    @Test func `a list of machines is answered one by one`() async throws {
        try say("isolate laptop-7,pay-1 because beacon")
        let json = try await explain("--machines", path("machines.json"))
        #expect(json.array?.map { $0["decision"] } == ["allow", "refuse"])
        #expect(json[1]?["reasons"] == ["machine-protected"])
    }

    @Test func `a delivery that is not genuine is refused with the verifier's reason`() async throws {
        try say("isolate laptop-7", secret: "another")
        #expect(try await explain()["reasons"] == ["signature-mismatch"])
        try say("isolate laptop-7")
        #expect(try await explain("--now", String(now + 600))["reasons"] == ["stale"])
    }

    @Test func `what is no command is refused in words`() async throws {
        try say("isolate host laptop-7 ticket SEC-1")
        let json = try await explain("--machines", path("machines.json"))
        #expect(json["reasons"] == ["not-understood"])
        #expect(json["request"] == .null)
    }

    @Test func `a source that is not named is an error with the nearest name`() async throws {
        try say("help")
        await #expect(throws: ExplainError.unknownSource("soc-chad", nearest: "soc-chat")) {
            try await explain(source: "soc-chad")
        }
    }

    @Test func `files that are not what they should be are errors`() async throws {
        try say("help")
        await #expect(throws: ExplainError.unreadableFile(path("gone.json"))) {
            try await explain("--machines", path("gone.json"))
        }
        await #expect(throws: ExplainError.noMachines(path("request.json"))) {
            try await explain("--machines", path("request.json"))
        }
        try write("request.json", "{")
        await #expect(throws: JSONError.self) { try await explain() }
    }
}
