import ArgumentParser
import Classifying
import CurlClient
import Foundation
import JSONReader
import Testing
import Vocabulary

@testable import Wiring

/// What `send` posts is taken through the listener's own verification and classification.
struct SendTests {
    private let folder: SettingsFolder
    private let now = OperatorScene.noon
    private let tail = """
        routes:
          - { from: soc-chat, command: /mde }
        people: { mia: { soc-chat: T024/U2147, tickets: 5b10 }, omar: { soc-chat: T024/U3000 } }
        grants:
          - { allow: [isolate], to: [mia], machines: any }
        """

    init() throws {
        folder = try SettingsFolder()
        try folder.write("bascule.yaml", SettingsFolder.base + tail)
    }

    private func send(_ arguments: String...) throws -> Send {
        try Send.parse(["--config", folder.path("bascule.yaml")] + arguments)
    }

    private func request(_ arguments: String...) throws -> OutgoingRequest {
        let command = try Send.parse(["--config", folder.path("bascule.yaml")] + arguments)
        return try command.request(try command.settings(folder.environment), now: now)
    }

    /// The request as the listener would receive it.
    private func received(_ request: OutgoingRequest, at source: String) -> RawDelivery {
        RawDelivery(
            source: SourceName(source),
            headers: request.headers.map { header in
                header.value.withText { RawDelivery.Header(header.name, $0) }
            },
            body: request.body?.withBytes { $0 } ?? [],
            receivedAt: now,
            remoteAddress: "127.0.0.1"
        )
    }

    private func prepared(_ source: String) throws -> PreparedSource {
        let settings = try folder.read(tail)
        let named = try #require(settings.sources.first { $0.name.text == source })
        return try PreparedSource(named, routes: settings.routes)
    }

    @Test func `text becomes the command that the route names, typed by the one said`() async throws {
        let request = try request(
            "--source",
            "soc-chat",
            "--text",
            "isolate laptop-7 because 50% & \"more\" + é",
            "--as",
            "T024/U3000"
        )
        #expect(request.url.withText { $0 } == "http://127.0.0.1:8080/hooks/soc-chat")
        let source = try prepared("soc-chat")
        let verified = try source.verify(received(request, at: "soc-chat"), now: now)
        let classification = try await source.classify(verified)
        guard case .intents(let intents) = classification else {
            Issue.record("the command was not understood")
            return
        }
        let intent = try #require(intents.first)
        #expect(intent.asker == .identity("T024/U3000"))
        guard case .action(let action) = intent.request else {
            Issue.record("the command is no action")
            return
        }
        #expect(action.subject == .hostName("laptop-7"))
        #expect(action.reason == "50% & \"more\" + é")
        #expect(source.senderKey(of: verified) != nil)
    }

    private let job = "j-01j9zk7q4n8t2v6w0xabcdefgh"

    /// What the bridge would read in what is sent.
    private func intent(_ arguments: String...) async throws -> Intent {
        let command = try Send.parse(
            ["--config", folder.path("bascule.yaml"), "--source", "soc-chat"] + arguments
        )
        let request = try command.request(try command.settings(folder.environment), now: now)
        let source = try prepared("soc-chat")
        let verified = try source.verify(received(request, at: "soc-chat"), now: now)
        #expect(source.senderKey(of: verified) != nil)
        guard case .intents(let intents) = try await source.classify(verified) else { throw SendError.noJob }
        return try #require(intents.first)
    }

    @Test func `a press is the button's, by the one said, in the channel said`() async throws {
        let seen = String(repeating: "a1", count: 32)
        let approval = try await intent(
            "--press",
            "approve",
            "--job",
            job,
            "--seen",
            seen,
            "--as",
            "T024/U3000",
            "--channel",
            "C7"
        )
        #expect(approval.request == .approve(JobID(job), seen: seen))
        #expect(approval.asker == .identity("T024/U3000"))
        #expect(approval.place == .room("C7"))
        let extension4h = try await intent("--press", "extend", "--job", job, "--for", "4h")
        #expect(extension4h.request == TimeBox("4h").map { .extendClaim(JobID(job), by: $0) })
        let deny = try await intent("--press", "deny", "--job", job)
        guard case .askWhy(_, nil, let trigger) = deny.request else {
            Issue.record("expected the question why")
            return
        }
        #expect(trigger.expiresAt == now + .seconds(3))
    }

