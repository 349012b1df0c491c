import CurlClient
import Foundation
import JSONReader
import TestKit
import Testing
import Vocabulary

extension EndToEndTests {
    /// From a typed command to a tag that Defender lists, also where the first answer is lost.
    @Suite struct TagTests {
        private static let script = """
            machines:
            \(Settings.machine(7, "laptop-7.corp.example", ", machineTags: [VIP]"))
            \(Settings.machine(8, "ws-0142.corp.example"))
            actions: { delay: 0.5, end: Succeeded }
            faults: [ { request: "POST */\(Settings.id(8))/tags", nth: 1, kind: reset-after } ]
            chat: { slack-token: \(Settings.botToken), jira-credential: "bot:\(Settings.jiraToken)" }
            """

        @Test(.timeLimit(.minutes(3)))
        func `a tag is put on and taken off once, and one that a protection names by nobody`() async throws {
            try await TemporaryFolder.with { folder in
                try await SimulatorProcess.with(Self.script, in: folder) { simulator in
                    var settings = Settings()
                    settings.allowed += ", tag, untag"
                    settings.top = ["protect: [ { tag: Crown } ]"]
                    try settings.write(to: folder, simulator)
                    try await BridgeProcess.with(in: folder, http: simulator.http) { bridge in
                        let chat = simulator.word("chat")
                        try await say(
                            "tag laptop-7 with tag=“Under review” because SEC-1",
                            bridge,
                            chat,
                            "recorded"
                        )
                        try await seeEnd("tag", "laptop-7", "VIP, Under review", folder, bridge)
                        try await say("untag laptop-7 with tag=vip", bridge, chat, "recorded")
                        try await say("tag laptop-7 with tag=crown", bridge, chat, "protection Crown (line ")
                        try await say("tag laptop-7", bridge, chat, "with tag=&lt;tag&gt;")
                        try await say("tag ws-0142 with tag=Reimage", bridge, chat, "recorded")
                        try await seeEnd("tag", "ws-0142", "Reimage", folder, bridge)
                        try await seeEnd("untag", "laptop-7", "Under review", folder, bridge)
                        try await seeWorld(simulator)
                        bridge.program.send(SIGTERM)
                        #expect(try await bridge.program.end() == .exited(0))
                    }
                }
            }
        }

        private func say(
            _ text: String,
            _ bridge: BridgeProcess,
            _ chat: String,
            _ words: String
        ) async throws {
            let answer = try #require(await bridge.deliver(try .slack(text, chat: chat)))
            #expect(answer.status == 200)
            let body = String(decoding: answer.body, as: UTF8.self)
            #expect(body.contains(words), "\(body)")
        }

        private func seeEnd(
            _ action: String,
            _ machine: String,
            _ tags: String,
            _ folder: TemporaryFolder,
            _ bridge: BridgeProcess
        ) async throws {
            let job = try await bridge.job(action, machine: machine, reaches: "succeeded")
            let id = try #require(job["job"]?.string)
            let shown = try JSONReader.read(
                try await BridgeProcess.ask(["jobs", "show", id, "--json"], in: folder)
            )
            let message = shown.at("outcome.message")?.string
            #expect(message?.contains("Defender lists these tags now: \(tags).") == true, "\(message ?? "")")
        }

        private func seeWorld(_ simulator: SimulatorProcess) async throws {
            let posts = try await simulator.journal().filter {
                $0.method == "POST" && $0.path.hasSuffix("/tags")
            }
            #expect(
                posts.map { $0.json["body"]?.string } == [
                    #"{"Action":"Add","Value":"Under review"}"#, #"{"Action":"Remove","Value":"VIP"}"#,
                    #"{"Action":"Add","Value":"Reimage"}"#,
                ]
            )
            let request = OutgoingRequest(
                .get,
                Secret(simulator.word("defender") + "/simulator/machines"),
                isIdempotent: false
            )
            let machines = try JSONReader.read(try await simulator.http.send(request).body, root: .array)
            #expect(machines[0]?["machineTags"] == ["Under review"])
            #expect(machines[1]?["machineTags"] == ["Reimage"])
        }
    }
}
