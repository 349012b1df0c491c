import CurlClient
import Foundation
import JSONReader
import TestKit
import Testing
import Vocabulary

extension EndToEndTests {
    /// What Slack's own people and guests press, over real sockets.
    @Suite struct GuestPressTests {
        private static let script = """
            machines:
            \(Settings.machine(7, "laptop-7.corp.example"))
            chat: { slack-token: \(Settings.botToken) }
            """
        private static let job = "j-01j9zk7q4n8t2v6w0xabcdefgh"
        private static let button: JSONValue = [
            "action_id": "bascule.approve.0", "value": .string(job),
        ]

        @Test(.timeLimit(.minutes(2)))
        func `a guest's press is answered to the guest alone, and a form without a reason stays open`()
            async throws
        {
            try await TemporaryFolder.with { folder in
                try await SimulatorProcess.with(Self.script, in: folder) { simulator in
                    try Settings().write(to: folder, simulator)
                    try await BridgeProcess.with(in: folder, http: simulator.http) { bridge in
                        let press = try SignedDelivery.slackPress(Self.button, user: "U77", home: "T0GUEST")
                        for delivery in [press, press] {
                            let answer = try #require(await bridge.deliver(delivery))
                            #expect(answer.status == 200 && answer.body.isEmpty)
                        }
                        try await seeWhisper(to: "U77", simulator)
                        try await leaveReasonOut(bridge)
                        #expect(try await simulator.messages().count == 1)
                        bridge.program.send(SIGTERM)
                        #expect(try await bridge.program.end() == .exited(0))
                    }
                }
            }
        }

        private func seeWhisper(to person: String, _ simulator: SimulatorProcess) async throws {
            let whisper = try await eventually("the whisper", every: .milliseconds(100)) {
                try await simulator.messages().first { $0["kind"] == "ephemeral" }
            }
            #expect(whisper["place"] == "C05SOCOPS7")
            #expect(whisper.at("body.user")?.string == person)
            #expect(whisper["text"]?.string?.contains("nothing was done") == true)
        }

        private func leaveReasonOut(_ bridge: BridgeProcess) async throws {
            let view: JSONValue = [
                "type": "modal", "callback_id": "bascule.deny",
                "private_metadata": .string("\(Self.job) room=C05SOCOPS7"),
                "blocks": [
                    [
                        "type": "input", "block_id": "reason",
                        "element": ["type": "plain_text_input", "action_id": "reason"],
                    ]
                ],
            ]
            let form = try SignedDelivery.slackForm(view, saying: " ", user: "U2147")
            let answer = try #require(await bridge.deliver(form))
            let body = try JSONReader.read(answer.body, root: .object)
            #expect(body["response_action"] == "errors")
            #expect(body.at("errors.reason") == "A denial needs a reason.")
        }
    }
}
