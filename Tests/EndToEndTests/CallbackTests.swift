import CurlClient
import Foundation
import JSONReader
import TestKit
import Testing
import Vocabulary

extension EndToEndTests {
    /// Systems that cannot sign ask; a portal is told by callbacks that it checks itself.
    @Suite struct CallbackTests {
        private static let deskKey = "desk-key-of-the-whole-tests-PLANTED"
        private static let pathSecret = "path-secret-of-the-whole-tests-PLANTED-0123456789"
        private static let newKey = "whsec_bmV3IGtleSBvZiAzMiBieXRlcyBmb3IgdGVzdHMhISE="
        private static let oldKey = "whsec_b2xkIGtleSBvZiAzMiBieXRlcyBmb3IgdGVzdHMhISE="

        /// The portal knows only the old of our two secrets: a rotation is under way.
        private static let script = """
            machines:
            \(Settings.machine(7, "laptop-7.corp.example"))
            \(Settings.machine(8, "laptop-8.corp.example"))
            actions: { delay: 0.5, end: Succeeded }
            chat: { callback-secrets: ["\(oldKey)"] }
            """

        private static func settings(_ simulator: SimulatorProcess) -> String {
            """
            listen:   { hooks: 127.0.0.1:0, console: 127.0.0.1:0 }
            control:  control.sock
            ledger:   sqlite:ledger.db
            tell:     { source: portal }
            trust:    { file: \(simulator.word("ca")) }
            log:      { format: json, level: debug }
            defender:
              cloud: { api: "\(simulator.word("defender"))", login: "\(simulator.word("entra"))", scope: "https://api.securitycenter.microsoft.com/.default" }
              tenant: \(simulator.word("tenant"))
              application: { client: \(simulator.word("client")), secret: { file: app.secret } }
            sources:
              portal: { kind: callback, reply: { url: "\(simulator.word("chat"))/callback/soc", secret: [ { file: new.key }, { file: old.key } ] } }
              desk:   { kind: freshservice, accept-unsigned: token, header: X-Key, secret: { file: desk.key }, addresses: [127.0.0.1], reply: { callback: portal } }
              far:    { kind: freshservice, accept-unsigned: token, header: X-Key, secret: { file: desk.key }, addresses: [192.0.2.0/24] }
              search: { kind: splunk, accept-unsigned: token, secret: { file: path.key }, addresses: [127.0.0.1], reply: { callback: portal } }
            routes:
              - { from: desk, trigger: { status-changed-to: Contain }, do: isolate, machine: .freshservice_webhook.ticket_cf_host_name, because: .freshservice_webhook.ticket_subject }
              - { from: search, do: isolate, machine: .result.host, because: .search_name }
            people:   { ines: { local: "\(NSUserName())" } }
            services: { service-desk: { source: desk }, finder: { source: search } }
            grants:
              - { allow: [isolate], to: [service-desk], machines: { os: client } }
              - { allow: [isolate], to: [finder], machines: { os: client }, approvals: { of: ines } }
            watch:    { every: 1s, sweep: 5m }
            """
        }

        @Test(.timeLimit(.minutes(3)))
        func `a ticket is contained and told, and a proposal waits`() async throws {
            try await TemporaryFolder.with { folder in
                try await SimulatorProcess.with(Self.script, in: folder) { simulator in
                    for (name, value) in [
                        ("new.key", Self.newKey), ("old.key", Self.oldKey), ("desk.key", Self.deskKey),
                        ("path.key", Self.pathSecret), ("app.secret", simulator.word("secret")),
                    ] {
                        try folder.write(value + "\n", to: name)
                    }
                    try folder.write(Self.settings(simulator), to: "bascule.yaml")
                    try await BridgeProcess.with(in: folder, http: simulator.http) { bridge in
                        try await ask(bridge)
                        _ = try await bridge.job("isolate", machine: "laptop-7", reaches: "succeeded")
                        _ = try await bridge.job("isolate", machine: "laptop-8", reaches: "awaiting-approval")
                        try await seeTold(simulator)
                        let calls = try await simulator.journal().filter(\.isExecuted)
                        #expect(calls.map(\.path) == ["/api/machines/\(Settings.id(7))/isolate"])
                        try await approve(bridge, simulator)
                        let metrics = try await bridge.metrics()
                        let refused = metrics.split(separator: "\n").filter { $0.contains("\"address\"") }
                        #expect(
                            refused.count == 1 && refused[0].contains("\"far\"") && refused[0].hasSuffix(" 1")
                        )
                        for text in [bridge.program.errors, bridge.program.output, metrics] {
                            #expect(!text.contains("PLANTED"))
                        }
                        bridge.program.send(SIGTERM)
                        #expect(try await bridge.program.end() == .exited(0))
                    }
                }
            }
        }

