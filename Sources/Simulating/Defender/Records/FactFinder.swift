import JSONReader

/// Finds what a look-up asks for among the records and the machines.
///
/// What belongs together is said by the rows themselves, in keys of ours that are never shown: `machines` are ids
/// of machines, `cves` ids of vulnerabilities, `distributions` and `updates` rows of their own. The rest comes from
/// the evidence of alerts.
struct FactFinder {
    enum Found {
        case row([String: JSONValue], String)
        case rows([[String: JSONValue]], String, filterable: Set<String> = [])
        case machines([SimulatedMachine])
    }

    typealias Row = [String: JSONValue]

    private static let ownKeys: Set<String> = ["machines", "cves", "distributions", "updates"]
    private static let filterableOfInvestigations: Set<String> = [
        "startTime", "id", "state", "machineId", "triggeringAlertId",
    ]
    private static let filterableOfSoftware: Set<String> = ["id", "name", "vendor"]
    private static let filterableOfVulnerabilities: Set<String> = [
        "id", "name", "description", "cvssV3", "publishedOn", "severity", "updatedOn",
    ]
    private static let filterableOfRecommendations: Set<String> = [
        "id", "productName", "vendor", "recommendedVersion", "recommendationCategory", "subCategory",
        "severityScore", "remediationType", "recommendedProgram", "recommendedVendor", "status",
    ]

    let records: RecordShelf
    let machines: [SimulatedMachine]

    /// A row without the keys that are ours.
    static func shown(_ row: Row) -> Row { row.filter { !ownKeys.contains($0.key) } }

    /// - Throws: 404 for what is not known, 400 for what is no hash, address or domain.
    func find(_ route: FactRoute, _ id: String) throws(DefenderRefusal) -> Found {
        switch route.steps[0] {
        case "machines": try ofMachine(id, route.question)
        case "alerts": try ofAlert(id, route.question)
        case "files": try ofFile(id, route.question)
        case "ips": try ofAddress(id, route.question)
        case "domains": try ofDomain(id, route.question)
        case "users": try ofUser(id, route.question)
        case "software": try ofSoftware(route, id)
        case "vulnerabilities": try ofVulnerability(route, id)
        case "recommendations": try ofRecommendation(route, id)
        case "investigations": try ofInvestigation(route, id)
        default: try score(route)
        }
    }

    private func ofMachine(_ key: String, _ question: String) throws(DefenderRefusal) -> Found {
        let folded = key.lowercased()
        guard
            let machine = machines.first(where: {
                $0.id.lowercased() == folded || $0.name?.lowercased() == folded
            })
        else { throw .noMachine(key) }
        let software = records.rows("software").filter { isOn($0, machine.id) }
        switch question {
        case "logonusers": return .rows(records.rows("users").filter { isOn($0, machine.id) }, "Users")
        case "alerts":
            let rows = records.rows("alerts").filter { $0.text("machineId") == machine.id.lowercased() }
            return .rows(rows, "Alerts", filterable: AlertRecord.filterable)
        case "software": return .rows(software, "Software")
        case "vulnerabilities":
            let inSoftware = Set(software.flatMap { $0.texts("cves") })
            let rows = records.rows("vulnerabilities").filter {
                isOn($0, machine.id) || inSoftware.contains($0.text("id"))
            }
            return .rows(rows, "Vulnerabilities")
        case "recommendations":
            return .rows(records.rows("recommendations").filter { isOn($0, machine.id) }, "Recommendations")
        default: return .rows(software.flatMap { $0.rows("updates") }, Self.dto("ProductFixDto"))
        }
    }

    private func ofSoftware(_ route: FactRoute, _ id: String) throws(DefenderRefusal) -> Found {
        guard route.steps.count > 1 else {
            return .rows(records.rows("software"), "Software", filterable: Self.filterableOfSoftware)
        }
        let software = try known("software", "Software", id)
        switch route.question {
        case "": return .row(software, "Software/$entity")
        case "distributions": return .rows(software.rows("distributions"), "Distributions")
        case "machinereferences": return references(software)
        case "vulnerabilities":
            let ids = Set(software.texts("cves"))
            return .rows(
                records.rows("vulnerabilities").filter { ids.contains($0.text("id")) },
                "Vulnerabilities"
            )
        default: return .rows(software.rows("updates"), Self.dto("ProductFixDto"))
        }
    }

