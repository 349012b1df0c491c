/// Calls of Defender's API that no entry makes, and why.
package struct LeftOut: Sendable, Hashable {
    /// Method and path, as the reference writes them.
    package let calls: [String]
    package let reason: String
}

extension Catalogue {
    /// What of `reference/defender-api.md` §2 has no entry.
    package static let leftOut: [LeftOut] = [
        LeftOut(
            calls: [
                "GET /api/machines", "GET /api/machines/{id}", "GET /api/machineactions",
                "GET /api/machineactions/{id}", "GET /api/machineactions/{id}/getPackageUri",
                "GET /api/machineactions/{id}/GetLiveResponseResultDownloadLink(index={n})",
            ],
            reason: "The bridge calls them itself, to find machines, to watch, and to fetch evidence."
        ),
        LeftOut(
            calls: ["POST /api/machines/AddOrRemoveTagForMultipleMachines"],
            reason: "`tag a,b,c` is a job for each machine, decided, tried and told by itself."
        ),
        LeftOut(
            calls: ["PATCH /api/machines/{id}"],
            reason: "The pages contradict each other on whether it adds to tags or replaces them."
        ),
        LeftOut(
            calls: ["POST /api/indicators/BatchDelete"],
            reason: "It fails as a whole for one id that is gone; `indicator-delete a,b` is a job for each."
        ),
        LeftOut(
            calls: ["GET /api/indicators/{id}"],
            reason: "No page describes it; `indicator` filters the list."
        ),
        LeftOut(
            calls: ["POST /api/files/{sha1}/block", "POST /api/files/{sha1}/unblock"],
            reason: "Gone from the pages; `block` and `indicator-delete` do it for any file."
        ),
        LeftOut(
            calls: ["GET /api/machines/find(timestamp={iso},key={ip})"],
            reason: "The old form of `findbyip`."
        ),
        LeftOut(
            calls: ["POST /api/machines/{id}/startInvestigation"],
            reason: "Dead since 2026-09-01; see below."
        ),
        LeftOut(
            calls: [
                "GET /api/vulnerabilities/machinesVulnerabilities", "GET /api/deviceavinfo",
                "GET /api/machines/InfoGatheringExport", "GET /api/machines/*Assessment*",
                "GET /api/machines/*Inventory*", "GET /api/machines/SoftwareVulnerabilit*",
                "GET /api/browserextensions/permissionsinfo", "GET /api/baselineProfiles",
                "GET /api/baselineConfigurations",
            ],
            reason: "Exports of the whole estate for a data store, not answers to a person."
        ),
        LeftOut(
            calls: [
                "GET /api/recommendations/{id}/software", "GET /api/recommendations/{id}/vulnerabilities",
                "GET /api/remediationTasks", "GET /api/remediationTasks/{id}",
                "GET /api/remediationTasks/{id}/machineReferences",
            ],
            reason: "The work of whoever patches, not of whoever contains."
        ),
        LeftOut(
            calls: ["/api/DeviceAuthenticatedScan*"],
            reason: "Scans of network devices with credentials of theirs, which the bridge does not hold."
        ),
    ]
}
