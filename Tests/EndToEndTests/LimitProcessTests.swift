import Foundation
import JSONReader
import TestKit
import Testing
import Vocabulary

extension EndToEndTests {
    /// What is held back: beyond a limit, or while somebody has frozen the bridge.
    @Suite struct LimitProcessTests {
        private static let script = """
            machines:
            \((1...5).map { Settings.machine($0, "ws-\($0).corp.example", ", onboardingStatus: Onboarded") }
                .joined(separator: "\n"))
            \(Settings.machine(6, "ws-6.corp.example", ", onboardingStatus: InsufficientInfo"))
            actions: { delay: 0.1, end: Succeeded }
            chat: { slack-token: \(Settings.botToken) }
            """

        private func with(
            _ limits: String?,
            _ work: (BridgeProcess, SimulatorProcess) async throws -> Void
        ) async throws {
            try await TemporaryFolder.with { folder in
                try await SimulatorProcess.with(Self.script, in: folder) { simulator in
                    var settings = Settings()
                    settings.people = ["ada: { soc-chat: T024/U2291, local: \"\(NSUserName())\" }"]
                    settings.grants = ["{ allow: [go, scan, unfreeze], to: [ada], machines: any }"]
                    settings.top = limits.map { ["limits: { isolate: \($0) }"] } ?? []
                    try settings.write(to: folder, simulator)
                    try await BridgeProcess.with(in: folder, http: simulator.http) { bridge in
                        try await work(bridge, simulator)
                        guard bridge.program.look() == nil else { return }
                        bridge.program.send(SIGTERM)
                        #expect(try await bridge.program.end() == .exited(0))
                    }
                }
            }
        }

