import CurlClient
import Foundation
import JSONReader
import TestKit
import Testing
import Vocabulary

extension EndToEndTests {
    /// A whole evening in Teams, hours as seconds: asked, approved by another, isolated, warned, extended, released.
    @Suite struct TeamsEveningTests {
        private static let script = """
            machines:
            \(Settings.server(1, "srv-1.corp.example"))
            \(Settings.server(2, "srv-2.corp.example"))
            actions: { delay: 0.2, end: Succeeded }
            chat: { teams-secret: "planted+bot/secret", teams-strangers: ["\(TeamsRoom.omar.account)"] }
            """

        private static func settings(_ simulator: SimulatorProcess) -> String {
            let chat = simulator.word("chat")
            return """
                listen:   { hooks: 127.0.0.1:0, console: 127.0.0.1:0 }
                control:  control.sock
                ledger:   sqlite:ledger.db
                tell:     { source: soc-teams, channel: "\(TeamsRoom.tellChannel)" }
                trust:    { file: \(simulator.word("ca")) }
                log:      { format: json, level: info }
                defender:
                  cloud: { api: "\(simulator.word("defender"))", login: "\(simulator.word("entra"))", scope: "https://api.securitycenter.microsoft.com/.default" }
                  tenant: \(simulator.word("tenant"))
                  application: { client: \(simulator.word("client")), secret: { file: app.secret } }
                sources:
                  soc-teams:
                    kind: teams-bot
                    app: \(TeamsRoom.app)
                    tenants: [\(TeamsRoom.tenant)]
                    metadata: \(chat)/botframework/v1/.well-known/openidconfiguration
                    reply:
                      token: { file: bot.secret }
                      url: \(chat)/botframework
                      service: \(chat)/teams
                      hosts: ["\(simulator.chatHost)"]
                routes:
                  - { from: soc-teams, command: mention }
                people:
                  mia:  { soc-teams: \(TeamsRoom.mia.object) }
                  omar: { soc-teams: \(TeamsRoom.omar.object) }
                  ines: { soc-teams: \(TeamsRoom.ines.object) }
                  ada:  { soc-teams: \(TeamsRoom.ada.object) }
                groups:
                  soc:   [mia]
                  rest:  [omar]
                  leads: [ines, ada]
                grants:
                  - { allow: [isolate], to: [soc], machines: { os: server }, approvals: { of: leads, within: 30m } }
                  - { allow: [release], to: [soc], machines: { os: server } }
                  - { allow: [isolate, release], to: [leads], machines: { os: server }, others: yes }
                watch:    { every: 1s, sweep: 5m, warn: 8s }
                """
        }

        private func evening(_ work: (TeamsRoom, TemporaryFolder) async throws -> Void) async throws {
            try await TemporaryFolder.with { folder in
                try await SimulatorProcess.with(Self.script, in: folder) { simulator in
                    try folder.write("planted+bot/secret\n", to: "bot.secret")
                    try folder.write(simulator.word("secret") + "\n", to: "app.secret")
                    try folder.write(Self.settings(simulator), to: "bascule.yaml")
                    try await BridgeProcess.with(in: folder, http: simulator.http) { bridge in
                        try await work(TeamsRoom(bridge: bridge, simulator: simulator), folder)
                        bridge.program.send(SIGTERM)
                        #expect(try await bridge.program.end() == .exited(0))
                        let said = bridge.program.errors + bridge.program.output
                        #expect(!said.contains("planted") && !said.contains("Bearer ey"))
                    }
                    let verdict = try await BridgeProcess.ask(["audit", "verify", "--json"], in: folder)
                    #expect(try JSONReader.read(verdict)["verdict"] == "intact")
                }
            }
        }

