import Catalogue

/// Hunting through Defender's route and through Graph, and alerts through Graph.
extension ThingCase {
    static let hunting = [
        ThingCase(
            word: "hunt",
            parameters: ["query": "DeviceInfo\n| take 1"],
            host: .graph,
            request: "POST /v1.0/security/runHuntingQuery",
            body: #"{"Query":"DeviceInfo\n| take 1"}"#,
            answer:
                #"{"@odata.context":"x","schema":[{"name":"Timestamp","type":"DateTime"},{"name":"DeviceName","type":"String"}],"results":[{"DeviceName":"ws-0042","Timestamp":"2026-11-02T09:14:07Z","New":[1]}]}"#,
            line: "2026-11-02T09:14:07Z, ws-0042"
        ),
        ThingCase(
            word: "hunt",
            parameters: ["query": "DeviceInfo | where DeviceName == \"it's\""],
            host: .defender,
            request: "POST /api/advancedqueries/run",
            body: #"{"Query":"DeviceInfo | where DeviceName == \"it's\""}"#,
            answer:
                #"{"Stats":{"ExecutionTime":0.1},"Schema":[{"Name":"DeviceName","Type":"String"},{"Name":"Count","Type":"Novel"}],"Results":[{"DeviceName":"ws-0042","Count":7},{"DeviceName":null,"Count":0}]}"#,
            line: "ws-0042, 7",
            count: 2
        ),
        ThingCase(
            word: "alerts",
            parameters: ["severity": "High", "status": "InProgress", "top": "50"],
            host: .graph,
            request:
                "GET /v1.0/security/alerts_v2?$filter=status%20eq%20%27inProgress%27%20and%20severity%20eq%20%27high%27&$top=50",
            answer:
                #"{"value":[{"id":"da1_2","severity":"high","status":"inProgress","title":"Novel","createdDateTime":"2026-11-02T09:14:07Z"}]}"#,
            line: "da1_2, high, inProgress, Novel, 2026-11-02T09:14:07Z"
        ),
        ThingCase(
            word: "alert",
            subject: "da1_2",
            host: .graph,
            request: "GET /v1.0/security/alerts_v2/da1_2",
            answer: #"{"id":"da1_2","severity":"high","status":"new","incidentId":"126","evidence":[{}]}"#,
            line: "id da1_2, severity high, status new, incidentId 126."
        ),
        ThingCase(
            word: "alert-update",
            subject: "da1_2",
            parameters: [
                "status": "Resolved", "classification": "FalsePositive", "determination": "InsufficientData",
            ],
            host: .graph,
            request: "PATCH /v1.0/security/alerts_v2/da1_2",
            body:
                #"{"classification":"falsePositive","determination":"notEnoughDataToValidate","status":"resolved"}"#,
            answer: #"{"id":"da1_2","status":"resolved","classification":"falsePositive"}"#,
            line: "id da1_2, status resolved, classification falsePositive.",
            next:
                #"POST /v1.0/security/alerts_v2/da1_2/comments {"@odata.type":"microsoft.graph.security.alertComment","comment":"bascule:j-1 mia: SEC-1"}"#
        ),
    ]
}
