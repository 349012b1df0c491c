import Authenticating
import Foundation
import Reporting
import Testing
import Vocabulary

@testable import Wiring

/// Ticket systems in the settings: what each needs, what is risky, and what becomes of it.
struct SettingsTicketTests {
    private static let good = """
        tell: { source: soc-chat, channel: C1 }
        people: { mia: { soc-chat: T024/U1 } }
        grants:
          - { allow: [isolate], to: [mia], machines: { os: client } }
          - { allow: [release, unfreeze], to: [mia], machines: any, others: yes }
        limits: { isolate: { per-hour: 10 } }

        """

    @Test(arguments: [
        ("x: { kind: servicenow, secret: { env: SIEM } }", #"10:6: source "x" has no "tables""#),
        (
            "x: { kind: servicenow, tables: [Incident], secret: { env: SIEM } }",
            #"10:34: source "x": "Incident" is no table"#
        ),
        (
            "x: { kind: servicenow, tables: [incident], secret: { env: APP } }",
            "10:54: source \"x\": Secret 1 is not \"whsec_\""
        ),
        (
            "x: { kind: servicenow, tables: [incident], encoding: hex, secret: { env: SIEM } }",
            "10:56: source \"x\": The setting encoding is not of use without a header"
        ),
        (
            "x: { kind: servicenow, tables: [incident], header: x-sig, encoding: rot13, secret: { env: APP } }",
            "10:71: source \"x\": The setting encoding is not hex or base64"
        ),
        (
            "x: { kind: servicenow, tables: [incident], secret: { env: SIEM }, reply: { token: { env: BOT } } }",
            #"10:76: "reply" has no "url""#
        ),
        (
            "x: { kind: servicenow, tables: [incident], secret: { env: SIEM }, reply: { url: https://a.example, token: { env: BOT }, token-type: basic } }",
            #"10:76: source "x": "token-type" is "basic"; write oauth or api-key"#
        ),
        ("x: { kind: pagerduty }", #"10:6: source "x" has no secret"#),
        (
            "x: { kind: pagerduty, secret: { env: APP }, reply: { token: { env: BOT }, from: bascule } }",
            #"10:54: source "x": "bascule" is no e-mail address"#
        ),
        (
            "x: { kind: github, secret: { env: APP }, accept-unsigned: token }",
            "10:44: \"accept-unsigned\" is not built yet"
        ),
        (
            "x: { kind: gitlab, secret: { env: APP } }",
            #"10:30: source "x": Secret 1 is not "whsec_" followed by base64"#
        ),
        (
            "x: { kind: gitlab, accept-unsigned: yes, secret: { env: SIEM } }",
            #"10:39: source "x": "accept-unsigned" is "yes"; write token"#
        ),
        (
            "x: { kind: gitlab, secret: { env: SIEM }, reply: { token: { env: BOT } } }",
            #"10:52: "reply" has no "url""#
        ),
        (
            "x: { kind: zendesk, secret: { env: ZENDESK } }",
            "10:31: source \"x\": this is the secret that all"
        ),
        (
            "x: { kind: zendesk, secret: [{ env: APP }, { env: ZENDESK }] }",
            "10:31: source \"x\": this is the secret that all"
        ),
        (
            "x: { kind: linear, secret: { env: APP }, reply: { token: { env: BOT }, token-type: bearer } }",
            #"10:51: source "x": "token-type" is "bearer"; write api-key or oauth"#
        ),
        (
            "x: { kind: jira, secret: { env: APP }, reply: { url: https://a.example, token: { env: BOT }, version: 2 } }",
            #"10:49: source "x": "version" is "2"; write cloud or data-center"#
        ),
        (
            "x: { kind: jira, secret: { env: APP }, reply: { url: https://a.example, token: { env: BOT }, readers: all } }",
            #"10:49: source "x": "readers" is "all"; write agents or everybody"#
        ),
        (
            "x: { kind: jira-automation, header: X-T, secret: { env: APP } }",
            "10:6: jira-automation signs nothing"
        ),
        (
            "x: { kind: jira-automation, accept-unsigned: token, secret: { env: APP } }",
            #"10:6: source "x" has no "header""#
        ),
        (
            "x: { kind: jira-automation, header: 'X T', accept-unsigned: token, secret: { env: APP } }",
            "10:39: source \"x\": The setting header is not the name of an HTTP header"
        ),
    ])
    func `what cannot be is refused at its place`(source: String, expected: String) throws {
        var folder = try SettingsFolder()
        folder.environment["ZENDESK"] = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="
        let errors = try folder.errors("  \(source)\n")
        #expect(errors.count == 1, "\(errors)")
        #expect(errors.first?.hasPrefix(expected) == true, "\(source) gave \(errors)")
    }

    @Test(arguments: [
        ("x: { kind: servicenow, tables: [incident], secret: { env: SIEM } }", "nothing can be told"),
        (
            "x: { kind: servicenow, tables: [incident], header: x-hmac, secret: { env: APP }, own: b, reply: { url: https://a.example, token: { env: BOT } } }",
            "signs no time"
        ),
        ("x: { kind: pagerduty, secret: { env: APP } }", "nothing can be told on the incident"),
        (
            "x: { kind: pagerduty, secret: { env: APP }, reply: { token: { env: BOT } } }",
            "does not know its own account"
        ),
        (
            "x: { kind: gitlab, accept-unsigned: token, secret: { env: APP }, own: 99, reply: { url: https://a.example, token: { env: BOT } } }",
            "signs nothing"
        ),
        (
            "x: { kind: jira-automation, header: X-T, accept-unsigned: token, own: b, secret: { env: APP }, reply: { url: https://a.example, token: { env: BOT } } }",
            "signs nothing"
        ),
        (
            "x: { kind: zendesk, secret: { env: APP }, reply: { url: https://a.example, user: u, token: { env: BOT } } }",
            "does not know its own account"
        ),
    ])
    func `what is risky is warned of`(source: String, expected: String) throws {
        let warnings = try SettingsFolder().warnings("  \(source)\n" + Self.good)
        #expect(warnings.filter { $0.contains(expected) }.count == 1, "\(warnings)")
        #expect(
            warnings.allSatisfy { $0.contains(expected) || $0.contains("believed by a token alone") },
            "\(warnings)"
        )
        #expect(warnings.first?.hasPrefix("10:") == true, "\(warnings)")
    }

    @Test func `every kind that can answer is answered as its settings say`() throws {
        let settings = try SettingsFolder().read(
            """
              dc:   { kind: jira, secret: { env: APP }, own: b, reply: { url: https://a.example, token: { env: BOT }, version: data-center } }
              rule: { kind: jira-automation, header: X-T, accept-unsigned: token, own: b, secret: { env: APP }, reply: { url: https://a.example, token: { env: BOT } } }
              now:  { kind: servicenow, tables: [incident], secret: { env: SIEM }, own: b, reply: { url: https://a.example/, token: { env: BOT }, token-type: api-key } }
              pd:   { kind: pagerduty, secret: { env: APP }, own: P1, reply: { token: { env: BOT }, from: b@a.example } }
              eu:   { kind: pagerduty, secret: { env: APP }, own: P1, reply: { url: https://api.eu.pagerduty.com, token: { env: BOT }, token-type: oauth } }
              gh:   { kind: github, secret: { env: APP }, own: 7, reply: { token: { env: BOT } } }
              gl:   { kind: gitlab, secret: { env: SIEM }, own: 7, reply: { url: https://gitlab.com, token: { env: BOT } } }
              glt:  { kind: gitlab, accept-unsigned: token, secret: { env: APP } }
              li:   { kind: linear, secret: { env: APP }, own: b, reply: { token: { env: BOT }, token-type: oauth } }
              zd:   { kind: zendesk, secret: { env: APP }, own: 7, reply: { url: https://a.example, user: u@a.example, token: { env: BOT } } }

            """ + Self.good
        )
        func source(_ name: String) throws -> Settings.Source {
            try #require(settings.sources.first { $0.name.text == name })
        }
        func channel(_ name: String) throws -> (any ReplyChannel)? {
            let source = try source(name)
            return source.kind.whole.channel(source)
        }
        func scheme(_ name: String) throws -> VerificationScheme {
            let source = try source(name)
            return try source.kind.whole.scheme(source)
        }
        #expect((try channel("dc") as? JiraSite)?.version == .dataCenter)
        #expect((try channel("rule") as? JiraSite)?.version == .cloud)
        #expect(try channel("now") is ServiceNowInstance)
        #expect(try channel("pd") is PagerDutyAccount)
        #expect(try channel("eu") is PagerDutyAccount)
        #expect(try channel("gh") is GitHubSite)
        #expect(try channel("gl") is GitLabSite)
        #expect(try channel("glt") == nil)
        #expect(try channel("li") is LinearWorkspace)
        #expect(try channel("zd") is ZendeskAccount)
        #expect(try scheme("rule") == .sharedHeader("X-T"))
        #expect(try scheme("now") == .standardWebhooks)
        #expect(try scheme("gl") == .gitLabSigning)
        #expect(try scheme("glt") == .gitLabToken)
        #expect(try source("now").tenants == ["incident"])
    }
}
