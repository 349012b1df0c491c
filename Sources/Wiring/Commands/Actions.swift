import ArgumentParser
import Catalogue
import JSONReader

/// `actions [--json]`: the catalogue of what this build can do.
struct Actions: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "actions",
        abstract: "List what can be done to a machine, and which permissions it takes."
    )

    @Flag(name: .long, help: "One JSON array.")
    var json = false

    @Flag(name: .long, help: "The page deploy/ACTIONS.md.")
    var markdown = false

    func run() {
        if markdown {
            print(ActionListing.page, terminator: "")
        } else {
            print(json ? ActionListing.json.encodedText : ActionListing.text)
        }
    }
}

/// The catalogue as it is shown.
enum ActionListing {
    /// An array in the order of the catalogue; every object has the same keys.
    static var json: JSONValue { .array(Catalogue.actions.map(object)) }

    /// A paragraph an action.
    static var text: String {
        (Catalogue.actions.map(paragraph) + Catalogue.dead.map(gone)).joined(separator: "\n\n")
    }

    private static func gone(_ dead: DeadAction) -> String {
        "\(dead.words[0]): gone\n  \(dead.message).\n  instead: \(dead.instead)"
    }

    /// The page of the documentation, made of nothing but the catalogue.
    static var page: String {
        var lines = [
            "# Actions", "",
            "Made by `bascule actions --markdown`; a test compares it with the catalogue. Permissions are of the "
                + "*WindowsDefenderATP* API; any one of those in a cell will do, and every action on a machine also takes one of "
                + "\(Catalogue.readingMachines.map { "`\($0)`" }.joined(separator: ", ")) to find the machine and "
                + "to watch it.", "",
            "| action | what it does | parameters | application permission | delegated permission | rate window | undone by | back end | retires |",
            "|---|---|---|---|---|---|---|---|---|",
        ]
        lines += Catalogue.actions.map { entry in
            let parameters = entry.parameters.map { parameter in
                let preset = parameter.defaultValue ?? (parameter.isRequired ? nil : "optional")
                return
                    "`\(parameter.name)=\(parameter.placeholder.replacing("|", with: "\\|"))`\(preset.map { " (\($0))" } ?? "")"
            }
            let cells = [
                "`\(entry.word)`", entry.summary,
                (parameters + (entry.takesTimeBox ? ["`for <duration>`"] : [])).joined(separator: "; "),
                cell(entry.applicationPermissions), cell(entry.delegatedPermissions),
                entry.backEnd == .bascule ? "" : "\(entry.rate.perMinute)/min, \(entry.rate.perHour)/h",
                entry.undoneBy.map { "`\($0)`" } ?? "", entry.backEnd.rawValue, entry.retires ?? "",
            ]
            return "| \(cells.joined(separator: " | ")) |"
        }
        lines += ["", "## Through another back end", ""]
        lines += ["Chosen under `back-ends` in the settings.", ""]
        lines += [
            "| action | back end | application permission | delegated permission | rate window | retires |"
        ]
        lines += ["|---|---|---|---|---|---|"]
        lines += Catalogue.actions.flatMap { entry in
            entry.others.map { entry.served(by: $0.backEnd) }.map { other in
                "| `\(other.word)` | \(other.backEnd.rawValue) | \(cell(other.applicationPermissions)) | "
                    + "\(cell(other.delegatedPermissions)) | \(other.rate.perMinute)/min, \(other.rate.perHour)/h | "
                    + "\(other.retires ?? "") |"
            }
        }
        lines += ["", "## Left out", "", "| call | why |", "|---|---|"]
        lines += Catalogue.leftOut.map { left in
            "| \(left.calls.map { "`\($0)`" }.joined(separator: ", ")) | \(left.reason) |"
        }
        lines += ["", "## Gone", "", "| action | since | what is so | instead |", "|---|---|---|---|"]
        lines += Catalogue.dead.map { dead in
            "| \(dead.words.map { "`\($0)`" }.joined(separator: ", ")) | \(dead.since) | \(dead.what). | `\(dead.instead)` |"
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func cell(_ permissions: [String]) -> String {
        permissions.map { "`\($0)`" }.joined(separator: ", ")
    }

    private static func object(_ entry: ActionEntry) -> JSONValue {
        [
            "action": .string(entry.word),
            "summary": .string(entry.summary),
            "parameters": .array(entry.parameters.map(object)),
            "takes_duration": .bool(entry.takesTimeBox),
            "changes_state": .bool(entry.changesState),
            "lane": text(entry.lane?.rawValue),
            "undone_by": text(entry.undoneBy),
            "machine_action": text(entry.machineActionType),
            "permissions": [
                "application_any_of": texts(entry.applicationPermissions),
                "delegated_any_of": texts(entry.delegatedPermissions),
                "watching_any_of": texts(entry.watchingPermissions),
            ],
            "rate": [
                "per_minute": .integer(Int64(entry.rate.perMinute)),
                "per_hour": .integer(Int64(entry.rate.perHour)),
            ],
            "platforms": .string(entry.platforms),
            "back_end": .string(entry.backEnd.rawValue),
            "retires": text(entry.retires),
        ]
    }

    private static func object(_ parameter: ActionParameter) -> JSONValue {
        [
            "name": .string(parameter.name),
            "summary": .string(parameter.summary),
            "values": texts(parameter.values),
            "default": text(parameter.defaultValue),
            "required": .bool(parameter.isRequired),
            "characters_max": parameter.charactersMax.map { .integer(Int64($0)) } ?? .null,
        ]
    }

    private static func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }

    private static func texts(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }

    private static func paragraph(_ entry: ActionEntry) -> String {
        var lines = [entry.word, "  \(entry.summary)"]
        lines += entry.parameters.map { parameter in
            let need = parameter.isRequired ? "must be said" : "need not be said"
            return "  with \(parameter.name)=\(parameter.placeholder)"
                + "  (\(parameter.defaultValue.map { "\($0) if not said" } ?? need)): \(parameter.summary)"
        }
        if entry.takesTimeBox { lines.append("  for <duration>: ends by itself, such as `for 4h`") }
        if let undoneBy = entry.undoneBy { lines.append("  undone by: \(undoneBy)") }
        lines.append("  permission: \(entry.applicationPermissions.joined(separator: " or "))")
        if !entry.watchingPermissions.isEmpty, entry.applicationPermissions != entry.watchingPermissions {
            lines.append("  and to find and watch: \(entry.watchingPermissions.joined(separator: " or "))")
        }
        lines.append("  works on: \(entry.platforms)")
        if entry.backEnd != .defender || !entry.others.isEmpty {
            lines.append("  served by: \(entry.backEnd.rawValue)")
        }
        if let retires = entry.retires { lines.append("  retires: \(retires)") }
        for other in entry.others.map({ entry.served(by: $0.backEnd) }) {
            let end = other.retires.map { ", which ends on \($0)" } ?? ""
            lines.append(
                "  or by \(other.backEnd.rawValue)\(end), with: \(other.applicationPermissions.joined(separator: " or "))"
            )
        }
        return lines.joined(separator: "\n")
    }
}
