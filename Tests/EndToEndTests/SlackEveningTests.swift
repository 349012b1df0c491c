import Foundation
import JSONReader
import TestKit
import Testing
import Vocabulary

extension EndToEndTests {
    /// The evening of `deploy/sources/slack.md`, with seconds for hours.
    @Suite struct SlackEveningTests {
        private static let script = """
            machines:
            \(Settings.server(1, "srv-1.corp.example"))
            actions: { delay: 0.2, end: Succeeded }
            chat: { slack-token: \(Settings.botToken) }
            """
        private static let box: Int64 = 10

        private static var settings: Settings {
            var settings = Settings()
            settings.people = ["ines: { soc-chat: T024/U2290 }"]
            settings.groups = ["leads: [ines]"]
            settings.grants = [
                "{ allow: [isolate], to: [soc], machines: { os: server }, approvals: { of: leads, within: 30m } }",
                "{ allow: [isolate, release], to: [leads], machines: any, others: yes }",
            ]
            settings.watch = "{ every: 1s, sweep: 5m, warn: 6s }"
            return settings
        }

        @Test(.timeLimit(.minutes(3)))
        func `asked, approved by another, isolated, warned of, extended and released`() async throws {
            try await TemporaryFolder.with { folder in
                try await SimulatorProcess.with(Self.script, in: folder) { simulator in
                    try Self.settings.write(to: folder, simulator)
                    try await BridgeProcess.with(in: folder, http: simulator.http) { bridge in
                        let room = ChatRoom(bridge: bridge, simulator: simulator)
                        try await spend(room)
                        bridge.program.send(SIGTERM)
                        #expect(try await bridge.program.end() == .exited(0))
                    }
                }
            }
        }

        private func spend(_ room: ChatRoom) async throws {
            let answer = try await room.say("isolate srv-1 for \(Self.box)s because SEC-1482 a wiper")
            #expect(answer.contains("isolate srv-1 for \(Self.box)s: recorded."))
            let asked = try await room.bridge.job("isolate", machine: "srv-1", reaches: "awaiting-approval")
            let id = try #require(asked["job"]?.string)
            let card = try await room.card(.approve, of: id)
            #expect(card.text.contains("needs 1 of leads (ines) to approve it until"))
            try await room.press(card, as: People.mia)
            try await room.whisper(to: People.mia, saying: "mia asked for it and cannot approve it")
            try await room.press(card, as: People.ines)
            _ = try await room.bridge.job("isolate", machine: "srv-1", reaches: "succeeded")
            let warning = try await room.card(.extend, of: id)
            #expect(warning.text.contains("The containment of srv-1.corp.example ends at"))
            try await room.press(warning, as: People.ines)
            try await room.whisper(to: People.ines, saying: "is extended by \(Self.box)s")
            _ = try await room.message(warning.id) { ($0["text"]?.string ?? "").contains("ines extended") }
            _ = try await room.bridge.job("release", machine: "srv-1", reaches: "succeeded")
            let released = "release srv-1.corp.example: succeeded. Defender says: Succeeded."
            _ = try await eventually("the release told", every: .milliseconds(100)) {
                try await room.messages("message").first { ($0["text"]?.string ?? "").contains(released) }
            }
            for step in ["isolate", "unisolate"] {
                let calls = try await room.simulator.executed(step, machine: Settings.id(1))
                #expect(calls.count == 1)
            }
        }
    }
}
