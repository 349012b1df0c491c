import Deciding
import Foundation
import Testing
import Vocabulary

@testable import Wiring

/// Limits, essential machines, the digest and the warning before the end of a time box.
struct SettingsLimitTests {
    private let people = "people: { ines: { local: i } }\n"

    @Test func `every limit is read with its place`() throws {
        let limits = try SettingsFolder().read(
            """
            limits:
              isolate: { per-hour: 10, per-day: 40, per-person-per-hour: 5, share-of-estate: 2% }
              scan:
                per-source-per-day: 100000
                per-person-per-day: 1
                per-source-per-hour: 7
                machines: [ { machines: { group: Finance }, per-hour: 2, per-day: 3 } ]

            """
        ).policy.limits
        let finance = Limit.Scope.machines(MachineCondition(groups: ["Finance"]))
        let hour = Duration.seconds(3_600)
        let day = Duration.seconds(86_400)
        #expect(
            limits == [
                Limit(action: "isolate", scope: .all, bound: .per(hour, most: 10), line: 11, column: 14),
                Limit(action: "isolate", scope: .all, bound: .per(day, most: 40), line: 11, column: 28),
                Limit(action: "isolate", scope: .asker, bound: .per(hour, most: 5), line: 11, column: 41),
                Limit(action: "isolate", scope: .all, bound: .shareOfEstate(0.02), line: 11, column: 65),
                Limit(action: "scan", scope: .asker, bound: .per(day, most: 1), line: 14, column: 5),
                Limit(action: "scan", scope: .source, bound: .per(hour, most: 7), line: 15, column: 5),
                Limit(action: "scan", scope: .source, bound: .per(day, most: 100_000), line: 13, column: 5),
                Limit(action: "scan", scope: finance, bound: .per(hour, most: 2), line: 16, column: 49),
                Limit(action: "scan", scope: finance, bound: .per(day, most: 3), line: 16, column: 62),
            ]
        )
        #expect(
            limits.map(\.key) == [
                "per-hour", "per-day", "per-person-per-hour", "share-of-estate", "per-person-per-day",
                "per-source-per-hour", "per-source-per-day", "per-hour", "per-day",
            ]
        )
    }

    @Test(arguments: [("0.1%", 0.001), ("2.5%", 0.025), ("100%", 1)])
    func `a share of the estate is a percentage`(text: String, share: Double) throws {
        let limits = try SettingsFolder().read("limits: { isolate: { share-of-estate: \(text) } }\n")
            .policy.limits
        #expect(limits.map(\.bound) == [.shareOfEstate(share)])
    }

    @Test(arguments: [
        (
            "{ isolat: { per-hour: 1 } }",
            #"10:11: there is no action "isolat" with limits; did you mean "isolate"?"#
        ),
        ("{ release: { per-hour: 1 } }", "10:11: release is never held back and has no limits; remove it"),
        ("{ cancel: { per-hour: 1 } }", "10:11: cancel is never held back"),
        ("{ status: { per-hour: 1 } }", "10:11: status changes nothing and has no limits"),
        ("[isolate]", #"10:9: "limits" names no action"#),
        ("{ isolate: 10 }", #"10:20: "limits" of isolate is not a mapping"#),
        ("{ isolate: {} }", #"10:20: "limits" of isolate says nothing"#),
        (
            "{ isolate: { per-our: 1 } }",
            #"10:22: "limits" of isolate has no key "per-our"; did you mean "per-hour"?"#
        ),
        (
            "{ isolate: { per-hour: 0 } }",
            #"10:32: "per-hour" of "limits" of isolate is "0"; write a whole number from 1 to 100000"#
        ),
        ("{ isolate: { per-hour: 100001 } }", #"10:32: "per-hour" of "limits" of isolate is "100001""#),
        ("{ isolate: { per-hour: +5 } }", #"10:32: "per-hour" of "limits" of isolate is "+5""#),
        ("{ isolate: { per-day: 1.5 } }", #"10:31: "per-day" of "limits" of isolate is "1.5""#),
        ("{ isolate: { share-of-estate: 2 } }", #"10:39: "share-of-estate" of "limits" of isolate is "2""#),
        ("{ isolate: { share-of-estate: 0% } }", "write a percentage from 0.1% to 100%, such as 2%"),
        ("{ isolate: { share-of-estate: 0.05% } }", "write a percentage"),
        ("{ isolate: { share-of-estate: 101% } }", "write a percentage"),
        ("{ isolate: { share-of-estate: -2% } }", "write a percentage"),
        (
            "{ scan: { share-of-estate: 2% } }",
            "10:19: \"share-of-estate\" counts machines that are contained"
        ),
        ("{ isolate: { machines: [] } }", #"10:32: "machines" of "limits" of isolate is no list"#),
        (
            "{ isolate: { machines: [ { per-hour: 1 } ] } }",
            #"10:34: entry 1 of "limits" of isolate has no "machines""#
        ),
        (
            "{ isolate: { machines: [ { machines: { os: server } } ] } }",
            #"10:34: entry 1 of "limits" of isolate has no "per-hour" and no "per-day""#
        ),
        (
            "{ isolate: { machines: [ { machines: any, per-hour: 1 } ] } }",
            #"10:46: "machines" of entry 1 of "limits" of isolate is not a mapping"#
        ),
        (
            "{ isolate: { machines: [ { machines: { group: A }, per-person-per-hour: 1 } ] } }",
            #"has no key "per-person-per-hour""#
        ),
    ])
    func `a mistaken limit is an error with its place`(limits: String, words: String) throws {
        let errors = try SettingsFolder().errors("limits: \(limits)\n")
        #expect(errors.count == 1 || words.contains("no key"), "\(errors)")
        #expect(errors.contains { $0.contains(words) }, "\(errors)")
    }

    @Test func `essential machines have a name and approvals`() throws {
        let essentials = try SettingsFolder().read(
            people + """
                essential:
                  - { name: "vpn-*", group: Edge, as: VPN gateway, approvals: { of: ines, within: 10m } }

                """
        ).policy.essentials
        #expect(
            essentials == [
                Essential(
                    name: "VPN gateway",
                    machines: MachineCondition(groups: ["Edge"], names: [NamePattern("vpn-*")]),
                    approvals: ApprovalRule(of: ["ines"], within: .seconds(600)),
                    line: 12,
                    column: 5
                )
            ]
        )
    }

    @Test(arguments: [
        ("name: a, approvals: { of: ines }", #"11:14: essential 1 has no "as"; add it"#),
        ("name: a, as: x", #"11:14: essential 1 has no "approvals"; add it"#),
        ("as: x, approvals: { of: ines }", "11:14: essential 1 has no condition"),
        (
            "nam: a, as: x, approvals: { of: ines }",
            #"11:16: essential 1 has no key "nam"; did you mean "name"?"#
        ),
        (
            "name: a, as: x, approvals: { of: inse }",
            #"11:49: there is nobody called "inse"; did you mean "ines"?"#
        ),
        ("name: a, as: x, approvals: { of: ines, count: 2 }", "needs 2 to agree, and \"of\" has 1"),
    ])
    func `a mistaken essential machine is an error with its place`(entry: String, words: String) throws {
        let errors = try SettingsFolder().errors(people + "essential: [ { \(entry) } ]\n")
        #expect(errors.count == 1, "\(errors)")
        #expect(errors.first?.contains(words) == true, "\(errors)")
    }

    @Test func `a digest has a time of the day, a zone and a place`() throws {
        let folder = try SettingsFolder()
        let own = try folder.read(
            "digest: { at: \"07:00\", zone: Europe/Stockholm, to: { source: soc-chat, channel: C2 } }\n"
        )
        #expect(own.digest?.minuteOfDay == 420)
        #expect(own.digest?.zone.identifier == "Europe/Stockholm")
        #expect(own.digest?.to == Settings.Tell(source: SourceName("soc-chat"), channel: "C2"))
        let told = try folder.read(
            "tell: { source: soc-chat, channel: C1 }\ndigest: { at: 23:59, zone: UTC }\n"
        )
        #expect(told.digest?.minuteOfDay == 1_439)
        #expect(told.digest?.to == nil)
        #expect(try folder.read("").digest == nil)
    }

    @Test(arguments: [
        ("zone: UTC", #"11:9: "digest" has no "at"; add it"#),
        ("at: '07:00'", #"11:9: "digest" has no "zone"; add it"#),
        ("at: '24:00', zone: UTC", #"11:15: "at" of "digest" is "24:00"; write "00:00""#),
        ("at: '7', zone: UTC", #"11:15: "at" of "digest" is "7", no time of day"#),
        ("at: '07:00', zone: CET9", #"11:30: there is no time zone "CET9""#),
        ("at: '07:00', zone: UTC, too: x", #"11:35: "digest" has no key "too"; did you mean "to"?"#),
        (
            "at: '07:00', zone: UTC, to: { source: soc-caht, channel: C1 }",
            #"11:49: there is no source "soc-caht"; did you mean "soc-chat"?"#
        ),
        (
            "at: '07:00', zone: UTC, to: { source: siem, channel: C1 }",
            #"11:9: "digest" names siem, where nothing can be posted"#
        ),
    ])
    func `a mistaken digest is an error with its place`(digest: String, words: String) throws {
        let errors = try SettingsFolder().errors(
            "tell: { source: soc-chat, channel: C1 }\ndigest: { \(digest) }\n"
        )
        #expect(errors.count == 1, "\(errors)")
        #expect(errors.first?.hasPrefix(words) == true, "\(errors)")
    }

    @Test func `the owner of a time box is warned a quarter of an hour before, or as the file says`() throws {
        let folder = try SettingsFolder()
        let usual = try folder.read("")
        let changed = try folder.read("watch: { warn: 1h }\n")
        #expect(usual.watch.warn == .seconds(900))
        #expect(changed.watch.warn == .seconds(3_600))
        #expect(changed.keysBoundAtStart(unlike: usual) == ["watch"])
    }
}
