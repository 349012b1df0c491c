import Catalogue
import Testing

@testable import Wiring

/// Which back end serves what, and what is said of those that end.
struct SettingsBackEndTests {
    private static func file(_ lines: String) -> String {
        SettingsFolder.base.replacing("defender:\n", with: "defender:\n  \(lines)\n")
    }

    @Test func `hunting goes through Graph and alerts through Defender unless it is said otherwise`() throws {
        let usual = try SettingsFolder().readWhole(SettingsFolder.base).defender
        #expect(usual.backEnds == BackEndChoice(hunting: .graph, alerts: .defender))
        let other = try SettingsFolder().readWhole(
            Self.file("back-ends: { hunting: defender, alerts: graph }")
        ).defender
        #expect(other.backEnds == BackEndChoice(hunting: .defender, alerts: .graph))
    }

    @Test(arguments: [
        (
            "back-ends: { huntng: graph }",
            #"4:16: "back-ends" has no key "huntng"; did you mean "hunting"?"#
        ),
        (
            "back-ends: { hunting: cloud }",
            #"4:25: "hunting" of "back-ends" is "cloud"; write one of: graph, defender"#
        ),
        (
            "cloud: { api: https://a.example, login: https://l.example, scope: s/.default }\n  back-ends: { hunting: graph }",
            #"5:25: "hunting" is served by Graph, and "cloud" names no address of Graph; add `graph: URL` to "cloud", or write defender"#
        ),
    ])
    func `a choice that cannot be is an error at its place`(lines: String, error: String) throws {
        #expect(try SettingsFolder().errorsOfWhole(Self.file(lines)) == [error])
    }

    @Test func `what is granted and ends is said with its date`() throws {
        let grants = """
            people: { mia: { soc-chat: T024/U2147 } }
            grants:
              - { allow: [hunt], to: [mia] }

            """
        let folder = try SettingsFolder()
        let dated = "hunt ends on 2027-02-01 (Defender for Endpoint API)"
        let ending = try folder.readWhole(Self.file("back-ends: { hunting: defender }") + grants).warnings
        #expect(ending.contains { $0.text.contains(dated) }, "\(ending.map(\.text))")
        let usual = try folder.readWhole(SettingsFolder.base + grants).warnings
        #expect(!usual.contains { $0.text.contains("2027-02-01") })
    }
}
