import CurlClient
import Foundation
import TestKit
import Testing
import Vocabulary

extension EndToEndTests {
    /// What an operator does to a running bridge: new settings, and the end.
    @Suite struct SignalTests {
        private static let script = """
            machines:
            \((1...9).map { Settings.machine($0, "laptop-\($0).corp.example") }.joined(separator: "\n"))
            actions: { delay: 0.1 }
            faults:
              - { request: "POST */machines/\(Settings.id(9))/isolate", nth: 1, kind: hang-after }
            """

        @Test(.timeLimit(.minutes(3)))
        func `a new grant takes effect at SIGHUP, and a broken file changes nothing`() async throws {
            try await TemporaryFolder.with { folder in
                try await SimulatorProcess.with(Self.script, in: folder) { simulator in
                    var settings = Settings()
                    try settings.write(to: folder, simulator)
                    try await BridgeProcess.with(in: folder, http: simulator.http) { bridge in
                        #expect(try await scan(1, by: "U9", bridge, simulator).contains("refused"))

                        let grant = "  - { allow: [scan], to: [rest], machines: { os: client } }"
                        let granted = settings.text(simulator).replacing("watch: ", with: "\(grant)\nwatch: ")
                        try await bridge.read(granted, until: "Settings read again")
                        #expect(try await scan(2, by: "U9", bridge, simulator).contains("recorded"))

                        // Without the grant, and broken: not even its good half counts.
                        let broken = settings.text(simulator) + "\nwached: { every: 1s }\n"
                        try await bridge.read(broken, until: "The new settings are wrong")
                        #expect(bridge.program.errors.contains("wached"))
                        // What is only risky did not keep them out.
                        _ = try await eventually("what is risky as well") {
                            bridge.program.errors.contains("The new settings are risky as well") ? true : nil
                        }
                        let wrong = bridge.program.errors.split(separator: "\n").filter {
                            $0.contains("The new settings are wrong")
                        }
                        #expect(wrong.count == 1 && wrong.first?.contains("wached") == true, "\(wrong)")
                        #expect(try await scan(3, by: "U9", bridge, simulator).contains("recorded"))

                        settings.allowed = "isolate"
                        try await bridge.read(settings.text(simulator), until: "Settings read again")
                        #expect(try await scan(4, by: "U9", bridge, simulator).contains("refused"))
                        #expect(try await scan(5, by: "U2147", bridge, simulator).contains("refused"))
                        bridge.program.send(SIGTERM)
                        #expect(try await bridge.program.end() == .exited(0))
                    }
                }
            }
        }

        @Test(.timeLimit(.minutes(3)))
        func `SIGTERM in the midst of a call ends in time with 0, and the next start goes on`() async throws {
            try await TemporaryFolder.with { folder in
                try await SimulatorProcess.with(Self.script, in: folder) { simulator in
                    var settings = Settings()
                    settings.watch =
                        "{ every: 1s, sweep: 5m, lease: 4s, post-deadline: 2s, visibility-lag: 1s }"
                    try settings.write(to: folder, simulator)
                    try await BridgeProcess.with(in: folder, http: simulator.http) { bridge in
                        let isolate = try SignedDelivery.slack(
                            "isolate laptop-9",
                            chat: simulator.word("chat")
                        )
                        #expect(await bridge.deliver(isolate)?.status == 200)
                        _ = try await eventually("the POST that hangs") {
                            try await simulator.executed("isolate", machine: Settings.id(9)).first
                        }
                        bridge.program.send(SIGTERM)
                        #expect(try await bridge.program.end(within: .seconds(30)) == .exited(0))
                    }
                    try await BridgeProcess.with(in: folder, http: simulator.http) { bridge in
                        _ = try await bridge.job("isolate", machine: "laptop-9", reaches: "succeeded")
                        #expect(try await simulator.executed("isolate", machine: Settings.id(9)).count == 1)
                    }
                }
            }
        }

        private func scan(
            _ machine: Int,
            by user: String,
            _ bridge: BridgeProcess,
            _ simulator: SimulatorProcess
        ) async throws -> String {
            let text = "scan laptop-\(machine)"
            let delivery = try SignedDelivery.slack(text, user: user, chat: simulator.word("chat"))
            let answer = try #require(await bridge.deliver(delivery))
            #expect(answer.status == 200)
            return String(decoding: answer.body, as: UTF8.self)
        }
    }
}
