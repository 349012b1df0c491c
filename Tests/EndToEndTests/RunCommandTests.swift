import Foundation
import JSONReader
import TestKit
import Testing
import Vocabulary

extension EndToEndTests {
    /// Actions from the terminal of the bridge's host.
    @Suite struct RunCommandTests {
        private static let script = """
            machines:
            \((1...2).map { Settings.machine($0, "ws-\($0).corp.example", ", onboardingStatus: Onboarded") }
                .joined(separator: "\n"))
            \(Settings.server(3, "srv-3.corp.example", ", onboardingStatus: Onboarded"))
            actions: { delay: 1, end: Succeeded }
            chat: { slack-token: \(Settings.botToken) }
            """

        private func with(
            _ work: (BridgeProcess, SimulatorProcess, TemporaryFolder) async throws -> Void
        )
            async throws
        {
            try await TemporaryFolder.with { folder in
                try await SimulatorProcess.with(Self.script, in: folder) { simulator in
                    var settings = Settings()
                    settings.people = ["ada: { soc-chat: T024/U2291, local: \"\(NSUserName())\" }"]
                    settings.groups = ["leads: [ada, mia]"]
                    settings.grants = [
                        "{ allow: [isolate, scan, release, status], to: [ada], machines: { os: client } }",
                        "{ allow: [isolate], to: [ada], machines: { os: server }, approvals: { of: leads, count: 1, within: 30m } }",
                    ]
                    try settings.write(to: folder, simulator)
                    try await BridgeProcess.with(in: folder, http: simulator.http) { bridge in
                        try await work(bridge, simulator, folder)
                        bridge.program.send(SIGTERM)
                        #expect(try await bridge.program.end() == .exited(0))
                    }
                }
            }
        }

        @Test(.timeLimit(.minutes(3)))
        func `an action is watched to its real end, and what may not be ends with 1`() async throws {
            try await with { bridge, simulator, folder in
                let done = try await BridgeProcess.run(
                    ["run", "isolate", "ws-1,ws-2", "for", "4h", "because", "SEC-1", "beacon"],
                    in: folder
                )
                #expect(done.end == .exited(0))
                let lines = done.output.split(separator: "\n")
                #expect(lines.count == 2, "\(done.output)")
                #expect(lines.first?.hasPrefix("isolate ws-1.corp.example: succeeded.") == true)
                #expect(lines.last?.hasPrefix("isolate ws-2.corp.example: succeeded.") == true)
                #expect(done.errors.contains("isolate ws-2.corp.example: "), "\(done.errors)")
                #expect(!(done.output + done.errors).contains("for 4h: recorded."))
                #expect(try await simulator.machines().filter { $0["isolated"] == true }.count == 2)
                let isolate = try #require(try await bridge.jobs().first { $0["action"] == "isolate" })
                #expect(isolate["by"] == "ada" && isolate["source"] == "local")

                let json = try await BridgeProcess.run(
                    ["run", "scan", "ws-1", "with", "type=Full", "--json"],
                    in: folder
                )
                let job = try JSONReader.read(Array(json.output.utf8), root: .array)[0]
                #expect(json.end == .exited(0) && json.errors.isEmpty)
                #expect(job?["state"] == "succeeded" && job?.at("parameters.type") == "Full")

                for (words, said) in [
                    (["run", "tag", "ws-1", "with", "tag=x"], "No grant allows ada to tag"),
                    (["run", "isolate", "ws-77"], "No machine is ws-77"),
                ] {
                    let refused = try await BridgeProcess.run(words, in: folder)
                    #expect(refused.end == .exited(1))
                    #expect((refused.output + refused.errors).contains(said), "\(refused)")
                }
                for words in [["run", "isloate", "ws-1"], ["run", "freeze", "because", "x"], ["run"]] {
                    let misused = try await BridgeProcess.run(words, in: folder)
                    #expect(misused.end == .exited(2), "\(misused)")
                }
            }
        }

        @Test(.timeLimit(.minutes(3)))
        func `control-C leaves the job as it is and says so, and no-wait only records`() async throws {
            try await with { bridge, simulator, folder in
                let arguments = [
                    "run", "isolate", "srv-3", "because", "SEC-2", "--config", folder.path("bascule.yaml"),
                ]
                let id = try await Program.running(arguments, in: folder, named: "watched") { program in
                    let job = try await bridge.job("isolate", machine: "srv-3", reaches: "awaiting-approval")
                    _ = try await eventually("the line that says who must agree") {
                        program.errors.contains("waits for leads") ? true : nil
                    }
                    program.send(SIGINT)
                    #expect(try await program.end() == .exited(130))
                    #expect(program.errors.contains("what was asked for goes on"))
                    return try #require(job["job"]?.string)
                }
                let room = ChatRoom(bridge: bridge, simulator: simulator)
                try await room.say("approve \(id)")
                _ = try await bridge.job("isolate", machine: "srv-3", reaches: "succeeded")
                let recorded = try await BridgeProcess.run(["run", "scan", "ws-1", "--no-wait"], in: folder)
                #expect(recorded.end == .exited(0) && recorded.output.contains("scan ws-1: recorded."))
                _ = try await bridge.job("scan", machine: "ws-1", reaches: "succeeded")
            }
        }
    }
}
