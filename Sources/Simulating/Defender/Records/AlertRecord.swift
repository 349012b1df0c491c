import JSONReader

/// Alerts as the simulated Defender keeps and changes them.
///
/// Source: `reference/defender-api.md` §4.2.
enum AlertRecord {
    static let filterable: Set<String> = [
        "alertCreationTime", "lastUpdateTime", "incidentId", "investigationId", "id", "assignedTo",
        "detectionSource", "lastEventTime", "status", "severity", "category",
    ]
    /// What a PATCH may say, with its words; empty for any text.
    static let notes: [String: Set<String>] = [
        "status": ["New", "InProgress", "Resolved"],
        "assignedTo": [],
        "classification": ["TruePositive", "InformationalExpectedActivity", "FalsePositive"],
        "determination": [
            "MultiStagedAttack", "MaliciousUserActivity", "CompromisedUser", "Malware", "Phishing",
            "UnwantedSoftware", "SecurityTesting", "LineOfBusinessApplication", "ConfirmedUserActivity",
            "ConfirmedActivity", "Clean", "NotMalicious", "InsufficientData", "Other",
        ],
        "comment": [],
    ]

    /// An alert of the script that says nothing but its machine.
    static func make(id: String, machine: String, in script: SimulatorScript) -> [String: JSONValue] {
        let found = script.machines.first { $0.id.lowercased() == machine.lowercased() }
        return [
            "id": .string(id), "title": "Suspicious PowerShell command line", "severity": "Medium",
            "status": "New", "category": "Execution", "detectionSource": "WindowsDefenderAtp",
            "description": "PowerShell was started with an encoded command line.",
            "machineId": .string(machine), "computerDnsName": .string(found?.name ?? ""),
            "alertCreationTime": "2026-11-02T09:14:07.1234567Z",
            "lastUpdateTime": "2026-11-02T09:15:00.0000000Z", "incidentId": 126, "investigationId": 18,
            "assignedTo": .null, "classification": .null, "determination": .null, "comments": [],
            "mitreTechniques": ["T1059.001"],
            "relatedUser": ["userName": "jdoe", "domainName": "CORP"],
            "evidence": [
                [
                    "entityType": "File", "fileName": "payload.ps1", "filePath": "C:\\Users\\jdoe",
                    "sha1": "4e1243bd22c66e76c2ba9eddc1f91394e57f9f83", "ipAddress": .null, "url": .null,
                ]
            ],
        ]
    }

    /// The alert with the notes of a PATCH.
    static func noted(
        _ alert: [String: JSONValue],
        _ body: [String: JSONValue],
        by requestor: String,
        at stamp: String
    ) throws(DefenderRefusal) -> [String: JSONValue] {
        var alert = alert
        var isSaid = false
        for (key, words) in notes {
            guard let value = body[key] else { continue }
            guard let text = value.string, words.isEmpty || words.contains(text) else {
                throw DefenderRefusal(400, "InvalidInput", "The value of \(key) is invalid.")
            }
            isSaid = true
            guard key != "comment" else {
                let comment: JSONValue = [
                    "comment": .string(text), "createdBy": .string(requestor), "createdTime": .string(stamp),
                ]
                alert["comments"] = .array((alert["comments"]?.array ?? []) + [comment])
                continue
            }
            alert[key] = value
        }
        guard isSaid else { throw DefenderRefusal(400, "InvalidRequestBody", "Request body is incorrect.") }
        alert["lastUpdateTime"] = .string(stamp)
        return alert
    }
}
