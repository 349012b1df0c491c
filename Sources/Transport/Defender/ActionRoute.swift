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
    /// What the body says whatever the parameters.
    let fixed: [String: String]
    /// True if a machine action with our comment comes of it; false if Defender answers with the machine.
    let makesAction: Bool
    /// The type of the one command of a live-response session; its keys are the command's then.
    var command: LiveCommand?

    /// Nil for a word that is not posted to a machine.
    init?(word: String) {
        switch word {
        case "isolate": self.init("isolate", ["type": "IsolationType"])
        case "release": self.init("unisolate")
        case "scan": self.init("runAntiVirusScan", ["type": "ScanType"])
        case "collect": self.init("collectInvestigationPackage")
        case "restrict": self.init("restrictCodeExecution")
        case "unrestrict": self.init("unrestrictCodeExecution")
        case "quarantine-file": self.init("StopAndQuarantineFile", ["sha1": "Sha1"])
        case "offboard": self.init("offboard")
        case "tag": self.init("tags", ["tag": "Value"], fixed: ["Action": "Add"], makesAction: false)
        case "run-script": self.init(.runScript, ["script": "ScriptName", "args": "Args"])
        case "get-file": self.init(.getFile, ["path": "Path"])
        case "put-file": self.init(.putFile, ["file": "FileName"])
        case "untag": self.init("tags", ["tag": "Value"], fixed: ["Action": "Remove"], makesAction: false)
        case "set-value": self.init("setDeviceValue", ["value": "DeviceValue"], makesAction: false)
        default: return nil
        }
    }

    private init(_ command: LiveCommand, _ keys: [String: String]) {
        self.init("runliveresponse", keys)
        self.command = command
    }

    private init(
        _ segment: String,
        _ keys: [String: String] = [:],
        fixed: [String: String] = [:],
        makesAction: Bool = true
    ) {
        self.segment = segment
        self.keys = keys
        self.fixed = fixed
        self.makesAction = makesAction
    }

    /// Nil if a parameter is missing or is not one of this action.
    func body(parameters: [String: String], comment: String) -> JSONValue? {
        if let command {
            return command.body(parameters, keys).map { ["Commands": [$0], "Comment": .string(comment)] }
        }
        guard Set(parameters.keys) == Set(keys.keys) else { return nil }
        var members = fixed.mapValues { JSONValue.string($0) }
        if makesAction { members["Comment"] = .string(comment) }
        for (name, key) in keys { members[key] = parameters[name].map { .string($0) } }
        return .object(members)
    }
}
