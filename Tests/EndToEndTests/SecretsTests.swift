import Authenticating
import CurlClient
import Foundation
import JSONReader
import TestKit
import Testing
import Vocabulary

extension EndToEndTests {
    /// Secrets planted everywhere they can be are found nowhere they must not be.
    @Suite struct SecretsTests {
        /// One mark in everything planted, so that a piece of it is found as well.
        private static let mark = "PLANTED"
        private static let slackKey = "\(mark)-slack-signing-key-4711"
        private static let clientSecret = "\(mark)~client.secret-0815"

        /// Each way out fails once, so that the library's own words are logged too.
        private static let script = """
            machines:
            \(Settings.machine(7, "laptop-7.corp.example"))
            \(Settings.machine(8, "ws-0142.corp.example"))
            actions: { delay: 0.1 }
            secret: "\(clientSecret)"
            faults:
              - { request: "POST */oauth2/v2.0/token", nth: 1, kind: status-503 }
              - { request: "GET /api/machines", nth: 1, kind: truncate }
              - { request: "POST */isolate", nth: 1, kind: reset-after }
              - { request: "POST /commands/*", nth: 1, kind: reset-before }
              - { request: "POST /commands/*", nth: 2, kind: status-500 }
              - { request: "POST /rest/*", nth: 1, kind: truncate }
            """

        @Test(.timeLimit(.minutes(3)))
        func `no secret leaves the bridge, at any level, by any way`() async throws {
            try await TemporaryFolder.with { folder in
                try await SimulatorProcess.with(Self.script, in: folder) { simulator in
                    try write(folder, simulator)
                    let environment = ["SLACK_KEY": Self.slackKey, "HARMLESS": "shown"]
                    try await BridgeProcess.with(
                        in: folder,
                        http: simulator.http,
                        environment: environment
                    ) { bridge in
                        try seeEnvironment(bridge)
                        try await plant(bridge, simulator)
                        _ = try await bridge.job("isolate", machine: "laptop-7", reaches: "succeeded")
                        _ = try await bridge.job("isolate", machine: "ws-0142", reaches: "succeeded")
                        _ = try await eventually("an answer to the command") {
                            try await simulator.journal().filter { $0.path.hasPrefix("/commands/") }.count > 2
                                ? () : nil
                        }
                        let metrics = try await bridge.metrics()
                        bridge.program.send(SIGTERM)
                        #expect(try await bridge.program.end() == .exited(0))
                        try await search(folder, bridge, metrics, tokens: try await tokens(simulator))
                    }
                }
            }
        }

        /// The usual settings, with planted secrets and without a bot token: the `response_url` is then used.
        private func write(_ folder: TemporaryFolder, _ simulator: SimulatorProcess) throws {
            var settings = Settings()
            settings.slackSecret = "{ env: SLACK_KEY }"
            settings.log = "{ format: text, level: trace }"
            settings.watch = "{ every: 1s, sweep: 5m, lease: 3s, post-deadline: 2s, visibility-lag: 1s }"
            try settings.write(to: folder, simulator)
            let usual = settings.text(simulator)
            try folder.write(
                usual.replacing("token: { file: bot.token }, ", with: "")
                    .replacing("tell:     { source: soc-chat, channel: C05TELL }\n", with: ""),
                to: "bascule.yaml"
            )
            for name in ["jira.key", "jira.token"] { try folder.write("\(Self.mark)-\(name)", to: name) }
            let siem = Data("\(Self.mark)-siem-key-24-bytes--".utf8).base64EncodedString()
            try folder.write("whsec_\(siem)", to: "siem.key")
        }

