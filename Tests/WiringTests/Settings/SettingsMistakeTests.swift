import Testing

@testable import Wiring

/// Every mistake is said at its place, with what to do.
struct SettingsMistakeTests {
    /// What is added to a good file from line 10 on, and how the one error of it begins.
    static let mistakes: [(tail: String, error: String)] = [
        ("grunts: []\n", #"10:1: the settings has no key "grunts"; did you mean "grants"?"#),
        ("limits: {}\n", #"10:9: "limits" names no action"#),
        ("essential: []\n", #"10:12: "essential" is no list, or an empty one"#),
        (
            "digest: { at: '07:00', zone: UTC }\n",
            #"10:9: "digest" goes nowhere: it has no "to", and there is no "tell""#
        ),
        ("mode: on\n", #"10:7: "mode" of the settings is "on""#),
        ("mode: reherse\n", #"10:7: "mode" of the settings is "reherse"; did you mean "rehearse"?"#),
        ("valid-for: 1.5h\n", #"10:12: "valid-for" of the settings is "1.5h", no duration"#),
        ("listen: { hook: 127.0.0.1:1 }\n", #"10:11: "listen" has no key "hook"; did you mean "hooks"?"#),
        ("listen: { hooks: 127.0.0.1 }\n", #"10:18: "hooks" is "127.0.0.1", no address"#),
        ("listen: { hooks: 127.0.0.1:70000 }\n", #"10:18: "hooks" is"#),
        ("log: { level: loud }\n", #"10:15: "level" of "log" is "loud""#),
        ("watch: { lease: 20s }\n", #"10:8: "lease" (20s) is not longer than "post-deadline" (30s)"#),
        ("evidence: { max-total: 1GB }\n", #"10:11: "evidence" has no "folder""#),
        ("evidence: { folder: e, max-total: lots }\n", #"10:35: "max-total" of "evidence" is "lots""#),
        (
            "tell: { source: soc-chta, channel: C1 }\n",
            #"10:17: there is no source "soc-chta"; did you mean "soc-chat"?"#
        ),
        ("tell: { source: siem, channel: C1 }\n", #"10:7: "tell" names siem, where nothing can be posted"#),
        ("routes: [ { from: tickts } ]\n", #"10:19: there is no source "tickts"; did you mean "tickets"?"#),
        ("routes: [ { from: soc-chat } ]\n", #"10:11: route 1 has no "command""#),
        ("routes: [ { from: soc-chat, command: mde } ]\n", #"10:38: "mde" is no command"#),
        (
            "routes: [ { from: soc-chat, command: /mde, do: isolate } ]\n",
            #"10:44: a command's route has no "do""#
        ),
        ("routes: [ { from: siem, command: /mde } ]\n", "10:34: standard-webhooks has no commands"),
        (
            "routes: [ { from: siem, do: investigate, machine: .m } ]\n",
            #"10:29: "investigate" cannot be done: Microsoft lets nobody start an investigation by hand since 2026-09-01; use scan, with type Full"#
        ),
        (
            "people: { mia: { soc-chat: T024/U1 } }\ngrants: [ { allow: [startInvestigation], to: [mia], machines: any } ]\n",
            #"11:20: "startInvestigation" cannot be done: Microsoft lets nobody start an investigation by hand since 2026-09-01"#
        ),
        ("limits: { investigate: { per-hour: 1 } }\n", #"10:11: "investigate" cannot be done"#),
        ("routes: [ { from: siem, do: isolte, machine: .m } ]\n", #"10:29: "do" is "isolte""#),
        (
            "routes: [ { from: siem, do: { jq: .a }, machine: .m } ]\n",
            #"10:29: "do" of route 1 is not a text"#
        ),
        ("routes: [ { from: siem, do: scan, machine: .m, for: 8h } ]\n", #"10:48: scan takes no "for""#),
        ("routes: [ { from: siem, do: isolate, machine: .m, for: 8x } ]\n", #"10:56: "8x" is no duration"#),
        (
            "routes: [ { from: siem, do: scan, machine: .m, with: { type: Slow } } ]\n",
            #"10:62: type is "Slow"; write one of: Quick, Full"#
        ),
        ("routes: [ { from: siem, do: isolate } ]\n", #"10:11: route 1 has no "machine""#),
        (
            "people: { mia: { soc-caht: T024/U1 } }\n",
            #"10:18: person "mia" has no key "soc-caht"; did you mean "soc-chat"?"#
        ),
        (
            "people: { mia: { soc-chat: T024/U1 }, omar: { soc-chat: T024/U1 } }\n",
            "10:57: T024/U1 at soc-chat is both mia and omar"
        ),
        (
            "people: { mia: { soc-chat: T024/U1 } }\nservices: { mia: { source: siem } }",
            "11:13: \"mia\" is a person and a service"
        ),
        ("services: { s: { source: soc-chat } }\n", "10:26: soc-chat proves a person"),
        ("services: { s: { source: siem }, t: { source: siem } }\n", "10:47: siem acts as s already"),
        (
            "people: { mia: { local: m } }\ngroups: { soc: [mai] }\n",
            #"11:16: there is nobody called "mai"; did you mean "mia"?"#
        ),
        ("people: { mia: { local: m } }\ngroups: { mia: [mia] }\n", #"11:11: "mia" is a group and a person"#),
        (
            "grants: [ { allow: [isolate], to: [soc], machines: any } ]\n",
            #"10:35: there is nobody called "soc""#
        ),
        (
            "grants: [ { allow: [isolate], to: [], machines: { size: 1 } } ]\n",
            #"10:51: "machines" of grant 1 has no key "size""#
        ),
        (
            "grants: [ { allow: [islate], to: [], machines: any } ]\n",
            #"10:20: there is no action "islate"; did you mean "isolate"?"#
        ),
        ("grants: [ { allow: [isolate], to: [] } ]\n", #"10:11: grant 1 has no "machines""#),
        (
            "grants: [ { allow: [isolate], to: [], machines: {} } ]\n",
            #"10:49: "machines" of grant 1 has no condition"#
        ),
        (
            "grants: [ { allow: [isolate], to: [], machines: { os: toaster } } ]\n",
            #"10:55: "os" of "machines" of grant 1 is "toaster""#
        ),
        (
            "grants: [ { allow: [isolate], to: [], machines: any, approvals: 1 } ]\n",
            #"10:65: "approvals" of grant 1 is not a mapping"#
        ),
        (
            "grants: [ { allow: [isolate], to: [], machines: any, limits: 1 } ]\n",
            #"10:54: "limits" is not built yet"#
        ),
        (
            "grants: [ { allow: [isolate], to: [], machines: any, when: 1 } ]\n",
            #"10:54: "when" is not built yet"#
        ),
        (
            "grants: [ { allow: [isolate], to: [], machines: any, from: [] } ]\n",
            #"10:60: "from" of grant 1 is an empty list"#
        ),
        (
            "grants: [ { allow: [isolate], to: [], machines: any, others: maybe } ]\n",
            #"10:62: "others" of grant 1 is "maybe""#
        ),
        (
            "grants: [ { allow: [isolate], to: [], machines: any, protected: [x] } ]\n",
            #"10:65: no protection is called "x""#
        ),
        ("protect: [ { ids: [123] } ]\n", "10:19: "),
        ("protect: [ { group: } ]\n", #"10:21: "group" of protection 1 is not a list of texts"#),
        ("protect: [ { group: ~ } ]\n", #"10:21: "group" of protection 1"#),
        ("protect: [ { name: [] } ]\n", #"10:20: "name" of protection 1 is an empty list"#),
        ("protect: [ {} ]\n", "10:12: protection 1 has no condition"),
        ("protect: [ { as: crown } ]\n", "10:12: protection 1 has no condition"),
        ("protect: [ { ids: { file: nowhere.ids } } ]\n", "10:19:"),
    ]

    @Test(arguments: mistakes.indices)
    func `a mistake is said at its place`(index: Int) throws {
        let (tail, expected) = Self.mistakes[index]
        let errors = try SettingsFolder().errors(tail)
        #expect(errors.count == 1, "\(errors)")
        #expect(errors.first?.hasPrefix(expected) == true, "\(tail) gave \(errors)")
    }

    @Test func `all mistakes are said at once, in the order of the file`() throws {
        let errors = try SettingsFolder().errors("mode: x\nlog: { level: y }\nvalid-for: z\n")
        #expect(errors.map { $0.prefix(3) } == ["10:", "11:", "12:"])
    }

    @Test func `a problem reads as compilers write it`() throws {
        let folder = try SettingsFolder()
        let problems = #expect(throws: SettingsProblems.self) { try folder.read("grunts: []\n") }
        let text = problems?.all.first { $0.severity == .error }?.text
        #expect(
            text == "\(folder.path("bascule.yaml")):10:1: error: the settings has no key \"grunts\"; "
                + "did you mean \"grants\"?"
        )
    }

    @Test(arguments: [
        ("", "1:1: the file is empty"), ("- a\n", "1:1: the settings is not a mapping"),
        ("a: [\n", "2:1: it is not YAML"), ("mode: act\nmode: rehearse\n", "the key \"mode\" stands twice"),
        ("a: \"\u{7}", "it is not YAML"),
    ])
    func `what is no settings file is refused in words`(text: String, expected: String) throws {
        let errors = try SettingsFolder().errorsOfWhole(text)
        #expect(errors.count == 1)
        #expect(errors.first?.contains(expected) == true, "\(errors)")
    }

    @Test func `a file that is not there is refused in words`() throws {
        let folder = try SettingsFolder()
        let problems = #expect(throws: SettingsProblems.self) {
            try SettingsReader.read(folder.path("absent.yaml"), environment: [:])
        }
        #expect(problems?.all.count == 1)
    }

    @Test(arguments: [
        ("ledger: postgresql://db/bascule", "PostgreSQL is not built yet"),
        ("ledger: /var/lib/x", "\"/var/lib/x\" is no ledger"),
    ])
    func `a ledger that cannot be is refused`(line: String, expected: String) throws {
        let text = SettingsFolder.base.replacing("ledger: sqlite:ledger.db", with: line)
        let errors = try SettingsFolder().errorsOfWhole(text)
        #expect(errors.count == 1)
        #expect(errors.first?.hasPrefix("1:9: \(expected)") == true, "\(errors)")
    }

    @Test(arguments: [
        ("secret: { env: APP }", "managed-identity: yes", "neither \"system\" nor a mapping"),
        ("secret: { env: APP }", "federated: { file: t }", "There is no federated token file"),
        ("secret: { env: APP }", "certificat: { env: APP }", "did you mean \"certificate\"?"),
        (", secret: { env: APP }", "", "has no credential"),
        ("secret: { env: APP }", "secret: { env: APP }, certificate: { env: APP }", "has two credentials"),
    ])
    func `a credential that cannot be is refused`(old: String, new: String, expected: String) throws {
        let errors = try SettingsFolder().errorsOfWhole(SettingsFolder.base.replacing(old, with: new))
        #expect(errors.contains { $0.hasPrefix("5:") && $0.contains(expected) }, "\(errors)")
    }
}
