import JSONReader

/// What came of all cases, as a test runner tells it.
struct CasesReport {
    let outcomes: [CaseOutcome]

    var failures: Int { outcomes.count { !$0.passed } }

    /// One line a case, the whole reasoning of those that failed, and the sum.
    var text: String {
        (outcomes.flatMap(lines) + ["\(outcomes.count - failures) passed, \(failures) failed"])
            .map(TerminalText.line).joined(separator: "\n")
    }

    var json: JSONValue {
        [
            "passed": .integer(Int64(outcomes.count - failures)),
            "failed": .integer(Int64(failures)),
            "cases": .array(outcomes.map(json)),
        ]
    }

    private func lines(_ outcome: CaseOutcome) -> [String] {
        let asked = outcome.asked
        let title = "\(asked.file):\(asked.line): \(asked.name)"
        if outcome.passed { return ["ok    \(title)"] }
        let expected = asked.expected + (asked.because.map { " because \($0)" } ?? "")
        let answers = outcome.found.flatMap { answer in
            ["        got \(answer.word) (\(answer.codes.joined(separator: ", ")))"]
                + answer.lines.map { "          \($0)" }
        }
        return ["FAIL  \(title)", "        expected \(expected)"] + answers
    }

    private func json(_ outcome: CaseOutcome) -> JSONValue {
        let asked = outcome.asked
        return [
            "file": .string(asked.file),
            "line": .integer(Int64(asked.line)),
            "name": .string(asked.name),
            "passed": .bool(outcome.passed),
            "expected": [
                "decision": .string(asked.expected), "because": asked.because.map { .string($0) } ?? .null,
            ],
            "found": .array(
                outcome.found.map { answer in
                    [
                        "decision": .string(answer.word),
                        "reasons": .array(answer.codes.map { .string($0) }),
                        "explanation": .array(answer.lines.map { .string($0) }),
                    ]
                }
            ),
        ]
    }
}
