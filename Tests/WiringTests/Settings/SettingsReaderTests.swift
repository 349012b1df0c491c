import Deciding
import Testing
import Vocabulary

@testable import Wiring

struct SettingsReaderTests {
    @Test func `a whole file is read into one value`() throws {
        let folder = try SettingsFolder()
        try folder.write("jira.new", "newer\n")
        try folder.write("jira.old", "older\r\n")
        try folder.write("tier0.ids", "1111111111111111111111111111111111111111\n")
        let settings = try folder.readWhole(
            """
            listen:   { hooks: "127.0.0.1:8443", console: "[::1]:0", trusted-proxies: [10.0.0.0/8] }
            control:  /run/bascule/control.sock
            ledger:   sqlite:/var/lib/bascule/ledger.db
            mode:     rehearse
            tell:     { source: soc-chat, channel: C05SOCOPS7 }
            trust:    { file: ca.pem }
            evidence: { folder: evidence, max-total: 2GB, keep: 7d }
            defender:
              cloud: gcc-high
              tenant: tenant-id
              application: { client: client-id, secret: { env: APP } }
            sources:
              soc-chat: { kind: slack, workspaces: [T024], secret: { env: SLACK }, reply: { token: { env: BOT } } }
              tickets:
                kind: jira
                secret: [ { file: jira.new }, { file: jira.old } ]
                mode: rehearse
                own: [bot-account]
                reply: { url: "https://corp.example/", user: bot@corp.example, token: { env: JIRA } }
              siem: { kind: hmac, header: X-Sig, timestamp-header: X-Time, timestamp-unit: ms, tolerance: 60s, secret: { env: SIEM } }
            routes:
              - { from: soc-chat, command: /mde }
              - name: contain-on-ticket
                from: tickets
                when: any(.changelog.items[]?; .toString == "Contain")
                do: isolate
                machine: .issue.fields.customfield_10050
                because: '"\\(.issue.key)"'
                for: 8h
                with: { type: Selective }
            people:   { mia: { soc-chat: T024/U2147, tickets: [5b10, 5b11], local: mia } }
            services: { sentinel: { source: siem } }
            groups:   { soc: [mia, sentinel] }
            grants:
              - { allow: [isolate, scan], to: [soc], machines: { os: client } }
              - { allow: [release], to: [mia], machines: any, others: yes, protected: [Tier-0] }
            protect:  [ { group: Tier-0 }, { ids: { file: tier0.ids }, as: crown }, { name: "dc*" } ]
            valid-for: 30m
            watch:    { every: 2s, lease: 90s }
            log:      { format: json, level: debug }
            """
        )
        #expect(settings.listen.hooks == Settings.Address(host: "127.0.0.1", port: 8443))
        #expect(settings.listen.console == Settings.Address(host: "::1", port: 0))
        #expect(settings.ledgerPath == "/var/lib/bascule/ledger.db")
        #expect(settings.tell == Settings.Tell(source: SourceName("soc-chat"), channel: "C05SOCOPS7"))
        #expect(settings.trustFile == folder.path("ca.pem"))
        #expect(settings.evidence?.folder == folder.path("evidence"))
        #expect(settings.evidence?.totalBytesMax == 2_000_000_000)
        #expect(settings.evidence?.keepFor == .seconds(7 * 86_400))
        #expect(settings.defender.api == "https://api-gov.securitycenter.microsoft.us")
        #expect(settings.defender.login == "https://login.microsoftonline.us")
        #expect(settings.watch.every == .seconds(2))
        #expect(settings.watch.lease == .seconds(90))
        #expect(settings.watch.sweep == .seconds(300))
        #expect(settings.log == Settings.Log(isJSON: true, level: "debug"))
        try expectSources(settings)
        expectPolicy(settings.policy)
        #expect(settings.takenVariables == ["APP", "SLACK", "BOT", "JIRA", "SIEM"])
    }

    private func expectSources(_ settings: Settings) throws {
        #expect(settings.sources.map(\.kind.word) == ["slack", "jira", "hmac"])
        let jira = settings.sources[1]
        #expect(jira.secrets == [Secret("newer"), Secret("older")])
        #expect(jira.rehearses)
        #expect(jira.ownAccounts == ["bot-account"])
        #expect(jira.reply.url == "https://corp.example")
        let described = try #require(settings.sources[2].described)
        #expect(described.timestampUnit == "ms")
        #expect(described.tolerance == .seconds(60))
        #expect(settings.routes.map(\.name) == ["route 1", "contain-on-ticket"])
        #expect(settings.routes[0].command == "/mde")
        #expect(settings.routes[1].duration == .word("8h"))
        #expect(settings.routes[1].machine == .jq(".issue.fields.customfield_10050"))
        #expect(settings.routes[1].parameters == ["type": .word("Selective")])
    }

    private func expectPolicy(_ policy: Policy) {
        #expect(policy.rehearses)
        #expect(policy.rehearsingSources == [SourceName("tickets")])
        #expect(policy.validFor == .seconds(1_800))
        #expect(policy.principal(of: .identity("5b11"), at: SourceName("tickets")) == .person("mia"))
        #expect(policy.principal(of: .service, at: SourceName("siem")) == .service("sentinel"))
        #expect(policy.groups["soc"] == [.person("mia"), .service("sentinel")])
        #expect(policy.grants.map(\.number) == [1, 2])
        #expect(policy.grants.map(\.line) == [35, 36])
        #expect(policy.grants[0].machines == MachineCondition(osFamilies: [.client]))
        #expect(policy.grants[0].grantees == [.group("soc")])
        #expect(policy.grants[1].coversOthers)
        #expect(policy.grants[1].machines.isAny)
        #expect(policy.grants[1].protections == ["Tier-0"])
        #expect(policy.protections.map(\.name) == ["Tier-0", "crown", "dc*"])
        #expect(policy.protections[1].machines.ids?.count == 1)
    }

    @Test func `what is left out has the documented default`() throws {
        let settings = try SettingsFolder().read("")
        #expect(settings.listen == Settings.Listen())
        #expect(settings.defender.api == "https://api.security.microsoft.com")
        #expect(settings.defender.scope == "https://api.securitycenter.microsoft.com/.default")
        #expect(settings.watch.postDeadline == .seconds(30))
        #expect(settings.policy.validFor == .seconds(3_600))
        #expect(!settings.policy.rehearses)
        #expect(settings.policy.grants.isEmpty)
        #expect(settings.log == Settings.Log())
    }

    @Test func `names of files start at the folder of the settings`() throws {
        let folder = try SettingsFolder()
        #expect(try folder.read("").ledgerPath == folder.path("ledger.db"))
    }

    @Test func `settings and their problems show no secret`() throws {
        let folder = try SettingsFolder()
        var shown = ""
        dump(try folder.read(""), to: &shown)
        shown += String(reflecting: try folder.read(""))
        shown += try folder.errors("grant: []\n").joined()
        #expect(!shown.contains("PLANTED"))
        #expect(!shown.contains("UExBTlRFRA"))
    }
}
