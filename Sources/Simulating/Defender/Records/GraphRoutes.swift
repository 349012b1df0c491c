import JSONReader
import Vocabulary

/// What has moved to Microsoft Graph: hunting, and alerts under Graph's names.
///
/// The host is the same as Defender's here; the token must be one for Graph.
extension DefenderService {
    private static let graphAudiences = [
        "https://graph.microsoft.com", "https://graph.microsoft.us", "https://dod-graph.microsoft.us",
        "00000003-0000-0000-c000-000000000000",
    ]

    /// Nil if the path is none of Graph's.
    mutating func answerGraph(_ call: SimulatedCall) -> SimulatedAnswer? {
        let segments = call.segments
        guard segments.count >= 3, ["v1.0", "beta"].contains(segments[0].lowercased()),
            segments[1].lowercased() == "security"
        else { return nil }
        do {
            return try routeGraph(call, Array(segments.dropFirst(2)))
        } catch {
            return error.answer
        }
    }

    private mutating func routeGraph(
        _ call: SimulatedCall,
        _ segments: [String]
    ) throws(DefenderRefusal) -> SimulatedAnswer {
        let caller = try bearer.caller(call, audiences: Self.graphAudiences)
        let reading = ["SecurityAlert.Read.All", "SecurityAlert.ReadWrite.All"]
        switch (call.method, segments[0].lowercased(), segments.count) {
        case ("POST", "runhuntingquery", 1):
            try admit("runHuntingQuery", ["ThreatHunting.Read.All"], caller, call, rate: Self.huntingRate)
            let result = try hunt(call)
            return .json(
                200,
                [
                    "schema": .array(result.columns.map { ["name": .string($0), "type": "String"] }),
                    "results": .array(result.rows.map { .object($0) }),
                ]
            )
        case ("GET", "alerts_v2", 1):
            try admit("alerts_v2", reading, caller, call)
            return try page(
                call,
                records.rows("alerts").map(Self.graphAlert),
                "security/alerts_v2",
                ["status", "severity", "classification", "determination", "createdDateTime", "assignedTo"]
            )
        case ("GET", "alerts_v2", 2):
            try admit("alerts_v2/{id}", reading, caller, call)
            return .json(200, .object(Self.graphAlert(try graphAlertRecord(segments[1]))))
        case ("PATCH", "alerts_v2", 2):
            try admit("alerts_v2/{id}", ["SecurityAlert.ReadWrite.All"], caller, call)
            return try noteThroughGraph(segments[1], caller, call)
        case ("POST", "alerts_v2", 3) where segments[2].lowercased() == "comments":
            try admit("alerts_v2/{id}/comments", ["SecurityAlert.ReadWrite.All"], caller, call)
            return try commentThroughGraph(segments[1], caller, call)
        default: throw .noRoute(call)
        }
    }

    private func graphAlertRecord(_ id: String) throws(DefenderRefusal) -> [String: JSONValue] {
        guard let alert = records.row("alerts", is: id) else {
            throw DefenderRefusal(404, "ResourceNotFound", "Alert \(id) was not found")
        }
        return alert
    }

    private mutating func noteThroughGraph(
        _ id: String,
        _ caller: BearerCheck.Caller,
        _ call: SimulatedCall
    ) throws(DefenderRefusal) -> SimulatedAnswer {
        var alert = try graphAlertRecord(id)
        let body = try MachineOrder.body(call)
        let words = [
            "status": ["new", "inProgress", "resolved"],
            "classification": ["truePositive", "falsePositive", "informationalExpectedActivity"],
            "determination": [
                "malware", "phishing", "multiStagedAttack", "maliciousUserActivity", "compromisedUser",
                "unwantedSoftware", "securityTesting", "lineOfBusinessApplication", "confirmedUserActivity",
                "notMalicious", "notEnoughDataToValidate", "other",
            ],
        ]
        for (key, value) in body {
            guard let text = value.string, key == "assignedTo" || words[key]?.contains(text) == true else {
                throw DefenderRefusal(400, "BadRequest", "The value of \(key) is invalid.")
            }
            let isWord = key != "assignedTo"
            alert[key] = .string(isWord ? text.prefix(1).uppercased() + text.dropFirst() : text)
        }
        alert["lastUpdateTime"] = .string(SimulatedAction.stamp(call.at))
        records.replace(alert, in: "alerts")
        return .json(200, .object(Self.graphAlert(alert)), executed: true)
    }

    private mutating func commentThroughGraph(
        _ id: String,
        _ caller: BearerCheck.Caller,
        _ call: SimulatedCall
    ) throws(DefenderRefusal) -> SimulatedAnswer {
        let alert = try graphAlertRecord(id)
        let body = try MachineOrder.body(call)
        guard body["@odata.type"]?.string?.hasSuffix("microsoft.graph.security.alertComment") == true,
            let text = body["comment"]?.string
        else { throw DefenderRefusal(400, "BadRequest", "The comment is invalid.") }
        let noted = try AlertRecord.noted(
            alert,
            ["comment": .string(text)],
            by: caller.client,
            at: SimulatedAction.stamp(call.at)
        )
        records.replace(noted, in: "alerts")
        return .json(200, ["value": noted["comments"] ?? []])
    }

    /// The alert under Graph's names and words.
    private static func graphAlert(_ alert: [String: JSONValue]) -> [String: JSONValue] {
        func small(_ key: String) -> JSONValue {
            guard let text = alert[key]?.string else { return .null }
            return .string(text.prefix(1).lowercased() + text.dropFirst())
        }
        return [
            "@odata.type": "#microsoft.graph.security.alert", "id": alert["id"] ?? .null,
            "providerAlertId": alert["id"] ?? .null, "title": alert["title"] ?? .null,
            "severity": small("severity"), "status": small("status"), "category": alert["category"] ?? .null,
            "classification": small("classification"), "determination": small("determination"),
            "assignedTo": alert["assignedTo"] ?? .null, "description": alert["description"] ?? .null,
            "createdDateTime": alert["alertCreationTime"] ?? .null,
            "lastUpdateDateTime": alert["lastUpdateTime"] ?? .null,
            "incidentId": .string(alert["incidentId"]?.integer.map(String.init) ?? ""),
            "serviceSource": "microsoftDefenderForEndpoint", "comments": alert["comments"] ?? [],
        ]
    }
}
