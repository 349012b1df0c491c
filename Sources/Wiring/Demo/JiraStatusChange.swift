import JSONReader
import Vocabulary

/// What Jira posts when somebody moves an issue to another status.
///
/// - Source: `reference/webhook-sources.md`, Jira; the fields that a route is likely to look at.
struct JiraStatusChange: Sendable {
    var issue: String
    var summary: String
    /// The custom field that names the machine, and its value.
    var machineField: String
    var machine: String
    var from: String
    var to: String
    var account: String
    var displayName: String

    /// The body, as of `now`.
    func body(at now: Timestamp) -> [UInt8] {
        let event: JSONValue = [
            "timestamp": .integer(now.milliseconds),
            "webhookEvent": "jira:issue_updated",
            "issue_event_type_name": "issue_generic",
            "user": [
                "accountId": .string(account), "displayName": .string(displayName), "active": true,
                "accountType": "atlassian",
            ],
            "issue": [
                "id": "20482", "key": .string(issue),
                "fields": .object([
                    "summary": .string(summary), "status": ["name": .string(to)],
                    "issuetype": ["name": "Incident"], machineField: .string(machine),
                ]),
            ],
            "changelog": [
                "id": "131882",
                "items": [
                    [
                        "field": "status", "fieldtype": "jira", "fieldId": "status",
                        "fromString": .string(from), "toString": .string(to),
                    ]
                ],
            ],
        ]
        return event.encoded()
    }
}
