import Deciding
import Foundation
import Testing
import Vocabulary

@testable import Wiring

/// Every piece of settings on the page about grants is one that a bridge would take.
struct GrantsPageTests {
    /// One piece of the page.
    struct Piece: Sendable, CustomTestStringConvertible {
        let heading: String
        let text: String
        /// The piece before it, against which cases are held.
        let before: String

        var testDescription: String { heading }
        var isCases: Bool { text.hasPrefix("cases:") }
    }

    /// What a piece may leave out, by the key it would stand under.
    private static let sections: [(key: String, text: String)] = [
        ("tell", "tell: { source: soc-chat, channel: C1 }"),
        (
            "people",
            """
            people:
              mia: { soc-chat: T024/U1, tickets: a1 }
              omar: { soc-chat: T024/U2, tickets: a2 }
              ines: { soc-chat: T024/U3, tickets: a3 }
              ada: { soc-chat: T024/U4, tickets: a4 }
            """
        ),
        ("services", "services: { sentinel: { source: siem } }"),
        ("groups", "groups: { soc: [mia, omar], leads: [ines, ada] }"),
        ("protect", "protect: [ { group: Tier-0 } ]"),
        ("grants", "grants: [ { allow: [release], to: [leads], machines: any, others: yes } ]"),
        (
            "limits",
            "limits: { isolate: { per-hour: 10 }, scan: { per-hour: 50 }, collect: { per-hour: 10 } }"
        ),
        ("evidence", "evidence: { folder: evidence }"),
    ]

    static func pieces() throws -> [Piece] {
        let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../deploy/GRANTS.md")
        var pieces: [Piece] = []
        var heading = ""
        var open: [Substring]?
        let text = try String(contentsOf: page, encoding: .utf8)
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("## ") { heading = String(line.dropFirst(3)) }
            if let lines = open, line == "```" {
                let text = lines.joined(separator: "\n") + "\n"
                pieces.append(Piece(heading: heading, text: text, before: pieces.last?.text ?? ""))
                open = nil
            } else if line == "```yaml" {
                open = []
            } else {
                open?.append(line)
            }
        }
        return pieces
    }

    /// The rest of the file around a piece.
    private func completed(_ text: String) -> String {
        let missing = Self.sections.filter { section in
            !text.split(separator: "\n").contains { $0.hasPrefix("\(section.key):") }
        }
        return text + missing.map(\.text).joined(separator: "\n") + "\n"
    }

    @Test func `the page has an answer with settings to every question but the last`() throws {
        let pieces = try Self.pieces()
        #expect(pieces.count >= 16)
        #expect(pieces.count(where: \.isCases) == 1)
    }

    @Test(arguments: try pieces().filter { !$0.isCases })
    func `a piece of settings is right, and check has nothing to warn of but what the page means to show`(
        piece: Piece
    ) throws {
        let folder = try SettingsFolder()
        #expect(try folder.errors(completed(piece.text)) == [])
        // A piece is about one thing, and who may unfreeze has a piece of its own.
        let shown = [
            "no grant says `unfreeze`", "rests on names or tags alone",
            "lets its people change tag Crown Jewel", "lets its people set the value High",
            "lets its people contain machines that are not onboarded",
        ]
        let warnings = try folder.warnings(completed(piece.text))
        #expect(warnings.allSatisfy { warning in shown.contains(where: warning.contains) }, "\(warnings)")
    }

    @Test(arguments: try pieces().filter(\.isCases))
    func `the cases hold for the grants above them`(piece: Piece) throws {
        let folder = try SettingsFolder()
        try folder.write("bascule.yaml", SettingsFolder.base + completed(piece.before))
        try folder.write("cases.yaml", piece.text)
        let report = try TestCommand.report(
            folder.path("bascule.yaml"),
            cases: [folder.path("cases.yaml")],
            now: OperatorScene.noon
        )
        #expect(report.failures == 0, "\(report.text)")
        #expect(report.outcomes.count == 5)
    }
}
