import JSONReader

/// What the simulated Defender knows where its script says nothing: a little of everything, made of the machines.
///
/// A collection that the script names is taken as the script has it.
enum FactSample {
    /// Machines that are given users at most.
    private static let usersMax = 500
    private static let names = ["jdoe", "asmith", "lchen", "mgarcia", "okoval", "nberg"]
    /// The file in the evidence of an alert that says nothing but its machine.
    private static let sha1 = "4e1243bd22c66e76c2ba9eddc1f91394e57f9f83"
    private static let cve = "CVE-2026-40417"

    static func rows(_ script: SimulatorScript) -> [String: [[String: JSONValue]]] {
        let machines = script.machines
        let some = machines.indices.filter { $0.isMultiple(of: 2) }.map { machines[$0].id }
        var rows: [String: [[String: JSONValue]]] = [
            "users": machines.prefix(usersMax).enumerated().map { user($0.offset, $0.element.id) },
            "files": [file(on: machines.prefix(1).map(\.id))],
            "software": [
                software(
                    "microsoft-_-edge",
                    "edge",
                    "microsoft",
                    on: machines.map(\.id),
                    more: ["distributions": [distribution("142.0.3595.53", machines.count, 0)]]
                ),
                chrome(on: some),
            ],
            "vulnerabilities": [vulnerability(exposed: some.count)],
            "recommendations": [recommendation(on: some, of: machines.count)],
            "exposurescore": [["time": "2026-11-02T04:00:00Z", "score": 33.49]],
            "exposurescorebymachinegroups": groups(machines),
            "configurationscore": [["time": "2026-11-02T04:00:00Z", "score": 340.0]],
        ]
        rows["investigations"] = script.alerts.sorted { $0.key < $1.key }.enumerated().map { number, alert in
            investigation(18 + number, alert: alert.key, on: alert.value, in: script)
        }
        return rows
    }

    private static func user(_ number: Int, _ machine: String) -> [String: JSONValue] {
        let name = number < names.count ? names[number] : "user\(number + 1)"
        return [
            "id": .string("corp\\\(name)"), "accountName": .string(name), "accountDomain": "corp",
            "accountSid": .string("S-1-5-21-1004336348-1177238915-682003330-\(1_001 + number)"),
            "firstSeen": "2026-01-05T07:12:00Z", "lastSeen": "2026-11-02T08:55:00Z",
            "mostPrevalentMachineId": .string(machine), "leastPrevalentMachineId": .string(machine),
            "logonTypes": "Interactive, Network", "logOnMachinesCount": 1, "isDomainAdmin": false,
            "isOnlyNetworkUser": .null, "machines": [.string(machine)],
        ]
    }

    private static func file(on machines: [String]) -> [String: JSONValue] {
        [
            "sha1": .string(sha1),
            "sha256": "0c1f6f5e0a6b0f6d1c2a8e4a7c54f0d5d9b3b7d5f4b7b4a6f8c2d6e1a9b3c7d5",
            "md5": "9d5cf0d7a9f3c1e2b4a6d8e0f1c3b5a7", "globalPrevalence": 3,
            "globalFirstObserved": "2026-10-30T11:02:00Z", "globalLastObserved": "2026-11-02T09:14:07Z",
            "size": 48_640, "fileType": .null, "isPeFile": false, "filePublisher": .null,
            "fileProductName": .null, "signer": .null, "issuer": .null, "signerHash": .null,
            "isValidCertificate": false, "determinationType": "Malware",
            "determinationValue": "Trojan:PowerShell/Sample.A", "machines": texts(machines),
        ]
    }

    private static func software(
        _ id: String,
        _ name: String,
        _ vendor: String,
        on machines: [String],
        more: [String: JSONValue]
    ) -> [String: JSONValue] {
        let shown: [String: JSONValue] = [
            "id": .string(id), "name": .string(name), "vendor": .string(vendor), "weaknesses": 0,
            "publicExploit": false, "activeAlert": false, "exposedMachines": 0, "impactScore": 0,
            "machines": texts(machines),
        ]
        return shown.merging(more) { _, more in more }
    }

    /// One version has a weakness and lacks an update.
    private static func chrome(on machines: [String]) -> [String: JSONValue] {
        let update: JSONValue = [
            "id": "5069112", "name": "November 2026 update", "osBuild": .null,
            "productsNames": ["Google Chrome"], "url": "https://catalog.example/?q=KB5069112",
            "machineMissedOn": .integer(Int64(machines.count)), "cveAddressed": 1,
        ]
        return software(
            "google-_-chrome",
            "chrome",
            "google",
            on: machines,
            more: [
                "weaknesses": 1, "publicExploit": true, "exposedMachines": .integer(Int64(machines.count)),
                "impactScore": 4.2, "cves": [.string(cve)], "updates": [update],
                "distributions": [distribution("141.0.7390.54", machines.count, 1)],
            ]
        )
    }

    private static func distribution(_ version: String, _ count: Int, _ weaknesses: Int64) -> JSONValue {
        [
            "version": .string(version), "installations": .integer(Int64(count)),
            "vulnerabilities": .integer(weaknesses),
        ]
    }

    private static func vulnerability(exposed: Int) -> [String: JSONValue] {
        [
            "id": .string(cve), "name": .string(cve),
            "description": "A use after free lets a page run code outside the sandbox.",
            "severity": "High", "cvssV3": 8.8, "cvssVector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H",
            "exposedMachines": .integer(Int64(exposed)), "publishedOn": "2026-10-14T00:00:00Z",
            "updatedOn": "2026-10-28T00:00:00Z", "publicExploit": true, "exploitVerified": false,
            "exploitInKit": false, "exploitTypes": ["Remote"], "exploitUris": [],
            "CveSupportability": "Supported",
        ]
    }

    private static func recommendation(on machines: [String], of all: Int) -> [String: JSONValue] {
        [
            "id": "va-_-google-_-chrome", "productName": "chrome",
            "recommendationName": "Update Google Chrome",
            "weaknesses": 1, "vendor": "google", "recommendedVersion": "142.0.7444.60",
            "recommendationCategory": "Application", "subCategory": "", "severityScore": 0,
            "publicExploit": true, "activeAlert": false, "associatedThreats": [],
            "remediationType": "Update", "status": "Active", "configScoreImpact": 0,
            "exposureImpact": 3.91, "totalMachineCount": .integer(Int64(all)),
            "exposedMachinesCount": .integer(Int64(machines.count)), "nonProductivityImpactedAssets": 0,
            "relatedComponent": "Google Chrome", "machines": texts(machines),
        ]
    }

    private static func investigation(
        _ number: Int,
        alert: String,
        on machine: String,
        in script: SimulatorScript
    ) -> [String: JSONValue] {
        let found = script.machines.first { $0.id.lowercased() == machine.lowercased() }
        return [
            "id": .string(String(number)), "startTime": "2026-11-02T09:15:00Z", "endTime": .null,
            "state": "PendingApproval", "cancelledBy": .null, "statusDetails": .null,
            "machineId": .string(machine), "computerDnsName": .string(found?.name ?? ""),
            "triggeringAlertId": .string(alert),
        ]
    }

    private static func groups(_ machines: [SimulatedMachine]) -> [[String: JSONValue]] {
        let names = Set(machines.compactMap { $0.fields["rbacGroupName"]?.string }).sorted()
        return names.enumerated().map { number, name in
            [
                "time": "2026-11-02T04:00:00Z", "score": .number(20.5 + Double(number)),
                "rbacGroupName": .string(name), "rbacGroupId": .integer(Int64(number + 1)),
            ]
        }
    }

    private static func texts(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }
}