        @Test(.timeLimit(.minutes(4)))
        func `a server is isolated by two people, and released by itself, in one message`() async throws {
            try await evening { room, folder in
                try await room.say("isolate srv-1 for 16s because SEC-1 a &lt;wiper&gt;", as: TeamsRoom.mia)
                let approve = try await room.button(.approve)
                let asked = try await room.message(saying: "needs 1 of leads (ada, ines) to approve it until")
                #expect(
                    (asked["text"]?.string ?? "").contains(
                        "isolate srv-1.corp.example (\(Settings.id(1))) for 16s"
                    )
                )
                #expect((asked["text"]?.string ?? "").contains("because SEC-1 a <wiper>"))
                #expect(TeamsRoom.buttons(of: asked).count == 2)
                let toldCard = try await room.button(.approve, in: TeamsRoom.tellChannel)
                try await refuse(room, approve)

                #expect(
                    try await room.press(approve, as: TeamsRoom.ines).contains(
                        "ines approves isolate srv-1.corp.example"
                    )
                )
                let isolate = try await room.bridge.job("isolate", machine: "srv-1", reaches: "succeeded")
                let done = try await room.message(saying: "succeeded")
                #expect(TeamsRoom.buttons(of: done).isEmpty)
                #expect(done["id"] == asked["id"])
                try await lateOnes(room, toldCard)

                let extend = try await room.button(.extend)
                let warned = try await room.message(saying: "The containment of srv-1.corp.example ends at")
                #expect(warned["id"] == asked["id"])
                #expect(
                    TeamsRoom.buttons(of: warned).compactMap { $0["title"]?.string } == [
                        "Extend by 16s", "Release now",
                    ]
                )
                let before = try await end(of: isolate, folder)
                // Whose own isolation another has to approve cannot draw it out alone.
                #expect(try await room.press(extend, as: TeamsRoom.mia).contains("needs approval"))
                #expect(try await room.press(extend, as: TeamsRoom.ines).contains("is extended by 16s"))
                #expect(try await end(of: isolate, folder) == before + .seconds(16))
                try await room.message(saying: "ines extended")

