import Authenticating
import Cryptography
import CurlClient
import Foundation
import JSONReader
import TestKit
import Testing
import Vocabulary

extension EndToEndTests {
    /// An outgoing webhook of Teams, answered in its thread, with a workflow that tells the rest.
    @Suite struct TeamsWebhookTests {
        private static let secret = Base64.encode(Array("teams-outgoing-webhook-of-tests".utf8))
        private static let script = """
            machines:
            \(Settings.server(1, "srv-1.corp.example"))
            actions: { delay: 0.2, end: Succeeded }
            """

        private static func settings(_ simulator: SimulatorProcess) -> String {
            """
            listen:   { hooks: 127.0.0.1:0, console: 127.0.0.1:0 }
            control:  control.sock
            ledger:   sqlite:ledger.db
            tell:     { source: soc-teams }
            trust:    { file: \(simulator.word("ca")) }
            log:      { format: json, level: info }
            defender:
              cloud: { api: "\(simulator.word("defender"))", login: "\(simulator.word("entra"))", scope: "https://api.securitycenter.microsoft.com/.default" }
              tenant: \(simulator.word("tenant"))
              application: { client: \(simulator.word("client")), secret: { file: app.secret } }
            sources:
              soc-teams:
                kind: teams
                tenants: [\(TeamsRoom.tenant)]
                secret: { file: teams.key }
                reply: { address: { file: workflow.url }, hosts: ["\(simulator.chatHost)"] }
            routes:
              - { from: soc-teams, command: mention }
            people:
              mia:  { soc-teams: \(TeamsRoom.mia.object) }
              ines: { soc-teams: \(TeamsRoom.ines.object) }
            groups: { soc: [mia], leads: [ines] }
            grants:
              - { allow: [isolate], to: [soc], machines: { os: server }, approvals: { of: leads, within: 30m } }
            watch:    { every: 1s, sweep: 5m }
            """
        }

        @Test(.timeLimit(.minutes(3)))
        func `who is told what to type approves by typing it`() async throws {
            try await TemporaryFolder.with { folder in
                try await SimulatorProcess.with(Self.script, in: folder) { simulator in
                    try folder.write(Self.secret + "\n", to: "teams.key")
                    try folder.write(simulator.word("secret") + "\n", to: "app.secret")
                    let address =
                        "\(simulator.word("chat"))/workflows/soc/triggers/manual/paths/invoke?sig=planted"
                    try folder.write(address + "\n", to: "workflow.url")
                    try folder.write(Self.settings(simulator), to: "bascule.yaml")
                    try await BridgeProcess.with(in: folder, http: simulator.http) { bridge in
                        let recorded = try await say("isolate srv-1 because SEC-1", TeamsRoom.mia, bridge)
                        #expect(recorded.contains("isolate srv-1: recorded."))
                        let asked = try await told("needs 1 of leads", simulator)
                        let job = try await bridge.job(
                            "isolate",
                            machine: "srv-1",
                            reaches: "awaiting-approval"
                        )
                        let typed = "approve \(try #require(job["job"]?.string))"
                        #expect(asked.contains("To answer, mention this bridge and write:\n\(typed)\n"))
                        #expect(try await say(typed, TeamsRoom.mia, bridge).contains("cannot approve it"))
                        #expect(
                            try await say(typed, TeamsRoom.ines, bridge).contains(
                                "ines approves isolate srv-1"
                            )
                        )
                        _ = try await bridge.job("isolate", machine: "srv-1", reaches: "succeeded")
                        _ = try await told("isolate srv-1.corp.example: succeeded", simulator)
                        let stranger = try await say("isolate srv-1", TeamsRoom.stranger, bridge)
                        #expect(stranger.contains("is nobody in"))
                        #expect(try await simulator.executed("isolate", machine: Settings.id(1)).count == 1)
                        bridge.program.send(SIGTERM)
                        #expect(try await bridge.program.end() == .exited(0))
                        let said = bridge.program.errors + bridge.program.output
                        #expect(!said.contains("planted"))
                    }
                }
            }
        }

        /// Mentions the webhook, and hands back what is read in the thread.
        private func say(
            _ text: String,
            _ person: TeamsRoom.Person,
            _ bridge: BridgeProcess
        ) async throws -> String {
            let tenant = JSONValue.string(TeamsRoom.tenant)
            let body: JSONValue = [
                "type": "message", "id": .string(UUID().uuidString.lowercased()),
                "timestamp": .string(Timestamp.now().iso8601),
                "from": ["id": .string(person.account), "aadObjectId": .string(person.object)],
                "conversation": [
                    "id": .string("\(TeamsRoom.channel);messageid=1"), "tenantId": tenant,
                ],
                "channelData": ["channel": ["id": .string(TeamsRoom.channel)], "tenant": ["id": tenant]],
                "text": .string("<at>Bascule</at>&nbsp;\(text)\n"),
            ]
            let delivery = try SignedDelivery(
                .teamsOutgoing,
                source: "soc-teams",
                secret: Self.secret,
                type: "application/json; charset=utf-8",
                body: body.encoded()
            )
            let answer = try #require(await bridge.deliver(delivery))
            #expect(answer.status == 200)
            let shown = try JSONReader.read(answer.body, root: .object)
            #expect(shown["type"] == "message")
            return (shown["text"]?.string ?? "").replacing("\\", with: "").replacing("\u{200B}", with: "")
        }

        /// Waits until the workflow was given a message with these words.
        private func told(_ words: String, _ simulator: SimulatorProcess) async throws -> String {
            try await eventually("\"\(words)\" from the workflow", every: .milliseconds(100)) {
                try await simulator.messages().filter { $0["place"] == "soc" }.compactMap {
                    $0["text"]?.string
                }
                .first { $0.contains(words) }
            }
        }
    }
}