    @Test func `a submitted form denies with its reason`() async throws {
        let denial = try await intent("--submit-denial", job, "--because", "a \"test\" & é")
        #expect(denial.request == .deny(JobID(job), because: "a \"test\" & é", seen: nil))
        #expect(denial.asker == .identity("T024/U2147"))
    }

    @Test(
        arguments: [
            (["--press", "aprove", "--job", "J"], .unknownButton("aprove", nearest: "approve")),
            (["--press", "go"], .noJob), (["--press", "go", "--job", "j-1"], .badJob("j-1")),
            (["--press", "go", "--job", "J", "--for", "4h"], .durationOfButton("go")),
            (["--press", "extend", "--job", "J"], .durationOfButton("extend")),
            (["--press", "extend", "--job", "J", "--for", "4"], .durationOfButton("extend")),
            (["--press", "go", "--job", "J", "--seen", "a b"], .badDigest("a b")),
            (["--press", "go", "--job", "J", "--text", "help"], .bodyOrText),
            (["--text", "help", "--status", "Contain"], .noTicket("soc-chat")),
            (["--text", "help", "--label", "contain"], .noTicket("soc-chat")),
            (["--press", "go", "--job", "J", "--machine", "ws-1"], .noTicket("soc-chat")),
            (["--ticket", "SEC-1"], .noTicket("soc-chat")),
            (["--press", "go", "--submit-denial", "J", "--because", "x"], .bodyOrText),
            (["--submit-denial", "J"], .noReason),
            (["--submit-denial", "j", "--because", "x"], .badJob("j")),
            (["--submit-denial", "J", "--because", "x", "--as", "U1"], .badIdentity("U1")),
            (["--text", "help", "--job", "J"], .misplaced("--job", needs: "--press")),
            (["--text", "help", "--because", "x"], .misplaced("--because", needs: "--submit-denial")),
            (["--text", "help", "--for", "1h"], .misplaced("--for", needs: "--press extend")),
            (["--text", "help", "--seen", "ab"], .misplaced("--seen", needs: "--press")),
        ] as [([String], SendError)]
    )
    func `a press that cannot be made is refused`(arguments: [String], error: SendError) throws {
        let whole = arguments.map { $0 == "J" ? job : $0 }
        let command = try Send.parse(
            ["--config", folder.path("bascule.yaml"), "--source", "soc-chat"] + whole
        )
        let settings = try command.settings(folder.environment)
        #expect(throws: error) { try command.request(settings, now: now) }
    }

