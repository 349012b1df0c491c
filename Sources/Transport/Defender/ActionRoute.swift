import JSONReader
import Vocabulary

/// How an action of the catalogue goes over the wire.
///
/// Keys are Pascal case and Defender compares them with regard to case.
///
/// - Source: `reference/defender-api.md` §2.3 and §3.1.
struct ActionRoute: Sendable, Hashable {
    /// Behind `/api/machines/{id}/`.
    let segment: String
    /// The catalogue's parameter name and Defender's key for it.
    let keys: [String: String]

    /// Nil for a word that is not posted to a machine.
    init?(word: String) {
        switch word {
        case "isolate": (segment, keys) = ("isolate", ["type": "IsolationType"])
        case "release": (segment, keys) = ("unisolate", [:])
        case "scan": (segment, keys) = ("runAntiVirusScan", ["type": "ScanType"])
        case "collect": (segment, keys) = ("collectInvestigationPackage", [:])
        default: return nil
        }
    }

    /// Nil if a parameter is missing or is not one of this action.
    func body(parameters: [String: String], comment: String) -> JSONValue? {
        guard Set(parameters.keys) == Set(keys.keys) else { return nil }
        var members: [String: JSONValue] = ["Comment": .string(comment)]
        for (name, key) in keys { members[key] = parameters[name].map { .string($0) } }
        return .object(members)
    }
}
