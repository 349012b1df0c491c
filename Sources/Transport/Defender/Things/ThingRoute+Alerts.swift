import CurlClient
import JSONReader
import Vocabulary

/// Alerts.
///
/// - Source: `reference/defender-api.md` §§2.1, 4.2.
extension ThingRoute {
    static let alerts: [String: ThingRoute] = [
        "alerts": ThingRoute(
            path: { _ in "/api/alerts" },
            filter: equals([("status", "status"), ("severity", "severity")]),
            takesTop: true,
            form: .list,
            columns: ["id", "severity", "status", "title", "computerDnsName", "alertCreationTime"]
        ),
        "alert": ThingRoute(
            path: about("alerts"),
            form: .entity,
            columns: alertColumns
        ),
        "alert-update": ThingRoute(
            method: .patch,
            path: about("alerts"),
            body: { alertNotes($0) },
            form: .entity,
            columns: ["id", "status", "assignedTo", "classification", "determination"]
        ),
        "alerts-update": ThingRoute(
            method: .post,
            path: { _ in "/api/alerts/batchUpdate" },
            body: { alertsNotes($0) },
            form: .empty("It is noted on all of them."),
            columns: []
        ),
        "alert-create": ThingRoute(
            method: .post,
            path: { _ in "/api/alerts/CreateAlertByReference" },
            body: { newAlert($0) },
            form: .entity,
            columns: ["id", "title", "severity", "status", "category", "computerDnsName"]
        ),
    ]

    private static let alertColumns = [
        "id", "title", "severity", "status", "category", "computerDnsName", "assignedTo", "classification",
        "determination", "alertCreationTime", "detectionSource", "threatName", "incidentId", "description",
    ]

    /// What is noted on an alert; our mark stands in the comment.
    ///
    /// Keys of alerts are in camel case.
    private static func alertNotes(_ request: DefenderRequest) -> JSONValue {
        .object(notes(request))
    }

    private static func alertsNotes(_ request: DefenderRequest) -> JSONValue? {
        let ids = request.subject?.split(separator: ",").map { JSONValue.string(String($0)) } ?? []
        guard !ids.isEmpty else { return nil }
        var members = notes(request)
        members["alertIds"] = .array(ids)
        return .object(members)
    }

    /// Our mark stands at the end of the description: whoever reads the alert reads first what happened.
    private static func newAlert(_ request: DefenderRequest) -> JSONValue? {
        guard let machine = request.machine else { return nil }
        var members: [String: JSONValue] = ["machineId": .string(machine.text)]
        for (parameter, key) in [
            ("time", "eventTime"), ("report", "reportId"), ("severity", "severity"), ("title", "title"),
            ("recommend", "recommendedAction"), ("category", "category"),
        ] {
            guard let value = request.parameters[parameter] else { return nil }
            members[key] = .string(value)
        }
        guard let description = request.parameters["description"] else { return nil }
        members["description"] = .string("\(description) (\(request.comment))")
        return .object(members)
    }

    private static func notes(_ request: DefenderRequest) -> [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        for (parameter, key) in [
            ("status", "status"), ("assignee", "assignedTo"), ("classification", "classification"),
            ("determination", "determination"),
        ] {
            if let value = request.said(parameter) { members[key] = .string(value) }
        }
        let words = request.said("comment").map { "\(request.comment) \($0)" }
        members["comment"] = .string(words ?? request.comment)
        return members
    }
}
