import Cryptography
import CurlClient
import Enqueuing
import InMemoryLogging
import JSONReader
import Testing
import Vocabulary

@testable import Reporting

/// What an app says in Google Chat.
struct GoogleChatTests {
    private static let key = Result { try PrivateKey.makeRSA() }
    private static let space = "spaces/AAA"
    private static let place = ReplyAddress.at(["space": space, "thread": "spaces/AAA/threads/t1"])
    private static let token = ScriptedProvider.Step.answer(
        200,
        ["expires_in": 3_599, "access_token": "planted-access"]
    )
    private static let posted = ScriptedProvider.Step.answer(200, ["name": "spaces/AAA/messages/m.m"])
    private static let job = JobID("j-01j9zk7q4n8t2v6w0xabcdefgh")

    static func account() throws -> Secret {
        let pem = try key.get().pem().withText { $0 }
        let file: JSONValue = [
            "type": "service_account", "client_email": "bascule@aster.iam.gserviceaccount.example",
            "private_key_id": "k1", "private_key": .string(pem), "token_uri": "https://evil.example/token",
        ]
        return Secret(file.encoded())
    }

    private func rig(
        _ steps: [ScriptedProvider.Step],
        replyTo: ReplyAddress = place,
        base: String? = nil
    ) async throws -> Rig {
        try await Rig(
            steps,
            channel: try GoogleChatChannel(account: try Self.account(), base: base),
            replyTo: replyTo,
            tell: TellChannel(source: SourceName("chat"), channel: "spaces/TELL")
        )
    }

