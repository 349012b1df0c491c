import JSONReader
import Testing
import Vocabulary

@testable import Classifying

struct DiscordTests {
    private static let guild = "1278000000000000003"
    private static let channel = "1278000000000000004"
    private static let maya = "1278000000000000006"
    private static let job = JobID("j-01j9zk7q4n8t2v6w0xabcdefgh")

    private static func reading(
        _ commands: Set<String> = ["contain", "/bascule", "isolate"]
    ) -> SourceReading {
        SourceReading(
            name: SourceName("dc"),
            reader: Discord.self,
            tenants: [guild],
            ownAccounts: ["99"],
            commands: commands
        )
    }

    /// The sample with members of the outermost object changed; `nil` takes one out.
    private func delivery(_ changes: [String: JSONValue?] = [:]) throws -> VerifiedDelivery {
        var body =
            try JSONReader.read(Payload.bytes("extra_discord_command.json"), root: .object).object ?? [:]
        for (key, value) in changes { body[key] = value }
        return verified(JSONValue.object(body).encoded(), kind: Discord.kind)
    }

    private func classify(_ changes: [String: JSONValue?] = [:]) async throws -> Classification {
        await Classifier(Self.reading()).classify(try delivery(changes), jq: nil)
    }

    private static func command(_ name: String, _ options: [JSONValue]) -> JSONValue {
        ["id": "1", "name": .string(name), "type": 1, "options": .array(options)]
    }

    private static func option(_ name: String, _ value: JSONValue) -> JSONValue {
        ["name": .string(name), "type": 3, "value": value]
    }

    private static func sub(_ name: String, _ options: [JSONValue]) -> JSONValue {
        ["name": .string(name), "type": 1, "options": .array(options)]
    }

    private static let wanted = Request.action(
        ActionRequest(
            action: "isolate",
            subject: .hostName("ws-0142"),
            duration: TimeBox("4h"),
            reason: "SEC-1482 a beacon"
        )
    )

    @Test func `the sample, with an action said, becomes an intent of who, where and how to answer`()
        async throws
    {
        var data = try JSONReader.read(Payload.bytes("extra_discord_command.json"), root: .object)["data"]
        var options = data?["options"]?.array ?? []
        #expect(options.count == 2)
        options.append(Self.option("action", "isolate"))
        data = Self.command("contain", options)
        let intent = try #require(try await classify(["data": data]).intents.first)
        #expect(intent.asker == .identity(Self.maya))
        #expect(intent.askerShownName == "maya.okafor")
        #expect(intent.place == .room(Self.channel))
        #expect(intent.route == "contain")
        let request = ActionRequest(action: "isolate", subject: .hostName("ws-0142"), reason: "SEC-1482")
        #expect(intent.request == .action(request))
        let url = ResponseURL(
            url: "webhooks/1278000000000000002/EXAMPLEinteractiontoken",
            expiresAt: sampleTime + .seconds(900)
        )
        #expect(intent.replyTo == .at(["channel": Self.channel], responseURL: url))
        #expect(intent.answeredBy == .response)
        #expect(Discord.senderKey(of: try delivery()) == "1278000000000000001")
        #expect(!"\(intent)".contains("EXAMPLEinteractiontoken"))
    }

    @Test func `the sample as it is says no action, and none is guessed`() async throws {
        #expect(try await classify().unreadableCode == "discord.no-action")
    }

    @Test(arguments: [
        command("bascule", [option("text", "isolate ws-0142 for 4h because SEC-1482 a beacon")]),
        command(
            "bascule",
            [
                sub(
                    "isolate",
                    [
                        option("because", "SEC-1482 a beacon"), option("for", "4h"),
                        option("machine", "ws-0142"),
                    ]
                )
            ]
        ),
        command(
            "isolate",
            [
                option("host", "ws-0142"), option("for", "4h"), option("ticket", "SEC-1482"),
                option("reason", "a beacon"),
            ]
        ),
        command("isolate", [option("text", "ws-0142 for 4h because SEC-1482 a beacon")]),
    ])
    func `every form of the command is the same sentence`(data: JSONValue) async throws {
        #expect(try await classify(["data": data]).intents.map(\.request) == [Self.wanted])
    }

