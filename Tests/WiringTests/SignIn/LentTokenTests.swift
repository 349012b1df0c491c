import Cryptography
import CurlClient
import Deciding
import Defender
import Enqueuing
import Entra
import Executing
import Foundation
import JSONReader
import Logging
import Showing
import Synchronization
import Testing
import Vocabulary

@testable import Wiring

/// A user's token at the bridge: checked, kept in memory, and never on record.
struct LentTokenTests {
    private static let tenant = "7f1c0f5e-0000-4000-8000-000000000001"
    private static let client = "5d1f0000-0000-4000-8000-000000000003"
    private static let noon = OperatorScene.noon

    private static func defender(user: Settings.User? = Settings.User(client: client)) -> Settings.Defender {
        Settings.Defender(
            api: "https://api.example",
            login: "https://login.example",
            scope: "https://api.securitycenter.microsoft.com/.default",
            tenant: tenant,
            client: "0c5a0000-0000-4000-8000-000000000002",
            credential: .secrets([Secret("app-PLANTED")]),
            user: user
        )
    }

    private static func jwt(_ changes: [String: JSONValue] = [:]) -> String {
        var claims: [String: JSONValue] = [
            "scp": "Machine.Isolate", "upn": "mia@corp.example", "appid": .string(client),
            "tid": .string(tenant),
        ]
        for (name, value) in changes { claims[name] = value.isNull ? nil : value }
        let parts = ["{}", JSONValue.object(claims).encodedText, "PLANTED"]
        return parts.map { Base64.encodeURL(Array($0.utf8)) }.joined(separator: ".")
    }

    private static func body(
        _ token: String = jwt(),
        user: String = "mia@corp.example",
        expires: Int64 = noon.seconds + 3_600,
        text: String = "isolate laptop-7 because SEC-1"
    ) -> String {
        let body: JSONValue = [
            "text": .string(text),
            "as": ["token": .string(token), "user": .string(user), "expires": .integer(expires)],
        ]
        return body.encodedText
    }

    private struct Desk {
        let scene: OperatorScene
        let users: UserTokens?
        let desk: ControlDesk

        init(_ users: UserTokens?) {
            scene = OperatorScene()
            self.users = users
            let policy = Policy(
                people: [Person(name: "mia", localUsers: ["mia"])],
                grants: [OperatorScene.grant(1, ["isolate", "release", "status", "tag"], to: "mia")]
            )
            desk = ControlDesk(
                ledger: scene.ledger,
                policy: { policy },
                identifiers: IdentifierMaker(),
                wallClock: { LentTokenTests.noon },
                users: users
            )
        }

        func run(_ body: String) async throws -> (status: Int, json: JSONValue) {
            let answer = await desk.answer(
                ControlRequest(
                    user: "mia",
                    userID: 1_000,
                    method: "POST",
                    path: "/run",
                    query: [:],
                    body: Array(body.utf8)
                )
            )
            return (answer.status, try JSONReader.read(answer.json))
        }
    }

    private static func users(
        _ defender: Settings.Defender = defender(),
        now: @escaping @Sendable () -> Timestamp = { noon }
    ) -> UserTokens {
        UserTokens(settings: { defender }, now: now)
    }