    @Test func `a token is signed for, and one message kept up to date`() async throws {
        let rig = try await rig([Self.token, Self.posted, .answer(200, [:])])
        try await rig.tell("recorded")
        try await rig.reporter.runOnce()
        try await rig.tell("succeeded", isFinal: true)
        try await rig.reporter.runOnce()
        let calls = rig.provider.calls
        #expect(calls.map(\.method) == [.post, .post, .patch])
        #expect(
            calls.map(\.url) == [
                "https://oauth2.googleapis.com/token",
                "https://chat.googleapis.com/v1/spaces/AAA/messages?messageReplyOption=REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD",
                "https://chat.googleapis.com/v1/spaces/AAA/messages/m.m?updateMask=text,cardsV2",
            ]
        )
        #expect(
            calls[1].body == [
                "text": "⏳ recorded\nmachine: laptop-7 · job: j-01", "cardsV2": [],
                "thread": ["name": "spaces/AAA/threads/t1"],
            ]
        )
        #expect(calls[2].body == ["text": "⏳ succeeded\nmachine: laptop-7 · job: j-01", "cardsV2": []])
        #expect(calls[1].headers["authorization"] == "Bearer planted-access")
        #expect(!"\(rig.logs.entries)".contains("planted"))
    }

    @Test func `the assertion is signed by the account for an hour at most`() throws {
        let now = Timestamp(seconds: 1_790_000_000)
        let account = try ServiceAccount(try Self.account(), tokenURL: nil)
        let order = try account.order(scope: "s", now: now)
        #expect(order.fields.map(\.name) == ["grant_type", "assertion"])
        #expect(order.fields[0].value.withText { $0 } == "urn:ietf:params:oauth:grant-type:jwt-bearer")
        let parts = order.fields[1].value.withText { $0.split(separator: ".").map(String.init) }
        #expect(parts.count == 3)
        let header = try JSONReader.read(try #require(Base64.decodeURL(parts[0])))
        #expect(header == ["alg": "RS256", "kid": "k1", "typ": "JWT"])
        #expect(
            try JSONReader.read(try #require(Base64.decodeURL(parts[1]))) == [
                "iss": "bascule@aster.iam.gserviceaccount.example", "scope": "s",
                "aud": "https://oauth2.googleapis.com/token", "iat": 1_790_000_000, "exp": 1_790_003_600,
            ]
        )
        let numbers = try #require(try Self.key.get().publicNumbers)
        let key = try #require(RSAPublicKey(modulus: numbers.modulus, exponent: numbers.exponent))
        let signature = try #require(Base64.decodeURL(parts[2]))
        #expect(key.verify(signature, of: Array("\(parts[0]).\(parts[1])".utf8)))
    }

    @Test func `what is no key of a service account is refused at the start`() {
        for text in ["", "{}", "[]", #"{"client_email":"a@b","private_key_id":"k"}"#] {
            #expect(throws: ServiceAccountError.notAKeyFile) {
                _ = try GoogleChatChannel(account: Secret(text))
            }
        }
        let text = #"{"client_email":"a@b","private_key_id":"k","private_key":"planted"}"#
        #expect(throws: ServiceAccountError.noPrivateKey) { _ = try GoogleChatChannel(account: Secret(text)) }
    }

    @Test(arguments: [
        ["space": "spaces/../x"], ["space": "spaces/AAA", "thread": "spaces/BBB/threads/t"], [:],
        ["space": "spaces/AAA", "person": "users/../x"], ["space": "spaces/AAA/messages/x"],
    ])
    func `nothing is said at a place of another shape`(parts: [String: String]) async throws {
        let rig = try await rig([], replyTo: .at(parts))
        try await rig.tell("recorded")
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.isEmpty)
        #expect(try await rig.entries(.untold).map(\.trouble) == ["google-chat.place-not-permitted"])
    }

    @Test func `one person is told where nobody else sees it, and all in the room of the settings`()
        async throws
    {
        let rig = try await rig([Self.token, Self.posted, Self.posted])
        let alone = ReplyAddress.at(["space": Self.space, "person": "users/7"])
        try await rig.tell("no grant", audience: .place(source: SourceName("chat"), alone))
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.last?.body["privateMessageViewer"] == ["name": "users/7"])
        try await rig.tell("late", audience: .tell)
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.last?.url.contains("/v1/spaces/TELL/messages?") == true)
        #expect(rig.provider.calls.last?.body["privateMessageViewer"] == nil)
    }

    @Test func `buttons are drawn with what they send back`() async throws {
        let rig = try await rig([Self.token, Self.posted])
        let buttons = [
            Button(.approve, label: "Approve", job: Self.job, seen: "9f"),
            Button(.deny, label: "Deny", job: Self.job, seen: "9f"),
        ]
        try await rig.put(Notice(code: "x", tone: .warning, text: "asks", buttons: buttons))
        try await rig.reporter.runOnce()
        let widgets = try #require(
            rig.provider.calls.last?.body.at("cardsV2.0.card.sections.0.widgets")?.array
        )
        #expect(widgets[0].at("textInput.name") == "because")
        #expect(
            widgets[1].at("buttonList.buttons.0.onClick.action") == [
                "function": "bascule.approve.0",
                "parameters": [
                    ["key": "bascule", "value": "bascule.approve.0"],
                    ["key": "press", "value": .string("\(Self.job) seen=9f")],
                ],
            ]
        )
        #expect(widgets[1].at("buttonList.buttons.1.text") == "Deny")
    }

    @Test func `foreign text calls nobody, links nowhere and draws nothing`() {
        let z = "\u{200B}"
        #expect(
            GoogleChatText.escaped("- <users/all> *b* https://evil.example @mia\n> q")
                == "\(z)- \(z)<\(z)users/all> \(z)*\(z)b\(z)*\(z) https:\(z)//evil.example \(z)@\(z)mia\n\(z)> q"
        )
        let long = Notice(code: "x", tone: .bad, text: String(repeating: "é👨‍👩‍👧‍👦", count: 5_000))
        let text = GoogleChatText.text([long])
        #expect(text.utf16.count <= 4_096 && text.hasSuffix("(cut)"))
    }

    @Test func `the hook answers with text`() throws {
        let notice = Notice(code: "x", tone: .progress, text: "isolate a_b: recorded.")
        let answer = GoogleChatText.immediate(notice, seenByAll: true)
        #expect(answer.status == 200 && answer.contentType == "application/json")
        #expect(try JSONReader.read(answer.body) == ["text": "⏳ isolate a\u{200B}_\u{200B}b: recorded."])
        #expect(GoogleChatText.empty.body == "{}")
    }

    @Test(arguments: [
        (403, OutboxEntry.State.untold, "google-chat.http-403"), (429, .due, "google-chat.http-429"),
    ])
    func `a refusal is final or not`(status: Int, state: OutboxEntry.State, trouble: String) async throws {
        let rig = try await rig([Self.token, .answer(status, [:])])
        try await rig.tell("recorded")
        try await rig.reporter.runOnce()
        #expect(try await rig.entries(state).map(\.trouble) == [trouble])
    }
}
