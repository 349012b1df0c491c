import CurlClient
import Foundation
import JSONReader
import TestKit
import Testing
import Vocabulary

extension EndToEndTests {
    /// What somebody decides from the terminal, under the identity that the kernel vouches for.
    @Suite struct OperatorTests {
        private static let script = """
            machines:
            \((1...2).map { Settings.machine($0, "laptop-\($0).corp.example") }.joined(separator: "\n"))
            actions: { delay: 0.1 }
            """

        /// Mia's isolates need the approval of omar, who is the user that runs this test; he may isolate too.
        private func write(to folder: TemporaryFolder, _ simulator: SimulatorProcess) throws {
            var settings = Settings()
            settings.allowed = "scan, status"
            try settings.write(to: folder, simulator)
            let omar = "omar: { soc-chat: T024/U9 }"
            let grants = """
                  - { allow: [isolate, release], to: [soc], machines: any, approvals: { of: rest, within: 30m } }
                  - { allow: [isolate, release], to: [rest], machines: any, others: yes }
                watch:
                """
            let text = settings.text(simulator)
                .replacing(omar, with: "omar: { soc-chat: T024/U9, local: \"\(NSUserName())\" }")
                .replacing("watch:", with: grants)
            try folder.write(text, to: "bascule.yaml")
        }

        private func ask(_ text: String, _ bridge: BridgeProcess, _ simulator: SimulatorProcess) async throws
        {
            let delivery = try SignedDelivery.slack(text, chat: simulator.word("chat"))
            #expect(await bridge.deliver(delivery)?.status == 200)
        }

        /// Runs a command that is to end with 1, and hands back its words.
        private func refused(_ arguments: [String], _ folder: TemporaryFolder) async throws -> String {
            do {
                return "done: \(try await BridgeProcess.ask(arguments, in: folder))"
            } catch Program.Failure.ended(.exited(1), let errors) {
                return errors
            }
        }

        @Test(.timeLimit(.minutes(3)))
        func `what waits is approved, held, extended and denied from the terminal`() async throws {
            try await TemporaryFolder.with { folder in
                try await SimulatorProcess.with(Self.script, in: folder) { simulator in
                    try write(to: folder, simulator)
                    try await BridgeProcess.with(in: folder, http: simulator.http) { bridge in
                        try await ask("isolate laptop-1 for 4h because beacon", bridge, simulator)
                        let first = try await bridge.job(
                            "isolate",
                            machine: "laptop-1",
                            reaches: "awaiting-approval"
                        )
                        let job = try #require(first["job"]?.string)
                        let stale = ["jobs", "approve", job, "--seen", String(repeating: "0", count: 64)]
                        #expect(try await refused(stale, folder).contains("Look at it again"))
                        #expect(try await simulator.executed("isolate", machine: Settings.id(1)).isEmpty)
                        let words = try await BridgeProcess.ask(["jobs", "approve", job], in: folder)
                        #expect(words.contains("omar approves isolate laptop-1"))
                        _ = try await bridge.job("isolate", machine: "laptop-1", reaches: "succeeded")
                        try await seeContained(job, folder)

                        try await ask("isolate laptop-2", bridge, simulator)
                        let second = try await bridge.job(
                            "isolate",
                            machine: "laptop-2",
                            reaches: "awaiting-approval"
                        )
                        let other = try #require(second["job"]?.string)
                        let deny = ["jobs", "deny", other, "--because", "not ours"]
                        #expect(try await BridgeProcess.ask(deny, in: folder).contains("not ours"))
                        _ = try await bridge.job("isolate", machine: "laptop-2", reaches: "denied")
                        #expect(try await refused(["jobs", "approve", other], folder).contains("denied"))
                        #expect(try await simulator.executed("isolate", machine: Settings.id(2)).isEmpty)
                    }
                }
            }
        }

        private func seeContained(_ job: String, _ folder: TemporaryFolder) async throws {
            func claim() async throws -> JSONValue? {
                let text = try await BridgeProcess.ask(["isolated", "--json"], in: folder)
                return try JSONReader.read(text)[0]?["claims"]?[0]
            }
            let before = try #require(try await claim())
            #expect(before["job"]?.string == job)
            #expect(before["reason"] == "beacon")
            let end = try #require(before["ends"]?.string.flatMap { Timestamp(iso8601: $0) })
            _ = try await BridgeProcess.ask(["extend", "laptop-1", "--for", "2h"], in: folder)
            #expect(try await claim()?["ends"]?.string == (end + .seconds(7_200)).iso8601)
            _ = try await BridgeProcess.ask(["hold", "laptop-1"], in: folder)
            let held = try await BridgeProcess.ask(["jobs", "list", "--state", "held"], in: folder)
            #expect(held.contains("release  laptop-1.corp.example"))
        }
    }
}
