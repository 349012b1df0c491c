import JSONReader
import Vocabulary

/// Reads Defender's entities.
///
/// Unknown fields and words pass, absent ones are nil; only an entity without a usable id is none.
///
/// - Source: `reference/defender-api.md` §4.1 and §3.3.
enum EntityReading {
    static func machine(_ value: JSONValue) -> Machine? {
        guard let id = text(value, "id").flatMap({ MachineID($0) }) else { return nil }
        return Machine(
            id: id,
            dnsName: text(value, "computerDnsName"),
            osPlatform: text(value, "osPlatform"),
            lastSeen: moment(value, "lastSeen"),
            firstSeen: moment(value, "firstSeen"),
            onboardingStatus: text(value, "onboardingStatus") ?? text(value, "onboardingstatus"),
            healthStatus: text(value, "healthStatus"),
            lastIPAddress: text(value, "lastIpAddress"),
            lastExternalIPAddress: text(value, "lastExternalIpAddress"),
            ipAddresses: (value["ipAddresses"]?.array ?? []).compactMap { text($0, "ipAddress") },
            deviceGroup: text(value, "rbacGroupName"),
            tags: (value["machineTags"]?.array ?? []).compactMap(\.string),
            entraDeviceID: text(value, "aadDeviceId"),
            riskScore: text(value, "riskScore"),
            exposureLevel: text(value, "exposureLevel"),
            deviceValue: text(value, "deviceValue")
        )
    }

    /// Nil as well without a machine id or a creation time: such an action could not be matched with ours.
    static func action(_ value: JSONValue) -> MachineAction? {
        guard let id = text(value, "id"), DefenderPath.isIdentifier(id),
            let machine = text(value, "machineId").flatMap({ MachineID($0) }),
            let createdAt = moment(value, "creationDateTimeUtc")
        else { return nil }
        return MachineAction(
            id: id,
            type: text(value, "type") ?? "",
            scope: text(value, "scope"),
            status: MachineAction.Status(text(value, "status") ?? ""),
            machineID: machine,
            machineName: text(value, "computerDnsName"),
            requestor: text(value, "requestor"),
            comment: text(value, "requestorComment"),
            createdAt: createdAt,
            updatedAt: moment(value, "lastUpdateDateTimeUtc") ?? moment(value, "lastUpdateTimeUtc"),
            errorHResult: integer(value, "errorHResult") ?? 0,
            cancellationComment: text(value, "cancellationComment"),
            commands: commands(value)
        )
    }

    /// A text; a number or truth value is taken as its text; blank ones are nil.
    private static func text(_ value: JSONValue, _ key: String) -> String? {
        let found: String? =
            switch value[key] {
            case .string(let text): text
            case .integer(let number): String(number)
            case .bool(let truth): String(truth)
            case .number(let number): String(number)
            case .null, .array, .object, nil: nil
            }
        guard let found, !found.allSatisfy(\.isWhitespace) else { return nil }
        return found
    }

    private static func moment(_ value: JSONValue, _ key: String) -> Timestamp? {
        value[key]?.string.flatMap { Timestamp(iso8601: $0) }
    }

    private static func integer(_ value: JSONValue, _ key: String) -> Int64? {
        guard let found = value[key] else { return nil }
        if let text = found.string {
            if text.lowercased().hasPrefix("0x") { return Int64(text.dropFirst(2), radix: 16) }
            return Int64(text)
        }
        return found.integer ?? found.number.flatMap { Int64(exactly: $0.rounded()) }
    }
}
