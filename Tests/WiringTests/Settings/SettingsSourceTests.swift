import Foundation
import Testing
import Vocabulary

@testable import Wiring

/// Sources and their secrets.
struct SettingsSourceTests {
    /// One further source in line 10, and how its error begins.
    static let mistakes: [(source: String, error: String)] = [
        ("x: { kind: slack, workspaces: [T1] }", #"10:6: source "x" has no secret"#),
        ("x: { kind: slack, secret: { env: APP } }", #"10:6: source "x" has no "workspaces""#),
        ("x: { kind: irc, secret: { env: APP } }", #"10:14: there is no kind "irc"; "#),
        ("x: { kind: teams, secret: { env: TEAMS } }", #"10:6: source "x" has no "tenants""#),
        (
            "x: { kind: teams, tenants: [7f1c0f5e-0000-4000-8000-000000000001], secret: { env: APP } }",
            #"10:78: source "x": Secret 1 is not padded base64, as Teams shows it"#
        ),
        (
            "x: { kind: teams, tenants: [t], secret: { env: TEAMS }, reply: { address: { env: BOT } } }",
            "10:66: the reply address of x is on no host of Microsoft's workflows"
        ),
        ("x: { kind: teams-bot, tenants: [t] }", #"10:6: source "x" has no "app""#),
        ("x: { kind: teams-bot, app: a }", #"10:6: source "x" has no "tenants""#),
        (
            "x: { kind: teams-bot, app: [a, b], tenants: [t] }",
            #"10:30: source "x": The setting app is not one application id"#
        ),
        (
            "x: { kind: teams-bot, app: a, tenants: [t], metadata: login.example }",
            #"10:57: source "x": The setting metadata is not one https address"#
        ),
        (
            "x: { kind: teams-bot, app: a, tenants: [t], reply: { token: { env: BOT }, service: https://evil.example } }",
            "10:54: the service of x, https://evil.example, is on no host that may be called"
        ),
        (
            "x: { kind: teams-bot, app: a, tenants: [t], reply: { token: { env: BOT }, hosts: [a.example] } }",
            "10:54: the service of x, https://smba.trafficmanager.net/teams, is on no host that may be called"
        ),
        ("x: { kind: google-chat }", #"10:6: source "x" has no "audience""#),
        (
            "x: { kind: google-chat, audience: 1, reply: { token: { env: BOT } } }",
            "10:47: the reply token of x is no key of a service account"
        ),
        (
            "x: { kind: teams-bot, app: a, tenants: [t] }\nroutes: [ { from: x, command: /mde } ]",
            "11:31: teams-bot has no commands of its own"
        ),
        (
            "x: { kind: jirra, secret: { env: APP } }",
            #"10:14: there is no kind "jirra"; did you mean "jira"?"#
        ),
        ("x: { secret: { env: APP } }", #"10:6: source "x" has no "kind""#),
        ("X: { kind: jira, secret: { env: APP } }", "10:3: this is no name of a source"),
        ("local: { kind: jira, secret: { env: APP } }", "10:3: this is no name of a source"),
        (
            "x: { kind: jira, secret: s3cret-PLANTED }",
            #"10:28: the secret of source "x" stands in the file itself"#
        ),
        ("x: { kind: jira, secret: [] }", #"10:28: the secret of source "x" is an empty list"#),
        (
            "x: { kind: jira, secret: { env: ABSENT } }",
            #"10:28: the secret of source "x": the environment has no ABSENT"#
        ),
        ("x: { kind: jira, secret: { env: BLANK } }", #"10:28: the secret of source "x" is empty"#),
        (
            "x: { kind: jira, secret: { file: absent } }",
            #"10:28: the secret of source "x": there is no file"#
        ),
        (
            "x: { kind: jira, secret: { credential: c } }",
            #"10:28: the secret of source "x": there is no CREDENTIALS_DIRECTORY"#
        ),
        (
            "x: { kind: jira, secret: { env: APP, file: y } }",
            #"10:28: the secret of source "x" names 2 places"#
        ),
        (
            "x: { kind: jira, secret: [ { env: APP }, { env: BLANK } ] }",
            #"10:44: the secret of source "x" is empty"#
        ),
        ("x: { kind: hmac, secret: { env: APP } }", #"10:6: source "x" has no "header""#),
        (
            "x: { kind: hmac, header: S, template: '{body}x', timestamp-header: T, secret: { env: APP } }",
            "10:41: the template does not end in {body}"
        ),
        (
            "x: { kind: hmac, header: 'S T', timestamp-header: T, secret: { env: APP } }",
            "10:28: source \"x\": The setting header is not the name"
        ),
        (
            "x: { kind: hmac, header: S, style: t-v1, encoding: base64, secret: { env: APP } }",
            "10:54: source \"x\": The setting encoding is not hex"
        ),
        (
            "x: { kind: hmac, header: S, algorithm: md5, timestamp-header: T, secret: { env: APP } }",
            #"10:42: "algorithm" of source "x" is "md5""#
        ),
        (
            "x: { kind: hmac, header: S, timestamp-header: T, reply: {}, secret: { env: APP } }",
            #"10:59: "reply" has no "callback""#
        ),
        ("x: { kind: jira, header: S, secret: { env: APP } }", #"10:20: source "x" has no key "header""#),
        ("x: { kind: standard-webhooks, secret: { env: APP } }", "10:41: source \"x\": Secret 1 is not"),
        (
            "x: { kind: standard-webhooks, public-keys: [whsk_AAAA] }",
            "10:47: source \"x\": Public key 1 is not"
        ),
        (
            "x: { kind: jira, secret: { env: APP }, reply: { token: { env: BOT } } }",
            #"10:49: "reply" has no "url""#
        ),
        (
            "x: { kind: jira, secret: { env: APP }, reply: { url: 'http://corp.example' } }",
            #"10:56: "url" is "http://corp.example""#
        ),
    ]

    @Test(arguments: mistakes.indices)
    func `a source that cannot be is refused at its place`(index: Int) throws {
        let (source, expected) = Self.mistakes[index]
        let errors = try SettingsFolder().errors("  \(source)\n")
        #expect(errors.count == 1, "\(errors)")
        #expect(errors.first?.hasPrefix(expected) == true, "\(source) gave \(errors)")
        #expect(!errors.joined().contains("PLANTED"))
    }

    private let source = "  x: { kind: jira, secret: { file: key } }\n"

    @Test(arguments: [0o600, 0o400, 0o700])
    func `a secret file that is its owner's alone is read`(mode: Int) throws {
        let folder = try SettingsFolder()
        try folder.write("key", "value\n", mode: mode)
        #expect(try folder.read(source).sources.last?.secrets == [Secret("value")])
    }

    @Test(arguments: [0o640, 0o604, 0o660, 0o644, 0o610])
    func `a secret file that others may read is refused`(mode: Int) throws {
        let folder = try SettingsFolder()
        try folder.write("key", "value\n", mode: mode)
        let errors = try folder.errors(source)
        #expect(errors.count == 1)
        #expect(errors.first?.contains("others may read") == true, "\(errors)")
        #expect(errors.first?.contains("chmod 600") == true)
    }

    @Test func `a link is judged by the file behind it`() throws {
        let folder = try SettingsFolder()
        try folder.write("real", "value\n", mode: 0o600)
        try FileManager.default.createSymbolicLink(
            atPath: folder.path("key"),
            withDestinationPath: folder.path("real")
        )
        #expect(try folder.errors(source) == [])
        try folder.write("real", "value\n", mode: 0o644)
        #expect(try folder.errors(source).count == 1)
    }

    @Test(arguments: [("v\n", "v"), ("v\r\n", "v"), ("v\n\n", "v\n"), (" v ", " v ")])
    func `one line end is dropped and nothing else`(text: String, value: String) throws {
        let folder = try SettingsFolder()
        try folder.write("key", text)
        #expect(try folder.read(source).sources.last?.secrets == [Secret(value)])
    }

    @Test func `a credential comes from systemd's folder, where 0440 is fine`() throws {
        var folder = try SettingsFolder()
        folder.environment["CREDENTIALS_DIRECTORY"] = folder.url.path(percentEncoded: false)
        try folder.write("key", "value", mode: 0o440)
        let text = "  x: { kind: jira, secret: { credential: key } }\n"
        #expect(try folder.read(text).sources.last?.secrets == [Secret("value")])
        try folder.write("key", "value", mode: 0o444)
        #expect(try folder.errors(text).count == 1)
        #expect(try folder.errors("  x: { kind: jira, secret: { credential: ../key } }\n").count == 1)
    }
}