    private func ofVulnerability(_ route: FactRoute, _ id: String) throws(DefenderRefusal) -> Found {
        guard route.steps.count > 1 else {
            return .rows(
                records.rows("vulnerabilities"),
                "Vulnerabilities",
                filterable: Self.filterableOfVulnerabilities
            )
        }
        var vulnerability = try known("vulnerabilities", "Vulnerability", id)
        guard !route.question.isEmpty else { return .row(vulnerability, "Vulnerabilities/$entity") }
        let software = records.rows("software").filter { $0.texts("cves").contains(id.lowercased()) }
        let ids = vulnerability.texts("machines") + software.flatMap { $0.texts("machines") }
        vulnerability["machines"] = .array(ids.map { .string($0) })
        return references(vulnerability)
    }

    private func ofRecommendation(_ route: FactRoute, _ id: String) throws(DefenderRefusal) -> Found {
        guard route.steps.count > 1 else {
            return .rows(
                records.rows("recommendations"),
                "Recommendations",
                filterable: Self.filterableOfRecommendations
            )
        }
        let recommendation = try known("recommendations", "Recommendation", id)
        return route.question.isEmpty
            ? .row(recommendation, "Recommendations/$entity") : references(recommendation)
    }

    /// By its own id, or by that of the alert that triggered it.
    private func ofInvestigation(_ route: FactRoute, _ id: String) throws(DefenderRefusal) -> Found {
        let rows = records.rows("investigations")
        guard route.steps.count > 1 else {
            return .rows(rows, "Investigations", filterable: Self.filterableOfInvestigations)
        }
        let folded = id.lowercased()
        guard let row = rows.first(where: { [$0.text("id"), $0.text("triggeringAlertId")].contains(folded) })
        else { throw Self.unknown("Investigation", id) }
        return .row(row, "Investigations/$entity")
    }

    private func score(_ route: FactRoute) throws(DefenderRefusal) -> Found {
        let name = route.steps[0] == "exposurescore" ? "ExposureScore" : "ConfigurationScore"
        if route.steps.count > 1 { return .rows(records.rows("exposureScoreByMachineGroups"), name) }
        guard let score = records.rows(name).first else { throw Self.unknown(name, "") }
        return .row(score, "\(name)/$entity")
    }

    // MARK: Shared

    func known(_ collection: String, _ name: String, _ id: String) throws(DefenderRefusal) -> Row {
        guard let row = records.row(collection, is: id) else { throw Self.unknown(name, id) }
        return row
    }

    /// True if the row names the machine.
    func isOn(_ row: Row, _ machine: String) -> Bool { row.texts("machines").contains(machine.lowercased()) }

    func machines(_ ids: [String]) -> [SimulatedMachine] {
        let ids = Set(ids.map { $0.lowercased() })
        return machines.filter { ids.contains($0.id.lowercased()) }
    }

    private func references(_ row: Row) -> Found {
        let rows = machines(row.texts("machines")).map { machine in
            Row(
                uniqueKeysWithValues: ["id", "computerDnsName", "osPlatform", "rbacGroupName"].map {
                    ($0, machine.fields[$0] ?? .null)
                }
            )
        }
        return .rows(rows, "MachineReferences")
    }

    static func dto(_ name: String) -> String { "Collection(microsoft.windowsDefenderATP.api.\(name))" }

    static func unknown(_ kind: String, _ id: String) -> DefenderRefusal {
        DefenderRefusal(404, "ResourceNotFound", "\(kind) \(id) was not found")
    }
}

extension [String: JSONValue] {
    /// A text, or a number as text, in lower case; empty for none.
    func text(_ key: String) -> String {
        self[key]?.string?.lowercased() ?? self[key]?.integer.map { String($0) } ?? ""
    }

    /// The texts of a list, in lower case.
    func texts(_ key: String) -> [String] {
        (self[key]?.array ?? []).compactMap { $0.string?.lowercased() }
    }

    func rows(_ key: String) -> [[String: JSONValue]] { (self[key]?.array ?? []).compactMap(\.object) }
}
