import Cryptography
import CurlClient
import Foundation
import TestKit
import Testing
import Vocabulary

extension EndToEndTests {
    /// What a running bridge tells of its own health, and what `doctor` and `permissions` say beside it.
    @Suite struct HealthProcessTests {
        private static let script = """
            machines:
            \(Settings.machine(1, "laptop-1.corp.example"))
            roles: [Machine.Read.All, Machine.Isolate, Machine.Scan, Machine.CollectForensics, Machine.Offboard]
            chat: { slack-token: \(Settings.botToken), jira-credential: "bot:\(Settings.jiraToken)" }
            """

        /// A listener's pair that ends in six days and some hours.
        private func writeListener(to folder: TemporaryFolder) throws {
            let (authorityKey, key) = (try PrivateKey.makeRSA(), try PrivateKey.makeRSA())
            let now = Timestamp.now()
            let authority = try Certificate.makeAuthority(
                commonName: "tests",
                key: authorityKey,
                now: now,
                days: 30
            )
            let certificate = try Certificate.issue(
                commonName: "localhost",
                hosts: ["localhost"],
                key: key,
                authority: authority,
                authorityKey: authorityKey,
                now: now + .seconds(10 * 3_600),
                days: 6
            )
            try folder.write(String(decoding: certificate.pem(), as: UTF8.self), to: "hooks.pem")
            try key.pem().withText { try folder.write($0, to: "hooks.key") }
        }

        private func told(_ simulator: SimulatorProcess) async throws -> [String] {
            try await simulator.messages().map(\.encodedText).filter {
                $0.contains("C05TELL") && $0.contains("listener")
            }
        }

        @Test(.timeLimit(.minutes(3)))
        func `a certificate that ends in six days is told in the chat, once`() async throws {
            try await TemporaryFolder.with { folder in
                try await SimulatorProcess.with(Self.script, in: folder) { simulator in
                    let settings = Settings()
                    try settings.write(to: folder, simulator)
                    try writeListener(to: folder)
                    let text = settings.text(simulator).replacing(
                        "listen:   { hooks: 127.0.0.1:0, ",
                        with:
                            "listen:   { tls: { certificate: { file: hooks.pem }, key: { file: hooks.key } }, "
                            + "hooks: 127.0.0.1:0, "
                    )
                    try folder.write(text, to: "bascule.yaml")
                    try await BridgeProcess.with(in: folder, http: simulator.http) { bridge in
                        let words = try await eventually("the news of the certificate") {
                            try await told(simulator).first
                        }
                        #expect(
                            words.contains("The certificate of the hooks' listener ends in 6 days, on 20")
                        )
                        #expect(words.contains("Put a new one into its files and reload the bridge."))
                        #expect(
                            try await bridge.metrics().contains(
                                /bascule_expiry_days\{name="listener-certificate"\} 6\.[0-9]+\n/
                            )
                        )
                        bridge.program.send(SIGTERM)
                        #expect(try await bridge.program.end() == .exited(0))
                    }
                    try await BridgeProcess.with(in: folder, http: simulator.http) { bridge in
                        _ = try await eventually("the second start's first look") {
                            try await bridge.metrics().contains("bascule_token_failing_seconds 0") ? () : nil
                        }
                        bridge.program.send(SIGTERM)
                        #expect(try await bridge.program.end() == .exited(0))
                    }
                    #expect(try await told(simulator).count == 1)
                }
            }
        }

        @Test(.timeLimit(.minutes(3)))
        func `doctor and permissions end as their answer is`() async throws {
            try await TemporaryFolder.with { folder in
                try await SimulatorProcess.with(Self.script, in: folder) { simulator in
                    try Settings().write(to: folder, simulator)
                    // Only the way out is theirs to open.
                    try FileManager.default.removeItem(atPath: folder.path("slack.key"))
                    let well = try await BridgeProcess.run(["doctor"], in: folder)
                    #expect(well.end == .exited(0), "\(well.output)\(well.errors)")
                    #expect(well.output.contains("All is well: 0 faults, 0 warnings."))
                    #expect(!well.output.contains(simulator.word("secret")))
                    #expect(!well.output.contains("\u{1B}"))

                    let plan = try await BridgeProcess.run(["permissions"], in: folder)
                    #expect(plan.end == .exited(0))
                    #expect(plan.output.contains("  Machine.CollectForensics  collect: grant 1 (line "))
                    let compared = try await BridgeProcess.run(["permissions", "--compare"], in: folder)
                    #expect(compared.end == .exited(1))
                    #expect(
                        compared.output.hasSuffix(
                            "Held and not needed:\n  Machine.Offboard  no grant needs it\n"
                        )
                    )
                    let list = try await BridgeProcess.run(["permissions", "--az"], in: folder)
                    #expect(
                        list.output == """
                            fc780465-2017-40d4-a0c5-307022471b92 Role Machine.CollectForensics
                            fc780465-2017-40d4-a0c5-307022471b92 Role Machine.Isolate
                            fc780465-2017-40d4-a0c5-307022471b92 Role Machine.Read.All
                            fc780465-2017-40d4-a0c5-307022471b92 Role Machine.Scan

                            """
                    )

                    try folder.write("wrong", to: "app.secret")
                    let wrong = try await BridgeProcess.run(["doctor", "--json"], in: folder)
                    #expect(wrong.end == .exited(1))
                    #expect(wrong.output.contains("\"entra.aadsts7000215\""))
                    simulator.program.kill()
                    let gone = try await BridgeProcess.run(["doctor"], in: folder)
                    #expect(gone.end == .exited(3))
                    #expect(gone.output.contains("The outside failed: 2 faults, 0 warnings."))
                    try folder.write("defender: 7", to: "bascule.yaml")
                    #expect(try await BridgeProcess.run(["doctor"], in: folder).end == .exited(2))
                }
            }
        }
    }
}
