import Foundation
import JSONReader
import TestKit
import Testing
import Vocabulary

extension EndToEndTests {
    /// Several machines in one command.
    @Suite struct GroupProcessTests {
        private static let script = """
            machines:
            \((1...3).map { Settings.machine($0, "ws-\($0).corp.example", ", onboardingStatus: Onboarded") }
                .joined(separator: "\n"))
            actions: { delay: 0.3, end: Succeeded }
            chat: { slack-token: \(Settings.botToken) }
            """

        @Test(.timeLimit(.minutes(3)))
        func `one message shows how each machine stands, and is kept up to date`() async throws {
            try await TemporaryFolder.with { folder in
                try await SimulatorProcess.with(Self.script, in: folder) { simulator in
                    let settings = Settings()
                    try settings.write(to: folder, simulator)
                    try await BridgeProcess.with(in: folder, http: simulator.http) { bridge in
                        let room = ChatRoom(bridge: bridge, simulator: simulator)
                        let answer = try await room.say(
                            "isolate ws-1,ws-2,ws-3,ws-9 because SEC-7 <!channel>"
                        )
                        for number in 1...3 {
                            #expect(answer.contains("isolate ws-\(number): recorded."), "\(answer)")
                            _ = try await bridge.job("isolate", machine: "ws-\(number)", reaches: "succeeded")
                        }
                        _ = try await bridge.job("isolate", machine: "ws-9", reaches: "refused")
                        let message = try await eventually("all four machines at their end") {
                            try await room.messages("message").first { message in
                                let text = message["text"]?.string ?? ""
                                return (1...3).allSatisfy {
                                    text.contains("isolate ws-\($0).corp.example: succeeded.")
                                }
                                    && text.contains("ws-9")
                            }
                        }
                        #expect(try await room.messages("message").count == 1)
                        let text = try #require(message["text"]?.string)
                        #expect(
                            text.hasPrefix("isolate for 4 machines, asked by mia because SEC-7 !channel"),
                            "\(text)"
                        )
                        #expect(try #require(message["updates"]?.integer) >= 1)
                        bridge.program.send(SIGTERM)
                        #expect(try await bridge.program.end() == .exited(0))
                    }
                }
            }
        }
    }
}
