import Foundation
import JSONReader
import TestKit
import Testing
import Vocabulary

extension EndToEndTests {
    /// What runs on a machine, a file on it, and its sensor.
    @Suite struct FurtherActionsTests {
        private static let hash = "4388963aaa83afe2042a46a3c017ad50bdcdafb3"
        private static let script = """
            machines:
            \(Settings.machine(1, "ws-1.corp.example", ", onboardingStatus: Onboarded"))
            actions: { delay: 0.1, end: Succeeded }
            chat: { slack-token: \(Settings.botToken) }
            """

        @Test(.timeLimit(.minutes(3)))
        func
            `a machine is restricted and let go, a file quarantined, a sensor taken away once nothing is contained`()
            async throws
        {
            try await TemporaryFolder.with { folder in
                try await SimulatorProcess.with(Self.script, in: folder) { simulator in
                    var settings = Settings()
                    settings.allowed = "isolate, release, restrict, unrestrict, quarantine-file, offboard"
                    try settings.write(to: folder, simulator)
                    try await BridgeProcess.with(in: folder, http: simulator.http) { bridge in
                        let room = ChatRoom(bridge: bridge, simulator: simulator)
                        func done(
                            _ action: String,
                            _ text: String,
                            _ state: String = "succeeded"
                        ) async throws {
                            try await room.say(text)
                            _ = try await bridge.job(action, machine: "ws-1", reaches: state)
                        }
                        func truth(_ key: String) async throws -> Bool? {
                            try await simulator.machines().first?[key]?.bool
                        }
                        try await done("restrict", "restrict ws-1 because SEC-1")
                        #expect(try await truth("restricted") == true)
                        try await done("unrestrict", "unrestrict ws-1")
                        #expect(try await truth("restricted") == false)
                        #expect(
                            try await room.say("quarantine-file ws-1 with sha1=4388963 because SEC-1")
                                .contains("40 hexadecimal digits")
                        )
                        try await done(
                            "quarantine-file",
                            "quarantine-file ws-1 with sha1=\(Self.hash.uppercased())"
                        )
                        let calls = try await simulator.executed(
                            "StopAndQuarantineFile",
                            machine: Settings.id(1)
                        )
                        #expect(calls.count == 1)
                        #expect(
                            try JSONReader.read(try #require(calls.first).body, root: .object)["Sha1"]?.string
                                == Self.hash
                        )
                        try await done("isolate", "isolate ws-1 because SEC-1")
                        // Without its sensor nobody could release it.
                        try await done("offboard", "offboard ws-1", "refused")
                        try await done("release", "release ws-1")
                        try await room.say("offboard ws-1 because sold")
                        _ = try await eventually("the sensor gone") {
                            try await truth("offboarded") == true ? true : nil
                        }
                        let again = try await room.say("isolate ws-1 because SEC-2")
                        #expect(again.contains("recorded"))
                        let jobs = try await eventually("an end of the last isolate") { () -> JSONValue? in
                            try await bridge.jobs().filter { $0["action"] == "isolate" }
                                .first { $0["state"] == "refused" }
                        }
                        #expect(jobs["machine"]?.string?.hasPrefix("ws-1") == true)
                        bridge.program.send(SIGTERM)
                        #expect(try await bridge.program.end() == .exited(0))
                    }
                }
            }
        }
    }
}
