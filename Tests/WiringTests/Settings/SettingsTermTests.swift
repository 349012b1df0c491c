import Deciding
import Foundation
import Testing
import Vocabulary

@testable import Wiring

struct SettingsTermTests {
    private func grant(_ terms: String) -> String {
        """
        people: { mia: { soc-chat: T024/U1 } }
        grants:
          - { allow: [isolate], to: [mia], machines: any, \(terms) }

        """
    }

    @Test func `every term is read`() throws {
        let settings = try SettingsFolder().read(
            grant(
                #"room: C05, project: [SEC, OPS], with: { type: [Selective] }, for: { max: 24h }, "#
                    + #"hours: { days: [fri-sun, tue], from: "22:00", to: "06:00", zone: Europe/Stockholm }"#
            )
        )
        let read = try #require(settings.policy.grants.first)
        #expect(read.places == [.room("C05"), .project("SEC"), .project("OPS")])
        #expect(read.parameters == ["type": ["Selective"]])
        #expect(read.durationMax == TimeBox(seconds: 86_400))
        #expect(read.hours?.days == [.tue, .fri, .sat, .sun])
        #expect(read.hours?.from == 22 * 60)
        #expect(read.hours?.to == 6 * 60)
        #expect(read.hours?.zone.identifier == "Europe/Stockholm")
    }

    @Test func `no arguments are granted by a word`() throws {
        let text = grant("with: { script: [triage.ps1], args: [none, -Quick] }")
            .replacing("[isolate]", with: "[run-script]")
        let read = try #require(try SettingsFolder().read(text).policy.grants.first)
        #expect(read.parameters == ["script": ["triage.ps1"], "args": ["", "-Quick"]])
        #expect(
            try SettingsFolder().errors(
                grant("with: { script: [../x] }").replacing("[isolate]", with: "[run-script]")
            ).first?.contains("write the name of a file in the library") == true
        )
    }

    @Test func `a usual time box needs no longest one`() throws {
        let read = try #require(try SettingsFolder().read(grant("for: { default: 4h }")).policy.grants.first)
        #expect(read.durationDefault == TimeBox(seconds: 4 * 3_600))
        #expect(read.durationMax == nil)
        let both = try SettingsFolder().read(grant("for: { max: 4h, default: 4h }")).policy.grants.first
        #expect(both?.durationDefault == both?.durationMax)
    }

    @Test func `a release may end foreign containments, and go lets a held job go on`() throws {
        let text = grant("foreign: yes").replacing("[isolate]", with: "[release, go, unfreeze]")
        let read = try #require(try SettingsFolder().read(text).policy.grants.first)
        #expect(read.coversForeign)
        #expect(read.actions == ["release", Policy.goWord, Policy.unfreezeWord])
    }

    @Test func `every condition on a machine is read`() throws {
        let text = grant("others: yes").replacing(
            "machines: any",
            with:
                "machines: { value: [Low], risk: High, exposure: [Low, Medium], tags: { any: a, all: [b], none: c } }"
        )
        let read = try #require(try SettingsFolder().read(text).policy.grants.first?.machines)
        #expect(
            read
                == MachineCondition(
                    tags: ["a"],
                    tagsAll: ["b"],
                    tagsNone: ["c"],
                    values: ["Low"],
                    risks: ["High"],
                    exposures: ["Low", "Medium"]
                )
        )
    }

    @Test(arguments: [
        ("room: []", "empty list"), ("with: { typo: [Full] }", #"did you mean "type"?"#),
        ("with: {}", "says nothing"),
        ("with: { type: [Quick] }", #""type" of isolate is never "Quick""#), ("for: {}", "says nothing"),
        ("for: { max: 4h, default: 5h }", #""default" (5h) of "for" of grant 1 is longer than "max" (4h)"#),
        ("for: { default: soon }", "no duration"), ("for: { usual: 4h }", #"has no key "usual""#),
        ("for: { max: soon }", "no duration"),
        (#"hours: { from: "8", to: "18:00", zone: UTC }"#, "no time of day"),
        (#"hours: { from: "08:00", to: "08:00", zone: UTC }"#, "no window"),
        (#"hours: { from: "08:00", to: "25:00", zone: UTC }"#, "no time of day"),
        (#"hours: { from: "08:00", to: "18:00" }"#, #"has no "zone""#),
        (
            #"hours: { from: "08:00", to: "18:00", zone: Europe/Stokholm }"#,
            #"did you mean "Europe/Stockholm"?"#
        ),
        (#"hours: { days: [mon-fry], from: "08:00", to: "18:00", zone: UTC }"#, "is no day"),
        ("foreign: yes", "is about releases, and it allows none"), ("foreign: maybe", "is \"maybe\""),
    ])
    func `a mistaken term is an error with its place`(terms: String, words: String) throws {
        let errors = try SettingsFolder().errors(grant(terms))
        #expect(errors.contains { $0.hasPrefix("12:") && $0.contains(words) }, "\(errors)")
    }

    @Test func `a source says what may be asked there at most`() throws {
        let folder = try SettingsFolder()
        let whole = SettingsFolder.base.replacing("kind: jira,", with: "kind: jira, may: [isolate, scan],")
        let policy = try folder.readWhole(whole).policy
        #expect(policy.ceilings == [SourceName("tickets"): ["isolate", "scan"]])
        let mistaken = SettingsFolder.base.replacing("kind: jira,", with: "kind: jira, may: [isolat],")
        #expect(try folder.errorsOfWhole(mistaken).contains { $0.contains(#"did you mean "isolate"?"#) })
        let empty = SettingsFolder.base.replacing("kind: jira,", with: "kind: jira, may: [],")
        #expect(try folder.errorsOfWhole(empty).contains { $0.contains("empty list") })
    }
}
