import Deciding
import Testing
import Vocabulary

@testable import Wiring

/// Approvals and break-glass of grants.
struct SettingsAgreementTests {
    /// Lines 10 to 16 of the file; the grant stands in line 15.
    private func file(_ terms: String, tell: String = "tell: { source: soc-chat, channel: C1 }") -> String {
        """
        \(tell)
        people: { mia: { local: m }, omar: { local: o }, ines: { local: i }, ada: { local: a } }
        services: { sentinel: { source: siem } }
        groups: { soc: [mia, omar], leads: [ines, ada], mixed: [mia, sentinel], empty: [] }
        grants:
          - { allow: [isolate], to: [soc], machines: any, \(terms) }

        """
    }

    @Test func `approvals say who, how many and how long`() throws {
        let grants = try SettingsFolder().read(
            file("approvals: { of: [leads, omar], count: 3, within: 45m }")
                + "  - { allow: [isolate], to: [soc], machines: any, approvals: { of: ada } }\n"
        ).policy.grants
        #expect(
            grants[0].approvals == ApprovalRule(of: ["leads", "omar"], count: 3, within: .seconds(2_700))
        )
        #expect(grants[1].approvals == ApprovalRule(of: ["ada"], count: 1, within: .seconds(1_800)))
    }

    @Test func `break-glass has a name and a number of uses a day`() throws {
        let grant = try SettingsFolder().read(file("break-glass: { as: night-shift, per-day: 2 }"))
            .policy.grants.first
        #expect(grant?.breakGlass == BreakGlass(name: "night-shift", perDay: 2))
        #expect(grant?.approvals == nil)
    }

    @Test(arguments: [
        ("approvals: {}", #"15:62: "approvals" of grant 1 has no "of"; add it"#),
        (
            "approvals: { off: leads }",
            #"15:64: "approvals" of grant 1 has no key "off"; did you mean "of"?"#
        ),
        ("approvals: { of: [] }", #"15:68: "of" of "approvals" of grant 1 is an empty list"#),
        ("approvals: { of: leds }", #"15:68: there is nobody called "leds"; did you mean "leads"?"#),
        ("approvals: { of: sentinel }", #"15:68: "approvals" of grant 1: sentinel is a service; "#),
        ("approvals: { of: mixed }", #"15:68: "approvals" of grant 1: sentinel, in mixed, is a service; "#),
        ("approvals: { of: leads, count: 0 }", #"15:82: "count" of "approvals" of grant 1 is "0""#),
        ("approvals: { of: leads, count: 11 }", "write a whole number from 1 to 10"),
        ("approvals: { of: leads, count: two }", #"is "two""#),
        (
            "approvals: { of: [leads, ines], count: 3 }",
            #"15:90: "approvals" of grant 1 needs 3 to agree, and "of" has 2"#
        ),
        ("approvals: { of: empty }", #"15:68: "approvals" of grant 1 needs 1 to agree, and "of" has 0"#),
        ("approvals: { of: leads, within: soon }", #"15:83: "within" of "approvals" of grant 1 is "soon""#),
        ("break-glass: {}", #"15:64: "break-glass" of grant 1 has no "per-day"; add it"#),
        ("break-glass: { per-day: 1 }", #"15:64: "break-glass" of grant 1 has no "as"; add it"#),
        ("break-glass: { as: night, per-day: 101 }", "write a whole number from 1 to 100"),
        ("break-glass: { as: night shift, per-day: 1 }", "which nobody can type as one word"),
        (
            "approvals: { of: leads }, break-glass: { as: night, per-day: 1 }",
            #"15:77: grant 1 has "approvals" and "break-glass", which skips them; write two grants"#
        ),
    ])
    func `a mistake is said at its place`(terms: String, words: String) throws {
        let errors = try SettingsFolder().errors(file(terms))
        #expect(errors.contains { $0.contains(words) }, "\(errors)")
        #expect(errors.allSatisfy { $0.hasPrefix("15:") }, "\(errors)")
    }

    @Test func `two grants of one emergency name are an error`() throws {
        let errors = try SettingsFolder().errors(
            file("break-glass: { as: night, per-day: 1 }")
                + "  - { allow: [scan], to: [soc], machines: any, break-glass: { as: Night, per-day: 1 } }\n"
        )
        #expect(errors == [#"16:67: grant 1 is called "night" already; give each its own name"#])
    }

    @Test func `an emergency needs somewhere to be told`() throws {
        let errors = try SettingsFolder().errors(
            file("break-glass: { as: night, per-day: 1 }", tell: "mode: act")
        )
        #expect(errors.count == 1)
        #expect(errors.first?.hasPrefix(#"15:51: there is no "tell""#) == true, "\(errors)")
    }

    @Test(arguments: ["status", "cancel", "unfreeze", "go"])
    func `nothing but a machine's job can wait for somebody`(word: String) throws {
        for terms in ["approvals: { of: leads }", "break-glass: { as: night, per-day: 1 }"] {
            let text = file(terms).replacing("[isolate]", with: "[isolate, \(word)]")
            let errors = try SettingsFolder().errors(text)
            #expect(errors.count == 1)
            #expect(
                errors.first?.contains("means nothing for \(word); give \(word) a grant") == true,
                "\(errors)"
            )
        }
    }
}
