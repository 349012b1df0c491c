/// Indicators: what is blocked, warned of, noted and allowed on every machine of the tenant.
///
/// Source: `reference/defender-api.md` §§2.6, 4.4.
extension Catalogue {
    package static let indicatorActions: [ActionEntry] = [
        indicators, indicator, block, warn, audit, allow, indicatorsImport, indicatorDelete,
    ]

    /// Values of one list, at most; Defender takes no more in a call.
    package static let indicatorsMax = 500
    /// The parameter that says what the digits of a hash are.
    package static let indicatorTypeParameter = "type"
    package static let certificateType = "certificate"
    /// The parameters of ``indicatorsImport``.
    package static let listParameter = "list"
    package static let actionParameter = "action"
    static let settingIndicators: Set<String> = ["block", "warn", "audit", "allow", "indicators-import"]

    private static let permissions = ["Ti.ReadWrite", "Ti.ReadWrite.All"]
    private static let permissionsForUser = ["Ti.ReadWrite"]

    package static let indicators = lookUp(
        "indicators",
        "List indicators: what is blocked, warned of, noted and allowed; with Ti.ReadWrite only this application's own.",
        about: .nothing,
        parameters: [
            words(
                actionParameter,
                "Only indicators that do this.",
                ["any", "Block", "BlockAndRemediate", "Warn", "Audit", "Allowed"]
            ),
            words(
                indicatorTypeParameter,
                "Only indicators of this type.",
                ["any"] + IndicatorValue.Kind.allCases.map(\.rawValue)
            ),
            top,
        ],
        application: permissions,
        delegated: permissionsForUser
    )

    package static let indicator = lookUp(
        "indicator",
        "Show the indicators of one value; with Ti.ReadWrite only this application's own.",
        about: .indicator,
        application: permissions,
        delegated: permissionsForUser
    )

    package static let block = setting(
        "block",
        "Block a file, an address, a domain or a URL on every machine.",
        [raising]
    )
    package static let warn = setting(
        "warn",
        "Warn whoever opens it, on every machine; they may go on.",
        [raising]
    )
    package static let audit = setting("audit", "Raise an alert wherever it is seen, and let it pass.")
    package static let allow = setting("allow", "Let it pass on every machine, whatever Defender says of it.")

    package static let indicatorsImport = order(
        "indicators-import",
        "Set an indicator for every line of a file; a # begins a comment.",
        about: .nothing,
        parameters: [
            ActionParameter(
                name: listParameter,
                summary: "The values, one a line, at most \(indicatorsMax).",
                domain: .document(bytesMax: 262_144),
                linesOf: .indicator
            ),
            ActionParameter(
                name: actionParameter,
                summary: "What is done with all of them.",
                domain: .words(["block", "warn", "audit", "allow"], defaultValue: nil)
            ),
        ] + settings([raising]),
        application: permissions,
        delegated: permissionsForUser,
        lane: .indicators,
        undoneBy: "indicator-delete",
        takesTimeBox: true,
        rate: RateWindow(perMinute: 30, perHour: 1_500)
    )

    package static let indicatorDelete: ActionEntry = {
        var entry = order(
            "indicator-delete",
            "Delete one indicator, named by its value or by its id at Defender.",
            about: .indicatorOrID,
            application: permissions,
            delegated: permissionsForUser,
            lane: .indicators
        )
        entry.isRemoval = true
        return entry
    }()

    private static let raising = words(
        "alert",
        "Whether an alert is raised where it is seen.",
        ["yes", "no"]
    )

    private static func setting(
        _ word: String,
        _ summary: String,
        _ further: [ActionParameter] = []
    ) -> ActionEntry {
        order(
            word,
            summary,
            about: .indicator,
            parameters: settings(further),
            application: permissions,
            delegated: permissionsForUser,
            lane: .indicators,
            undoneBy: "indicator-delete",
            takesTimeBox: true
        )
    }

    /// What is said of every indicator that is set.
    private static func settings(_ further: [ActionParameter]) -> [ActionParameter] {
        [
            words(
                "severity",
                "Of the alerts that it raises.",
                ["Informational", "Low", "Medium", "High"],
                usual: "Medium"
            )
        ] + further + [
            words(
                indicatorTypeParameter,
                "What it is; 40 digits are a file's SHA-1 unless they are said to be a certificate's thumbprint.",
                ["as-written", certificateType]
            ),
            ActionParameter(
                name: "title",
                summary: "The title at Defender; made of the word and the job if not said.",
                domain: .text(charactersMax: 200),
                isOptional: true
            ),
            ActionParameter(
                name: "recommend",
                summary: "What whoever handles its alerts should do.",
                domain: .text(charactersMax: 1_000),
                isOptional: true
            ),
            expiry,
        ]
    }
}
