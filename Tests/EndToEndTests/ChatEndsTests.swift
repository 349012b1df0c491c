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
        private static let ines = "i9oyo9sx7j51tyenwhneq75jfi"
        private static let channel = "z7exh5akgb3bdhp848rcxf7ph9"
        private static let script = """
            machines:
            \((1...2).map { Settings.machine($0, "ws-\($0).corp.example") }.joined(separator: "\n"))
            \(Settings.server(3, "srv-3.corp.example"))
            actions: { delay: 0.5, end: Succeeded }
            chat: { slack-token: \(Settings.botToken) }
            """

        private func write(_ folder: TemporaryFolder, _ simulator: SimulatorProcess) throws {
            var settings = Settings()
            settings.people = ["ines: { mm: \(Self.ines) }"]
            settings.groups = ["leads: [ines]"]
            settings.grants = [
                "{ allow: [isolate], to: [soc], machines: { os: server }, approvals: { of: leads, within: 30m } }"
            ]
            try settings.write(to: folder, simulator)
            try folder.write(Self.token + "\n", to: "mm.token")
            try folder.write(Self.bot + "\n", to: "mm.bot")
            let source = """
                  mm: { kind: mattermost, secret: { file: mm.token }, accept-unsigned: token, \
                reply: { url: "\(simulator.word("chat"))/mattermost", token: { file: mm.bot }, \
                hook: "https://bridge.corp.example/hooks/mm", \
                hosts: ["\(simulator.chatHost)"] } }
                """
            let routes =
                "routes:\n  - { from: soc-chat, command: mention }\n  - { from: mm, command: /mde }\n"
            let text = settings.text(simulator)
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
                        try await approve(bridge, simulator)
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

        private func command(_ text: String, _ simulator: SimulatorProcess) -> SignedDelivery {
            let fields = [
                ("channel_id", Self.channel), ("command", "/mde"), ("team_id", "881fa8tb86fsudtkraghd1j91h"),
                ("text", text), ("token", Self.token),
                ("trigger_id", UUID().uuidString), ("user_id", Self.maya), ("user_name", "maya"),
                ("response_url", "\(simulator.word("chat"))/mattermost/hooks/commands/planted-hook"),
            ]
            let form = fields.map { name, value in
                "\(name)=\(value.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")"
            }
            return SignedDelivery(
                source: "mm",
                headers: [
                    .init("Content-Type", "application/x-www-form-urlencoded"),
                    .init("Authorization", "Token \(Self.token)"),
                ],
                body: Array(form.joined(separator: "&").utf8)
            )
        }

        private func command(_ bridge: BridgeProcess, _ simulator: SimulatorProcess) async throws {
            let delivery = command("isolate ws-2 for 1h because SEC-2 @all <!channel>", simulator)
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

        /// A lead presses what the bridge drew and sealed, as Mattermost sends it.
        private func approve(_ bridge: BridgeProcess, _ simulator: SimulatorProcess) async throws {
            _ = await bridge.deliver(command("isolate srv-3 because SEC-3", simulator))
            _ = try await bridge.job("isolate", machine: "srv-3", reaches: "awaiting-approval")
            let card = try await eventually("a button in Mattermost", every: .milliseconds(100)) {
                try await simulator.messages().first {
                    $0["place"]?.string == Self.channel && $0.at("body.props.attachments.0.actions.0") != nil
                }
            }
            let context = try #require(card.at("body.props.attachments.0.actions.0.integration.context"))
            func press(by user: String, _ context: JSONValue) -> SignedDelivery {
                let body: JSONValue = [
                    "user_id": .string(user), "channel_id": .string(Self.channel), "context": context,
                    "team_id": "881fa8tb86fsudtkraghd1j91h", "post_id": "p3exh5akgb3bdhp848rcxf7ph9",
                ]
                let type = RawDelivery.Header("Content-Type", "application/json")
                return SignedDelivery(source: "mm", headers: [type], body: body.encoded())
            }
            let forged: JSONValue = ["bascule": context["bascule"] ?? .null, "seal": "00"]
            #expect(await bridge.deliver(press(by: Self.ines, forged))?.status == 401)
            let own = try #require(await bridge.deliver(press(by: Self.maya, context)))
            #expect(
                String(decoding: own.body, as: UTF8.self).contains("mia asked for it and cannot approve it")
            )
            let given = try #require(await bridge.deliver(press(by: Self.ines, context)))
            #expect(String(decoding: given.body, as: UTF8.self).contains("ines approves isolate srv-3"))
            _ = try await bridge.job("isolate", machine: "srv-3", reaches: "succeeded")
            _ = try await eventually("the buttons gone", every: .milliseconds(100)) {
                try await simulator.messages().first {
                    $0["id"] == card["id"] && $0.at("body.props.attachments") == []
                        && ($0["text"]?.string ?? "").contains("succeeded")
                }
            }
        }

        private func seeWholes(_ bridge: BridgeProcess, _ simulator: SimulatorProcess) async throws {
            let isolates = try await bridge.jobs().filter { $0["action"] == "isolate" }
            #expect(isolates.count == 3)
            for number in 1...3 {
                let calls = try await simulator.executed("isolate", machine: Settings.id(number))
                #expect(calls.count == 1)
            }
        }
    }
}
