import Authenticating
import CurlClient
import Foundation
import JSONReader
import TestKit
import Testing
import Vocabulary

extension EndToEndTests {
    /// Chats other than Slack's commands: a mention answered in its thread, and a command of Mattermost.
    @Suite struct ChatEndsTests {
        private static let token = "mm-token-of-the-tests"
        private static let bot = "mm-bot-of-the-tests"
        private static let maya = "j4oyo9sx7j51tyenwhneq75jfi"
        private static let channel = "z7exh5akgb3bdhp848rcxf7ph9"
        private static let script = """
            machines:
            \((1...2).map { Settings.machine($0, "ws-\($0).corp.example") }.joined(separator: "\n"))
            actions: { delay: 0.5, end: Succeeded }
            chat: { slack-token: \(Settings.botToken) }
            """

        private func write(_ folder: TemporaryFolder, _ simulator: SimulatorProcess) throws {
            try Settings().write(to: folder, simulator)
            try folder.write(Self.token + "\n", to: "mm.token")
            try folder.write(Self.bot + "\n", to: "mm.bot")
            let source = """
                  mm: { kind: mattermost, secret: { file: mm.token }, accept-unsigned: token, \
                reply: { url: "\(simulator.word("chat"))/mattermost", token: { file: mm.bot }, \
                hosts: ["\(simulator.chatHost)"] } }
                """
            let routes =
                "routes:\n  - { from: soc-chat, command: mention }\n  - { from: mm, command: /mde }\n"
            let text = Settings().text(simulator)
                .replacing("routes:\n", with: source + "\n" + routes)
                .replacing(
                    "mia: { soc-chat: T024/U2147,",
                    with: "mia: { soc-chat: T024/U2147, mm: \(Self.maya),"
                )
            try folder.write(text, to: "bascule.yaml")
        }

        @Test(.timeLimit(.minutes(3)))
        func `a mention and a Mattermost command are done once, and told where they were said`() async throws
        {
            try await TemporaryFolder.with { folder in
                try await SimulatorProcess.with(Self.script, in: folder) { simulator in
                    try write(folder, simulator)
                    try await BridgeProcess.with(in: folder, http: simulator.http) { bridge in
                        try await mention(bridge, simulator)
                        try await command(bridge, simulator)
                        try await seeWholes(bridge, simulator)
                        bridge.program.send(SIGTERM)
                        #expect(try await bridge.program.end() == .exited(0))
                        let log = bridge.program.errors + bridge.program.output
                        for secret in [Self.token, Self.bot, Settings.botToken] {
                            #expect(!log.contains(secret))
                        }
                    }
                }
            }
        }

        // MARK: Slack

        private func mention(
            _ text: String,
            id: String,
            stamp: String = "1788173100.119209"
        ) throws -> SignedDelivery {
            let body: JSONValue = [
                "type": "event_callback", "team_id": "T024", "api_app_id": "A1", "event_id": .string(id),
                "event": [
                    "type": "app_mention", "user": "U2147", "team": "T024", "channel": "C05SOCOPS7",
                    "text": .string("<@UBOT> \(text)"), "ts": .string(stamp), "event_ts": .string(stamp),
                    "thread_ts": "1788172790.003900",
                ],
                "authorizations": [["team_id": "T024", "user_id": "UBOT", "is_bot": true]],
                "is_ext_shared_channel": false,
            ]
            return try SignedDelivery(
                .slack,
                source: "soc-chat",
                secret: Settings.slackKey,
                type: "application/json",
                body: body.encoded()
            )
        }