    @Test func `nobody presses anything outside Slack`() {
        #expect(throws: SendError.textNeedsSlack("tickets")) {
            try request("--source", "tickets", "--press", "go", "--job", job)
        }
    }

    @Test func `nobody said is the first person with an identity there`() throws {
        let request = try request("--source", "soc-chat", "--text", "whoami")
        let body = request.body?.withText { $0 } ?? ""
        #expect(body.contains("team_id=T024&"))
        #expect(body.contains("user_id=U2147&"))
    }

    @Test func `two sends are two deliveries`() throws {
        let bodies = try (0..<2).map { _ in
            try request("--source", "soc-chat", "--text", "whoami").body?.withText { $0 }
        }
        #expect(bodies[0] != bodies[1])
    }

    @Test(arguments: ["tickets", "siem"])
    func `a body is sent byte for byte and is genuine there`(source: String) throws {
        let bytes = Array("{\"é\": 1}\n".utf8)
        try Data(bytes).write(to: folder.url.appending(path: "body.json"))
        let request = try request(
            "--source",
            source,
            "--body",
            folder.path("body.json"),
            "--url",
            "https://bridge.example/"
        )
        #expect(request.url.withText { $0 } == "https://bridge.example/hooks/\(source)")
        #expect(!request.isIdempotent)
        let delivery = received(request, at: source)
        #expect(delivery.body == bytes)
        #expect(delivery.values(of: "Content-Type") == ["application/json"])
        let verified = try prepared(source).verify(delivery, now: now)
        #expect(verified.senderKey != nil)
    }

    @Test func `only the secret of the source is read`() throws {
        let command = try send("--source", "tickets", "--body", "x")
        #expect(throws: Never.self) { try command.settings(["JIRA": "j"]) }
        #expect(throws: SettingsProblems.self) { try command.settings(["SLACK": "s"]) }
    }

    @Test func `misuse is told apart`() throws {
        #expect(throws: SendError.unknownSource("soc-chta", nearest: "soc-chat")) {
            try request("--source", "soc-chta", "--text", "help")
        }
        #expect(throws: SendError.bodyOrText) { try request("--source", "soc-chat") }
        #expect(throws: SendError.bodyOrText) {
            try request("--source", "soc-chat", "--text", "help", "--body", "x")
        }
        #expect(throws: SendError.bodyOrText) { try request("--source", "tickets") }
        #expect(throws: SendError.bodyOrText) {
            try request("--source", "tickets", "--body", "x", "--status", "Contain")
        }
        #expect(throws: SendError.noTicket("soc-teams")) {
            try folder.write(
                "bascule.yaml",
                SettingsFolder.base.replacing(
                    "sources:",
                    with: "sources:\n  soc-teams: { kind: teams, tenants: [t], secret: { env: TEAMS } }"
                ) + "routes: [{ from: soc-teams, command: mention }]\npeople: { mia: { soc-teams: a } }\n"
            )
            return try request("--source", "soc-teams", "--text", "help", "--ticket", "SEC-1")
        }
        try folder.write("bascule.yaml", SettingsFolder.base + tail)
        #expect(throws: SendError.asNeedsText) {
            try request("--source", "tickets", "--body", "x", "--as", "5b10")
        }
        #expect(throws: SendError.badIdentity("U2147")) {
            try request("--source", "soc-chat", "--text", "help", "--as", "U2147")
        }
        #expect(throws: SendError.unreadableFile("/nowhere")) {
            try request("--source", "tickets", "--body", "/nowhere")
        }
        #expect(throws: SendError.badURL("bridge:80")) {
            try request("--source", "soc-chat", "--text", "help", "--url", "bridge:80")
        }
        try folder.write("bascule.yaml", SettingsFolder.base)
        #expect(throws: SendError.noCommand("soc-chat")) {
            try request("--source", "soc-chat", "--text", "help")
        }
        try folder.write("bascule.yaml", SettingsFolder.base + "listen: { hooks: 127.0.0.1:0 }\n" + tail)
        #expect(throws: SendError.noPort) { try request("--source", "soc-chat", "--text", "help") }
    }

    @Test func `an answer is shown as its reader would see it`() throws {
        let command = try send("--source", "soc-chat", "--text", "help")
        let body = #"""
            {"response_type": "ephemeral", "text": "Refused.\u001b[2J",
             "blocks": [{"type": "section", "fields": [{"type": "plain_text", "text": "by: mia"}]}]}
            """#
        #expect(command.shown(answer(200, body)) == "200\nRefused.\\u{1b}[2J\nby: mia")
        #expect(command.shown(answer(401, #"{"error":"x"}"#)) == "401\n{\"error\":\"x\"}")
        #expect(command.shown(answer(202, "")) == "202")
        #expect(
            command.shown(answer(202, "{}"))
                == "202\n{}\nNothing was started: no route is about it, it could not be read, or it was refused; "
                + "`bascule explain` says which."
        )
        #expect(command.shown(answer(202, #"{"delivery":"d"}"#)) == "202\n{\"delivery\":\"d\"}")
        #expect(command.shown(answer(200, "{}")) == "200\n{}")
        let machine = try send("--source", "soc-chat", "--text", "help", "--json")
        let shown = try JSONReader.read(machine.shown(answer(503, "later")))
        #expect(shown == ["status": 503, "body": "later"])
    }

    private func answer(_ status: Int, _ body: String) -> IncomingResponse {
        IncomingResponse(status: status, headers: [], body: Array(body.utf8))
    }
}
