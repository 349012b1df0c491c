/// Alerts: what is looked up of them, and what is noted on them.
///
/// Source: `reference/defender-api.md` §§2.1, 4.2.
extension Catalogue {
    package static let alertActions: [ActionEntry] = [alerts, alert, alertUpdate, alertsUpdate, alertCreate]

    /// Reading through Graph's `alerts_v2`.
    private static let readingThroughGraph = OtherService(
        backEnd: .graph,
        applicationPermissions: ["SecurityAlert.Read.All", "SecurityAlert.ReadWrite.All"],
        delegatedPermissions: ["SecurityAlert.Read.All", "SecurityAlert.ReadWrite.All"],
        rate: documentedRate,
        retires: nil
    )
    private static let writingThroughGraph = OtherService(
        backEnd: .graph,
        applicationPermissions: ["SecurityAlert.ReadWrite.All"],
        delegatedPermissions: ["SecurityAlert.ReadWrite.All"],
        rate: documentedRate,
        retires: nil
    )

    private static let readingAlerts = ["Alert.Read.All", "Alert.ReadWrite.All"]
    private static let readingAlertsForUser = ["Alert.Read", "Alert.ReadWrite"]
    static let severities = ["any", "Informational", "Low", "Medium", "High"]

    package static let alerts = lookUp(
        "alerts",
        "List alerts, the newest first.",
        about: .nothing,
        parameters: [
            words("status", "Only alerts of this status.", ["any", "New", "InProgress", "Resolved"]),
            words("severity", "Only alerts of this severity.", severities),
            top,
        ],
        application: readingAlerts,
        delegated: readingAlertsForUser
    ).also(readingThroughGraph)

    package static let alert = lookUp(
        "alert",
        "Show one alert with its evidence.",
        about: .alert,
        application: readingAlerts,
        delegated: readingAlertsForUser
    ).also(readingThroughGraph)

    package static let alertUpdate = noting(
        "alert-update",
        "Note on an alert who works on it, how it stands and what it was.",
        about: .alert
    ).also(writingThroughGraph)

    package static let alertsUpdate = noting(
        "alerts-update",
        "Note the same on several alerts in one call.",
        about: .alerts,
        rate: RateWindow(perMinute: 10, perHour: 500)
    )

    package static let alertCreate = order(
        "alert-create",
        "Make an alert of an event on a machine; an open one of the same title is added to.",
        about: .machine,
        parameters: alertParts,
        application: ["Alert.ReadWrite.All"],
        delegated: ["Alert.ReadWrite"],
        lane: .alerts,
        rate: RateWindow(perMinute: 15, perHour: 900)
    )

    private static func noting(
        _ word: String,
        _ summary: String,
        about: SubjectKind,
        rate: RateWindow = documentedRate
    ) -> ActionEntry {
        var entry = order(
            word,
            summary,
            about: about,
            parameters: alertNotes,
            application: ["Alert.ReadWrite.All"],
            delegated: ["Alert.ReadWrite"],
            lane: .alerts,
            rate: rate
        )
        entry.needsOneOf = alertNotes.map(\.name)
        return entry
    }

    /// What makes an alert; Defender demands all of it.
    private static let alertParts = [
        text("title", "What it says; together with the machine it tells alerts apart.", 250),
        ActionParameter(
            name: "severity",
            summary: "How bad it is.",
            domain: .words(["Low", "Medium", "High"], defaultValue: nil)
        ),
        ActionParameter(
            name: "category",
            summary: "What kind of attack it is.",
            domain: .words(
                [
                    "General", "CommandAndControl", "Collection", "CredentialAccess", "DefenseEvasion",
                    "Discovery", "Exfiltration", "Exploit", "Execution", "InitialAccess", "LateralMovement",
                    "Malware", "Persistence", "PrivilegeEscalation", "Ransomware", "SuspiciousActivity",
                ],
                defaultValue: nil
            )
        ),
        ActionParameter(
            name: "time",
            summary: "The event's time, exactly as hunting shows its Timestamp.",
            domain: .moment
        ),
        text("report", "The event's ReportId, as hunting shows it.", 100),
        text("description", "What happened.", 1_000),
        text("recommend", "What should be done.", 1_000),
    ]

    private static func text(_ name: String, _ summary: String, _ most: Int) -> ActionParameter {
        ActionParameter(name: name, summary: summary, domain: .text(charactersMax: most))
    }

    /// What can be noted on an alert; what is `unchanged` is not sent.
    static let alertNotes = [
        words("status", "How it stands.", ["unchanged", "New", "InProgress", "Resolved"]),
        words(
            "classification",
            "What it was.",
            ["unchanged", "TruePositive", "InformationalExpectedActivity", "FalsePositive"]
        ),
        words(
            "determination",
            "What it was, more exactly.",
            [
                "unchanged", "MultiStagedAttack", "MaliciousUserActivity", "CompromisedUser", "Malware",
                "Phishing", "UnwantedSoftware", "SecurityTesting", "LineOfBusinessApplication",
                "ConfirmedActivity", "NotMalicious", "InsufficientData", "Other",
            ]
        ),
        ActionParameter(
            name: "assignee",
            summary: "Who works on it, as Defender names people.",
            domain: .text(charactersMax: 200),
            isOptional: true
        ),
        ActionParameter(
            name: "comment",
            summary: "A comment, besides the one that names the job.",
            domain: .text(charactersMax: 1_000),
            isOptional: true
        ),
    ]
}
