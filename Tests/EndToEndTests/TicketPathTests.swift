import Authenticating
import CurlClient
import Foundation
import JSONReader
import TestKit
import Testing
import Vocabulary

extension EndToEndTests {
    /// From a record of ServiceNow and a note of PagerDuty to contained machines, and back onto both tickets.
    @Suite struct TicketPathTests {
        private static let record = "a1dacaae379f4ddf820aef0f8c85f7ee"
        private static let incident = "Q2AB34CD56EF78"
        private static let serviceNowKey = "whsec_M2dvZXZiejMzMDA0NW1tMTdqbHd3MzV4MHlybGJxODN6OXEwMDNxMQ=="
        private static let pagerDutyKey = "pagerduty-signing-key-of-the-tests"
        private static let script = """
            machines:
            \(Settings.machine(7, "laptop-7.corp.example"))
            \(Settings.machine(8, "ws-0142.corp.example"))
            actions: { delay: 0.5, end: Succeeded }
            chat: { credentials: { servicenow: "bot:pw", pagerduty: pd-token } }
            """

        @Test(.timeLimit(.minutes(3)))
        func `a record and a note contain machines, are told, and what we wrote starts nothing`() async throws
        {
            try await TemporaryFolder.with { folder in
                try await SimulatorProcess.with(Self.script, in: folder) { simulator in
                    try write(to: folder, simulator)
                    try await BridgeProcess.with(in: folder, http: simulator.http) { bridge in
                        #expect(try await bridge.deliver(moved())?.status == 202)
                        #expect(
                            try await bridge.deliver(
                                noted("on it\n@bascule isolate laptop-7 because beacon")
                            )?.status == 202
                        )
                        _ = try await bridge.job("isolate", machine: "ws-0142", reaches: "succeeded")
                        _ = try await bridge.job("isolate", machine: "laptop-7", reaches: "succeeded")
                        for number in [7, 8] {
                            let calls = try await simulator.executed("isolate", machine: Settings.id(number))
                            #expect(calls.count == 1)
                        }
                        try await comeBack(try await told(simulator), to: bridge)
                        #expect(try await bridge.jobs().count == 2)
                        #expect(try await simulator.journal().filter(\.isExecuted).count == 2)
                    }
                }
            }
        }

        private func write(to folder: TemporaryFolder, _ simulator: SimulatorProcess) throws {
            for (name, value) in [
                ("now.key", Self.serviceNowKey), ("pd.key", Self.pagerDutyKey), ("now.password", "pw"),
                ("pd.token", "pd-token"), ("app.secret", simulator.word("secret")),
            ] {
                try folder.write(value + "\n", to: name)
            }
            let chat = simulator.word("chat")
            try folder.write(
                """
                listen:   { hooks: 127.0.0.1:0, console: 127.0.0.1:0 }
                control:  control.sock
                ledger:   sqlite:ledger.db
                trust:    { file: \(simulator.word("ca")) }
                defender:
                  cloud: { api: "\(simulator.word("defender"))", login: "\(simulator.word("entra"))", scope: "https://api.securitycenter.microsoft.com/.default" }
                  tenant: \(simulator.word("tenant"))
                  application: { client: \(simulator.word("client")), secret: { file: app.secret } }
                sources:
                  now: { kind: servicenow, tables: [sn_si_incident], secret: { file: now.key }, own: bascule.bot, reply: { url: "\(chat)/servicenow", user: bot, token: { file: now.password } } }
                  pd:  { kind: pagerduty, secret: { file: pd.key }, own: PBASCUL, reply: { url: "\(chat)/pagerduty", token: { file: pd.token }, from: bascule@corp.example } }
                routes:
                  - { from: now, trigger: { status-changed-to: Contain }, do: isolate, machine: .cmdb_ci.name, because: .number }
                  - { from: now, trigger: { comment-command: "@bascule" } }
                  - { from: pd, trigger: { comment-command: "@bascule" } }
                people:  { maya: { now: maya.okafor, pd: PMAYA01 } }
                grants:
                  - { allow: [isolate, release], to: [maya], machines: { os: client } }
                watch:   { every: 1s, sweep: 5m }
                """,
                to: "bascule.yaml"
            )
        }

