import JSONReader

/// What a POST asks of a machine, its body read with case-sensitive keys.
struct MachineOrder: Sendable {
    enum Kind: String, Sendable, CaseIterable {
        case isolate = "Isolate"
        case unisolate = "Unisolate"
        case scan = "RunAntiVirusScan"
        case collect = "CollectInvestigationPackage"
        case restrict = "RestrictCodeExecution"
        case unrestrict = "UnrestrictCodeExecution"
        case quarantine = "StopAndQuarantineFile"
        case offboard = "Offboard"

        /// - Parameter path: The last segment, in lower case.
        init?(path: String) {
            guard let kind = Self.allCases.first(where: { $0.rawValue.lowercased() == path }) else {
                return nil
            }
            self = kind
        }

        var role: String {
            switch self {
            case .isolate, .unisolate: "Machine.Isolate"
            case .scan: "Machine.Scan"
            case .collect: "Machine.CollectForensics"
            case .restrict, .unrestrict: "Machine.RestrictExecution"
            case .quarantine: "Machine.StopAndQuarantine"
            case .offboard: "Machine.Offboard"
            }
        }

        fileprivate var fields: Set<String> {
            switch self {
            case .isolate: ["Comment", "IsolationType"]
            case .scan: ["Comment", "ScanType"]
            case .quarantine: ["Comment", "Sha1"]
            case .unisolate, .collect, .restrict, .unrestrict, .offboard: ["Comment"]
            }
        }
    }

    static let cancelRoles = [
        "Machine.CollectForensics", "Machine.Isolate", "Machine.RestrictExecution", "Machine.Scan",
        "Machine.Offboard", "Machine.StopAndQuarantine", "Machine.LiveResponse",
    ]
    private static let mobilePlatforms: Set<String> = ["ios", "android"]

    let kind: Kind
    let comment: String
    let scope: String?
    /// The SHA-1 of the file that is quarantined.
    private(set) var file: String?

    init(_ kind: Kind, _ call: SimulatedCall) throws(DefenderRefusal) {
        let body = try Self.body(call, keys: kind.fields)
        self.kind = kind
        comment = try Self.text("Comment", in: body) ?? ""
        guard !comment.isEmpty else { throw .missingField("Comment") }
        switch kind {
        case .isolate:
            let type = try Self.text("IsolationType", in: body) ?? "Full"
            scope = try Self.allowed(type, ["Full", "Selective", "UnManagedDevice"], "IsolationType")
        case .scan:
            guard let type = try Self.text("ScanType", in: body) else { throw .missingField("ScanType") }
            scope = try Self.allowed(type, ["Quick", "Full"], "ScanType")
        case .quarantine:
            guard let hash = try Self.text("Sha1", in: body) else { throw .missingField("Sha1") }
            guard hash.count == 40, hash.allSatisfy(\.isHexDigit) else {
                throw DefenderRefusal(400, "InvalidInput", "'Sha1' is not a valid SHA-1.")
            }
            file = hash
            scope = nil
        case .unisolate, .collect, .restrict, .unrestrict, .offboard: scope = nil
        }
    }

    /// - Throws: 400 `OsPlatformNotSupported`.
    func checkPlatform(of machine: SimulatedMachine) throws(DefenderRefusal) {
        let platform = machine.fields["osPlatform"]?.string ?? ""
        let folded = platform.lowercased()
        let isWindowsOnly = [.restrict, .unrestrict, .quarantine, .offboard].contains(kind)
        let isRefused =
            Self.mobilePlatforms.contains(folded) || (scope == "Selective" && folded == "linux")
            || (isWindowsOnly && !folded.hasPrefix("windows"))
        guard isRefused else { return }
        throw DefenderRefusal(400, "OsPlatformNotSupported", "The action is not supported on \(platform).")
    }

    /// An empty body counts as an empty object.
    static func body(_ call: SimulatedCall) throws(DefenderRefusal) -> [String: JSONValue] {
        guard !call.body.isEmpty else { return [:] }
        let type = call.header("content-type")?.lowercased().split(separator: ";").first
        guard type == "application/json", let value = try? JSONReader.read(call.body, root: .object) else {
            throw DefenderRefusal(400, "InvalidRequestBody", "Request body is incorrect.")
        }
        return value.object ?? [:]
    }

    /// A body none of whose keys is one of these in another case; further keys do not matter.
    static func body(_ call: SimulatedCall, keys: Set<String>) throws(DefenderRefusal) -> [String: JSONValue]
    {
        let body = try body(call)
        for name in body.keys.sorted() where !keys.contains(name) {
            let known = keys.first { $0.lowercased() == name.lowercased() }
            guard let known else { continue }
            let text = "Request body is incorrect: '\(name)' is not a valid key, '\(known)' is."
            throw DefenderRefusal(400, "InvalidRequestBody", text)
        }
        return body
    }

    static func text(
        _ name: String,
        in body: [String: JSONValue]
    ) throws(DefenderRefusal) -> String? {
        guard let value = body[name], !value.isNull else { return nil }
        guard let text = value.string else {
            throw DefenderRefusal(
                400,
                "InvalidRequestBody",
                "Request body is incorrect: '\(name)' is no string."
            )
        }
        return text
    }

    static func allowed(
        _ value: String,
        _ words: [String],
        _ name: String
    ) throws(DefenderRefusal) -> String {
        guard words.contains(value) else {
            throw DefenderRefusal(400, "InvalidInput", "'\(value)' is not a valid \(name).")
        }
        return value
    }
}
