import Foundation
import JSONReader
import TestKit
import Testing
import Vocabulary

extension EndToEndTests {
    /// Restricting for a time, with a real process that dies meanwhile.
    @Suite struct RestrictProcessTests {
        private static let script = """
            machines:
            \((1...2).map { Settings.machine($0, "ws-\($0).corp.example") }.joined(separator: "\n"))
            actions: { delay: 0.2, end: Succeeded }
            chat: { slack-token: \(Settings.botToken) }
            """

        @Test(.timeLimit(.minutes(3)))
        func `a restriction ends by itself after a kill, and two are one action`() async throws {
            try await TemporaryFolder.with { folder in
                try await SimulatorProcess.with(Self.script, in: folder) { simulator in
                    var settings = Settings()
                    settings.allowed = "isolate, release, restrict, unrestrict, set-value"
                    settings.watch = "{ every: 1s, sweep: 5m, warn: 3s }"
                    try settings.write(to: folder, simulator)
                    func isRestricted(_ index: Int) async throws -> Bool {
                        try await simulator.machines()[index]["restricted"] == true
                    }
                    try await BridgeProcess.with(in: folder, http: simulator.http) { bridge in
                        let room = ChatRoom(bridge: bridge, simulator: simulator)
                        try await room.say("restrict ws-1 for 8s because SEC-1")
                        _ = try await bridge.job("restrict", machine: "ws-1", reaches: "succeeded")
                        try await room.say("restrict ws-2 because SEC-2")
                        _ = try await bridge.job("restrict", machine: "ws-2", reaches: "succeeded")
                        try await room.say("set-value ws-2 with value=high")
                        _ = try await bridge.job("set-value", machine: "ws-2", reaches: "succeeded")
                        #expect(try await room.say("investigate ws-2").contains("since 2026-09-01"))
                        let listed = try await room.say("isolated")
                        #expect(listed.contains("ws-1.corp.example (restricted): mia until"), "\(listed)")
                        bridge.program.kill()
                    }
                    #expect(try await simulator.machines()[1]["deviceValue"] == "High")
                    #expect(try await isRestricted(0))
                    try await BridgeProcess.with(in: folder, http: simulator.http) { bridge in
                        _ = try await bridge.job("unrestrict", machine: "ws-1", reaches: "succeeded")
                        #expect(try await !isRestricted(0))
                        #expect(try await isRestricted(1))
                        let room = ChatRoom(bridge: bridge, simulator: simulator)
                        try await room.say("unrestrict ws-2")
                        _ = try await bridge.job("unrestrict", machine: "ws-2", reaches: "succeeded")
                        #expect(try await !isRestricted(1))
                        bridge.program.send(SIGTERM)
                        #expect(try await bridge.program.end() == .exited(0))
                    }
                    let posts = try await simulator.executed("restrictCodeExecution", machine: Settings.id(1))
                    #expect(posts.count == 1)
                    #expect(try await BridgeProcess.ask(["isolated", "--json"], in: folder) == "[]\n")
                }
            }
        }
    }
}
