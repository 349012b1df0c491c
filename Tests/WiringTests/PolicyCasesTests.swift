import Deciding
import JSONReader
import Testing
import Vocabulary

@testable import Wiring

struct PolicyCasesTests {
    private let folder: SettingsFolder
    private let now = Timestamp(seconds: 1_793_610_847)

    init() throws {
        folder = try SettingsFolder()
        try folder.write(
            "bascule.yaml",
            SettingsFolder.base + """
                tell: { source: soc-chat, channel: C1 }
                people: { mia: { soc-chat: T024/U1 }, ines: { tickets: a1 } }
                services: { sentinel: { source: siem } }
                grants:
                  - { allow: [isolate, scan], to: [mia, sentinel], machines: { os: client } }
                  - { allow: [isolate], to: [ines], machines: { group: Vault }, break-glass: { as: night, per-day: 1 } }
                """
        )
    }

    private func report(_ cases: String) throws -> CasesReport {
        try folder.write("cases.yaml", cases)
        return try TestCommand.report(
            folder.path("bascule.yaml"),
            cases: [folder.path("cases.yaml")],
            now: now
        )
    }

    private func mistakes(_ cases: String) throws -> [String] {
        do throws(any Error) {
            _ = try report(cases)
            return []
        } catch let problems as SettingsProblems {
            return problems.all.map { "\($0.line):\($0.column): \($0.what); \($0.fix)" }
        }
    }

    private let mia = "person: mia, at: soc-chat"

    @Test(arguments: [
        (
            "says: isolate laptop-7, facts: { computerDnsName: laptop-7.x, osPlatform: Windows11 }", "allow",
            "granted"
        ),
        ("do: isolate, facts: { osPlatform: WindowsServer2022 }", "refuse", "machine-not-granted"),
        ("do: isolate, facts: { computerDnsName: thing }", "refuse", "machine-not-granted"),
        ("says: isolate laptop-7", "hold", "needs-machine"),
        ("says: isolate laptop-7, facts: { computerDnsName: laptop-70 }", "refuse", "machine-not-found"),
        ("says: isolat laptop-7", "refuse", "not-understood"),
        ("do: release, machine: laptop-7", "refuse", "no-grant"),
    ])
    func `a case is decided as the bridge would`(rest: String, expected: String, code: String) throws {
        let report = try report(
            "cases: [{ when: { \(mia), \(rest) }, expect: \(expected), because: \(code) }]"
        )
        #expect(report.failures == 0, "\(report.text)")
        #expect(report.text.hasSuffix("1 passed, 0 failed"))
    }

    @Test func `a service asks at its own source and needs no person`() throws {
        let report = try report(
            """
            cases:
              - when: { service: sentinel, do: scan, with: { type: Quick }, facts: { osPlatform: Windows11 } }
                expect: allow
            """
        )
        #expect(report.failures == 0, "\(report.text)")
    }

    @Test func `a case may name the emergency grant it means`() throws {
        let ines =
            "person: ines, at: tickets, do: isolate, facts: { osPlatform: Windows11, rbacGroupName: Vault }"
        let report = try report(
            """
            cases:
              - when: { \(ines), because: wiper, break-glass: night }
                expect: allow
                because: break-glass
              - { when: { \(ines), because: wiper }, expect: refuse, because: break-glass-not-named }
              - { when: { \(ines), break-glass: night }, expect: refuse, because: break-glass-reason }
            """
        )
        #expect(report.failures == 0, "\(report.text)")
        #expect(report.outcomes.count == 3)
    }

