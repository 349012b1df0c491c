import ArgumentParser
import Authenticating
import Foundation
import JSONReader
import Testing
import Vocabulary

@testable import Wiring

/// From files on disk to the answer, as the command goes.
struct VerifyTests {
    private let folder: URL
    private let now: Int64 = 1_790_000_000
    private let body = Array(#"{"text":"é"}"#.utf8)

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "verify-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try write("secret", "jira-secret\n", mode: 0o600)
        try write(
            "bascule.yaml",
            """
            ledger: sqlite:ledger.db
            defender:
              tenant: 7f1c0f5e-0000-4000-8000-000000000001
              application: { client: 0c5a0000-0000-4000-8000-000000000002, secret: { env: APP } }
            sources:
              tickets: { kind: jira, secret: [ { env: NEWER }, { file: secret } ] }
              siem: { kind: hmac, header: X-Signature, timestamp-header: X-Time, secret: { env: SIEM } }
            """,
            mode: 0o644
        )
    }

    private func write(_ name: String, _ text: String, mode: Int) throws {
        let url = folder.appending(path: name)
        try Data(text.utf8).write(to: url)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: url.path())
    }

    private func path(_ name: String) -> String { folder.appending(path: name).path() }

    private func record(
        _ scheme: VerificationScheme,
        secret: String,
        drop: String? = nil,
        signed: String? = nil,
        arrived: String? = nil
    ) throws {
        let body = signed.map { Array($0.utf8) } ?? self.body
        let signer = try DeliverySigner(scheme, secret: Secret(secret))
        var headers: [String: JSONValue] = [:]
        for header in signer.headers(for: body, id: "id-1", now: Timestamp(seconds: now))
        where header.name != drop {
            headers[header.name] = .string(header.value)
        }
        let request: JSONValue = [
            "headers": .object(headers),
            "body_base64": .string(Data(arrived.map { Array($0.utf8) } ?? body).base64EncodedString()),
        ]
        try Data(request.encoded()).write(to: folder.appending(path: "request.json"))
    }

    private func outcome(_ arguments: [String]) throws -> VerifyOutcome {
        let command = try Verify.parse(arguments + ["--request", path("request.json"), "--now", "\(now)"])
        return try command.verifyRequest(environment: ["APP": "a", "NEWER": "n", "SIEM": "siem-secret"])
    }

    private func atSource(_ name: String) throws -> VerifyOutcome {
        try outcome(["--config", path("bascule.yaml"), "--source", name])
    }

    @Test func `a genuine delivery is accepted and the matching secret named`() throws {
        try record(.jira, secret: "jira-secret")
        let outcome = try atSource("tickets")
        #expect(outcome.isAccepted)
        #expect(outcome.text == "accept: source tickets (jira), secret 2 of 2, the sender's id is id-1")
        #expect(outcome.json["verdict"] == "accept")
        #expect(outcome.json["reason"] == .null)
    }

    @Test func `only the secrets of the source itself are asked for`() throws {
        try record(.jira, secret: "jira-secret")
        let command = try Verify.parse([
            "--config", path("bascule.yaml"), "--source", "tickets", "--request", path("request.json"),
            "--now", "\(now)",
        ])
        #expect(try command.verifyRequest(environment: ["NEWER": "n"]).isAccepted)
        #expect(throws: SettingsProblems.self) { try command.verifyRequest(environment: [:]) }
    }

    @Test func `a kind and a secret file are enough, the file's line end aside`() throws {
        try record(.jira, secret: "jira-secret")
        #expect(try outcome(["--kind", "jira", "--secret-file", path("secret")]).isAccepted)
    }

    @Test func `a rejection says why and what to do`() throws {
        let scheme = VerificationScheme.described(
            DescribedScheme(header: "X-Signature", timestampHeader: "X-Time")
        )
        try record(scheme, secret: "siem-secret", drop: "X-Time")
        let outcome = try atSource("siem")
        #expect(!outcome.isAccepted)
        #expect(outcome.text.hasPrefix("reject: missing-header\n"))
        #expect(outcome.text.contains("X-Time"))
        #expect(outcome.json["reason"] == "missing-header")
        try record(scheme, secret: "another")
        let forged = try atSource("siem")
        #expect(forged.text.hasPrefix("reject: signature-mismatch\n"))
        #expect(!forged.text.contains("siem-secret"))
    }

    @Test func `a clock that is off is said with its distance`() throws {
        try record(.slack, secret: "jira-secret")
        let command = try Verify.parse([
            "--kind", "slack", "--secret-file", path("secret"), "--request", path("request.json"),
            "--now", "\(now + 420)",
        ])
        let outcome = try command.verifyRequest(environment: [:])
        #expect(outcome.text.hasPrefix("reject: stale\n"))
        #expect(outcome.text.contains("420 s"))
    }

    @Test func `mistakes in the use are told apart`() throws {
        try record(.jira, secret: "jira-secret")
        #expect(throws: VerifyError.unknownSource("ticket", nearest: "tickets")) { try atSource("ticket") }
        #expect(throws: VerifyError.incomplete) { try outcome(["--kind", "jira"]) }
        #expect(throws: VerifyError.incomplete) {
            try outcome(["--config", path("bascule.yaml"), "--kind", "jira", "--secret-file", path("secret")])
        }
        #expect(throws: VerifyError.unknownKind("jirra", nearest: "jira")) {
            try outcome(["--kind", "jirra", "--secret-file", path("secret")])
        }
        #expect(throws: VerifyError.describedKind) {
            try outcome(["--kind", "hmac", "--secret-file", path("secret")])
        }
        try write("open", "s", mode: 0o640)
        #expect(throws: VerifyError.readableByOthers(path("open"), mode: 0o640)) {
            try outcome(["--kind", "jira", "--secret-file", path("open")])
        }
        #expect(throws: VerifyError.nothingToVerify) {
            try Verify.parse([]).verifyRequest(environment: [:])
        }
        #expect(throws: VerifyError.mixedUse) {
            try Verify.parse(["--vectors", "x", "--now", "1"]).verifyVectors()
        }
    }

    @Test func `folders of vectors are answered a line each, INDEX.json skipped`() throws {
        let vectors = folder.appending(path: "vectors")
        try FileManager.default.createDirectory(at: vectors, withIntermediateDirectories: true)
        try Data("{}".utf8).write(to: vectors.appending(path: "INDEX.json"))
        try Data("not looked at".utf8).write(to: vectors.appending(path: "README.md"))
        try Data(
            """
            [{"id":"b/1","scheme":"slack-v0","secret":"s","headers":{},"body_base64":"","now_unix":1,
              "expect":"reject:missing-header"}]
            """.utf8
        ).write(to: vectors.appending(path: "b.json"))
        try Data(#"[{"id":"a/1","scheme":"later"}]"#.utf8).write(to: vectors.appending(path: "a.json"))
        let report = try Verify.parse(["--vectors", vectors.path(), "--json"]).verifyVectors()
        #expect(
            report.lines == [
                #"{"id":"a/1","reason":"unsupported-scheme","verdict":"reject"}"#,
                #"{"id":"b/1","reason":"missing-header","verdict":"reject"}"#,
            ]
        )
        #expect(report.hasPassed)
        try Data(#"[{"id":"c/1","scheme":"later","expect":"accept"}]"#.utf8)
            .write(to: vectors.appending(path: "c.json"))
        let failing = try Verify.parse(["--vectors", vectors.path()]).verifyVectors()
        #expect(!failing.hasPassed)
        #expect(failing.mismatches == ["c/1: reject:unsupported-scheme, expected accept"])
    }

    @Test func `what holds no vectors is refused`() throws {
        try write("object.json", "{}", mode: 0o644)
        #expect(throws: VerifyError.badVectors(path("object.json"))) {
            try VectorReport(paths: [path("object.json")])
        }
        #expect(throws: VerifyError.unreadableFile(path("absent"))) {
            try VectorReport(paths: [path("absent")])
        }
        let empty = folder.appending(path: "empty")
        try FileManager.default.createDirectory(at: empty, withIntermediateDirectories: true)
        #expect(throws: VerifyError.noVectors(empty.path())) { try VectorReport(paths: [empty.path()]) }
    }

    @Test(arguments: [
        ("{\"a\":1}", "{\"a\":1}\n", "without its last line end"),
        ("{\"a\":1}\n", "{\"a\":1}", "with a line end after it"),
        ("{\n\"a\":1}", "{\r\n\"a\":1}", "with LF line ends"),
        ("{\r\n\"a\":1}", "{\n\"a\":1}", "with CRLF line ends"),
        ("{\"a\":1}", "\u{FEFF}{\"a\":1}", "without the byte order mark"),
        (
            "{\"a\":\" b \\\" c\",\"d\":[1,2]}", "{ \"a\": \" b \\\" c\",\n  \"d\": [1, 2] }",
            "as compact JSON"
        ),
        ("{\"a\":\"é\"}", "{\"a\":\"Ã©\"}", "as UTF-8 of what was read as Latin-1"),
    ])
    func `how the body was changed on the way is found out`(
        signed: String,
        arrived: String,
        words: String
    ) throws {
        try record(.jira, secret: "jira-secret", signed: signed, arrived: arrived)
        let outcome = try outcome(["--config", path("bascule.yaml"), "--source", "tickets"])
        #expect(!outcome.isAccepted)
        #expect(outcome.text.contains("reject: signature-mismatch"))
        #expect(outcome.text.contains("The signature fits this body \(words)"), "\(outcome.text)")
    }

    @Test func `a body that nothing explains is not explained`() throws {
        try record(.jira, secret: "jira-secret", signed: "{\"a\":1}", arrived: "{\"a\":2}")
        let outcome = try outcome(["--config", path("bascule.yaml"), "--source", "tickets"])
        #expect(outcome.text.contains("Compare the secret on both sides."), "\(outcome.text)")
        #expect(!outcome.text.contains("The signature fits"))
    }
}
