import Foundation
import JSONReader
import TestKit
import Testing
import Vocabulary

extension EndToEndTests {
    /// In an emergency nobody agrees first, but everybody hears first.
    @Suite struct BreakGlassProcessTests {
        private static let script = """
            machines:
            \(Settings.server(1, "srv-1.corp.example"))
            \(Settings.server(2, "srv-2.corp.example"))
            actions: { delay: 0.1, end: Succeeded }
            chat: { slack-token: \(Settings.botToken) }
            faults:
              - { request: "POST /api/chat.postMessage", nth: 1, kind: status-503 }
            """

        @Test(.timeLimit(.minutes(3)))
        func `the channel hears who breaks the glass before Defender does, even if it takes two tries`()
            async throws
        {
            try await TemporaryFolder.with { folder in
                try await SimulatorProcess.with(Self.script, in: folder) { simulator in
                    var settings = Settings()
                    settings.grants = [
                        "{ allow: [isolate], to: [soc], machines: { os: server }, for: { max: 4h, default: 4h }, "
                            + "break-glass: { as: wiper, per-day: 1 } }"
                    ]
                    try settings.write(to: folder, simulator)
                    try await BridgeProcess.with(in: folder, http: simulator.http) { bridge in
                        let room = ChatRoom(bridge: bridge, simulator: simulator)
                        #expect(try await room.say("isolate srv-1 because a wiper").contains("recorded"))
                        _ = try await bridge.job("isolate", machine: "srv-1", reaches: "refused")
                        try await room.say("isolate srv-1 with break-glass=wiper because a wiper")
                        let job = try await bridge.job("isolate", machine: "srv-1", reaches: "succeeded")
                        try await seeOrder(simulator)
                        try await seeEnd(of: job, folder)

                        // Once a day: the second is refused, and asks nobody.
                        try await room.say("isolate srv-2 with break-glass=wiper because another")
                        let second = try await bridge.job("isolate", machine: "srv-2", reaches: "refused")
                        let shown = try await BridgeProcess.ask(
                            ["jobs", "show", second["job"]?.string ?? "", "--json"],
                            in: folder
                        )
                        let outcome = try JSONReader.read(shown).at("outcome.message")?.string ?? ""
                        #expect(outcome == "The limit break-glass wiper 1 a day is reached (1 of 1).")
                        #expect(try await simulator.executed("isolate", machine: Settings.id(2)).isEmpty)
                        bridge.program.send(SIGTERM)
                        #expect(try await bridge.program.end() == .exited(0))
                    }
                }
            }
        }

        private func seeOrder(_ simulator: SimulatorProcess) async throws {
            let journal = try await simulator.journal()
            let announcements = journal.enumerated().filter { _, call in
                call.path == "/api/chat.postMessage" && call.body.contains("breaks the glass (wiper)")
                    && call.body.contains(ChatRoom.tell)
            }
            let told = try #require(announcements.first { $0.element.json["status"] == 200 })
            let posts = journal.enumerated().filter { $0.element.path.hasSuffix("/isolate") }
            #expect(posts.count == 1)
            #expect(posts.allSatisfy { told.offset < $0.offset })
        }

        /// The grant's own time box, unasked.
        private func seeEnd(of job: JSONValue, _ folder: TemporaryFolder) async throws {
            let id = job["job"]?.string ?? ""
            let shown = try JSONReader.read(
                try await BridgeProcess.ask(["jobs", "show", id, "--json"], in: folder)
            )
            #expect(shown["for"] == "4h")
            let rows = try await BridgeProcess.audit(of: id, in: folder)
            let kinds = rows.compactMap { $0["kind"]?.string }
            let told = try #require(kinds.firstIndex(of: "job.break-glass"))
            let submitting = try #require(kinds.firstIndex(of: "job.submitting"))
            #expect(told < submitting)
            #expect(rows[submitting].at("detail.break-glass") == "wiper")
        }
    }
}
