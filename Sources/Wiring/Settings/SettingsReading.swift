import Cryptography
import Foundation
import Vocabulary
import Yams

/// One pass over a settings file: nodes with their places, and the list of everything that is wrong.
///
/// A reference, because every part of the reader adds to the one list; used by one task only.
final class SettingsReading {
    let file: String
    /// Relative file names in the settings start here.
    let folder: String
    private(set) var problems: [SettingsProblem] = []
    /// Environment of the process, from which `{ env }` secrets are taken.
    let environment: [String: String]
    /// Which secrets are read; the others are checked for their form alone.
    let secretScope: SecretScope
    /// Names of variables that were read as secrets, to be unset.
    var takenVariables: Set<String> = []

    /// Places that are needed after the reading.
    var marks = Settings.Marks()

    /// SHA-256 of the file's bytes as they were read; empty before.
    private(set) var digest = ""

    init(file: String, environment: [String: String], secrets: SecretScope = .all) {
        self.file = file
        secretScope = secrets
        folder = (file as NSString).deletingLastPathComponent
        self.environment = environment
    }

    var hasErrors: Bool { problems.contains { $0.severity == .error } }

    func error(_ node: Node?, _ what: String, _ fix: String) {
        add(.error, node, what, fix)
    }

    func warn(_ node: Node?, _ what: String, _ fix: String) {
        add(.warning, node, what, fix)
    }

    private func add(_ severity: SettingsProblem.Severity, _ node: Node?, _ what: String, _ fix: String) {
        let problem = SettingsProblem(
            severity: severity,
            file: file,
            line: max(1, node?.mark?.line ?? 1),
            column: max(1, node?.mark?.column ?? 1),
            what: what,
            fix: fix
        )
        // A value that is looked at twice is wrong once.
        if !problems.contains(problem) { problems.append(problem) }
    }

    /// A warning that was found in the value, not in the file.
    func warn(line: Int, column: Int, _ what: String, _ fix: String) {
        problems.append(
            SettingsProblem(severity: .warning, file: file, line: line, column: column, what: what, fix: fix)
        )
    }

    /// The root mapping of the file; nil (and a problem) if it is not YAML or no mapping.
    func root() -> Node? {
        guard let data = FileManager.default.contents(atPath: file) else {
            error(nil, "the file cannot be read", "check its name and permissions")
            return nil
        }
        digest = Hex.encode(Digest.of(Array(data)))
        guard data.count <= 1 << 20, let text = String(data: data, encoding: .utf8) else {
            error(nil, "the file is larger than 1 MiB or not UTF-8", "save it as UTF-8 text")
            return nil
        }
        do {
            guard let node = try Yams.compose(yaml: text) else {
                error(nil, "the file is empty", "begin with examples/slack-command-isolates-a-workstation")
                return nil
            }
            return node
        } catch let problem as YamlError {
            unreadable(problem)
        } catch let problem {
            error(nil, "it is not YAML (\(problem))", "correct it")
        }
        return nil
    }

    private func unreadable(_ problem: YamlError) {
        switch problem {
        case .scanner(_, let what, let mark, _), .parser(_, let what, let mark, _),
            .composer(_, let what, let mark, _):
            place(mark, "it is not YAML: \(what)", "correct the indentation or the quoting")
        case .duplicatedKeysInMapping(let keys, let context):
            let names = keys.map { "\"\($0)\"" }.joined(separator: ", ")
            place(context.mark, "the key \(names) stands twice in one mapping", "keep one")
        default: error(nil, "it is not YAML", "correct the indentation or the quoting")
        }
    }

    private func place(_ mark: Mark, _ what: String, _ fix: String) {
        problems.append(
            SettingsProblem(
                severity: .error,
                file: file,
                line: max(1, mark.line),
                column: max(1, mark.column),
                what: what,
                fix: fix
            )
        )
    }

    /// A path out of the settings, relative to their folder.
    func path(_ text: String) -> String {
        text.hasPrefix("/") || folder.isEmpty ? text : "\(folder)/\(text)"
    }
}

extension Settings.Mark {
    init(_ node: Node?) {
        line = max(1, node?.mark?.line ?? 1)
        column = max(1, node?.mark?.column ?? 1)
    }
}
