import Authenticating
import Classifying
import CurlClient
import Deciding
import Reporting
import Testing
import Vocabulary

@testable import Wiring

/// `kind: callback`, who is answered by one, and the kinds whose senders cannot sign.
struct SettingsCallbackTests {
    private static let portal =
        "  portal: { kind: callback, reply: { url: 'https://portal.example/hook?k=1', secret: { env: SIEM }, hosts: [portal.example] } }\n"

    /// A further source in line 10 or 11, and how its error begins.
    static let mistakes: [(tail: String, error: String)] = [
        ("  x: { kind: callback }\n", #"10:6: source "x" has no "reply""#),
        (
            "  x: { kind: callback, secret: { env: APP }, reply: { url: https://a.example/, secret: { env: SIEM } } }\n",
            #"10:24: source "x" has no key "secret""#
        ),
        (
            "  x: { kind: callback, reply: { url: https://a.example/ } }\n",
            #"10:31: "reply" has no "secret""#
        ),
        ("  x: { kind: callback, reply: { secret: { env: SIEM } } }\n", "10:31: a callback has one address"),
        (
            "  x: { kind: callback, reply: { url: https://a.example/, address: { env: APP }, secret: { env: SIEM } } }\n",
            "10:31: a callback has one address"
        ),
        (
            "  x: { kind: callback, reply: { url: http://a.example/, secret: { env: SIEM } } }\n",
            #"10:38: "url" is "http://a.example/""#
        ),
        (
            "  x: { kind: callback, reply: { url: https://a.example/, secret: [ { env: SIEM }, { env: APP } ] } }\n",
            "10:83: the reply secret of source \"x\" is not \"whsec_\""
        ),
        (
            "  x: { kind: callback, reply: { url: https://a.example/, hosts: ['a/b'], secret: { env: SIEM } } }\n",
            "10:65: \"a/b\" is no host"
        ),
        (
            "  x: { kind: hmac, header: S, timestamp-header: T, secret: { env: APP }, reply: { callback: portl } }\n"
                + portal,
            #"10:93: there is no source "portl"; did you mean "portal"?"#
        ),
        (
            "  x: { kind: svix, secret: { env: SIEM }, reply: { callback: siem } }\n",
            "10:62: siem is a standard-webhooks, no callback"
        ),
        (
            "  x: { kind: jira, secret: { env: JIRA }, reply: { callback: portal, token: { env: JIRA } } }\n"
                + portal,
            "10:70: a callback is told instead"
        ),
        (
            "  x: { kind: slack, workspaces: [T1], secret: { env: APP }, reply: { callback: portal } }\n"
                + portal,
            #"10:70: "reply" has no key "callback""#
        ),
        (
            portal + "routes: [ { from: portal, do: scan, machine: .m } ]\n",
            "11:19: nothing comes from a callback"
        ),
        ("  x: { kind: freshservice, secret: { env: APP } }\n", "10:6: freshservice signs nothing"),
        (
            "  x: { kind: thehive, accept-unsigned: yes, secret: { env: APP } }\n",
            #"10:40: "accept-unsigned" of source "x" is "yes""#
        ),
        (
            "  x: { kind: sentinel, accept-unsigned: token, header: [A, B], secret: { env: APP } }\n",
            "10:56: source \"x\": The setting header is not the name of one HTTP header"
        ),
        (
            "  x: { kind: sentinel, accept-unsigned: token, encoding: hex, secret: { env: APP } }\n",
            "10:48: a bare token has no \"encoding\""
        ),
        (
            "  x: { kind: opsgenie, accept-unsigned: token, algorithm: sha256, header: S, timestamp-header: T, secret: { env: APP } }\n",
            "10:24: source \"x\" is signed by \"algorithm\""
        ),
        (
            "  x: { kind: zammad, accept-unsigned: token, secret: { env: APP } }\n",
            "10:22: \"accept-unsigned\" is not"
        ),
        ("  x: { kind: splunk, secret: { env: APP } }\n", "10:6: splunk signs nothing"),
        (
            "  x: { kind: splunk, accept-unsigned: token, secret: { env: APP } }\n",
            "10:54: source \"x\": Secret 1 is not 32 to 256 letters"
        ),
        (
            "  x: { kind: jira, addresses: [10.0.0.0/33], secret: { env: JIRA }, reply: { url: https://a.example } }\n",
            "10:31: \"10.0.0.0/33\" is neither an IP address nor a range"
        ),
        (
            "  x: { kind: jira, addresses: [], secret: { env: JIRA }, reply: { url: https://a.example } }\n",
            #"10:31: "addresses" of source "x" is an empty list"#
        ),
        (
            "  x: { kind: freshservice, accept-unsigned: token, secret: { env: APP } }\nroutes: [ { from: x, trigger: { label-added: a }, do: scan, machine: .m } ]\n",
            "11:33: freshservice does not say when \"label-added\" is so"
        ),
    ]

    @Test(arguments: mistakes.indices)
    func `what cannot be is refused at its place`(index: Int) throws {
        let (tail, expected) = Self.mistakes[index]
        let errors = try SettingsFolder().errors(tail)
        #expect(errors.count == 1, "\(errors)")
        #expect(errors.first?.hasPrefix(expected) == true, "\(tail) gave \(errors)")
    }

    private func readAll() throws -> Settings {
        try SettingsFolder().read(
            Self.portal + """
                  notes: { kind: svix, secret: { env: SIEM }, reply: { callback: portal } }
                  moved: { kind: jira, secret: { env: JIRA }, reply: { callback: portal } }
                tell: { source: portal }
                digest: { at: "07:00", zone: Europe/Stockholm, to: { source: portal } }

                """
        )
    }

    @Test func `sources that name a callback are answered there, and tell may lead there`() throws {
        let settings = try readAll()
        let place = CallbackPlace(name: SourceName("portal"), hosts: ["portal.example"])
        #expect(settings.sources.suffix(2).map(\.reply.callback) == [place, place])
        let reporting = settings.reporting(owner: "test")
        for name in ["portal", "notes", "moved"] {
            let site = try #require(reporting.channels[SourceName(name)] as? CallbackSite, "\(name)")
            #expect(site.url == Secret("https://portal.example/hook?k=1"))
            #expect(site.hosts == [AddressRule.HostPort(host: "portal.example")])
        }
        #expect(reporting.channels[SourceName("tickets")] is JiraSite)
        #expect(reporting.tell == TellChannel(source: SourceName("portal"), channel: nil))
        #expect(settings.secrets.contains(Secret("whsec_UExBTlRFRA==")))
    }

    @Test func `a callback is signed by each secret, and either receiver believes it`() throws {
        let secrets = [
            "whsec_bmV3LWtleS1vZi0zMi1ieXRlcy1pbi1hbGwtLi4uLi4=",
            "whsec_b2xkLWtleS1vZi0zMi1ieXRlcy1pbi1hbGwtLi4uLi4=",
        ]
        .map { Secret($0) }
        let now = Timestamp(seconds: 1_790_000_000)
        let body = Array("{}".utf8)
        let sign = try #require(CallbackSite.signing(with: secrets))
        let headers = sign("j-1-7", body, now).map { RawDelivery.Header($0.name, $0.value) }
        #expect(headers.map(\.name) == ["webhook-id", "webhook-timestamp", "webhook-signature"])
        #expect(headers[0].value == "j-1-7")
        #expect(headers[2].value.split(separator: " ").count == 2)
        for secret in secrets {
            let raw = RawDelivery(
                source: SourceName("x"),
                headers: headers,
                body: body,
                receivedAt: now,
                remoteAddress: ""
            )
            let found = try Verifier(.standardWebhooks, secrets: [secret])
                .verify(raw, kind: StandardWebhooksReader.kind, now: now)
            #expect(found.senderKey == "j-1-7")
        }
        #expect(CallbackSite.signing(with: []) == nil)
        #expect(CallbackSite.signing(with: [secrets[0], Secret("?")]) == nil)
    }

    @Test(arguments: [
        ("opsgenie, accept-unsigned: token", ["believed by a token alone"]),
        ("opsgenie, accept-unsigned: token, addresses: [192.0.2.0/24]", []),
        ("sentinel, algorithm: sha256, header: S, timestamp-header: T", []),
        ("zammad", []),
    ])
    func `whoever takes a bare token is told what that means`(kind: String, expected: [String]) throws {
        let warnings = try SettingsFolder().warnings("  x: { kind: \(kind), secret: { env: APP } }\n")
            .filter { $0.hasPrefix("10:") }
        #expect(warnings.count == expected.count, "\(warnings)")
        for (warning, words) in zip(warnings, expected) { #expect(warning.contains(words)) }
    }

    @Test func `a proxy on this machine that nobody trusts is warned of`() throws {
        let source = "  x: { kind: zammad, secret: { env: APP }, addresses: [192.0.2.1] }\n"
        func found(_ tail: String) throws -> [String] {
            try SettingsFolder().warnings(tail).filter { $0.contains("on this machine alone") }
        }
        let listen = "listen: { hooks: 127.0.0.1:0, trusted-proxies: [127.0.0.1] }\n"
        #expect(try found(source).count == 1)
        #expect(try found(source + listen) == [])
        #expect(try found(source + "listen: { hooks: 0.0.0.0:0 }\n") == [])
        #expect(try found(source.replacing("192.0.2.1", with: "127.0.0.0/8")) == [])
    }

    @Test func `a source that only proposes is said to, and so is a grant that never holds there`() throws {
        var folder = try SettingsFolder()
        folder.environment["APP"] = String(repeating: "a", count: 40)
        let settings = try folder.read(
            """
              x: { kind: splunk, accept-unsigned: token, secret: { env: APP }, addresses: [192.0.2.1] }
            services: { finder: { source: x } }
            grants:
              - { allow: [scan], to: [finder], machines: { os: client } }

            """
        )
        #expect(settings.policy.proposingSources == [SourceName("x")])
        let warnings = settings.warnings.map { "\($0.line): \($0.what)" }
        #expect(warnings.contains { $0.hasPrefix("10: ") && $0.contains("it only proposes") }, "\(warnings)")
        #expect(warnings.contains { $0.hasPrefix("13: ") && $0.contains("what its source may only propose") })
    }
}
