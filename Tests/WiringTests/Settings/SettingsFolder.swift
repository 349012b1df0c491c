import Foundation

@testable import Wiring

/// A temporary folder with a settings file and what it names.
struct SettingsFolder {
    let url: URL
    var environment = [
        "APP": "app-PLANTED", "SLACK": "slack-PLANTED", "BOT": "bot-PLANTED", "JIRA": "jira-PLANTED",
        "SIEM": "whsec_UExBTlRFRA==", "BLANK": "  ", "TEAMS": "UExBTlRFRA==",
    ]

    /// Nine lines without a mistake; what a test adds begins in line 10.
    static let base = """
        ledger: sqlite:ledger.db
        control: control.sock
        defender:
          tenant: 7f1c0f5e-0000-4000-8000-000000000001
          application: { client: 0c5a0000-0000-4000-8000-000000000002, secret: { env: APP } }
        sources:
          soc-chat: { kind: slack, workspaces: [T024], secret: { env: SLACK }, reply: { token: { env: BOT } } }
          tickets: { kind: jira, secret: { env: JIRA }, reply: { url: https://corp.example, token: { env: JIRA } }, own: bridge }
          siem: { kind: standard-webhooks, secret: { env: SIEM } }

        """

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "settings-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    func path(_ name: String) -> String { url.appending(path: name).path(percentEncoded: false) }

    func write(_ name: String, _ text: String, mode: Int = 0o600) throws {
        try Data(text.utf8).write(to: url.appending(path: name))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path(name))
    }

    /// Reads ``base`` and `tail` as one file.
    func read(_ tail: String) throws -> Settings {
        try readWhole(Self.base + tail)
    }

    func readWhole(_ text: String) throws -> Settings {
        try write("bascule.yaml", text)
        return try SettingsReader.read(path("bascule.yaml"), environment: environment)
    }

    /// What is wrong with ``base`` and `tail`, each as `LINE:COLUMN: what; fix`; empty if nothing is.
    func errors(_ tail: String) throws -> [String] {
        try errorsOfWhole(Self.base + tail)
    }

    func errorsOfWhole(_ text: String) throws -> [String] {
        do {
            _ = try readWhole(text)
            return []
        } catch let problems as SettingsProblems {
            return problems.all.filter { $0.severity == .error }.map(Self.shown)
        }
    }

    /// The warnings of a file without mistakes, in the same form.
    func warnings(_ tail: String) throws -> [String] {
        try read(tail).warnings.map(Self.shown)
    }

    private static func shown(_ problem: SettingsProblem) -> String {
        "\(problem.line):\(problem.column): \(problem.what); \(problem.fix)"
    }
}