                let release = try await room.bridge.job("release", machine: "srv-1", reaches: "succeeded")
                let end = try await room.message(saying: "release srv-1.corp.example: succeeded")
                #expect(end["id"] == asked["id"] && TeamsRoom.buttons(of: end).isEmpty)
                #expect((end["updates"]?.integer ?? 0) >= 5)
                #expect(try await room.messages().count == 1)
                #expect(release["by"]?.string?.isEmpty == false)
                try await seeOnce(room, before: before)
                try await seeAudit(of: isolate, folder)
            }
        }

        /// Who asked, who may not, and who is nobody; nobody else reads what they are told.
        private func refuse(_ room: TeamsRoom, _ approve: JSONValue) async throws {
            let before = try await room.messages()
            #expect(
                try await room.press(approve, as: TeamsRoom.mia).contains(
                    "mia asked for it and cannot approve it"
                )
            )
            #expect(try await room.press(approve, as: TeamsRoom.stranger).contains("is nobody in `people`"))
            #expect(try await room.press(approve, as: TeamsRoom.omar).contains("No grant lets omar"))
            #expect(try await room.messages() == before)
            #expect(try await room.simulator.executed("isolate", machine: Settings.id(1)).isEmpty)
        }

        /// The card elsewhere still has its buttons, and an older client is told in a conversation of one's own.
        private func lateOnes(_ room: TeamsRoom, _ card: JSONValue) async throws {
            #expect(try await room.press(card, as: TeamsRoom.ada).contains("waits for no answer any more"))
            try await room.submit(card, as: TeamsRoom.ada, in: TeamsRoom.tellChannel)
            try await room.message(saying: "waits for no answer any more", in: "a:29person3")
            try await room.submit(card, as: TeamsRoom.omar, in: TeamsRoom.tellChannel)
            let discreet = try await room.message(
                saying: "this bot may not write to them",
                in: TeamsRoom.tellChannel
            )
            let read = try #require(discreet["text"]?.string)
            #expect(!read.contains("srv-1") && !read.contains("omar"))
        }

        private func end(of isolate: JSONValue, _ folder: TemporaryFolder) async throws -> Timestamp {
            let id = try #require(isolate["job"]?.string)
            let shown = try await BridgeProcess.ask(["jobs", "show", id, "--json"], in: folder)
            let text = try #require(try JSONReader.read(shown).at("claim.ends")?.string)
            return try #require(Timestamp(iso8601: text))
        }

        private func seeOnce(_ room: TeamsRoom, before: Timestamp) async throws {
            let journal = try await room.simulator.journal()
            for step in ["isolate", "unisolate"] {
                #expect(try await room.simulator.executed(step, machine: Settings.id(1)).count == 1)
            }
            let released = journal.first { $0.isExecuted && $0.path.hasSuffix("/unisolate") }
            let due = Double((before + .seconds(16)).milliseconds) / 1_000
            #expect((released?.json["at"]?.number ?? 0) >= due)
            func count(_ path: String) -> Int { journal.filter { $0.path.hasSuffix(path) }.count }
            #expect(count("/botframework/v1/.well-known/keys") == 1)
            #expect(count("/botframework/botframework.com/oauth2/v2.0/token") >= 1)
            let posts = journal.filter { $0.path.hasPrefix("/teams/") }
            #expect(
                posts.allSatisfy {
                    ($0.json["status"]?.integer ?? 0) < 300 || $0.path.hasSuffix("/v3/conversations")
                }
            )
        }

        private func seeAudit(of isolate: JSONValue, _ folder: TemporaryFolder) async throws {
            let rows = try await BridgeProcess.audit(of: try #require(isolate["job"]?.string), in: folder)
            let given = rows.filter { $0["kind"] == "approval.given" }
            #expect(given.map { $0["actor"]?.string } == ["ines"])
            #expect(given.first?.at("detail.source") == "soc-teams")
        }

        @Test(.timeLimit(.minutes(3)))
        func `a denial is asked why on the card, and a forged or misdirected token says nothing`()
            async throws
        {
            try await evening { room, folder in
                try await room.say("isolate srv-2 because SEC-2", as: TeamsRoom.mia)
                let deny = try await room.button(.deny)
                #expect(try await room.press(deny, as: TeamsRoom.ines).contains("because …"))
                _ = try await room.bridge.job("isolate", machine: "srv-2", reaches: "awaiting-approval")
                let words = try await room.press(
                    deny,
                    as: TeamsRoom.ines,
                    filling: ["because": "the pentest of\nThursday"]
                )
                #expect(words.contains("ines denies isolate srv-2.corp.example: the pentest of Thursday"))
                _ = try await room.bridge.job("isolate", machine: "srv-2", reaches: "denied")
                let end = try await room.message(saying: "ines denied it: the pentest of Thursday")
                #expect(TeamsRoom.buttons(of: end).isEmpty)
                try await room.say("isolte srv-2", as: TeamsRoom.mia)
                try await room.message(saying: "Did you mean \"isolate\"?")

                let body = Array(
                    #"{"type":"message","channelId":"msteams","serviceUrl":"https://evil.example/"}"#.utf8
                )
                for token in [
                    try await room.token(), try await room.token(audience: "other"), "a.b.c", "",
                ] {
                    let forged = SignedDelivery(
                        source: "soc-teams",
                        headers: [
                            .init("Authorization", "Bearer \(token)"),
                            .init("Content-Type", "application/json"),
                        ],
                        body: body
                    )
                    let answer = try #require(await room.bridge.deliver(forged))
                    #expect(answer.status == 401)
                    #expect(String(decoding: answer.body, as: UTF8.self) == #"{"error":"unauthorized"}"#)
                }
                #expect(try await room.simulator.journal().filter(\.isExecuted).isEmpty)
            }
        }
    }
}
