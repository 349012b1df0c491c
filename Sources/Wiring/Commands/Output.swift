import Vocabulary

/// Text for a terminal: what came from outside cannot move the cursor, hide or reorder what is shown.
enum TerminalText {
    /// One line: control, format and line-separating characters are shown as `\u{…}`.
    static func line(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned:
                out += "\\u{\(String(scalar.value, radix: 16))}"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    /// Several lines, each as ``line(_:)``; for our own sentences with foreign words in them.
    static func lines(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { line(String($0)) }
            .joined(separator: "\n")
    }
}

/// Columns as wide as their widest cell; the last is not padded.
struct TextTable {
    private let titles: [String]
    private var rows: [[String]] = []

    init(_ titles: [String]) {
        self.titles = titles
    }

    /// - Parameter cells: One for each title; foreign text is made harmless here.
    mutating func add(_ cells: [String]) {
        precondition(cells.count == titles.count, "a cell for each title")
        rows.append(cells.map(TerminalText.line))
    }

    var isEmpty: Bool { rows.isEmpty }

    var text: String {
        let all = [titles] + rows
        let widths = titles.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { cells in
            cells.enumerated().map { column, cell in
                column == cells.count - 1
                    ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }
}
