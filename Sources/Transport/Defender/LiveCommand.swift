import JSONReader
import Vocabulary

/// The commands of a live-response session, each with the keys that Defender demands.
///
/// We send one a session: a session ends with its first failing command, and each of our jobs is one deed.
///
/// - Source: `reference/defender-api.md` §3.1, LiveResponseCommand.
enum LiveCommand: String, Sendable, Hashable {
    case putFile = "PutFile"
    case runScript = "RunScript"
    case getFile = "GetFile"

    /// The catalogue's parameters that may be left out.
    private static let optional: Set<String> = ["args"]

    /// The command as it stands in `Commands`; nil if a parameter is missing or is not one of its.
    func body(_ parameters: [String: String], _ keys: [String: String]) -> JSONValue? {
        let said = Set(parameters.keys)
        guard said.isSubset(of: keys.keys), said.isSuperset(of: Set(keys.keys).subtracting(Self.optional))
        else { return nil }
        // The name of what is run comes before what it is given.
        let pairs = keys.sorted { $0.key > $1.key }.compactMap { name, key -> JSONValue? in
            parameters[name].map { ["key": .string(key), "value": .string($0)] }
        }
        return ["type": .string(rawValue), "params": .array(pairs)]
    }
}

/// One command of a live-response session, as Defender tells of it (`reference/defender-api.md` §3.3).
package struct CommandState: Sendable, Hashable {
    package enum Status: Sendable, Hashable {
        case created
        case completed
        case failed
        /// A word never seen before: no end.
        case unknown(String)

        init(_ text: String) {
            switch text.lowercased() {
            case "created": self = .created
            case "completed": self = .completed
            case "failed": self = .failed
            default: self = .unknown(text)
            }
        }
    }

    /// Its place in the session, by which its result is asked for.
    package var index: Int
    /// Such as `RunScript`; unknown words pass.
    package var type: String
    package var status: Status
    /// Foreign text, each on one line and cut.
    package var errors: [String]

    package init(index: Int, type: String, status: Status, errors: [String] = []) {
        self.index = index
        self.type = type
        self.status = status
        self.errors = errors
    }
}

extension EntityReading {
    /// Longest error that is kept.
    private static let errorCharactersMax = 300
    /// Errors of one command that are kept.
    private static let errorsMax = 10

    /// The commands of a live-response action in their order; empty for all others.
    static func commands(_ value: JSONValue) -> [CommandState] {
        (value["commands"]?.array ?? []).enumerated().compactMap { place, row in
            guard let word = row["commandStatus"]?.string else { return nil }
            let errors = (row["errors"]?.array ?? []).prefix(errorsMax).map { error in
                PlainLines.of(
                    error.string ?? error.encodedText,
                    linesMax: 10,
                    charactersMax: errorCharactersMax
                ).replacing("\n", with: " ")
            }
            return CommandState(
                index: row["index"]?.integer.flatMap { Int(exactly: $0) } ?? place,
                type: row["command"]?["type"]?.string ?? "",
                status: CommandState.Status(word),
                errors: errors.filter { !$0.isEmpty }
            )
        }.sorted { $0.index < $1.index }
    }
}
