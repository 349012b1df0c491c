import Deciding
import JSONReader
import Testing
import Vocabulary

@testable import Wiring

/// Tags in grants, routes and cases, and how a wish for one is explained.
struct SettingsTagTests {
    private func grant(_ terms: String) -> String {
        """
        people: { mia: { soc-chat: T024/U1 } }
        grants:
          - { allow: [tag, untag], to: [mia], machines: any, \(terms) }

        """
    }

    @Test func `a grant names tags as they are kept`() throws {
        let read = try SettingsFolder().read(grant("with: { tag: [Contained, ' under  review '] }"))
        #expect(read.policy.grants.first?.parameters == ["tag": ["Contained", "under review"]])
    }

    @Test(arguments: [
        ("with: { tag: [] }", "empty list"), ("with: { tga: [a] }", #"did you mean "tag"?"#),
        ("with: { type: [Full] }", #"tag has no parameter "type""#),
        ("with: { tag: ['<a>'] }", #""tag" of untag is never "<a>"; write 1 to 200 characters"#),
    ])
    func `a mistaken tag is an error with its place`(terms: String, words: String) throws {
        let errors = try SettingsFolder().errors(grant(terms))
        #expect(errors.contains { $0.hasPrefix("12:") && $0.contains(words) }, "\(errors)")
    }

    @Test func `a grant of several actions names parameters that all of them have`() throws {
        let text = grant("with: { tag: [a] }").replacing("[tag, untag]", with: "[tag, isolate]")
        let errors = try SettingsFolder().errors(text)
        #expect(errors.contains { $0.contains(#"isolate has no parameter "tag"; give isolate a grant"#) })
    }

    private func route(_ rest: String) -> String {
        """
        services: { sentinel: { source: siem } }
        routes:
          - { from: siem, do: tag, machine: .m\(rest) }

        """
    }

    @Test func `a route says its tag, as a word or as jq`() throws {
        let word = try SettingsFolder().read(route(", with: { tag: Contained }"))
        #expect(word.routes.first?.parameters == ["tag": .word("Contained")])
        let jq = try SettingsFolder().read(route(", with: { tag: { jq: .t } }"))
        #expect(jq.routes.first?.parameters == ["tag": .jq(".t")])
    }

    @Test(arguments: [
        ("", "tag needs a tag, and route 1 says none; add `with: { tag: … }`"),
        (", with: { tag: 'a\"b' }", "write 1 to 200 characters on one line"),
        (", for: 4h, with: { tag: a }", #"tag takes no "for""#),
    ])
    func `a route without a usable tag is an error`(rest: String, words: String) throws {
        let errors = try SettingsFolder().errors(route(rest))
        #expect(errors.contains { $0.contains(words) }, "\(errors)")
    }

    @Test func `limits hold for tags, and check warns where there are none`() throws {
        let folder = try SettingsFolder()
        #expect(try folder.warnings(grant("others: no")).contains { $0.contains("one account may untag") })
        let limited = grant("others: no") + "limits: { tag: { per-hour: 5 }, untag: { per-hour: 5 } }\n"
        #expect(try folder.warnings(limited).contains { $0.contains("one account may") } == false)
        let protected =
            limited.replacing("others: no", with: "with: { tag: Crown }") + "protect: [ { tag: crown } ]\n"
        #expect(
            try folder.warnings(protected).contains {
                $0.contains("lets its people change tag Crown") && $0.contains("protection crown (line 14)")
            }
        )
    }

    private let policy = """
        tell: { source: soc-chat, channel: C1 }
        people: { mia: { soc-chat: T024/U1 }, ines: { soc-chat: T024/U2 } }
        grants:
          - { allow: [tag], to: [mia, ines], machines: { os: client } }
          - { allow: [tag], to: [ines], machines: { os: client }, with: { tag: Crown } }
        protect: [ { tag: crown } ]
        """

    @Test(arguments: [
        ("mia", "says: tag laptop-7 with tag=free", "allow", "granted"),
        ("mia", "says: tag laptop-7 with tag=Crown", "refuse", "tag-named"),
        ("ines", "do: tag, with: { tag: CROWN }", "allow", "granted"),
        ("mia", "do: tag, with: { tag: CROWN }", "refuse", "tag-named"),
        ("mia", "says: tag laptop-7", "refuse", "not-understood"),
    ])
    func `a case is decided as the bridge would`(
        person: String,
        rest: String,
        expected: String,
        code: String
    ) throws {
        let folder = try SettingsFolder()
        try folder.write("bascule.yaml", SettingsFolder.base + policy)
        try folder.write(
            "cases.yaml",
            """
            cases:
              - when: { person: \(person), at: soc-chat, \(rest), facts: { computerDnsName: laptop-7, osPlatform: Windows11 } }
                expect: \(expected)
                because: \(code)
            """
        )
        let report = try TestCommand.report(
            folder.path("bascule.yaml"),
            cases: [folder.path("cases.yaml")],
            now: OperatorScene.noon
        )
        #expect(report.failures == 0, "\(report.text)")
    }

    @Test func `a case without its tag is a mistake`() throws {
        let folder = try SettingsFolder()
        try folder.write("bascule.yaml", SettingsFolder.base + policy)
        try folder.write(
            "cases.yaml",
            "cases:\n  - when: { person: mia, at: soc-chat, do: tag, machine: laptop-7 }\n    expect: allow\n"
        )
        let problems = #expect(throws: SettingsProblems.self) {
            try TestCommand.report(
                folder.path("bascule.yaml"),
                cases: [folder.path("cases.yaml")],
                now: OperatorScene.noon
            )
        }
        #expect(problems?.all.contains { $0.what.contains("names no tag, and tag needs one") } == true)
    }

    @Test func `actions show a text that must be said`() throws {
        let listed = try #require(ActionListing.json.array)
        let tag = try #require(listed.first { $0["action"] == "tag" })
        #expect(
            tag["parameters"]?[0]
                == [
                    "name": "tag",
                    "summary": "The tag; one that grants or protections name takes a grant that names it.",
                    "values": [], "default": .null, "required": true, "characters_max": 200,
                ]
        )
        #expect(tag["machine_action"] == .null)
        #expect(tag["undone_by"] == "untag")
        #expect(ActionListing.text.contains("  with tag=<tag>  (must be said): The tag;"))
        let isolate = try #require(listed.first { $0["action"] == "isolate" })
        #expect(isolate["parameters"]?[0]?["required"] == false)
        #expect(isolate["parameters"]?[0]?["default"] == "Full")
    }
}
