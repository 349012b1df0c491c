import CurlClient
import Foundation
import JSONReader
import TestKit
import Testing
import Vocabulary

extension EndToEndTests {
    /// A ticket whose text others may have written, and the click of whoever moved it.
    @Suite struct ConfirmationProcessTests {
        private static let script = """
            machines:
            \(Settings.machine(1, "ws-0142.corp.example", ", onboardingStatus: Onboarded"))
            actions: { delay: 0.1, end: Succeeded }
            chat: { slack-token: \(Settings.botToken) }
            """

        @Test(.timeLimit(.minutes(3)))
        func `a moved ticket contains nothing until whoever moved it says in chat that it was them`()
            async throws
        {
            try await TemporaryFolder.with { folder in
                try await SimulatorProcess.with(Self.script, in: folder) { simulator in
                    var settings = Settings()
                    settings.jiraMore = "confirm: chat"
                    settings.people = ["ada: { soc-chat: T024/U2291, local: \"\(NSUserName())\" }"]
                    settings.grants = ["{ allow: [isolate, go], to: [ada], machines: any }"]
                    try settings.write(to: folder, simulator)
                    try await BridgeProcess.with(in: folder, http: simulator.http) { bridge in
                        let ticket = try SignedDelivery.jira(issue: "SEC-1482", machine: "ws-0142")
                        #expect(try #require(await bridge.deliver(ticket)).status == 202)
                        let held = try await bridge.job("isolate", machine: "ws-0142", reaches: "held")
                        let id = try #require(held["job"]?.string)
                        let tell = ChatRoom(bridge: bridge, simulator: simulator, name: ChatRoom.tell)
                        let card = try await tell.card(.go, of: id)
                        #expect(card.text.contains("mia must confirm it in a chat"), "\(card.text)")
                        #expect(card.button.at("text.text") == "It was me")

                        // Neither somebody with more rights, nor the terminal of another, nor a stranger.
                        try await tell.press(card, as: People.ada)
                        try await tell.whisper(to: People.ada, saying: "Only mia can confirm it")
                        try await tell.press(card, as: People.stranger)
                        try await tell.whisper(to: People.stranger, saying: "is nobody in `people`")
                        let typed = try await BridgeProcess.run(["jobs", "go", id], in: folder)
                        #expect(typed.end == .exited(1))
                        #expect(try await simulator.journal().filter(\.isExecuted).isEmpty)

                        try await tell.press(card, as: People.mia)
                        _ = try await bridge.job("isolate", machine: "ws-0142", reaches: "succeeded")
                        #expect(try await simulator.executed("isolate", machine: Settings.id(1)).count == 1)
                        let rows = try await BridgeProcess.audit(of: id, in: folder)
                        let letGo = rows.filter { $0["kind"] == "job.let-go" }
                        #expect(letGo.map { $0["actor"]?.string } == ["mia"])
                        bridge.program.send(SIGTERM)
                        #expect(try await bridge.program.end() == .exited(0))
                    }
                }
            }
        }
    }
}
