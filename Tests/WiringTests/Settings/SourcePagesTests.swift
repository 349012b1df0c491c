import Foundation
import Testing

@testable import Wiring

/// The settings that `deploy/sources/*.md` tell people to write.
struct SourcePagesTests {
    private static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("deploy/sources")

    static let pages = ["github", "gitlab", "jira", "linear", "pagerduty", "servicenow", "zendesk"]

    private static func blocks(_ page: String) throws -> [String] {
        let text = try String(contentsOf: folder.appendingPathComponent("\(page).md"), encoding: .utf8)
        return text.components(separatedBy: "```").filter { $0.hasPrefix("yaml\n") }
            .map { String($0.dropFirst("yaml\n".count)) }
    }

    @Test(arguments: pages)
    func `the settings of a page have no mistake`(page: String) throws {
        let blocks = try Self.blocks(page)
        #expect(!blocks.isEmpty)
        for block in blocks {
            let folder = try SettingsFolder()
            for match in block.matches(of: /file: ([a-z.]+)/) {
                try folder.write(String(match.1), "whsec_c2VjcmV0LXNlY3JldA==\n")
            }
            let start = SettingsFolder.base.components(separatedBy: "sources:\n")[0]
            let problems = try folder.errorsOfWhole(start + block)
            #expect(problems == [], "\(page)")
        }
    }
}
