import CurlClient
import Foundation
import JSONReader
import TestKit
import Testing

extension EndToEndTests {
    /// Look-ups from the terminal of the bridge's host and from a chat, against a simulated Defender.
    @Suite struct LookUpProcessTests {
        private static let sha1 = "4e1243bd22c66e76c2ba9eddc1f91394e57f9f83"
        private static let alert = "da637472900382838869_1364969609"

        /// The application may read everything but scores.
        private static let script = """
            roles: [Machine.Read.All, Alert.Read.All, User.Read.All, File.Read.All, Ip.Read.All, URL.Read.All, Software.Read.All, Vulnerability.Read.All, SecurityRecommendation.Read.All]
            machines:
            \(Settings.machine(1, "ws-1.corp.example", ", onboardingStatus: Onboarded, riskScore: Medium, exposureLevel: High, deviceValue: Low, rbacGroupName: Workstations, machineTags: [Under review]"))
            \(Settings.server(2, "srv-2.corp.example", ", onboardingStatus: Onboarded, lastIpAddress: 10.1.2.4"))
            alerts: { \(alert): "\(Settings.id(1))" }
            records:
              domains: [ { host: evil.example, machines: ["\(Settings.id(2))"] } ]
            chat: { slack-token: \(Settings.botToken) }
            """

        /// Ada, who runs this test, may look; Mia may act and not look.
        private func with(
            _ work: (BridgeProcess, SimulatorProcess, TemporaryFolder) async throws -> Void
        ) async throws {
            try await TemporaryFolder.with { folder in
                try await SimulatorProcess.with(Self.script, in: folder) { simulator in
                    var settings = Settings()
                    settings.people = ["ada: { soc-chat: T024/U2291, local: \"\(NSUserName())\" }"]
                    settings.grants = ["{ allow: [look-ups], to: [ada] }"]
                    try settings.write(to: folder, simulator)
                    try await BridgeProcess.with(in: folder, http: simulator.http) { bridge in
                        try await work(bridge, simulator, folder)
                        bridge.program.send(SIGTERM)
                        #expect(try await bridge.program.end() == .exited(0))
                    }
                }
            }
        }

        @Test(.timeLimit(.minutes(5)))
        func `what is known is a table for people and rows for programs`() async throws {
            try await with { _, simulator, folder in
                for (words, lines) in Self.tables {
                    let ran = try await BridgeProcess.run(["run"] + words, in: folder)
                    #expect(ran.end == .exited(0), "\(words): \(ran)")
                    let shown = ran.output.split(separator: "\n").map {
                        $0.split(separator: " ").joined(separator: " ")
                    }
                    #expect(shown == lines, "\(words)")
                }
                let json = try await BridgeProcess.run(
                    ["run", "machine-software", "ws-1,srv-2", "--json"],
                    in: folder
                )
                #expect(json.end == .exited(0) && json.errors.isEmpty)
                let jobs = try JSONReader.read(Array(json.output.utf8), root: .array).array ?? []
                let found = jobs.map { job in
                    (job.at("outcome.answer.rows")?.array ?? []).compactMap { $0["id"]?.string }
                }
                #expect(found == [["microsoft-_-edge", "google-_-chrome"], ["microsoft-_-edge"]])
                #expect(jobs.map { $0.at("outcome.answer.count") } == [2, 1])
                #expect(jobs.allSatisfy { $0.at("outcome.answer.may_be_more") == false })
                #expect(try await simulator.journal().allSatisfy { !$0.isExecuted })
            }
        }