        @Test(.timeLimit(.minutes(3)))
        func `the second isolation of an hour waits until one who may lets it go on`() async throws {
            try await with("{ per-hour: 1 }") { bridge, simulator in
                let room = ChatRoom(bridge: bridge, simulator: simulator)
                try await room.say("isolate ws-1 because SEC-1")
                _ = try await bridge.job("isolate", machine: "ws-1", reaches: "succeeded")
                try await room.say("isolate ws-2 because SEC-2")
                let held = try await bridge.job("isolate", machine: "ws-2", reaches: "held")
                let id = try #require(held["job"]?.string)
                let tell = ChatRoom(bridge: bridge, simulator: simulator, name: ChatRoom.tell)
                let card = try await tell.card(.go, of: id)
                #expect(card.text.contains("Held: isolate ws-2.corp.example asked by mia."))
                #expect(
                    card.text.contains(
                        "The limit isolate per-hour 1 is reached (1 of 1). ada may let it go on"
                    )
                )
                let labels = ChatRoom.buttons(of: card.message).map { $0.at("text.text")?.string }
                #expect(labels == ["Let it go on", "Freeze Bascule"])

                // Whoever asked may not lift the limit, by a button or by typing.
                try await tell.press(card, as: People.mia)
                try await tell.whisper(to: People.mia, saying: "No grant lets mia lift a limit")
                #expect(try await room.say("go \(id)").contains("No grant lets mia lift a limit"))
                try await tell.press(card, as: People.stranger)
                try await tell.whisper(to: People.stranger, saying: "is nobody in `people`")
                _ = try await bridge.job("isolate", machine: "ws-2", reaches: "held")
                #expect(try await simulator.executed("isolate", machine: Settings.id(2)).isEmpty)

                try await tell.press(card, as: People.ada)
                _ = try await bridge.job("isolate", machine: "ws-2", reaches: "succeeded")
                #expect(try await simulator.executed("isolate", machine: Settings.id(2)).count == 1)
                let rows = try await BridgeProcess.audit(of: id, in: bridge.folder)
                let letGo = rows.filter { $0["kind"] == "job.let-go" }
                #expect(letGo.map { $0["actor"]?.string } == ["ada"])
                #expect(
                    letGo.first?.at("detail.waives") == "The limit isolate per-hour 1 is reached (1 of 1)."
                )
                let submitting = rows.first { $0["kind"] == "job.submitting" }
                #expect(submitting?.at("detail.limits-waived-by") == "ada")
            }
        }

        @Test(.timeLimit(.minutes(3)))
        func `no more of the estate is contained at once than the limit says`() async throws {
            try await with("{ share-of-estate: 20% }") { bridge, simulator in
                let room = ChatRoom(bridge: bridge, simulator: simulator)
                try await room.say("isolate ws-1 because SEC-1")
                _ = try await bridge.job("isolate", machine: "ws-1", reaches: "succeeded")
                // Five machines are onboarded, the sixth is not.
                let asked = try await simulator.journal().filter { $0.query.contains("$count") }
                #expect(asked.map(\.method) == ["GET"] && asked.map(\.path) == ["/api/machines"])
                #expect(
                    asked.first?.query.removingPercentEncoding
                        == "$filter=onboardingStatus eq 'Onboarded'&$top=1&$count=true"
                )
                try await room.say("isolate ws-2 because SEC-2")
                let held = try await bridge.job("isolate", machine: "ws-2", reaches: "held")
                let tell = ChatRoom(bridge: bridge, simulator: simulator, name: ChatRoom.tell)
                let card = try await tell.card(.go, of: held["job"]?.string ?? "")
                #expect(
                    card.text.contains("The limit isolate share-of-estate 20% is reached (1 of 1).")
                )
                try await room.say("release ws-1")
                _ = try await bridge.job("release", machine: "ws-1", reaches: "succeeded")
                // There is room again: what comes now goes, and what was held still waits for a person.
                try await room.say("isolate ws-3 because SEC-3")
                _ = try await bridge.job("isolate", machine: "ws-3", reaches: "succeeded")
                _ = try await bridge.job("isolate", machine: "ws-2", reaches: "held")
                #expect(try await simulator.executed("isolate", machine: Settings.id(2)).isEmpty)
                #expect(try await simulator.journal().filter { $0.query.contains("$count") }.count == 1)
            }
        }

        @Test(.timeLimit(.minutes(3)))
        func `a freeze is said in every reply and outlives a kill, from chat and from a terminal`()
            async throws
        {
            try await with(nil) { bridge, simulator in
                let folder = bridge.folder
                let room = ChatRoom(bridge: bridge, simulator: simulator)
                #expect(try await room.say("freeze because drill").contains("Frozen: drill"))
                let words = "Bascule is frozen by mia: drill."
                #expect(try await room.say("whoami").contains(words))
                #expect(try await room.say("isolate ws-1 because SEC-1").contains(words))
                let held = try await bridge.job("isolate", machine: "ws-1", reaches: "held")
                let go = "go \(held["job"]?.string ?? "")"
                #expect(try await room.say(go).contains("Bascule is still frozen by mia: drill."))
                bridge.program.kill()
                try await BridgeProcess.with(in: folder, http: simulator.http) { second in
                    let room = ChatRoom(bridge: second, simulator: simulator)
                    #expect(try await room.say("isolate ws-2 because SEC-2").contains(words))
                    _ = try await second.job("isolate", machine: "ws-2", reaches: "held")
                    let lifted = try await BridgeProcess.run(["unfreeze"], in: folder)
                    #expect(lifted.end == .exited(0) && lifted.output.contains("No longer frozen."))
                    #expect(try await !room.say("whoami").contains("frozen"))
                    // Nothing starts by itself, and a terminal freezes as well.
                    _ = try await second.job("isolate", machine: "ws-1", reaches: "held")
                    #expect(try await room.say(go).contains("goes on"))
                    _ = try await second.job("isolate", machine: "ws-1", reaches: "succeeded")
                    let frozen = try await BridgeProcess.run(["freeze", "--because", "patching"], in: folder)
                    #expect(frozen.end == .exited(0))
                    #expect(try await room.say("whoami").contains("Bascule is frozen by ada: patching."))
                    // Releases asked by a person go on.
                    try await room.say("release ws-1")
                    _ = try await second.job("release", machine: "ws-1", reaches: "succeeded")
                    second.program.send(SIGTERM)
                    #expect(try await second.program.end() == .exited(0))
                }
                #expect(try await simulator.executed("isolate", machine: Settings.id(2)).isEmpty)
                let kinds = try await BridgeProcess.audit(of: "bridge", in: folder)
                    .compactMap { $0["kind"]?.string }.filter { $0.hasPrefix("bridge.") }
                #expect(kinds == ["bridge.frozen", "bridge.unfrozen", "bridge.frozen"])
            }
        }
    }
}
