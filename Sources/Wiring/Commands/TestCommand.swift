import ArgumentParser
import Foundation
import JSONReader
import Vocabulary

/// `test`: holds the grants of a settings file against cases that say what must come of them.
struct TestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Hold the grants against cases that say what must come of them.",
        discussion: """
            A cases file is YAML:

              machines: machines.json            # as Defender lists them; beside the cases; optional
              now: 2026-11-02T09:14:07Z          # optional
              cases:
                - when: { person: mia, at: soc-chat, says: isolate laptop-7 for 4h because beacon }
                  expect: allow
                - when: { service: sentinel, do: scan, facts: { osPlatform: WindowsServer2022 } }
                  expect: refuse
                  because: machine-not-granted

            `when` names who asks (person, identity or service), at which source, and either says a chat command \
            or has do, machine, with, for, because and break-glass. The machine's facts are those of `facts`, or are looked up \
            in `machines`; without either the answer stops at hold. Every case is decided by the code of a \
            running bridge; no secret is read and nothing is called.

            Ends with 1 if a case fails and with 2 if the settings or a cases file are wrong.
            """
    )

    @Option(name: .long, help: "The settings file.")
    var config: String

    @Argument(help: "Files of cases.")
    var cases: [String]

    @Flag(name: .long, help: "One JSON object: {passed, failed, cases: […]}.")
    var json = false

    func run() async throws {
        let report = try await CommandEnd.settling {
            try Self.report(config, cases: cases, now: .now())
        }
        print(json ? report.json.encodedText : report.text)
        if report.failures > 0 { throw CommandEnd.no }
    }

    /// Decides every case of every file; all that is wrong with all files is said at once.
    static func report(
        _ config: String,
        cases files: [String],
        now: Timestamp
    ) throws(SettingsProblems) -> CasesReport {
        let settings = try SettingsReader.read(config, environment: [:], secrets: .unread)
        var cases: [PolicyCase] = []
        var problems: [SettingsProblem] = []
        for file in files {
            do throws(SettingsProblems) {
                cases += try CasesReader.read(file, for: settings, now: now)
            } catch {
                problems += error.all
            }
        }
        guard problems.isEmpty else { throw SettingsProblems(problems) }
        return CasesReport(outcomes: cases.map { $0.outcome(under: settings.policy) })
    }
}