        private func mention(_ bridge: BridgeProcess, _ simulator: SimulatorProcess) async throws {
            let text = "isolate ws-1 for 1h because SEC-1 &lt;!channel&gt;"
            // Slack repeats events, and was seen to give one event two ids.
            for id in ["Ev1", "Ev1", "Ev2"] {
                let answer = try #require(await bridge.deliver(try mention(text, id: id)))
                #expect(answer.status == 200 && answer.body.isEmpty)
            }
            let mistake = try mention("isolate host ws-1 ticket SEC-1", id: "Ev3", stamp: "1788173101.000001")
            #expect(await bridge.deliver(mistake)?.status == 200)
            _ = try await bridge.job("isolate", machine: "ws-1", reaches: "succeeded")
            let told = try await eventually("the end in the thread", every: .milliseconds(100)) {
                let room = try await simulator.messages().filter { $0["place"] == "C05SOCOPS7" }
                return room.contains { ($0["text"]?.string ?? "").contains("succeeded") } ? room : nil
            }
            #expect(told.count == 2)
            let kept = try #require(told.first { ($0["text"]?.string ?? "").contains("succeeded") })
            #expect((kept["updates"]?.integer ?? 0) >= 1)
            #expect(told.contains { ($0["text"]?.string ?? "").contains("Right form: isolate") })
            let posts = try await simulator.journal().filter { $0.path == "/api/chat.postMessage" }
            #expect(posts.count == 2)
            for post in posts {
                let body = try JSONReader.read(post.body, root: .object)
                #expect(body["thread_ts"] == "1788172790.003900")
                #expect(body["text"]?.string?.contains("<!channel>") == false)
            }
        }

        // MARK: Mattermost

        private func command(_ bridge: BridgeProcess, _ simulator: SimulatorProcess) async throws {
            let fields = [
                ("channel_id", Self.channel), ("command", "/mde"), ("team_id", "881fa8tb86fsudtkraghd1j91h"),
                ("text", "isolate ws-2 for 1h because SEC-2 @all <!channel>"), ("token", Self.token),
                ("trigger_id", UUID().uuidString), ("user_id", Self.maya), ("user_name", "maya"),
                ("response_url", "\(simulator.word("chat"))/mattermost/hooks/commands/planted-hook"),
            ]
            let form = fields.map { name, value in
                "\(name)=\(value.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")"
            }
            let delivery = SignedDelivery(
                source: "mm",
                headers: [
                    .init("Content-Type", "application/x-www-form-urlencoded"),
                    .init("Authorization", "Token \(Self.token)"),
                ],
                body: Array(form.joined(separator: "&").utf8)
            )
            let first = try #require(await bridge.deliver(delivery))
            let answer = try JSONReader.read(first.body, root: .object)
            #expect(answer["response_type"] == "in_channel")
            #expect(answer["text"]?.string?.contains("isolate ws-2 for 1h: recorded.") == true)
            #expect(await bridge.deliver(delivery)?.body == first.body)
            var forged = delivery
            forged = SignedDelivery(
                source: "mm",
                headers: [forged.headers[0]],
                body: Array(
                    String(decoding: delivery.body, as: UTF8.self).replacing("tests", with: "other").utf8
                )
            )
            #expect(await bridge.deliver(forged)?.status == 401)
            _ = try await bridge.job("isolate", machine: "ws-2", reaches: "succeeded")
            let post = try await eventually("the end in Mattermost", every: .milliseconds(100)) {
                try await simulator.messages().first {
                    $0["place"]?.string == Self.channel && ($0["text"]?.string ?? "").contains("succeeded")
                }
            }
            #expect((post["updates"]?.integer ?? 0) >= 1)
            let calls = try await simulator.journal().filter { $0.path.hasPrefix("/mattermost/") }
            #expect(calls.filter { $0.method == "POST" }.map(\.path) == ["/mattermost/api/v4/posts"])
            #expect(calls.allSatisfy { !$0.body.contains("@all") && !$0.body.contains("<!channel>") })
        }

        private func seeWholes(_ bridge: BridgeProcess, _ simulator: SimulatorProcess) async throws {
            let isolates = try await bridge.jobs().filter { $0["action"] == "isolate" }
            #expect(isolates.count == 2)
            for number in 1...2 {
                let calls = try await simulator.executed("isolate", machine: Settings.id(number))
                #expect(calls.count == 1)
            }
        }
    }
}
