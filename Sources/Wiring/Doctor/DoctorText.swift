/// A report for people: groups, a line a check, and below it what to do.
struct DoctorText {
    let report: DoctorReport
    /// Columns of the terminal; long sentences go on in the next line below their beginning.
    let width: Int
    let hasColours: Bool

    var text: String {
        let column = report.findings.map(\.name.count).max() ?? 0
        var lines: [String] = []
        for group in report.groups where !group.findings.isEmpty {
            lines.append(painted(group.title, "1"))
            for finding in group.findings { lines += self.lines(of: finding, column: column) }
            lines.append("")
        }
        lines.append(painted("What cannot be known from here", "1"))
        for limit in report.limits { lines += wrapped(limit, first: "  ", indent: 2) }
        lines += ["", summary]
        return lines.joined(separator: "\n")
    }

    private var summary: String {
        let faults = report.findings.count { $0.verdict == .fault }
        let warnings = report.findings.count { $0.verdict == .warning }
        let counts =
            "\(faults) \(faults == 1 ? "fault" : "faults"), \(warnings) \(warnings == 1 ? "warning" : "warnings")"
        return switch report.end {
        case .well: "All is well: \(counts)."
        case .wrong: "Something is missing or wrong: \(counts)."
        case .outside: "The outside failed: \(counts)."
        }
    }

    private func lines(of finding: Finding, column: Int) -> [String] {
        let (word, colour) = mark(finding.verdict)
        let padding = String(repeating: " ", count: column - finding.name.count)
        let first =
            "  \(painted(word, colour))\(String(repeating: " ", count: 9 - word.count))\(finding.name)\(padding)  "
        let indent = 2 + 9 + column + 2
        var lines = wrapped(TerminalText.line(finding.detail), first: first, indent: indent)
        if let fix = finding.fix {
            let lead = String(repeating: " ", count: indent - 5) + painted("fix", "1") + ": "
            lines += wrapped(TerminalText.line(fix), first: lead, indent: indent)
        }
        return lines
    }

    private func mark(_ verdict: Finding.Verdict) -> (String, String) {
        switch verdict {
        case .ok: ("ok", "32")
        case .warning: ("warning", "33")
        case .fault: ("fault", "31")
        case .note: ("-", "2")
        }
    }

    private func painted(_ text: String, _ colour: String) -> String {
        hasColours ? "\u{1B}[\(colour)m\(text)\u{1B}[0m" : text
    }

    /// `first` may hold colours, which take no room: it is counted as `indent` columns.
    private func wrapped(_ text: String, first: String, indent: Int) -> [String] {
        let room = max(width - indent, 30)
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, line.count + 1 + word.count > room {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        lines.append(line)
        let blanks = String(repeating: " ", count: indent)
        return lines.enumerated().map { ($0 == 0 ? first : blanks) + $1 }
    }
}
