import Cryptography
import CurlClient
import Foundation
import JSONReader
import TestKit
import Testing
import Vocabulary

extension EndToEndTests {
    /// From a signed message to a contained machine, and the answer back.
    @Suite struct MainPathTests {
        private static let script = """
            machines:
            \(Settings.machine(7, "laptop-7.corp.example"))
            \(Settings.machine(70, "laptop-70.corp.example"))
            \(Settings.machine(8, "ws-0142.corp.example"))
            \(Settings.machine(9, "host-9.corp.example"))
            actions: { delay: 0.5, end: Succeeded }
            chat: { slack-token: \(Settings.botToken), jira-credential: "bot:\(Settings.jiraToken)" }
            """

        @Test(.timeLimit(.minutes(3)))
        func `what chat, ticket and SIEM ask for is done once, told and released`() async throws {
            try await TemporaryFolder.with { folder in
                try await SimulatorProcess.with(Self.script, in: folder) { simulator in
                    var settings = Settings()
                    settings.jiraFor = "3s"
                    try settings.write(to: folder, simulator)
                    try await BridgeProcess.with(in: folder, http: simulator.http) { bridge in
                        try await ask(bridge, simulator)
                        try await seeDone(bridge, simulator)
                        try await seeEvidence(folder, bridge)
                        try await seeAnswers(simulator)
                        try await seeOperators(folder)
                        bridge.program.send(SIGTERM)
                        #expect(try await bridge.program.end() == .exited(0))
                    }
                }
            }
        }

        private func ask(_ bridge: BridgeProcess, _ simulator: SimulatorProcess) async throws {
            let chat = simulator.word("chat")
            for text in ["isolate laptop-7 for 4s because SEC-1 beacon", "collect laptop-70"] {
                let answer = try #require(await bridge.deliver(try .slack(text, chat: chat)))
                #expect(answer.status == 200)
                #expect(String(decoding: answer.body, as: UTF8.self).contains("recorded"))
            }
            let ticket = try SignedDelivery.jira(issue: "SEC-1482", machine: "ws-0142")
            let first = try #require(await bridge.deliver(ticket))
            #expect(first.status == 202)
            // Captured, and sent once more under an id of its own.
            let second = try #require(await bridge.deliver(ticket.replayed()))
            #expect(second.status == 202)
            #expect(second.body == first.body)
            #expect(await bridge.deliver(try .alert("host-9"))?.status == 202)
        }

        private func seeDone(_ bridge: BridgeProcess, _ simulator: SimulatorProcess) async throws {
            _ = try await bridge.job("collect", machine: "laptop-70", reaches: "succeeded")
            _ = try await bridge.job("scan", machine: "host-9", reaches: "succeeded")
            _ = try await bridge.job("isolate", machine: "laptop-7", reaches: "succeeded")
            _ = try await bridge.job("isolate", machine: "ws-0142", reaches: "succeeded")
            _ = try await bridge.job("release", machine: "laptop-7", reaches: "succeeded")
            _ = try await bridge.job("release", machine: "ws-0142", reaches: "succeeded")
            for (step, number) in [
                ("isolate", 7), ("unisolate", 7), ("isolate", 8), ("unisolate", 8), ("runAntiVirusScan", 9),
                ("collectInvestigationPackage", 70),
            ] {
                let calls = try await simulator.executed(step, machine: Settings.id(number))
                #expect(calls.count == 1, "\(step) of \(number)")
            }
            #expect(try await simulator.journal().filter(\.isExecuted).count == 6)
        }

        private func seeEvidence(_ folder: TemporaryFolder, _ bridge: BridgeProcess) async throws {
            let job = try #require(try await bridge.jobs().first { $0["action"] == "collect" })
            let id = try #require(job["job"]?.string)
            let shown = try JSONReader.read(
                try await BridgeProcess.ask(["jobs", "show", id, "--json"], in: folder)
            )
            let package = try #require(folder.contents(of: "evidence/\(id).zip"))
            #expect(shown.at("evidence.bytes")?.integer == Int64(package.count))
            #expect(shown.at("evidence.sha256")?.string == Hex.encode(Digest.of(package)))
        }

        private func seeAnswers(_ simulator: SimulatorProcess) async throws {
            let ends = [
                (
                    "message", "C05SOCOPS7",
                    "release laptop-7.corp.example: succeeded. Defender says: Succeeded."
                ),
                ("message", "C05SOCOPS7", "collect laptop-70.corp.example: succeeded."),
                ("comment", "SEC-1482", "isolate ws-0142.corp.example: succeeded. Defender says: Succeeded."),
                ("comment", "SEC-1482", "release ws-0142.corp.example: succeeded. Defender says: Succeeded."),
            ]
            func look() async throws -> [JSONValue]? {
                let messages = try await simulator.messages()
                let isComplete = ends.allSatisfy { kind, place, text in
                    messages.contains {
                        $0["kind"]?.string == kind && $0["place"]?.string == place
                            && ($0["text"]?.string ?? "").contains(text)
                    }
                }
                return isComplete ? messages : nil
            }
            let told = try await eventually(
                "the last answers",
                every: .milliseconds(200),
                detail: { (try? await simulator.messages()).map { "\($0.map(\.encodedText))" } ?? "" },
                look
            )
            let comments = told.filter { $0["kind"] == "comment" }
            #expect(comments.allSatisfy { ($0["text"]?.string ?? "").contains("[bascule:j-") })
        }

        private func seeOperators(_ folder: TemporaryFolder) async throws {
            let jobs = try await BridgeProcess.jobs(in: folder)
            #expect(jobs.count == 6)
            for job in jobs {
                for key in ["job", "delivery", "action", "machine", "state", "by", "source", "since"] {
                    #expect(job[key] != nil, "\(key)")
                }
            }
            #expect(try await BridgeProcess.ask(["isolated", "--json"], in: folder) == "[]\n")
            let audit = try JSONReader.read(
                try await BridgeProcess.ask(["audit", "verify", "--json"], in: folder)
            )
            #expect(audit["verdict"] == "intact")
            #expect((audit["rows"]?.integer ?? 0) > 20)
        }
    }
}