    private static func client(_ sender: any HTTPSending = Recorder()) -> DefenderClient {
        DefenderClient(
            base: "https://api.example",
            clientID: "app",
            sender: sender,
            tokens: TokenSupply(
                token: { HeldToken(bearer: Secret("app-token"), permissions: nil) },
                discard: { _, _ in }
            ),
            budget: RateBudget(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    @Test
    func `a job is in the user's name, its token in memory, and neither on the audit nor in the ledger`()
        async throws
    {
        let bench = Desk(Self.users())
        let token = Self.jwt()
        let answer = try await bench.run(Self.body(token))
        #expect(answer.status == 200, "\(answer.json.encodedText)")
        let id = JobID(answer.json["jobs"]?.array?.first?["job"]?.string ?? "")
        let job = try #require(try await bench.scene.ledger.read { try $0.job(id) })
        #expect(job.inNameOf == "mia@corp.example" && job.principal == .person("mia"))
        let context = try #require(bench.users?.contexts(through: Self.client()).find(id))
        #expect(context.user == "mia@corp.example" && context.permissions == ["Machine.Isolate"])
        #expect(context.expiresAt == Self.noon + .seconds(3_600))
        let rows = try await bench.scene.audit()
        #expect(rows.contains { $0.kind == "job.recorded" && $0.detail["in-name-of"] == "mia@corp.example" })
        let stored = try JSONEncoder().encode(job)
        for text in rows.map({ "\($0)" }) + [
            String(decoding: stored, as: UTF8.self), answer.json.encodedText,
        ] {
            #expect(!text.contains(token))
        }
        let detail = await bench.desk.answer(
            ControlRequest(user: "mia", userID: 1, method: "GET", path: "/jobs/\(id)", query: [:], body: [])
        )
        #expect(try JSONReader.read(detail.json)["in_name_of"] == "mia@corp.example")
        let shown = JobText.detail(try JSONReader.read(detail.json))
        #expect(shown.contains("in the name of: mia@corp.example"))
    }

    @Test(arguments: [
        (body(jwt(["upn": "omar@corp.example"])), "as-me.foreign"),
        (body(jwt(["appid": "another"])), "as-me.foreign"),
        (body(jwt(["tid": "another"])), "as-me.foreign"),
        (body(jwt(["scp": .null, "roles": ["Machine.Isolate"]])), "as-me.foreign"),
        (body(expires: noon.seconds), "as-me.too-old"),
        (body("two words"), "as-me.bad-token"), (body(""), "as-me.bad-token"),
        (body(String(repeating: "x", count: 16_385)), "as-me.bad-token"),
        (body(user: ""), "as-me.bad-token"), (body(expires: -1), "as-me.bad-token"),
        (#"{"text":"isolate laptop-7","as":"PLANTED"}"#, "as-me.bad-token"),
        (#"{"text":"isolate laptop-7","as":{"token":"PLANTED"}}"#, "as-me.bad-token"),
        (body(text: "status laptop-7"), "as-me.not-for-this"),
    ])
    func `a sign-in that does not fit is refused, nothing is recorded, and nothing of it repeated`(
        body: String,
        code: String
    ) async throws {
        let bench = Desk(Self.users())
        let answer = try await bench.run(body)
        #expect(answer.status == 400)
        #expect(answer.json["error"] == .string(code))
        #expect(
            !answer.json.encodedText.contains("PLANTED") && !answer.json.encodedText.contains("UExBTlRFRA")
        )
        #expect(try await bench.scene.ledger.read { try $0.jobs(JobQuery()) }.isEmpty)
        #expect(bench.users?.count == 0)
    }

    @Test func `without a public client in the settings, and at another desk, nobody lends anything`()
        async throws
    {
        for users in [Self.users(Self.defender(user: nil)), nil] {
            let answer = try await Desk(users).run(Self.body())
            #expect(answer.json["error"] == "as-me.not-set")
        }
    }

    @Test func `an opaque token goes by the name that came along`() async throws {
        let bench = Desk(Self.users())
        let answer = try await bench.run(Self.body("opaque-token"))
        let id = JobID(answer.json["jobs"]?.array?.first?["job"]?.string ?? "")
        #expect(try await bench.scene.ledger.read { try $0.job(id) }?.inNameOf == "mia@corp.example")
        #expect(bench.users?.contexts(through: Self.client()).find(id)?.permissions == nil)
    }

    @Test func `grants decide as ever, and a refused job keeps no token`() async throws {
        let bench = Desk(Self.users())
        let answer = try await bench.run(Self.body(text: "scan laptop-7"))
        #expect(answer.status == 403)
        #expect(bench.users?.count == 0)
    }

    @Test func `tokens are bounded in number and in time`() throws {
        let long = LentToken(
            bearer: Secret("x"),
            user: "mia@corp.example",
            expiresAt: Self.noon + .seconds(90_000)
        )
        let plain = Self.users()
        for number in 0..<UserTokens.tokensMax { try plain.keep(long, for: [JobID("j-\(number)")]) }
        #expect(throws: ControlRefusal.self) { try plain.keep(long, for: [JobID("j-more")]) }
        plain.forget(JobID("j-0"))
        try plain.keep(long, for: [JobID("j-more")])
        let context = plain.contexts(through: Self.client()).find(JobID("j-more"))
        #expect(context?.expiresAt == Self.noon + UserTokens.lifeMax)
    }

    @Test func `the call goes out with the user's token, and a challenge is kept for the next sign-in`()
        async throws
    {
        let claims = #"{"access_token":{"nbf":{"essential":true}}}"#
        let sender = Recorder(
            headers: [
                (
                    "WWW-Authenticate",
                    "Bearer error=\"insufficient_claims\", claims=\"\(Base64.encode(Array(claims.utf8)))\""
                )
            ]
        )
        let users = Self.users()
        let lent = LentToken(
            bearer: Secret(Self.jwt()),
            user: "mia@corp.example",
            expiresAt: Self.noon + .seconds(3_600)
        )
        try users.keep(lent, for: [JobID("j-1")])
        let context = try #require(users.contexts(through: Self.client(sender)).find(JobID("j-1")))
        let machine = try #require(MachineID(String(repeating: "a", count: 40)))
        let submission = ActionSubmission(
            action: "isolate",
            machine: machine,
            parameters: ["type": "Full"],
            comment: "bascule:j-1 mia: x",
            deadline: .seconds(5)
        )
        await #expect(throws: DefenderError.self) { try await context.defender.submit(submission) }
        #expect(sender.bearers == ["Bearer \(Self.jwt())"])
        #expect(context.challenge().flatMap(LoginCommand.decoded) == claims)
    }

    @Test func `nothing that is described holds the token`() throws {
        let lent = LentToken(bearer: Secret("PLANTED"), user: "mia@corp.example", expiresAt: Self.noon)
        let users = Self.users()
        var text = "\(lent) \(users)"
        dump(lent, to: &text)
        #expect(!text.contains("PLANTED"))
    }
}

/// Answers every call with 401 and keeps what was sent as authorization.
private final class Recorder: HTTPSending {
    private let state = Mutex<[String]>([])
    private let headers: [(name: String, value: String)]

    init(headers: [(name: String, value: String)] = []) { self.headers = headers }

    var bearers: [String] { state.withLock { $0 } }

    func send(_ request: OutgoingRequest) async throws(TransferFailure) -> IncomingResponse {
        let bearer = request.headers.first { $0.name == "Authorization" }?.value.withText { $0 } ?? ""
        state.withLock { $0.append(bearer) }
        return IncomingResponse(status: 401, headers: headers, body: [])
    }

    func download(
        _ request: OutgoingRequest,
        to path: String,
        bytesMax: Int64,
        onBytes: @escaping @Sendable ([UInt8]) -> Void
    ) async throws(TransferFailure) -> DownloadedFile {
        throw TransferFailure(kind: .other, mayHaveBeenExecuted: false, detail: "no downloads")
    }
}
