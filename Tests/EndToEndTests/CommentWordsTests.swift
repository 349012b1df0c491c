import CurlClient
import Foundation
import JSONReader
import TestKit
import Testing
import Vocabulary

extension EndToEndTests {
    /// What is said in comments of tickets, and where it is answered.
    @Suite struct CommentWordsTests {
        private static let script = """
            machines:
            \((1...2).map { Settings.machine($0, "ws-\($0).corp.example", ", onboardingStatus: Onboarded") }
                .joined(separator: "\n"))
            actions: { delay: 0.2, end: Succeeded }
            chat: { slack-token: \(Settings.botToken) }
            """

        @Test(.timeLimit(.minutes(3)))
        func `each line of a comment is answered once, and a word that nobody confirms is not taken`()
            async throws
        {
            try await TemporaryFolder.with { folder in
                try await SimulatorProcess.with(Self.script, in: folder) { simulator in
                    var settings = Settings()
                    settings.allowed = "isolate, scan, release"
                    try settings.write(to: folder, simulator)
                    let route =
                        "- { from: tickets, trigger: { comment-command: \"@bascule\" }, confirm: chat }"
                    let open = settings.text(simulator).replacing("routes:\n", with: "routes:\n  \(route)\n")
                    try folder.write(open, to: "bascule.yaml")
                    try await BridgeProcess.with(in: folder, http: simulator.http) { bridge in
                        let text =
                            "@bascule scan ws-1\n@bascule release ws-2\n@bascule whoami\n@bascule freeze because x"
                        _ = try await BridgeProcess.ask(
                            [
                                "send", "--source", "tickets", "--ticket", "SEC-7", "--text", text, "--url",
                                bridge.hooks,
                            ],
                            in: folder
                        )
                        func comments() async throws -> [String] {
                            try await simulator.messages().filter {
                                $0["kind"] == "comment" && $0["place"] == "SEC-7"
                            }
                            .map { $0["text"]?.string ?? "" }
                        }
                        let all = try await eventually("an answer to each line") { () -> String? in
                            let all = try await comments().joined(separator: "\n")
                            let wanted = ["scan ws-1", "you are", "Say it in a chat"]
                            return wanted.allSatisfy { all.contains($0) } ? all : nil
                        }
                        #expect(!all.contains("Frozen"))
                        #expect(
                            try await bridge.jobs().contains {
                                $0["action"] == "scan" && $0["state"] == "held"
                            }
                        )
                        let frozen = try await BridgeProcess.ask(["jobs", "list"], in: folder)
                        #expect(!frozen.contains("FROZEN"))
                        for words in ["you are", "Say it in a chat"] {
                            let told = try await comments().filter { $0.contains(words) }
                            #expect(told.count == 1, "\(words): \(told)")
                        }
                        bridge.program.send(SIGTERM)
                        #expect(try await bridge.program.end() == .exited(0))
                    }
                }
            }
        }
    }
}
