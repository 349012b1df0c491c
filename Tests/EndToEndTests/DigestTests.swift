import CurlClient
import Foundation
import TestKit
import Testing
import Vocabulary

extension EndToEndTests {
    /// The digest of a running bridge, in the chat where it belongs.
    @Suite struct DigestTests {
        private static let script = """
            machines:
            \(Settings.machine(1, "laptop-1.corp.example"))
            actions: { delay: 0.1 }
            chat: { slack-token: \(Settings.botToken), jira-credential: "bot:\(Settings.jiraToken)" }
            """

        /// `HH:MM` of UTC, some time ago.
        private func time(ago: Duration) -> String {
            String((Timestamp.now() - ago).iso8601.dropFirst(11).prefix(5))
        }

        @Test(.timeLimit(.minutes(3)))
        func `a digest whose time has come by new settings is told, once`() async throws {
            try await TemporaryFolder.with { folder in
                try await SimulatorProcess.with(Self.script, in: folder) { simulator in
                    var settings = Settings()
                    settings.top = ["digest: { at: \"\(time(ago: .seconds(3 * 3_600)))\", zone: UTC }"]
                    try settings.write(to: folder, simulator)
                    try await BridgeProcess.with(in: folder, http: simulator.http) { bridge in
                        let isolate = try SignedDelivery.slack(
                            "isolate laptop-1",
                            chat: simulator.word("chat")
                        )
                        #expect(await bridge.deliver(isolate)?.status == 200)
                        _ = try await bridge.job("isolate", machine: "laptop-1", reaches: "succeeded")
                        #expect(try await digests(simulator).isEmpty)

                        settings.top = ["digest: { at: \"\(time(ago: .seconds(60)))\", zone: UTC }"]
                        try settings.write(to: folder, simulator)
                        bridge.program.send(SIGHUP)
                        let told = try await eventually("the digest in the chat") {
                            try await digests(simulator).first
                        }
                        #expect(told.contains("Contained by Bascule: 1"))
                        #expect(told.contains("• laptop-1.corp.example: mia [no reason given], since 20"))
                        #expect(told.contains("Nothing failed, timed out, expired or was denied since 20"))
                        bridge.program.send(SIGTERM)
                        #expect(try await bridge.program.end() == .exited(0))
                    }
                    try await BridgeProcess.with(in: folder, http: simulator.http) { bridge in
                        _ = try await bridge.metrics()
                        bridge.program.send(SIGTERM)
                        #expect(try await bridge.program.end() == .exited(0))
                    }
                    #expect(try await digests(simulator).count == 1)
                }
            }
        }

        private func digests(_ simulator: SimulatorProcess) async throws -> [String] {
            try await simulator.messages().map(\.encodedText).filter {
                $0.contains("Digest of ") && $0.contains("C05TELL")
            }
        }
    }
}
