import JSONReader
import Vocabulary

/// Changes of several alerts, and new ones.
///
/// Source: `reference/defender-api.md` §§2.1, 4.2.2.
extension DefenderService {
    private static let changingAlerts = ["Alert.ReadWrite.All"]
    private static let batchRate = CallRate(perMinute: 10, perHour: 500)
    private static let createRate = CallRate(perMinute: 15, perHour: 1_500)
    private static let severities = ["Low", "Medium", "High"]
    private static let categories = [
        "General", "CommandAndControl", "Collection", "CredentialAccess", "DefenseEvasion", "Discovery",
        "Exfiltration", "Exploit", "Execution", "InitialAccess", "LateralMovement", "Malware", "Persistence",
        "PrivilegeEscalation", "Ransomware", "SuspiciousActivity",
    ]
    private static let parts = [
        "eventTime", "reportId", "machineId", "severity", "title", "description", "recommendedAction",
        "category",
    ]

    /// Nil for a route that is neither; `path` is in lower case.
    mutating func changeAlerts(
        _ call: SimulatedCall,
        _ path: [String],
        _ caller: BearerCheck.Caller
    ) throws(DefenderRefusal) -> SimulatedAnswer? {
        switch path.dropFirst() {
        case ["batchupdate"]:
            try admit("alerts/batchUpdate", Self.changingAlerts, caller, call, rate: Self.batchRate)
            return try noteOnAlerts(caller, call)
        case ["createalertbyreference"]:
            try admit(
                "alerts/createAlertByReference",
                Self.changingAlerts,
                caller,
                call,
                rate: Self.createRate
            )
            return try makeAlert(call)
        default: return nil
        }
    }

    /// All of them or none; the answer has no body.
    private mutating func noteOnAlerts(
        _ caller: BearerCheck.Caller,
        _ call: SimulatedCall
    ) throws(DefenderRefusal) -> SimulatedAnswer {
        let keys = Set(AlertRecord.notes.keys).union(["alertIds"])
        let body = try MachineOrder.body(call, keys: keys)
        guard let ids = body["alertIds"]?.array?.compactMap(\.string), !ids.isEmpty else {
            throw .missingField("alertIds")
        }
        var noted: [[String: JSONValue]] = []
        for id in ids {
            guard let alert = records.row("alerts", is: id) else {
                throw DefenderRefusal(404, "ResourceNotFound", "Alert \(id) was not found")
            }
            noted.append(
                try AlertRecord.noted(alert, body, by: caller.client, at: SimulatedAction.stamp(call.at))
            )
        }
        for alert in noted { records.replace(alert, in: "alerts") }
        return SimulatedAnswer(status: 200, executed: true)
    }

    /// A new alert, or an open one of the same machine and title.
    private mutating func makeAlert(_ call: SimulatedCall) throws(DefenderRefusal) -> SimulatedAnswer {
        let body = try MachineOrder.body(call, keys: Set(Self.parts))
        var said: [String: String] = [:]
        for name in Self.parts {
            guard let text = try MachineOrder.text(name, in: body), !text.isEmpty else {
                throw .missingField(name)
            }
            said[name] = text
        }
        let part = { (name: String) in said[name] ?? "" }
        _ = try MachineOrder.allowed(part("severity"), Self.severities, "severity")
        _ = try MachineOrder.allowed(part("category"), Self.categories, "category")
        guard Timestamp(iso8601: part("eventTime")) != nil else {
            throw DefenderRefusal(400, "InvalidInput", "'\(part("eventTime"))' is not a valid eventTime.")
        }
        guard let machine = estate.machine(part("machineId")) else { throw .noMachine(part("machineId")) }
        guard !script.unknownReports.contains(part("reportId")) else {
            throw DefenderRefusal(404, "ResourceNotFound", "The event \(part("reportId")) was not found")
        }
        let stamp = SimulatedAction.stamp(call.at)
        let open = records.rows("alerts").first {
            $0["machineId"]?.string?.lowercased() == machine.id.lowercased()
                && $0["title"]?.string == part("title") && $0["status"]?.string != "Resolved"
        }
        if var alert = open {
            alert["lastUpdateTime"] = .string(stamp)
            alert["lastEventTime"] = .string(part("eventTime"))
            records.replace(alert, in: "alerts")
            return entityAnswer(alert, "Alerts/$entity")
        }
        var alert = AlertRecord.make(
            id: "da\(call.at.milliseconds)_\(records.rows("alerts").count + 1)",
            machine: machine.id,
            in: script
        )
        for name in ["severity", "title", "description", "recommendedAction", "category"] {
            alert[name] = .string(part(name))
        }
        for name in ["alertCreationTime", "lastUpdateTime"] { alert[name] = .string(stamp) }
        for name in ["firstEventTime", "lastEventTime"] { alert[name] = .string(part("eventTime")) }
        alert["detectionSource"] = "CustomerTI"
        alert["evidence"] = []
        records.append(alert, to: "alerts")
        return entityAnswer(alert, "Alerts/$entity", executed: true)
    }
}