        /// The words, and what is printed with its blanks drawn together.
        private static let tables: [(words: [String], lines: [String])] = [
            (
                ["machine-users", "ws-1"],
                [
                    #"ID corp\jdoe"#, "ACCOUNTNAME jdoe", "ACCOUNTDOMAIN corp",
                    "FIRSTSEEN 2026-01-05T07:12:00Z",
                    "LASTSEEN 2026-11-02T08:55:00Z", "LOGONTYPES Interactive, Network",
                    "LOGONMACHINESCOUNT 1",
                    "ISDOMAINADMIN false", "ACCOUNTSID S-1-5-21-1004336348-1177238915-682003330-1001",
                ]
            ),
            (
                ["machine-software", "ws-1"],
                [
                    "ID NAME VENDOR WEAKNESSES PUBLICEXPLOIT ACTIVEALERT EXPOSEDMACHINES IMPACTSCORE",
                    "microsoft-_-edge edge microsoft 0 false false 0 0",
                    "google-_-chrome chrome google 1 true false 1 4.2",
                ]
            ),
            (["machine-vulnerabilities", "srv-2"], ["Nothing was found."]),
            (
                ["find-tag", "Under review"],
                [
                    "COMPUTERDNSNAME ws-1.corp.example", "OSPLATFORM Windows11", "RBACGROUPNAME Workstations",
                    "RISKSCORE Medium", "EXPOSURELEVEL High", "ID \(Settings.id(1))",
                ]
            ),
            (
                ["alert-files", alert, "because", "SEC-1"],
                [
                    "SHA1 \(sha1)", "SHA256 0c1f6f5e0a6b0f6d1c2a8e4a7c54f0d5d9b3b7d5f4b7b4a6f8c2d6e1a9b3c7d5",
                    "SIZE 48640",
                    "ISVALIDCERTIFICATE false", "GLOBALPREVALENCE 3",
                    "GLOBALFIRSTOBSERVED 2026-10-30T11:02:00Z",
                    "GLOBALLASTOBSERVED 2026-11-02T09:14:07Z", "DETERMINATIONTYPE Malware",
                    "DETERMINATIONVALUE Trojan:PowerShell/Sample.A",
                ]
            ),
            (
                ["file-stats", sha1, "with", "hours=24"],
                [
                    "SHA1 \(sha1)", "ORGANIZATIONPREVALENCE 1", "ORGPREVALENCE 1",
                    "ORGFIRSTSEEN 2026-10-01T08:00:00Z", "ORGLASTSEEN 2026-11-02T09:14:07Z",
                    "GLOBALLYPREVALENCE 3", "GLOBALPREVALENCE 3", "GLOBALFIRSTOBSERVED 2026-10-30T11:02:00Z",
                    "GLOBALLASTOBSERVED 2026-11-02T09:14:07Z", "TOPFILENAMES payload.ps1",
                ]
            ),
            (
                ["address", "10.1.2.4"],
                [
                    "IPADDRESS 10.1.2.4", "ORGANIZATIONPREVALENCE 1", "ORGPREVALENCE 1",
                    "ORGFIRSTSEEN 2026-10-01T08:00:00Z", "ORGLASTSEEN 2026-11-02T09:14:07Z",
                ]
            ),
            (
                ["domain-machines", "evil.example"],
                [
                    "COMPUTERDNSNAME srv-2.corp.example", "OSPLATFORM WindowsServer2022",
                    "ID \(Settings.id(2))",
                ]
            ),
            (
                ["software-list", "with", "vendor=google"],
                [
                    "ID google-_-chrome", "NAME chrome", "VENDOR google", "WEAKNESSES 1",
                    "PUBLICEXPLOIT true",
                    "ACTIVEALERT false", "EXPOSEDMACHINES 1", "IMPACTSCORE 4.2",
                ]
            ),
            (["vulnerabilities", "with", "severity=Low"], ["Nothing was found."]),
            (
                ["vulnerability-machines", "cve-2026-40417"],
                [
                    "COMPUTERDNSNAME ws-1.corp.example", "OSPLATFORM Windows11", "RBACGROUPNAME Workstations",
                    "ID \(Settings.id(1))",
                ]
            ),
            (
                ["investigation", alert],
                [
                    "ID 18", "STATE PendingApproval", "STARTTIME 2026-11-02T09:15:00Z",
                    "COMPUTERDNSNAME ws-1.corp.example", "TRIGGERINGALERTID \(alert)",
                    "MACHINEID \(Settings.id(1))",
                ]
            ),
        ]

        @Test(.timeLimit(.minutes(5)))
        func `what may not be looked up is said and not asked, and what is not there is no success`()
            async throws
        {
            try await with { bridge, simulator, folder in
                for (words, end, said) in [
                    (["exposure-score"], Int32(1), "The application lacks the permission Score.Read.All"),
                    (["user", "nobody"], 1, "not found"),
                    (["machine-users", "ws-77"], 1, "No machine is ws-77"),
                    (["isolate", "ws-1"], 1, "No grant allows ada to isolate"),
                    (["file", "4e12"], 2, "a SHA-1 of 40 or a SHA-256 of 64 hexadecimal digits"),
                    (["domain", "evil.example", "with", "hours=25"], 2, "24, 168, 720"),
                ] {
                    let ran = try await BridgeProcess.run(["run"] + words, in: folder)
                    #expect(ran.end == .exited(end), "\(words): \(ran)")
                    #expect((ran.output + ran.errors).contains(said), "\(words): \(ran)")
                }
                let status = try await BridgeProcess.run(["run", "status", "ws-1"], in: folder)
                let facts = "risk Medium, exposure High, device value Low"
                #expect((status.output + status.errors).contains(facts), "\(status)")

                let delivery = try SignedDelivery.slack("user asmith", chat: simulator.word("chat"))
                #expect(await bridge.deliver(delivery)?.status == 200)
                let refused = try await bridge.job("user", machine: "asmith", reaches: "refused")
                let shown = try await BridgeProcess.ask(
                    ["jobs", "show", refused["job"]?.string ?? "", "--json"],
                    in: folder
                )
                #expect(shown.contains("No grant allows mia to user. Ask ada."), "\(shown)")

                let paths = try await simulator.journal().map { $0.path.lowercased() }
                #expect(paths.filter { $0.contains("score") || $0.contains("asmith") } == [])
                #expect(paths.filter { $0.hasSuffix("/users/nobody") }.count == 1)
            }
        }
    }
}
