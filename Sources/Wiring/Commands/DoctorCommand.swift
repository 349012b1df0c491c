import ArgumentParser
import CurlClient
import Foundation
import Glibc
import JSONReader
import ProcessGuard
import Vocabulary

/// `doctor --config F`: whether a bridge with these settings could do its work.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Say whether everything outside is as the bridge needs it, and how to make it so.",
        discussion: """
            Asks Entra ID for a token and Defender for one machine; nothing is changed, and no bridge need run. Ends with 0 \
            if all is well, 1 if something is missing or wrong, 2 for the settings, 3 if the outside failed.
            """
    )

    @Option(name: .long, help: "The settings file.")
    var config: String

    @Flag(name: .long, help: "One JSON object.")
    var json = false

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let settings = try await CommandEnd.settling {
            try SettingsReader.read(config, environment: environment, secrets: .application)
        }
        let http = try await CommandEnd.settling { try CurlClient(settings.curl) }
        let report = await Doctor(settings: settings, http: http).report()
        await http.close()
        print(json ? report.json.encodedText : shown(report))
        switch report.end {
        case .well: return
        case .wrong: throw CommandEnd.no
        case .outside: throw CommandEnd.outside
        }
    }

    private func shown(_ report: DoctorReport) -> String {
        let isTerminal = isatty(STDOUT_FILENO) == 1
        let hasColours = isTerminal && ProcessInfo.processInfo.environment["NO_COLOR"] == nil
        return DoctorText(
            report: report,
            width: TerminalSize.columns ?? 110,
            hasColours: hasColours
        ).text
    }
}
