import ArgumentParser
import Deciding
import Foundation
import Vocabulary

/// `check`: everything that is wrong with a settings file, at once, and what is risky.
struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Say everything that is wrong with a settings file, and what is risky."
    )

    @Option(name: .long, help: "The settings file.")
    var config: String

    @Flag(name: .long, help: "JSON: a list of {severity, file, line, column, what, fix}.")
    var json = false

    func run() async throws {
        let problems = await Check.problems(of: config, environment: ProcessInfo.processInfo.environment)
        if json {
            print(Check.json(problems))
        } else {
            for problem in problems { CommandEnd.complain(problem.text) }
        }
        let errors = problems.filter { $0.severity == .error }.count
        guard errors == 0 else {
            if !json { CommandEnd.complain("\(config): \(errors) \(errors == 1 ? "error" : "errors")") }
            throw CommandEnd.usage
        }
        if !json { print("\(config): right, with \(problems.count) warnings") }
    }

    /// Reads the file as `serve` does, compiles its jq as `serve` does, and weighs its policy, also against the
    /// ledger it names.
    static func problems(
        of file: String,
        environment: [String: String],
        now: Timestamp = .now()
    ) async -> [SettingsProblem] {
        let settings: Settings
        do {
            settings = try SettingsReader.read(file, environment: environment)
        } catch {
            return error.all
        }
        var problems = settings.warnings + (await LedgerWarnings(settings: settings, now: now).all())
        for source in settings.sources {
            let mistakes = await JQExpressions(of: source, in: settings).problems()
            problems += mistakes
            if !mistakes.isEmpty { continue }
            do {
                let prepared = try PreparedSource(source, routes: settings.routes)
                try await prepared.start()
                await prepared.stop()
            } catch {
                problems.append(problem(error, of: source, in: settings))
            }
        }
        return problems.sorted()
    }

    private static func problem(
        _ error: any Error,
        of source: Settings.Source,
        in settings: Settings
    ) -> SettingsProblem {
        let explained = error as? any Explained
        let message = explained?.message ?? "it cannot be prepared"
        let route = settings.routes.first { $0.from == source.name && message.contains($0.name) }
        return SettingsProblem(
            severity: .error,
            file: settings.file,
            line: route?.line ?? source.line,
            column: 1,
            what: "source \"\(source.name)\": \(message)",
            fix: explained?.fix ?? "correct it"
        )
    }

    private static func json(_ problems: [SettingsProblem]) -> String {
        let rows = problems.map { problem in
            [
                "severity": problem.severity.rawValue, "file": problem.file, "line": String(problem.line),
                "column": String(problem.column), "what": problem.what, "fix": problem.fix,
            ]
        }
        let data = try? JSONSerialization.data(
            withJSONObject: rows,
            options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        )
        return String(decoding: data ?? Data("[]".utf8), as: UTF8.self)
    }
}
