import CurlClient
import JSONReader

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
    ]

    private static let alertColumns = [
        "id", "title", "severity", "status", "category", "computerDnsName", "assignedTo", "classification",
        "determination", "alertCreationTime", "detectionSource", "threatName", "incidentId", "description",
    ]

    /// What is noted on an alert; our mark stands in the comment.
    ///
    /// Keys of alerts are in camel case.
    private static func alertNotes(_ request: DefenderRequest) -> JSONValue {
        var members: [String: JSONValue] = [:]
        for (parameter, key) in [
            ("status", "status"), ("assignee", "assignedTo"), ("classification", "classification"),
            ("determination", "determination"),
        ] {
            if let value = request.said(parameter) { members[key] = .string(value) }
        }
        let words = request.said("comment").map { "\(request.comment) \($0)" }
        members["comment"] = .string(words ?? request.comment)
        return .object(members)
    }
}
