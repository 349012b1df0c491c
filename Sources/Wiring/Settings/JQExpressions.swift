import JQFilter
import Vocabulary

/// The jq of one source's routes, expression by expression, so that a mistake is named where it stands.
///
/// The running bridge compiles all of them as one program; an error in that would point at nothing an operator
/// wrote, and an expression with unbalanced brackets could even pass there.
struct JQExpressions {
    private struct Expression {
        let place: String
        let line: Int
        let program: String
    }

    private let file: String
    private let expressions: [Expression]

    init(of source: Settings.Source, in settings: Settings) {
        file = settings.file
        var found: [Expression] = []
        if let program = source.askedForBy {
            found.append(
                Expression(
                    place: "\"asked-for-by\" of source \"\(source.name)\"",
                    line: source.line,
                    program: program
                )
            )
        }
        for route in settings.routes where route.from == source.name {
            found += route.programs.map { key, program in
                Expression(place: "\"\(key)\" of \(route.name)", line: route.line, program: program)
            }
        }
        expressions = found
    }

    /// Compiles each in a helper process and says what is wrong with it; empty if nothing is.
    func problems(jq: JQCommand = JQCommand()) async -> [SettingsProblem] {
        if expressions.isEmpty { return [] }
        let findings = await JQFilter.check(expressions.map(\.program), command: jq)
        return zip(expressions, findings).compactMap { expression, finding in
            guard let finding else { return nil }
            return SettingsProblem(
                severity: .error,
                file: file,
                line: expression.line,
                column: 1,
                what: "\(expression.place): \(Self.withoutStop(finding.message))",
                fix: Self.withoutStop(finding.fix)
            )
        }
    }

    /// A problem is one line of `what; fix`, not two sentences.
    private static func withoutStop(_ text: String) -> String {
        text.hasSuffix(".") ? String(text.dropLast()) : text
    }
}

extension Settings.Route {
    /// Each jq expression with its key.
    fileprivate var programs: [(key: String, program: String)] {
        var found: [(key: String, program: String)] = []
        if let when { found.append(("when", when)) }
        for (key, value) in [
            ("machine", machine), ("because", because), ("for", duration), ("ticket", ticket),
        ] {
            if case .jq(let program) = value { found.append((key, program)) }
        }
        for (key, value) in parameters.sorted(by: { $0.key < $1.key }) {
            if case .jq(let program) = value { found.append(("with.\(key)", program)) }
        }
        return found
    }
}
