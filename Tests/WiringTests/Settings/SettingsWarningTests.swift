import Testing

@testable import Wiring

struct SettingsWarningTests {
    private let good = """
        tell: { source: soc-chat, channel: C1 }
        people: { mia: { soc-chat: T024/U1 } }
        grants:
          - { allow: [isolate], to: [mia], machines: { os: client } }
          - { allow: [release, unfreeze], to: [mia], machines: any, others: yes }
        limits: { isolate: { per-hour: 10 } }

        """

    @Test func `a careful file has no warnings`() throws {
        #expect(try SettingsFolder().warnings(good) == [])
    }

    @Test(arguments: [
        ("protect: [ { tag: crown } ]\n", "tags alone"),
        ("protect: [ { name: 'dc*' } ]\n", "names or tags alone"),
        ("routes: [ { from: siem, do: isolate, machine: .m } ]\n", "acts as no service"),
    ])
    func `what is risky is warned of`(tail: String, expected: String) throws {
        let warnings = try SettingsFolder().warnings(good + tail)
        #expect(warnings.count == 1, "\(warnings)")
        #expect(warnings.first?.contains(expected) == true, "\(warnings)")
        #expect(warnings.first?.hasPrefix("16:") == true, "\(warnings)")
    }

    @Test(arguments: [
        ("x: { kind: hmac, header: S, secret: { env: APP } }", "signs no time"),
        ("x: { kind: jira, secret: { env: APP } }", "nothing can be told on the ticket"),
        ("x: { kind: slack, workspaces: [T1], secret: { env: APP } }", "no bot token"),
        (
            "x: { kind: slack, workspaces: [T1], secret: { env: APP }, reply: { token: { env: BOT }, hosts: ['127.0.0.1:9443'] } }",
            "addresses of your choosing"
        ),
    ])
    func `a source that cannot do all is warned of`(source: String, expected: String) throws {
        let warnings = try SettingsFolder().warnings("  \(source)\n" + good)
        #expect(warnings.count == 1, "\(warnings)")
        #expect(warnings.first?.contains(expected) == true, "\(warnings)")
        #expect(warnings.first?.hasPrefix("10:") == true, "\(warnings)")
    }

    @Test func `a file without grants and without a channel to tell is warned of`() throws {
        let warnings = try SettingsFolder().warnings("")
        #expect(warnings.contains { $0.contains("no \"tell\"") })
        #expect(warnings.contains { $0.contains("no grants") })
    }

    @Test func `a freeze that nobody may lift is warned of`() throws {
        let warnings = try SettingsFolder().warnings(good.replacing("[release, unfreeze]", with: "[release]"))
        #expect(
            warnings == [
                "13:3: no grant says `unfreeze`: anybody who may act may freeze, and nobody may lift it; "
                    + "add `- { allow: [unfreeze], to: [NAME], machines: any }`"
            ]
        )
        // Who changes nothing cannot freeze.
        let looking = try SettingsFolder().warnings(
            """
            tell: { source: soc-chat, channel: C1 }
            people: { mia: { soc-chat: T024/U1 } }
            grants: [ { allow: [status], to: [mia], machines: any } ]

            """
        )
        #expect(looking == [])
    }

    @Test func `a confirmation that nobody is shown is warned of`() throws {
        let route =
            "routes: [ { from: tickets, trigger: { label-added: x }, do: isolate, machine: .m, confirm: chat } ]\n"
        let words = "route 1 says `confirm: chat` and there is no \"tell\": nobody is shown what to click"
        let silent = good.replacing("tell: { source: soc-chat, channel: C1 }", with: "")
        #expect(try SettingsFolder().warnings(silent + route).count { $0.contains(words) } == 1)
        #expect(try SettingsFolder().warnings(good + route) == [])
    }

    @Test func `risks of the policy are warnings at their place`() throws {
        let warnings = try SettingsFolder().warnings(
            """
            tell: { source: soc-chat, channel: C1 }
            people: { mia: { soc-chat: T024/U1 }, ines: {} }
            grants:
              - { allow: [isolate], to: [mia], machines: { os: client }, approvals: { of: mia } }
              - { allow: [release, unfreeze], to: [mia], machines: any, others: yes }

            """
        )
        #expect(
            warnings == [
                "11:45: ines has no identity; nothing they do will be known as theirs",
                "13:5: Nobody could approve what mia asks for: grant 1 needs 1 of mia, and nobody approves "
                    + "their own; Add people to `of`, or need fewer",
                "13:5: Nothing limits how many machines one account may isolate; "
                    + "Add `limits: { isolate: { per-hour: … } }`",
            ]
        )
    }

    @Test func `isolating without releasing is warned of`() throws {
        let warnings = try SettingsFolder().warnings(
            """
            tell: { source: soc-chat, channel: C1 }
            people: { mia: { soc-chat: T024/U1 } }
            grants: [ { allow: [isolate], to: [mia], machines: { os: client } } ]

            """
        )
        #expect(warnings.contains { $0.contains("release") }, "\(warnings)")
    }
}
