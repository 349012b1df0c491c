import Foundation
import JSONReader
import TestKit
import Testing
import Vocabulary

extension EndToEndTests {
    /// What is blocked on every machine, from a chat and from the terminal.
    @Suite struct IndicatorProcessTests {
        private static let script = """
            machines:
            \(Settings.machine(1, "ws-1.corp.example", ", onboardingStatus: Onboarded"))
            actions: { delay: 0.1, end: Succeeded }
            chat: { slack-token: \(Settings.botToken) }
            """

        @Test(.timeLimit(.minutes(3)))
        func `a domain is blocked, listed and let go, and a list is taken whole or not at all`() async throws
        {
            try await TemporaryFolder.with { folder in
                try await SimulatorProcess.with(Self.script, in: folder) { simulator in
                    var settings = Settings()
                    settings.people = ["ada: { soc-chat: T024/U2291, local: \"\(NSUserName())\" }"]
                    settings.grants = [
                        "{ allow: [look-ups, block, indicators-import, indicator-delete], to: [soc, ada] }"
                    ]
                    settings.top = ["limits: { block: { per-hour: 5 }, indicators-import: { per-hour: 5 } }"]
                    try settings.write(to: folder, simulator)
                    try await BridgeProcess.with(in: folder, http: simulator.http) { bridge in
                        try await block(bridge, simulator, folder)
                        try await delete(bridge, simulator, folder)
                        try await importing(bridge, simulator, folder)
                        bridge.program.send(SIGTERM)
                        #expect(try await bridge.program.end() == .exited(0))
                    }
                }
            }
        }

        private func block(
            _ bridge: BridgeProcess,
            _ simulator: SimulatorProcess,
            _ folder: TemporaryFolder
        ) async throws {
            let room = ChatRoom(bridge: bridge, simulator: simulator)
            #expect(try await room.say("block evil.example").contains("needs an end"))
            #expect(
                try await room.say("block <http://evil.example|evil.example> for 7d because SEC-1")
                    .contains("block evil.example for 7d: recorded.")
            )
            _ = try await bridge.job("block", machine: "evil.example", reaches: "succeeded")
            let run = try await BridgeProcess.run(
                ["run", "block", "hxxps://bad[.]example/x", "for", "1h", "because", "SEC-2"],
                in: folder
            )
            #expect(run.end == .exited(0))
            #expect(run.output.contains("block https://bad.example/x: succeeded."), "\(run.output)")
            // The simulator's own address: the bridge would cut itself off.
            let own = try await BridgeProcess.run(["run", "block", "127.0.0.1", "for", "1h"], in: folder)
            #expect(own.end == .exited(1))
            #expect((own.output + own.errors).contains("it is never blocked"), "\(own)")
            #expect(try await values(folder) == ["https://bad.example/x", "evil.example"])
            let posts = try await simulator.journal().filter {
                $0.method == "POST" && $0.path == "/api/indicators"
            }
            #expect(posts.count == 2 && posts.allSatisfy(\.isExecuted))
            let body = try JSONReader.read(try #require(posts.first).body, root: .object)
            #expect(body["indicatorType"] == "DomainName" && body["action"] == "Block")
            #expect(body["description"]?.string?.hasPrefix("bascule:j-") == true)
            let end = try #require(body["expirationTime"]?.string.flatMap { Timestamp(iso8601: $0) })
            #expect((6 * 86_400...7 * 86_400).contains(end.since(.now()).wholeSeconds))
        }

        private func delete(
            _ bridge: BridgeProcess,
            _ simulator: SimulatorProcess,
            _ folder: TemporaryFolder
        ) async throws {
            let room = ChatRoom(bridge: bridge, simulator: simulator)
            try await room.say("indicator-delete evil[.]example because clean")
            _ = try await bridge.job("indicator-delete", machine: "evil.example", reaches: "succeeded")
            #expect(try await values(folder) == ["https://bad.example/x"])
            let again = try await BridgeProcess.run(["run", "indicator-delete", "evil.example"], in: folder)
            #expect(again.end == .exited(1))
            #expect(again.output.contains("Defender knows no indicator evil.example."), "\(again)")
        }

        private func importing(
            _ bridge: BridgeProcess,
            _ simulator: SimulatorProcess,
            _ folder: TemporaryFolder
        ) async throws {
            let words = ["with", "action=block", "severity=High", "for", "30d", "because", "SEC-3"]
            let command = ["run", "indicators-import", "--file", folder.path("list.txt")] + words
            try folder.write("# feed\none.example\n10.0.0.0/8\n1.2.3.4\n", to: "list.txt")
            let bad = try await BridgeProcess.run(command, in: folder)
            #expect(bad.end == .exited(2), "\(bad)")
            #expect(bad.errors.contains(#"line 3 ("10.0.0.0/8") is no indicator"#), "\(bad)")
            #expect(try await simulator.journal().filter { $0.path.hasSuffix("/import") }.isEmpty)

            try folder.write("# feed\none.example\n1.2.3.4 # c2\n", to: "list.txt")
            let good = try await BridgeProcess.run(command, in: folder)
            #expect(good.end == .exited(0), "\(good)")
            #expect(good.output.contains("2 of 2 done."), "\(good)")
            #expect(try await values(folder) == ["1.2.3.4", "one.example", "https://bad.example/x"])
        }

        /// The values that the bridge lists, the newest first.
        private func values(_ folder: TemporaryFolder) async throws -> [String] {
            let listed = try await BridgeProcess.run(["run", "indicators", "--json"], in: folder)
            #expect(listed.end == .exited(0), "\(listed)")
            let jobs = try JSONReader.read(listed.output, root: .array)
            return (jobs[0]?.at("outcome.answer.rows")?.array ?? []).compactMap {
                $0["indicatorValue"]?.string
            }
        }
    }
}
