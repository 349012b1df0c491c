/// Look-ups about software, vulnerabilities, recommendations, investigations and scores.
///
/// - Source: `reference/defender-api.md` §§2.5, 2.9, 4.3, 4.6.
extension ThingRoute {
    static let weaknesses: [String: ThingRoute] = [
        ofSoftware, ofVulnerabilities, ofRecommendations, ofInvestigations, scores,
    ].reduce(into: [:]) { all, some in all.merge(some) { first, _ in first } }

    private static let ofSoftware: [String: ThingRoute] = [
        "software-list": filtered("Software", [("name", "name"), ("vendor", "vendor")], softwareColumns),
        "software": entity(about("Software"), softwareColumns),
        "software-versions": list(
            about("Software", "/distributions"),
            ["version", "installations", "vulnerabilities"]
        ),
        "software-machines": list(about("Software", "/machineReferences"), referenceColumns),
        "software-vulnerabilities": list(about("Software", "/vulnerabilities"), vulnerabilityColumns),
        "software-updates": list(about("Software", "/getmissingkbs"), updateColumns),
    ]

    private static let ofVulnerabilities: [String: ThingRoute] = [
        "vulnerabilities": filtered("vulnerabilities", [("severity", "severity")], vulnerabilityColumns),
        "vulnerability": entity(
            about("vulnerabilities"),
            [
                "id", "severity", "cvssV3", "cvssVector", "exposedMachines", "publicExploit",
                "exploitVerified", "exploitInKit", "exploitTypes", "publishedOn", "updatedOn", "description",
            ]
        ),
        "vulnerability-machines": list(about("vulnerabilities", "/machineReferences"), referenceColumns),
    ]

    private static let ofRecommendations: [String: ThingRoute] = [
        "recommendations": filtered(
            "recommendations",
            [("status", "status"), ("product", "productName"), ("vendor", "vendor")],
            recommendationColumns
        ),
        "recommendation": entity(
            about("recommendations"),
            [
                "id", "recommendationName", "productName", "vendor", "recommendedVersion",
                "recommendationCategory", "subCategory", "remediationType", "status", "severityScore",
                "weaknesses", "publicExploit", "activeAlert", "exposedMachinesCount", "totalMachineCount",
                "exposureImpact", "configScoreImpact", "relatedComponent",
            ]
        ),
        "recommendation-machines": list(about("recommendations", "/machineReferences"), referenceColumns),
    ]

    private static let ofInvestigations: [String: ThingRoute] = [
        "investigations": filtered("investigations", [("state", "state")], investigationColumns),
        "investigation": entity(
            about("investigations"),
            investigationColumns + ["machineId", "cancelledBy", "statusDetails"]
        ),
    ]

    private static let scores: [String: ThingRoute] = [
        "exposure-score": entity({ _ in "/api/exposureScore" }, ["score", "time"]),
        "exposure-by-group": list(
            { _ in "/api/exposureScore/ByMachineGroups" },
            ["rbacGroupName", "score", "time"]
        ),
        "configuration-score": entity({ _ in "/api/configurationScore" }, ["score", "time"]),
    ]

    // MARK: Columns

    static let softwareColumns = [
        "id", "name", "vendor", "weaknesses", "publicExploit", "activeAlert", "exposedMachines",
        "impactScore",
    ]
    static let vulnerabilityColumns = [
        "id", "severity", "cvssV3", "exposedMachines", "publicExploit", "publishedOn", "name",
    ]
    static let recommendationColumns = [
        "id", "recommendationName", "severityScore", "exposedMachinesCount", "status", "remediationType",
        "weaknesses",
    ]
    static let updateColumns = [
        "id", "name", "productsNames", "cveAddressed", "machineMissedOn", "osBuild", "url",
    ]
    private static let referenceColumns = ["computerDnsName", "osPlatform", "rbacGroupName", "id"]
    private static let investigationColumns = [
        "id", "state", "startTime", "endTime", "computerDnsName", "triggeringAlertId",
    ]

    /// A list that takes `$filter` and `$top`.
    private static func filtered(
        _ collection: String,
        _ conditions: [(parameter: String, property: String)],
        _ columns: [String]
    ) -> ThingRoute {
        ThingRoute(
            path: { _ in "/api/\(collection)" },
            filter: equals(conditions),
            takesTop: true,
            form: .list,
            columns: columns
        )
    }
}
