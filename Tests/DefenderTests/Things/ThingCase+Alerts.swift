/// Alerts, from `reference/defender-api.md` §§2.1, 4.2.
extension ThingCase {
    static let alerts = [
        ThingCase(
            word: "alerts",
            parameters: ["severity": "High", "status": "New", "top": "10"],
            request:
                "GET /api/alerts?$filter=status%20eq%20%27New%27%20and%20severity%20eq%20%27High%27&$top=10",
            answer: #"{"@odata.context":"x#Alerts","value":[\#(alert),{"id":"da2_-1","severity":"Novel"}]}"#,
            line:
                "da637472900382838869_1364969609, High, New, Suspicious PowerShell command line, ws-0042.corp.example, 2026-11-02T09:14:07.1234567Z",
            count: 2
        ),
        ThingCase(
            word: "alerts",
            request: "GET /api/alerts?$top=100",
            answer: #"{"value":[]}"#,
            line: nil,
            count: 0
        ),
        ThingCase(
            word: "alert",
            subject: "da637472900382838869_1364969609",
            request: "GET /api/alerts/da637472900382838869_1364969609",
            answer: alert,
            line:
                "id da637472900382838869_1364969609, title Suspicious PowerShell command line, severity High, status New, category Execution, computerDnsName ws-0042.corp.example, alertCreationTime 2026-11-02T09:14:07.1234567Z, detectionSource WindowsDefenderAtp, incidentId 126, description PowerShell was started."
        ),
        ThingCase(
            word: "alert-update",
            subject: "da637472900382838869_1364969609",
            parameters: ["status": "Resolved", "assignee": "mia@corp.example"],
            request: "PATCH /api/alerts/da637472900382838869_1364969609",
            body:
                #"{"assignedTo":"mia@corp.example","comment":"bascule:j-1 mia: SEC-1","status":"Resolved"}"#,
            answer:
                #"{"id":"da637472900382838869_1364969609","status":"Resolved","assignedTo":"mia@corp.example"}"#,
            line: "id da637472900382838869_1364969609, status Resolved, assignedTo mia@corp.example."
        ),
        ThingCase(
            word: "alerts-update",
            subject: "da1_2,da3_-4",
            parameters: ["classification": "FalsePositive", "determination": "Malware", "comment": "seen"],
            request: "POST /api/alerts/batchUpdate",
            body:
                #"{"alertIds":["da1_2","da3_-4"],"classification":"FalsePositive","comment":"bascule:j-1 mia: SEC-1 seen","determination":"Malware"}"#,
            answer: "",
            line: "It is noted on all of them."
        ),
        ThingCase(
            word: "alert-create",
            isAboutMachine: true,
            parameters: [
                "title": "Beacon", "severity": "High", "category": "CommandAndControl",
                "time": "2026-11-02T09:14:07.1234567Z", "report": "20776", "description": "It calls home.",
                "recommend": "Isolate it.",
            ],
            request: "POST /api/alerts/CreateAlertByReference",
            body:
                #"{"category":"CommandAndControl","description":"It calls home. (bascule:j-1 mia: SEC-1)","eventTime":"2026-11-02T09:14:07.1234567Z","machineId":"9b1c77aa02de4f5c8e6610d2b3a4c5d6e7f80912","recommendedAction":"Isolate it.","reportId":"20776","severity":"High","title":"Beacon"}"#,
            answer: alert,
            line:
                "id da637472900382838869_1364969609, title Suspicious PowerShell command line, severity High, status New, category Execution, computerDnsName ws-0042.corp.example."
        ),
    ]

    private static let alert = """
        {"id":"da637472900382838869_1364969609","incidentId":126,"investigationId":null,"severity":"High",\
        "status":"New","classification":null,"determination":null,"title":"Suspicious PowerShell command line",\
        "category":"Execution","detectionSource":"WindowsDefenderAtp","computerDnsName":"ws-0042.corp.example",\
        "alertCreationTime":"2026-11-02T09:14:07.1234567Z","description":"PowerShell was started",\
        "novel":{"deep":[1,null]},"evidence":[]}
        """
}
