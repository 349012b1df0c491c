/// Alerts: what is looked up of them, and what is noted on them.
///
/// Source: `reference/defender-api.md` §§2.1, 4.2.
extension Catalogue {
    package static let alertActions: [ActionEntry] = [alerts, alert, alertUpdate]

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

    package static let alertUpdate = order(
        "alert-update",
        "Note on an alert who works on it, how it stands and what it was.",
        about: .alert,
        parameters: alertNotes,
        application: ["Alert.ReadWrite.All"],
        delegated: ["Alert.ReadWrite"],
        lane: .alerts
    ).also(writingThroughGraph)

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