        private func moved(
            by account: String = "maya.okafor",
            from: String = "Draft",
            comment: JSONValue = .null
        ) throws -> SignedDelivery {
            let body: JSONValue = [
                "table": "sn_si_incident", "sys_id": .string(Self.record), "number": "SIR0010142",
                "state": [
                    "previous": ["value": from == "Draft" ? "10" : "18", "display_value": .string(from)],
                    "current": ["value": "18", "display_value": "Contain"],
                ],
                "updated_by": .string(account), "cmdb_ci": ["name": "ws-0142"], "comment": comment,
            ]
            return try SignedDelivery(
                .standardWebhooks,
                source: "now",
                secret: Self.serviceNowKey,
                type: "application/json",
                id: UUID().uuidString,
                body: body.encoded()
            )
        }

        private func noted(_ text: String, by user: String? = "PMAYA01") throws -> SignedDelivery {
            let agent = user.map { JSONValue.object(["id": .string($0), "type": "user_reference"]) }
            let body: JSONValue = [
                "event": [
                    "id": .string(UUID().uuidString), "event_type": "incident.annotated",
                    "occurred_at": .string(Timestamp.now().iso8601), "agent": agent ?? .null,
                    "data": [
                        "type": "incident_note", "content": .string(text), "trimmed": false,
                        "incident": ["id": .string(Self.incident), "type": "incident_reference"],
                    ],
                ]
            ]
            return try SignedDelivery(
                .pagerDuty,
                source: "pd",
                secret: Self.pagerDutyKey,
                type: "application/json",
                body: body.encoded()
            )
        }

        /// The comments on both tickets, once the last of each is there.
        private func told(_ simulator: SimulatorProcess) async throws -> [(place: String, text: String)] {
            let ends = [
                ("sn_si_incident/\(Self.record)", "isolate ws-0142.corp.example: succeeded."),
                (Self.incident, "isolate laptop-7.corp.example: succeeded."),
            ]
            func look() async throws -> [(place: String, text: String)]? {
                let comments = try await simulator.messages().map {
                    (place: $0["place"]?.string ?? "", text: $0["text"]?.string ?? "")
                }
                let isComplete = ends.allSatisfy { place, words in
                    comments.contains { $0.place == place && $0.text.contains(words) }
                }
                return isComplete ? comments : nil
            }
            return try await eventually(
                "the end on both tickets",
                every: .milliseconds(200),
                detail: { (try? await simulator.messages()).map { "\($0.map(\.encodedText))" } ?? "" },
                look
            )
        }

        /// Each comment comes back as the vendor would send it: by our account, and by another one with our mark.
        private func comeBack(
            _ comments: [(place: String, text: String)],
            to bridge: BridgeProcess
        ) async throws {
            var own = 0
            for (place, text) in comments {
                let echo = "@bascule release laptop-7, ws-0142\n" + text
                let deliveries =
                    place == Self.incident
                    ? [
                        try noted(echo, by: nil), try noted(echo),
                        try noted("@bascule release laptop-7", by: "PBASCUL"),
                    ]
                    : [
                        try moved(from: "Contain", comment: .string(echo)),
                        try moved(by: "bascule.bot", from: "Draft"),
                    ]
                for delivery in deliveries {
                    #expect(await bridge.deliver(delivery)?.status == 202)
                    own += 1
                }
            }
            let metrics = try await bridge.metrics()
            let counted = metrics.split(separator: "\n")
                .filter { $0.hasPrefix("bascule_deliveries") && $0.contains(#"verdict="own""#) }
                .compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }
            #expect(Int(counted.reduce(0, +)) == own)
        }
    }
}