    @Test func `a case that fails shows its place, what came and why`() throws {
        let report = try report(
            """
            cases:
              - { when: { \(mia), do: isolate, facts: { osPlatform: Windows11 } }, expect: allow }
              - { name: never, when: { \(mia), do: scan, facts: { osPlatform: Windows11 } }, expect: refuse }
              - { when: { \(mia), do: release, machine: x }, expect: refuse, because: machine-protected }
            """
        )
        #expect(report.failures == 2)
        #expect(report.text.hasSuffix("\n1 passed, 2 failed"))
        #expect(
            report.text.contains("FAIL  \(folder.path("cases.yaml")):3: never\n        expected refuse\n")
        )
        #expect(report.text.contains("        got allow (granted)\n"))
        #expect(report.text.contains("        expected refuse because machine-protected\n"))
        #expect(report.json["failed"] == .integer(2))
        #expect(report.json["cases"]?.array?.count == 3)
    }

    @Test func `a command on several machines must end alike on each`() throws {
        try folder.write(
            "two.json",
            #"""
            {"value": [
              {"id": "1111111111111111111111111111111111111111", "computerDnsName": "a", "osPlatform": "Windows11"},
              {"id": "2222222222222222222222222222222222222222", "computerDnsName": "b", "osPlatform": "Linux"}]}
            """#
        )
        let report = try report(
            "{ machines: two.json, cases: [{ when: { \(mia), says: \"isolate a,b\" }, expect: allow }] }"
        )
        #expect(report.failures == 1)
        #expect(report.text.contains("got allow (granted)"))
        #expect(report.text.contains("got refuse (machine-not-granted)"))
    }

    @Test(arguments: [
        (
            "{ when: { person: mia, at: soc-chat, sayz: x }, expect: allow }",
            #"has no key "sayz"; did you mean "says"?"#
        ),
        (
            "{ when: { person: mja, at: soc-chat, says: help }, expect: allow }",
            #"person "mja"; did you mean "mia"?"#
        ),
        ("{ when: { person: mia, at: soc-chta, says: help }, expect: allow }", #"did you mean "soc-chat"?"#),
        (
            "{ when: { person: ines, at: soc-chat, says: help }, expect: allow }",
            "ines has no identity at soc-chat"
        ),
        ("{ when: { at: soc-chat, says: help }, expect: allow }", "names nobody who asks"),
        ("{ when: { person: mia, service: sentinel, says: help }, expect: allow }", "more than one who asks"),
        ("{ when: { identity: x, at: siem, do: scan, machine: a }, expect: allow }", "siem proves no person"),
        (
            "{ when: { person: mia, at: soc-chat, do: isolat, machine: a }, expect: allow }",
            #"did you mean "isolate"?"#
        ),
        ("{ when: { person: mia, at: soc-chat, do: scan }, expect: allow }", "names no machine"),
        (
            "{ when: { person: mia, at: soc-chat, says: help, do: scan }, expect: allow }",
            #"needs "says" or "do""#
        ),
        (
            "{ when: { person: mia, at: soc-chat, do: scan, machine: a, with: { type: Quik } }, expect: allow }",
            "Quick"
        ),
        (
            "{ when: { person: mia, at: soc-chat, do: scan, facts: { osPlatfrom: x } }, expect: allow }",
            "osPlatform"
        ),
        ("{ when: { person: mia, at: soc-chat, says: help }, expect: alow }", #"did you mean "allow"?"#),
        ("{ when: { person: mia, at: soc-chat, says: help } }", #"has no "expect""#),
        ("{ expect: allow }", #"has no "when""#),
        (
            "{ when: { person: mia, at: soc-chat, says: help }, expect: refuse, because: no-grand }",
            "no-grant"
        ),
        ("{ when: { person: mia, at: soc-chat, says: help, now: noon }, expect: allow }", "no time"),
        (
            "{ when: { person: mia, at: soc-chat, do: isolate, machine: a, break-glass: nigth }, expect: allow }",
            #"no grant has the break-glass name "nigth"; did you mean "night"?"#
        ),
        (
            "{ when: { person: mia, at: soc-chat, says: isolate a, break-glass: night }, expect: allow }",
            #""break-glass" stands beside "says""#
        ),
        (
            "{ when: { person: mia, at: soc-chat, says: help, machines: none.json }, expect: allow }",
            "no list of machines"
        ),
    ])
    func `a malformed case is an error with its place`(one: String, words: String) throws {
        let found = try mistakes("cases:\n  - \(one)")
        #expect(found.contains { $0.hasPrefix("2:") && $0.contains(words) }, "\(found)")
    }

    @Test func `a file without cases is an error, not a success`() throws {
        #expect(try mistakes("cases: []").count == 1)
        #expect(try mistakes("{ now: 1 }").count == 1)
        #expect(try mistakes("").count == 1)
    }
}