        /// What was proposed is done once somebody agrees, and the portal reads who did.
        private func approve(_ bridge: BridgeProcess, _ simulator: SimulatorProcess) async throws {
            let waiting = try await bridge.job("isolate", machine: "laptop-8", reaches: "awaiting-approval")
            let id = try #require(waiting["job"]?.string)
            _ = try await BridgeProcess.ask(["jobs", "approve", id], in: bridge.folder)
            _ = try await bridge.job("isolate", machine: "laptop-8", reaches: "succeeded")
            let done = try await eventually("the approved job is told", every: .milliseconds(200)) {
                try await simulator.messages().compactMap { $0.at("body.data") }
                    .first { $0["request"]?.string == id && $0["state"] == "succeeded" }
            }
            #expect(done["approver"] == "ines")
            #expect(done["actor"] == "finder")
        }

        private func ask(_ bridge: BridgeProcess) async throws {
            func ticket(_ id: String, _ status: String) -> JSONValue {
                [
                    "freshservice_webhook": [
                        "ticket_id": .string(id), "ticket_status": .string(status),
                        "ticket_cf_host_name": "laptop-7",
                        "ticket_subject": "<script>&\u{202E} \"beacon\"",
                        "ticket_updated_at": .string(Timestamp.now().iso8601),
                    ]
                ]
            }
            let alert: JSONValue = ["sid": "s1", "search_name": "C2 beacon", "result": ["host": "laptop-8"]]
            let cases: [(String, String?, JSONValue, Int)] = [
                ("/hooks/desk", Self.deskKey, ticket("INC-1", "Open"), 202),
                ("/hooks/desk", Self.deskKey, ticket("INC-2", "Contain"), 202),
                ("/hooks/desk", "guess", ticket("INC-3", "Contain"), 401),
                ("/hooks/desk/\(Self.pathSecret)", Self.deskKey, ticket("INC-4", "Contain"), 401),
                ("/hooks/far", Self.deskKey, ticket("INC-5", "Contain"), 401),
                ("/hooks/search/\(Self.pathSecret)", nil, alert, 202),
                ("/hooks/search/\(Self.pathSecret)x", nil, alert, 401), ("/hooks/search", nil, alert, 401),
                ("/hooks/portal", nil, alert, 401),
            ]
            for (path, key, body, status) in cases {
                var headers = [OutgoingRequest.Header("Content-Type", "application/json")]
                if let key { headers.append(.init("X-Key", key)) }
                let request = OutgoingRequest(
                    .post,
                    Secret(bridge.hooks + path),
                    headers: headers,
                    body: Secret(body.encoded()),
                    isIdempotent: false
                )
                #expect(try await bridge.http.send(request).status == status, "\(path)")
            }
        }

        private func seeTold(_ simulator: SimulatorProcess) async throws {
            func events() async throws -> [JSONValue] {
                try await simulator.messages().filter { $0["kind"] == "callback" }.compactMap {
                    $0["body"]?["data"]
                }
            }
            let told = try await eventually("both jobs are told", every: .milliseconds(200)) {
                let events = try await events()
                let states = Set(events.compactMap { $0["state"]?.string })
                return states.isSuperset(of: ["recorded", "succeeded", "awaiting-approval"]) ? events : nil
            }
            let done = try #require(told.first { $0["state"] == "succeeded" })
            #expect(done["ticket"] == "INC-2")
            #expect(done["target"] == "laptop-7.corp.example")
            #expect(done["actor"] == "service-desk")
            #expect(done["reason"] == "<script>& \"beacon\"")
            #expect(done["request"]?.string?.hasPrefix("j-") == true)
            let steps = told.filter { $0["request"] == done["request"] }
            #expect(steps.first?["state"] == "recorded")
            let numbers = steps.compactMap { $0["sequence"]?.integer }
            #expect(numbers == numbers.sorted() && Set(numbers).count == numbers.count)
            let signed = try await simulator.journal().filter { $0.path == "/callback/soc" }
            #expect(signed.allSatisfy { $0.json["status"] == 204 })
            let signatures = signed.compactMap {
                $0.json.at("headers.webhook-signature")?.array?.first?.string
            }
            #expect(!signatures.isEmpty && signatures.allSatisfy { $0.split(separator: " ").count == 2 })
        }
    }
}
