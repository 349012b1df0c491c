import Catalogue
import CurlClient
import JSONReader

/// Hunting through Defender's own route, while it lives.
///
/// - Source: `reference/defender-api.md` §§2.8, 4.7.
extension ThingRoute {
    static let hunting: [String: ThingRoute] = ["hunt": hunt("/api/advancedqueries/run")]

    /// One query may run for 200 seconds.
    private static let huntingDeadline = Duration.seconds(240)
    /// More than this is not read; Defender itself gives up to 124 MB.
    private static let huntingBytesMax = 32 << 20

    static func hunt(_ path: String) -> ThingRoute {
        ThingRoute(
            method: .post,
            path: { _ in path },
            body: { request in
                request.parameters[Catalogue.queryParameter].map { ["Query": .string($0)] }
            },
            form: .hunt,
            columns: [],
            responseBytesMax: huntingBytesMax,
            deadline: huntingDeadline
        )
    }
}

/// What Graph serves.
///
/// - Source: Microsoft Graph v1.0, `security: runHuntingQuery`, `alerts_v2`; `reference/defender-api.md` §8.
extension ThingRoute {
    static let graph: [String: ThingRoute] = [
        "hunt": hunt("/v1.0/security/runHuntingQuery"),
        "alerts": ThingRoute(
            path: { _ in alertsPath },
            filter: { request in
                let conditions = ["status", "severity"].compactMap { name in
                    request.said(name).map { ODataFilter.equals(name, .text(camel($0))) }
                }
                return conditions.isEmpty ? nil : .all(conditions)
            },
            takesTop: true,
            form: .list,
            columns: ["id", "severity", "status", "title", "createdDateTime"]
        ),
        "alert": ThingRoute(
            path: { alert($0) },
            form: .entity,
            columns: [
                "id", "title", "severity", "status", "category", "assignedTo", "classification",
                "determination", "createdDateTime", "detectionSource", "incidentId", "description",
            ]
        ),
        "alert-update": ThingRoute(
            method: .patch,
            path: { alert($0) },
            body: { notes($0) },
            form: .entity,
            columns: ["id", "status", "assignedTo", "classification", "determination"],
            then: { request in alert(request).map { ("\($0)/comments", comment(request)) } }
        ),
    ]

    private static let alertsPath = "/v1.0/security/alerts_v2"
    /// Graph has other words for these.
    private static let determinations = [
        "InsufficientData": "notEnoughDataToValidate", "ConfirmedActivity": "confirmedUserActivity",
    ]

    private static func alert(_ request: DefenderRequest) -> String? {
        request.subjectStep.map { "\(alertsPath)/\($0)" }
    }

    private static func notes(_ request: DefenderRequest) -> JSONValue {
        var members: [String: JSONValue] = [:]
        if let status = request.said("status") { members["status"] = .string(camel(status)) }
        if let name = request.said("assignee") { members["assignedTo"] = .string(name) }
        if let word = request.said("classification") { members["classification"] = .string(camel(word)) }
        if let word = request.said("determination") {
            members["determination"] = .string(determinations[word] ?? camel(word))
        }
        return .object(members)
    }

    /// Comments have a call of their own; ours names the job.
    private static func comment(_ request: DefenderRequest) -> JSONValue {
        let words = request.said("comment").map { "\(request.comment) \($0)" } ?? request.comment
        return ["@odata.type": "microsoft.graph.security.alertComment", "comment": .string(words)]
    }

    /// Graph spells the words of an enumeration with a small letter first.
    private static func camel(_ word: String) -> String { word.prefix(1).lowercased() + word.dropFirst() }
}
