import Foundation
import JSONReader
import TestKit
import Testing
import Vocabulary

extension EndToEndTests {
    /// Seconds for hours: containments that end by themselves, later, or not until somebody says so.
    @Suite struct TimeBoxProcessTests {
        private static let script = """
            machines:
            \((1...3).map { Settings.machine($0, "ws-\($0).corp.example") }.joined(separator: "\n"))
            actions: { delay: 0.2, end: Succeeded }
            chat: { slack-token: \(Settings.botToken) }
            """
        private static let box: Int64 = 10

        @Test(.timeLimit(.minutes(4)))
        func `an end is warned of, moved, held back or brought about now, and survives a kill`() async throws
        {
            try await TemporaryFolder.with { folder in
                try await SimulatorProcess.with(Self.script, in: folder) { simulator in
                    var settings = Settings()
                    // He may look, and release nothing.
                    settings.grants = ["{ allow: [scan], to: [rest], machines: any }"]
                    settings.watch = "{ every: 1s, sweep: 5m, warn: 6s }"
                    try settings.write(to: folder, simulator)
                    let extended = try await BridgeProcess.with(in: folder, http: simulator.http) { bridge in
                        let rooms = (1...3).map {
                            ChatRoom(bridge: bridge, simulator: simulator, name: "C0ROOM\($0)")
                        }
                        for (index, room) in rooms.enumerated() {
                            try await room.say(
                                "isolate ws-\(index + 1) for \(Self.box)s because SEC-\(index)"
                            )
                        }
                        try await holdBack(rooms[1])
                        let extended = try await extend(rooms[0])
                        try await releaseNow(rooms[2])
                        bridge.program.kill()
                        return extended
                    }
                    try await BridgeProcess.with(in: folder, http: simulator.http) { bridge in
                        let first = ChatRoom(bridge: bridge, simulator: simulator, name: "C0ROOM1")
                        let second = ChatRoom(bridge: bridge, simulator: simulator, name: "C0ROOM2")
                        try await seeReleased(first, not: extended)
                        try await letGo(second)
                        try await seeOnce(simulator)
                        bridge.program.send(SIGTERM)
                        #expect(try await bridge.program.end() == .exited(0))
                    }
                    #expect(try await BridgeProcess.ask(["isolated", "--json"], in: folder) == "[]\n")
                }
            }
        }

        /// The owner holds the second machine, which then stays contained past its end.
        private func holdBack(_ room: ChatRoom) async throws {
            _ = try await room.bridge.job("isolate", machine: "ws-2", reaches: "succeeded")
            let refused = try await room.say("hold ws-2", as: People.omar)
            #expect(refused.contains("No grant"))
            let answer = try await room.say("hold ws-2")
            #expect(answer.contains("No release of ws-2.corp.example at the end of its time."))
            _ = try await room.bridge.job("release", machine: "ws-2", reaches: "held")
        }

        /// - Returns: The end before it was moved.
        private func extend(_ room: ChatRoom) async throws -> Timestamp {
            let isolate = try await room.bridge.job("isolate", machine: "ws-1", reaches: "succeeded")
            let id = try #require(isolate["job"]?.string)
            let card = try await room.card(.extend, of: id)
            #expect(card.text.contains("The containment of ws-1.corp.example ends at"))
            #expect(
                ChatRoom.buttons(of: card.message).map { $0.at("text.text")?.string } == [
                    "Extend by \(Self.box)s", "Release now",
                ]
            )
            let before = try #require(try await end(of: id, room))
            #expect(try await room.messages("message").count == 1)
            try await room.press(card, as: People.mia)
            let after = try await eventually("the new end", every: .milliseconds(100)) {
                let now = try await end(of: id, room)
                return now == before ? nil : now
            }
            #expect(after == before + .seconds(Self.box))
            try await room.whisper(to: People.mia, saying: "is extended by \(Self.box)s")
            _ = try await room.message(card.id) { ($0["text"]?.string ?? "").contains("mia extended") }
            return before
        }

        private func end(of isolate: String, _ room: ChatRoom) async throws -> Timestamp? {
            let shown = try await BridgeProcess.ask(
                ["jobs", "show", isolate, "--json"],
                in: room.bridge.folder
            )
            return try JSONReader.read(shown).at("claim.ends")?.string.flatMap { Timestamp(iso8601: $0) }
        }

        private func releaseNow(_ room: ChatRoom) async throws {
            let isolate = try await room.bridge.job("isolate", machine: "ws-3", reaches: "succeeded")
            let card = try await room.card(.release, of: try #require(isolate["job"]?.string))
            try await room.press(card, as: People.omar)
            try await room.whisper(to: People.omar, saying: "release ws-3.corp.example: refused. No grant")
            #expect(try await room.simulator.executed("unisolate", machine: Settings.id(3)).isEmpty)
            try await room.press(card, as: People.mia)
            _ = try await eventually("the release by hand", every: .milliseconds(100)) {
                try await room.simulator.executed("unisolate", machine: Settings.id(3)).first
            }
        }

        /// By itself, after the end as it was moved, and not long after.
        private func seeReleased(_ room: ChatRoom, not before: Timestamp) async throws {
            let release = try await eventually("the release of ws-1", every: .milliseconds(200)) {
                try await room.simulator.executed("unisolate", machine: Settings.id(1)).first
            }
            let at = release.json["at"]?.number ?? 0
            let due = Double((before + .seconds(Self.box)).milliseconds) / 1_000
            #expect(at >= due && at < due + 60, "due at \(due), released at \(at)")
            _ = try await room.bridge.job("release", machine: "ws-1", reaches: "succeeded")
        }

        /// The second machine's end is long past.
        private func letGo(_ room: ChatRoom) async throws {
            #expect(try await room.simulator.executed("unisolate", machine: Settings.id(2)).isEmpty)
            let release = try await room.bridge.job("release", machine: "ws-2", reaches: "held")
            let go = "go \(release["job"]?.string ?? "")"
            #expect(try await room.say(go, as: People.omar).contains("No grant"))
            #expect(try await room.say(go).contains("goes on"))
            _ = try await room.bridge.job("release", machine: "ws-2", reaches: "succeeded")
        }

        private func seeOnce(_ simulator: SimulatorProcess) async throws {
            for number in 1...3 {
                for step in ["isolate", "unisolate"] {
                    let calls = try await simulator.executed(step, machine: Settings.id(number))
                    #expect(calls.count == 1, "\(step) of \(number)")
                }
            }
            #expect(try await simulator.journal().filter(\.isExecuted).count == 6)
        }
    }
}
