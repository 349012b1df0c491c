import CurlClient

/// Look-ups about machines, alerts, and what is found on them.
///
/// None of these lists documents `$top`; what goes beyond one page is said to be more.
///
/// - Source: `reference/defender-api.md` §§2.1, 2.2, 2.7, 4.
extension ThingRoute {
    static let facts: [String: ThingRoute] = [
        ofMachines, ofAlerts, ofTraces, ofUsers, weaknesses,
    ].reduce(into: [:]) { all, some in all.merge(some) { first, _ in first } }

    private static let ofMachines: [String: ThingRoute] = [
        "machine-users": list(machine("logonusers"), userColumns),
        "machine-alerts": list(machine("alerts"), alertListColumns),
        "machine-software": list(machine("software"), softwareColumns),
        "machine-vulnerabilities": list(machine("vulnerabilities"), vulnerabilityColumns),
        "machine-recommendations": list(machine("recommendations"), recommendationColumns),
        "machine-updates": list(machine("getmissingkbs"), updateColumns),
        "find-tag": list(
            { request in
                request.subjectStep.map { "/api/machines/findbytag?tag=\($0)&useStartsWithFilter=false" }
            },
            machineColumns
        ),
    ]

    private static let ofAlerts: [String: ThingRoute] = [
        "alert-machine": entity(about("alerts", "/machine"), machineColumns),
        "alert-user": entity(about("alerts", "/user"), userColumns),
        "alert-files": list(about("alerts", "/files"), fileColumns),
        "alert-addresses": list(about("alerts", "/ips"), ["id"]),
        "alert-domains": list(about("alerts", "/domains"), ["host"]),
    ]

    private static let ofTraces: [String: ThingRoute] = [
        "file": entity(about("files"), fileColumns),
        "file-alerts": list(about("files", "/alerts"), alertListColumns),
        "file-machines": list(about("files", "/machines"), machineColumns),
        // The first spelling is the page's, the second what clients have recorded.
        "file-stats": entity(
            statistics("files"),
            [
                "sha1", "organizationPrevalence", "orgPrevalence", "orgFirstSeen", "orgLastSeen",
                "globallyPrevalence", "globalPrevalence", "globalFirstObserved", "globalLastObserved",
                "topFileNames",
            ]
        ),
        "address": entity(statistics("ips"), ["ipAddress"] + prevalence),
        "address-alerts": list(about("ips", "/alerts"), alertListColumns),
        "address-machines": list(
            { request in
                guard let address = request.subject, let moment = request.askedAt else { return nil }
                return DefenderPath.findByAddress(address, at: moment)
            },
            machineColumns
        ),
        "domain": entity(statistics("domains"), ["host"] + prevalence),
        "domain-alerts": list(about("domains", "/alerts"), alertListColumns),
        "domain-machines": list(about("domains", "/machines"), machineColumns),
    ]

    private static let ofUsers: [String: ThingRoute] = [
        "user": entity(about("users"), userColumns),
        "user-alerts": list(about("users", "/alerts"), alertListColumns),
        "user-machines": list(about("users", "/machines"), machineColumns),
    ]

    // MARK: Columns

    private static let machineColumns = [
        "computerDnsName", "osPlatform", "rbacGroupName", "healthStatus", "riskScore", "exposureLevel",
        "lastSeen", "id",
    ]
    private static let alertListColumns = [
        "id", "severity", "status", "title", "computerDnsName", "alertCreationTime",
    ]
    private static let userColumns = [
        "id", "accountName", "accountDomain", "firstSeen", "lastSeen", "logonTypes", "logOnMachinesCount",
        "isDomainAdmin", "accountSid",
    ]
    private static let fileColumns = [
        "sha1", "sha256", "size", "fileType", "filePublisher", "fileProductName", "signer", "issuer",
        "isValidCertificate", "globalPrevalence", "globalFirstObserved", "globalLastObserved",
        "determinationType", "determinationValue",
    ]
    private static let prevalence = [
        "organizationPrevalence", "orgPrevalence", "orgFirstSeen", "orgLastSeen",
    ]

    // MARK: Forms

    static func list(
        _ path: @escaping @Sendable (DefenderRequest) -> String?,
        _ columns: [String]
    ) -> ThingRoute {
        ThingRoute(path: path, form: .list, columns: columns)
    }

    static func entity(
        _ path: @escaping @Sendable (DefenderRequest) -> String?,
        _ columns: [String]
    ) -> ThingRoute {
        ThingRoute(path: path, form: .entity, columns: columns)
    }

    /// `/api/COLLECTION/SUBJECT/stats?lookBackHours=N`.
    private static func statistics(_ collection: String) -> @Sendable (DefenderRequest) -> String? {
        let path = about(collection, "/stats")
        return { request in
            guard let path = path(request), let hours = request.parameters["hours"].flatMap({ Int($0) })
            else { return nil }
            return "\(path)?lookBackHours=\(hours)"
        }
    }
}
