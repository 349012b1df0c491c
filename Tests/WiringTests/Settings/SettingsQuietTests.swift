import Testing
import Vocabulary

@testable import Wiring

/// `quiet-after` of a source.
struct SettingsQuietTests {
    @Test func `a source may have to say something now and then`() throws {
        let folder = try SettingsFolder()
        let settings = try folder.read(
            "  pager: { kind: standard-webhooks, secret: { env: SIEM }, quiet-after: 24h }\n"
        )
        #expect(settings.quietSources.map(\.name) == [SourceName("pager")])
        #expect(settings.quietSources.map(\.after) == [.seconds(86_400)])
    }

    @Test(arguments: [
        (
            "x: { kind: standard-webhooks, secret: { env: SIEM }, quiet-after: 4m }",
            "10:69: \"quiet-after\" of source \"x\" is 4m; write 5m or more, and more than the longest silence that is "
                + "usual there"
        ),
        (
            "x: { kind: standard-webhooks, secret: { env: SIEM }, quiet-after: daily }",
            "10:69: \"quiet-after\" of source \"x\" is \"daily\", no duration; write a whole number and s, m, h or d, "
                + "such as 60m"
        ),
    ])
    func `what it cannot be is said`(source: String, error: String) throws {
        #expect(try SettingsFolder().errors("  \(source)\n") == [error])
    }

    @Test func `nothing is expected of what nothing comes in from`() throws {
        let errors = try SettingsFolder().errors(
            "  x: { kind: callback, secret: { env: SIEM }, reply: { url: https://a.example }, quiet-after: 1h }\n"
        )
        #expect(errors.contains { $0.contains("has no key \"quiet-after\"") }, "\(errors)")
    }
}