    @Test func `words beside actions can be said in options too`() async throws {
        let job = Self.job.text
        let deny = Self.command(
            "bascule",
            [Self.sub("deny", [Self.option("job", .string(job)), Self.option("because", "no")])]
        )
        #expect(
            try await classify(["data": deny]).intents.map(\.request) == [
                .deny(Self.job, because: "no", seen: nil)
            ]
        )
        let jobs = Self.command("bascule", [Self.sub("jobs", [])])
        #expect(try await classify(["data": jobs]).intents.map(\.request) == [.jobs])
        #expect(try await classify(["data": Self.command("bascule", [])]).intents.map(\.request) == [.help])
        let scan = Self.command(
            "bascule",
            [Self.sub("scan", [Self.option("machine", "ws-1, ws-2"), Self.option("with", "type=full")])]
        )
        #expect(try await classify(["data": scan]).intents.count == 2)
    }

    @Test func `another person or another machine is another intent`() async throws {
        let data = Self.command("isolate", [Self.option("machine", "ws-0143")])
        let intent = try await classify(["data": data, "member": ["user": ["id": "7"]]]).intents.first
        #expect(intent?.asker == .identity("7"))
        #expect(intent?.request == .action(ActionRequest(action: "isolate", subject: .hostName("ws-0143"))))
    }

    @Test(
        arguments: [
            (command("isolate", [option("machine", 7)]), "discord.unknown-option"),
            (command("isolate", [option("nonsense", "x")]), "discord.unknown-option"),
            (command("isolate", [option("machine", "a"), option("host", "b")]), "discord.unknown-option"),
            (command("isolate", [["name": "machine", "type": 4, "value": "x"]]), "discord.unknown-option"),
            (command("isolate", [option("text", "a"), option("for", "4h")]), "discord.mixed-options"),
            (command("bascule", [option("machine", "a")]), "discord.no-action"),
            (["type": 1], "discord.no-command"),
            ("x", "discord.no-command"),
        ] as [(JSONValue, String)]
    )
    func `options that are no sentence are unreadable`(data: JSONValue, code: String) async throws {
        #expect(try await classify(["data": data]).unreadableCode == code)
    }

    @Test(
        arguments: [
            (["type": nil], "discord.unknown-interaction"), (["type": "2"], "discord.unknown-interaction"),
            (["type": 4], "discord.unknown-interaction"), (["channel_id": "../x"], "discord.no-person"),
            (["channel_id": nil], "discord.no-person"), (["member": nil], "discord.no-person"),
            (["member": ["user": ["id": 7]]], "discord.no-person"), (["guild_id": nil], "discord.not-listed"),
            (["guild_id": "8"], "discord.not-listed"), (["guild_id": 1278], "discord.not-listed"),
        ] as [([String: JSONValue?], String)]
    )
    func `who is nobody, and servers that are not listed, are not believed`(
        changes: [String: JSONValue?],
        code: String
    ) async throws {
        var all = changes
        all["data"] = Self.command("isolate", [Self.option("machine", "ws-1")])
        #expect(try await classify(all).unreadableCode == code)
    }

    @Test func `a direct message is in no server that the settings list`() async throws {
        let changes: [String: JSONValue?] = [
            "member": nil, "guild_id": nil, "user": ["id": "7"],
            "data": Self.command("isolate", [Self.option("machine", "ws-1")]),
        ]
        #expect(try await classify(changes).unreadableCode == "discord.not-listed")
    }

    @Test func `our own account is own, another command and a menu's entry unmatched`() async throws {
        let data = Self.command("isolate", [Self.option("machine", "ws-1")])
        #expect(try await classify(["data": data, "member": ["user": ["id": "99"]]]) == .own)
        #expect(try await classify(["data": Self.command("other", [Self.option("x", 1)])]) == .unmatched)
        #expect(try await classify(["data": ["name": "isolate", "type": 2]]) == .unmatched)
    }

    @Test func `the handshake is answered with its own kind`() async throws {
        let ping = verified(#"{"type":1,"id":"7","application_id":"8"}"#, kind: Discord.kind)
        let pong = HookAnswer(status: 200, contentType: "application/json", body: #"{"type":1}"#)
        #expect(await Classifier(Self.reading()).classify(ping, jq: nil) == .handshake(pong))
        #expect(Discord.senderKey(of: ping) == nil)
    }

    @Test(arguments: ["a/b", "", "x y", "ä", String(repeating: "x", count: 1_025)])
    func `a token of another shape is not used`(token: String) async throws {
        let data = Self.command("isolate", [Self.option("machine", "ws-1")])
        let intent = try await classify(["data": data, "token": .string(token)]).intents.first
        #expect(intent?.replyTo == .at(["channel": Self.channel]))
    }

    // MARK: Buttons and the form

    private func press(_ id: String, _ changes: [String: JSONValue?] = [:]) async throws -> Classification {
        var all = changes
        all["type"] = 3
        all["data"] = ["component_type": 2, "custom_id": .string(id)]
        return try await classify(all)
    }

    @Test func `buttons of ours say what typing would`() async throws {
        let seen = String(repeating: "9f", count: 32)
        for (press, request) in [
            (Press(.approve, job: Self.job, seen: seen), .approve(Self.job, seen: seen)),
            (Press(.go, job: Self.job), .go(Self.job)),
            (Press(.release, job: Self.job), .releaseClaim(Self.job)),
            (Press(.extend, job: Self.job, duration: .shortest), .extendClaim(Self.job, by: .shortest)),
            (Press(.freeze, job: Self.job), .freeze(because: "the button beside \(Self.job) was pressed")),
        ] as [(Press, Request)] {
            let id = try #require(press.short)
            let intent = try #require(try await self.press(id).intents.first)
            #expect(intent.request == request)
            #expect(intent.asker == .identity(Self.maya))
            #expect(intent.answeredBy == .response)
            #expect(intent.place == .room(Self.channel))
        }
    }

    @Test func `a denial is asked why, in the answer to the press, and counts when the form comes back`()
        async throws
    {
        let deny = try #require(Press(.deny, job: Self.job, seen: "9f").short)
        guard case .handshake(let answer) = try await press(deny) else {
            Issue.record("expected a form")
            return
        }
        let form = try JSONReader.read(answer.body, root: .object)
        #expect(form["type"] == 9)
        #expect(form.at("data.title") == .string("Deny \(Self.job)"))
        #expect((form.at("data.title")?.string ?? "").count <= 45)
        let id = try #require(form.at("data.custom_id"))
        func submit(_ value: JSONValue?) async throws -> Classification {
            let field: JSONValue = ["type": 4, "custom_id": "reason", "value": value ?? .null]
            let rows: JSONValue = [["type": 1, "components": [field]]]
            return try await classify(["type": 5, "data": ["custom_id": id, "components": rows]])
        }
        let intent = try await submit("the pentest of\nThursday").intents.first
        #expect(intent?.request == .deny(Self.job, because: "the pentest of Thursday", seen: "9f"))
        #expect(try await submit("  ").unreadableCode == "discord.no-reason")
        #expect(try await submit(nil).unreadableCode == "discord.broken-form")
        #expect(try await submit(7).unreadableCode == "discord.broken-form")
        let elsewhere = try await press(deny, ["guild_id": "8"])
        #expect(elsewhere.unreadableCode == "discord.not-listed")
    }

    @Test(arguments: ["", "approve", "approve.j-01", "why.01j9zk7q4n8t2v6w0xabcdefgh"])
    func `any other button is none of ours`(id: String) async throws {
        #expect(try await press(id).unreadableCode == "discord.unknown-button")
    }
}
