import Foundation
import JSONReader
import TestKit
import Testing
import Vocabulary

extension EndToEndTests {
    /// Hunting and alerts from the terminal, through Graph and through Defender.
    @Suite struct HuntProcessTests {
        private static let alert = "da637472900382838869_1364969609"

        private static func script(_ more: String = "") -> String {
            """
            machines:
            \((1...2).map { Settings.machine($0, "ws-\($0).corp.example", ", onboardingStatus: Onboarded") }
                .joined(separator: "\n"))
            alerts: { \(alert): "\(Settings.id(1))" }
            records:
              BigTable: [ \((1...300).map { "{ Number: \"\($0)\", Text: \"\(String(repeating: "x", count: 1_000))\" }" }.joined(separator: ", ")) ]
            chat: { slack-token: \(Settings.botToken) }
            \(more)
            """
        }

        private func with(
            _ script: String = script(),
            backEnds: String = "{}",
            _ work: (BridgeProcess, SimulatorProcess, TemporaryFolder) async throws -> Void
        ) async throws {
            try await TemporaryFolder.with { folder in
                try await SimulatorProcess.with(script, in: folder) { simulator in
                    var settings = Settings()
                    settings.people = ["ada: { soc-chat: T024/U2291, local: \"\(NSUserName())\" }"]
                    settings.grants = ["{ allow: [hunt, alerts, alert, alert-update], to: [ada] }"]
                    try settings.write(to: folder, simulator)
                    let text = String(decoding: folder.contents(of: "bascule.yaml") ?? [], as: UTF8.self)
                        .replacing(
                            "/.default\" }",
                            with: "/.default\", graph: \"\(simulator.word("defender"))\", "
                                + "graph-scope: https://graph.microsoft.com/.default }"
                        )
                        .replacing("  tenant:", with: "  back-ends: \(backEnds)\n  tenant:")
                    try folder.write(text, to: "bascule.yaml")
                    try await BridgeProcess.with(in: folder, http: simulator.http) { bridge in
                        try await work(bridge, simulator, folder)
                        bridge.program.send(SIGTERM)
                        #expect(try await bridge.program.end() == .exited(0))
                    }
                }
            }
        }

        /// The calls but for those of the sweep, which looks by itself, and of the chat.
        private func paths(_ simulator: SimulatorProcess) async throws -> [String] {
            try await simulator.journal()
                .filter { $0.path.contains("/security/") || $0.path.hasPrefix("/api/") }
                .filter { $0.path != "/api/machineactions" && !$0.path.hasPrefix("/api/chat.") }
                .map { "\($0.method) \($0.path)" }
        }

        @Test(.timeLimit(.minutes(3)))
        func `a query from a file is answered with a table, or as JSON`() async throws {
            try await with { bridge, simulator, folder in
                try folder.write(
                    "DeviceInfo\n| where DeviceName =~ \"WS-2.corp.example\"\n| project DeviceName, OSPlatform\n",
                    to: "q.kql"
                )
                let table = try await BridgeProcess.run(
                    ["run", "hunt", "--file", folder.path("q.kql")],
                    in: folder
                )
                #expect(table.end == .exited(0), "\(table.errors)")
                #expect(table.output.contains("ws-2.corp.example"), "\(table.output)")
                let json = try await BridgeProcess.run(
                    ["run", "hunt", "--json", "--file", folder.path("q.kql")],
                    in: folder
                )
                let job = try JSONReader.read(Array(json.output.utf8), root: .array)[0]
                #expect(job?.at("outcome.answer.rows.0.DeviceName") == "ws-2.corp.example")
                #expect(
                    try await paths(simulator)
                        == Array(repeating: "POST /v1.0/security/runHuntingQuery", count: 2)
                )

                try folder.write("BigTable", to: "big.kql")
                let big = try await BridgeProcess.run(
                    ["run", "hunt", "--file", folder.path("big.kql")],
                    in: folder
                )
                #expect(big.output.contains("of 300 rows are shown"), "\(big.output.suffix(300))")
                let kept = try #require(
                    try FileManager.default.contentsOfDirectory(atPath: folder.path("evidence"))
                        .first { $0.hasSuffix(".json") }
                )
                let whole = try Data(contentsOf: URL(filePath: folder.path("evidence/\(kept)")))
                #expect(try JSONReader.read(Array(whole), root: .array).array?.count == 300)

                try folder.write("DeviceInfo | drop", to: "bad.kql")
                let bad = try await BridgeProcess.run(
                    ["run", "hunt", "--file", folder.path("bad.kql")],
                    in: folder
                )
                #expect(bad.end == .exited(1))
                #expect((bad.output + bad.errors).contains("Syntax error at 'drop'"), "\(bad)")
                for words in [["run", "hunt"], ["run", "hunt", "--file", folder.path("none.kql")]] {
                    #expect(try await BridgeProcess.run(words, in: folder).end == .exited(2))
                }
            }
        }

        @Test(.timeLimit(.minutes(3)), arguments: ["graph", "defender"])
        func `an alert is listed, noted on and shown through either back end`(backEnd: String) async throws {
            try await with(backEnds: "{ hunting: \(backEnd), alerts: \(backEnd) }") {
                bridge,
                simulator,
                folder in
                let noted = try await BridgeProcess.run(
                    ["run", "alert-update", Self.alert, "with", "status=InProgress", "comment=mine now"],
                    in: folder
                )
                #expect(noted.end == .exited(0), "\(noted.output) \(noted.errors)")
                let list = try await BridgeProcess.run(
                    ["run", "alerts", "with", "status=InProgress"],
                    in: folder
                )
                #expect(list.output.contains(Self.alert), "\(list.output)")
                let none = try await BridgeProcess.run(
                    ["run", "alerts", "with", "status=Resolved"],
                    in: folder
                )
                #expect(none.end == .exited(0) && none.output.contains("Nothing was found."))
                let shown = try await BridgeProcess.run(["run", "alert", Self.alert, "--json"], in: folder)
                let job = try JSONReader.read(Array(shown.output.utf8), root: .array)[0]
                let comment = job?.at("outcome.answer.rows.0.comments.0.comment")?.string ?? ""
                #expect(comment.hasPrefix("bascule:j-") && comment.hasSuffix(" mine now"), "\(comment)")
                let start = backEnd == "graph" ? "/v1.0/security/alerts_v2" : "/api/alerts"
                #expect(try await paths(simulator).allSatisfy { $0.contains(start) })
            }
        }

        @Test(.timeLimit(.minutes(3)))
        func `without Graph's permission nothing is asked and it is named`() async throws {
            try await with(Self.script("graph-roles: [SecurityAlert.Read.All]")) {
                bridge,
                simulator,
                folder in
                try folder.write("DeviceInfo", to: "q.kql")
                let refused = try await BridgeProcess.run(
                    ["run", "hunt", "--file", folder.path("q.kql")],
                    in: folder
                )
                #expect(refused.end == .exited(1))
                #expect(
                    (refused.output + refused.errors).contains(
                        "The application lacks the permission ThreatHunting.Read.All to hunt."
                    ),
                    "\(refused)"
                )
                let calls = try await paths(simulator)
                #expect(calls == [])
            }
        }
    }
}
