/// Hunting: a query in Kusto over all that Defender records.
///
/// Source: `reference/defender-api.md` §§2.8, 4.7, 8; Microsoft Graph, `security: runHuntingQuery`.
extension Catalogue {
    package static let huntingActions: [ActionEntry] = [hunt]

    /// The parameter that holds the query.
    package static let queryParameter = "query"
    /// Longest query in bytes; ours, for no page names a limit.
    private static let queryBytesMax = 64 << 10

    package static let hunt: ActionEntry = {
        var entry = lookUp(
            "hunt",
            "Run a hunting query of the last 30 days.",
            about: .nothing,
            parameters: [
                ActionParameter(
                    name: queryParameter,
                    summary: "The query in Kusto; at the terminal it comes from `--file`.",
                    domain: .document(bytesMax: queryBytesMax)
                )
            ],
            application: ["ThreatHunting.Read.All"],
            delegated: ["ThreatHunting.Read.All"],
            rate: huntingRate,
            backEnd: .graph
        )
        entry.others = [
            OtherService(
                backEnd: .defender,
                applicationPermissions: ["AdvancedQuery.Read.All"],
                delegatedPermissions: ["AdvancedQuery.Read"],
                rate: huntingRate,
                retires: "2027-02-01"
            )
        ]
        return entry
    }()

    private static let huntingRate = RateWindow(perMinute: 45, perHour: 1_500)
}