        /// `{ env }` secrets are read and gone.
        private func seeEnvironment(_ bridge: BridgeProcess) throws {
            let process = bridge.program.processID
            for file in ["environ", "cmdline"] {
                let data = FileManager.default.contents(atPath: "/proc/\(process)/\(file)") ?? Data()
                let text = String(decoding: data, as: UTF8.self)
                #expect(!text.contains(Self.mark), "/proc/PID/\(file)")
                if file == "environ" { #expect(text.contains("HARMLESS=shown")) }
            }
        }

        private func plant(_ bridge: BridgeProcess, _ simulator: SimulatorProcess) async throws {
            let mark = Self.mark
            let hidden = [
                "Authorization", "Cookie", "X-Api-Key", "X-Anything", "User-Agent", "X-Forwarded-For",
            ]
            .map { RawDelivery.Header($0, "\(mark)-header") }
            let url = "\(simulator.word("chat"))/commands/T024/1/\(mark)-response-url"
            let form = [
                "team_id=T024", "channel_id=C05SOCOPS7", "user_id=U2147", "user_name=mia", "command=%2Fmde",
                "text=isolate+laptop-7", "trigger_id=1.\(mark)-trigger", "token=\(mark)-token",
                "enterprise_name=\(mark)-field", "response_url=\(escaped(url))",
            ].joined(separator: "&")
            let command = try SignedDelivery(
                .slack,
                source: "soc-chat",
                secret: Self.slackKey,
                type: "application/x-www-form-urlencoded",
                body: Array(form.utf8)
            )
            let event: JSONValue = [
                "timestamp": .integer(Timestamp.now().milliseconds),
                "user": ["accountId": "5b10a2844c20165700ede21g", "emailAddress": .string("\(mark)-field")],
                "issue": [
                    "key": "SEC-7",
                    "fields": [
                        "summary": "Beacon", "customfield_10050": "ws-0142",
                        "password": .string("\(mark)-field"), "description": .string("\(mark)-field"),
                    ],
                ],
                "changelog": ["id": "1", "items": [["field": "status", "toString": "Contain"]]],
            ]
            let ticket = try SignedDelivery(
                .jira,
                source: "tickets",
                secret: "\(mark)-jira.key",
                type: "application/json",
                body: event.encoded()
            )
            for delivery in [command, ticket] {
                let planted = SignedDelivery(
                    source: delivery.source,
                    headers: delivery.headers + hidden,
                    body: delivery.body
                )
                let status = try #require(await bridge.deliver(planted)).status
                #expect((200..<300).contains(status))
                // Once with a signature that fits nothing, once with a body that cannot be read.
                let forged = SignedDelivery(
                    source: delivery.source,
                    headers: hidden,
                    body: Array("\(mark)-forged".utf8)
                )
                #expect(await bridge.deliver(forged)?.status == 401)
            }
            let unreadable = try SignedDelivery(
                .jira,
                source: "tickets",
                secret: "\(mark)-jira.key",
                type: "application/json",
                body: Array("{\"a\": \(mark)-unreadable".utf8)
            )
            #expect(await bridge.deliver(unreadable)?.status == 202)
            let nowhere = SignedDelivery(source: "\(mark)-source", headers: hidden, body: [])
            #expect(await bridge.deliver(nowhere)?.status == 401)
        }

        private func escaped(_ text: String) -> String {
            text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        }

        /// The tokens that Entra answered with: the last 40 characters of each, its signature.
        private func tokens(_ simulator: SimulatorProcess) async throws -> Set<String> {
            let headers = try await simulator.journal()
                .filter { $0.path.hasPrefix("/api/machine") }
                .compactMap { $0.json.at("headers.authorization")?[0]?.string }
            #expect(!headers.isEmpty)
            return Set(headers.map { String($0.suffix(40)) })
        }

        private func search(
            _ folder: TemporaryFolder,
            _ bridge: BridgeProcess,
            _ metrics: String,
            tokens: Set<String>
        ) async throws {
            var places = [
                ("stdout", bridge.program.output), ("stderr", bridge.program.errors), ("metrics", metrics),
            ]
            #expect(bridge.program.errors.count > 1_000, "nothing was logged")
            #expect(metrics.contains("bascule_deliveries_total"))
            for words in [["audit", "export"], ["jobs", "list", "--json"], ["isolated", "--json"]] {
                places.append((words.joined(separator: " "), try await BridgeProcess.ask(words, in: folder)))
            }
            for job in try await BridgeProcess.jobs(in: folder) {
                let words = ["jobs", "show", job["job"]?.string ?? "", "--json"]
                places.append(("jobs show", try await BridgeProcess.ask(words, in: folder)))
            }
            let planted = [Self.mark, Data("\(Self.mark)-siem-key-24-bytes--".utf8).base64EncodedString()]
            for (place, text) in places {
                for secret in planted + tokens {
                    let lines = text.split(separator: "\n").filter { $0.contains(secret) }
                    #expect(lines.isEmpty, "\(place) holds \(secret): \(lines.first ?? "")")
                }
            }
        }
    }
}
