/// One thing that is wrong, or risky, in a settings file.
package struct SettingsProblem: Error, Hashable, Sendable, Comparable {
    package enum Severity: String, Sendable {
        case error
        case warning
    }

    package let severity: Severity
    package let file: String
    /// From 1.
    package let line: Int
    package let column: Int
    package let what: String
    package let fix: String

    /// `FILE:LINE:COLUMN: error: what; fix`.
    package var text: String {
        "\(file):\(line):\(column): \(severity.rawValue): \(what); \(fix)"
    }

    package static func < (left: SettingsProblem, right: SettingsProblem) -> Bool {
        (left.line, left.column, left.what) < (right.line, right.column, right.what)
    }
}

/// All that is wrong with a settings file, at once.
package struct SettingsProblems: Error {
    package let all: [SettingsProblem]

    package init(_ all: [SettingsProblem]) {
        self.all = all.sorted()
    }
}
