import JSONReader

/// What the evidence of alerts tells of files, addresses, domains and users.
extension FactFinder {
    private var alerts: [Row] { records.rows("alerts") }

    func ofAlert(_ id: String, _ question: String) throws(DefenderRefusal) -> Found {
        let alert = try known("alerts", "Alert", id)
        let evidence = alert.rows("evidence")
        switch question {
        case "user":
            let name = alert["relatedUser"]?["userName"]?.string ?? ""
            guard !name.isEmpty, let user = user(name) else { throw Self.unknown("User of alert", id) }
            return .row(user, "Users/$entity")
        case "files":
            let hashes = evidence.map { $0.text("sha1").isEmpty ? $0.text("sha256") : $0.text("sha1") }
            return .rows(Self.once(hashes).compactMap(file), "Files")
        case "ips":
            let rows = Self.once(evidence.map { $0.text("ipAddress") }).map {
                Row(dictionaryLiteral: ("id", .string($0)))
            }
            return .rows(rows, "Ips")
        default:
            let rows = Self.once(evidence.map(Self.host)).map {
                Row(dictionaryLiteral: ("host", .string($0)))
            }
            return .rows(rows, "Domains")
        }
    }

    func ofFile(_ id: String, _ question: String) throws(DefenderRefusal) -> Found {
        guard FactText.isHash(id) else {
            throw DefenderRefusal(400, "InvalidHashValue", "The hash value is invalid.")
        }
        let folded = id.lowercased()
        guard let file = file(folded) else { throw Self.unknown("File", id) }
        let hashes = Set([file.text("sha1"), file.text("sha256")].filter { !$0.isEmpty })
        let about = alerts.filter { alert in
            alert.rows("evidence").contains {
                hashes.contains($0.text("sha1")) || hashes.contains($0.text("sha256"))
            }
        }
        let found = machines(file.texts("machines") + about.map { $0.text("machineId") })
        switch question {
        case "": return .row(file, "Files/$entity")
        case "alerts": return .rows(about, "Alerts", filterable: AlertRecord.filterable)
        case "machines": return .machines(found)
        default:
            let names = about.flatMap { $0.rows("evidence") }.compactMap { $0["fileName"]?.string }
            return .row(
                [
                    "sha1": file["sha1"] ?? .null, "orgPrevalence": .string(String(found.count)),
                    "organizationPrevalence": .integer(Int64(found.count)),
                    "orgFirstSeen": "2026-10-01T08:00:00Z", "orgLastSeen": "2026-11-02T09:14:07Z",
                    "globalPrevalence": .string(file.text("globalPrevalence")),
                    "globallyPrevalence": file["globalPrevalence"] ?? .null,
                    "globalFirstObserved": file["globalFirstObserved"] ?? .null,
                    "globalLastObserved": file["globalLastObserved"] ?? .null,
                    "topFileNames": .array(Self.once(names).map { .string($0) }),
                ],
                "microsoft.windowsDefenderATP.api.InOrgFileStats"
            )
        }
    }

    func ofAddress(_ id: String, _ question: String) throws(DefenderRefusal) -> Found {
        guard FactText.isAddress(id) else {
            throw DefenderRefusal(400, "InvalidIpAddress", "The IP address is invalid.")
        }
        let folded = id.lowercased()
        let about = alerts.filter { alert in
            alert.rows("evidence").contains { $0.text("ipAddress") == folded }
        }
        let own = machines.filter { machine in
            [machine.fields.text("lastIpAddress"), machine.fields.text("lastExternalIpAddress")]
                .contains(folded)
                || machine.fields.rows("ipAddresses").contains { $0.text("ipAddress") == folded }
        }
        guard records.row("ips", is: folded) != nil || !about.isEmpty || !own.isEmpty else {
            throw Self.unknown("Ip", id)
        }
        if question == "alerts" { return .rows(about, "Alerts", filterable: AlertRecord.filterable) }
        let count = Set(own.map(\.id) + about.map { $0.text("machineId") }).count
        return .row(
            ["ipAddress": .string(id)].merging(Self.prevalence(count)) { own, _ in own },
            "microsoft.windowsDefenderATP.api.InOrgIPStats"
        )
    }

    func ofDomain(_ id: String, _ question: String) throws(DefenderRefusal) -> Found {
        guard FactText.isDomain(id) else {
            throw DefenderRefusal(400, "InvalidDomainName", "The domain name is invalid.")
        }
        let folded = id.lowercased()
        let about = alerts.filter { alert in alert.rows("evidence").contains { Self.host($0) == folded } }
        let row = records.row("domains", where: "host", is: folded)
        guard row != nil || !about.isEmpty else { throw Self.unknown("Domain", id) }
        let found = machines((row?.texts("machines") ?? []) + about.map { $0.text("machineId") })
        switch question {
        case "alerts": return .rows(about, "Alerts", filterable: AlertRecord.filterable)
        case "machines": return .machines(found)
        default:
            return .row(
                ["host": .string(id)].merging(Self.prevalence(found.count)) { own, _ in own },
                "microsoft.windowsDefenderATP.api.InOrgDomainStats"
            )
        }
    }

    func ofUser(_ name: String, _ question: String) throws(DefenderRefusal) -> Found {
        guard let user = user(name) else { throw Self.unknown("User", name) }
        let about = alerts.filter {
            $0["relatedUser"]?["userName"]?.string?.lowercased() == name.lowercased()
        }
        switch question {
        case "": return .row(user, "Users/$entity")
        case "alerts": return .rows(about, "Alerts", filterable: AlertRecord.filterable)
        default: return .machines(machines(user.texts("machines") + about.map { $0.text("machineId") }))
        }
    }

    /// A user of the records, or one that an alert names.
    private func user(_ name: String) -> Row? {
        if let row = records.row("users", where: "accountName", is: name) { return row }
        let related = alerts.compactMap { $0["relatedUser"]?.object }
        guard let found = related.first(where: { $0.text("userName") == name.lowercased() }) else {
            return nil
        }
        let domain = found["domainName"]?.string ?? ""
        return [
            "id": .string("\(domain)\\\(found["userName"]?.string ?? "")"),
            "accountName": found["userName"] ?? .null, "accountDomain": .string(domain),
        ]
    }

    /// A file of the records, or one that an alert names.
    private func file(_ hash: String) -> Row? {
        for key in ["sha1", "sha256"] {
            if let row = records.row("files", where: key, is: hash) { return row }
        }
        let evidence = alerts.flatMap { $0.rows("evidence") }
        guard let found = evidence.first(where: { [$0.text("sha1"), $0.text("sha256")].contains(hash) })
        else { return nil }
        return ["sha1": found["sha1"] ?? .null, "sha256": found["sha256"] ?? .null, "globalPrevalence": 1]
    }

    /// Of an evidence's address of the web.
    private static func host(_ evidence: Row) -> String {
        let url = evidence.text("url")
        let rest = url.firstRange(of: "://").map { url[$0.upperBound...] } ?? url[...]
        return String(rest.prefix { !["/", ":", "?", "#"].contains($0) })
    }

    private static func prevalence(_ count: Int) -> Row {
        [
            "organizationPrevalence": .integer(Int64(count)), "orgPrevalence": .string(String(count)),
            "orgFirstSeen": "2026-10-01T08:00:00Z", "orgLastSeen": "2026-11-02T09:14:07Z",
        ]
    }

    /// Each text once, in order, without blanks.
    private static func once(_ texts: [String]) -> [String] {
        var seen: Set<String> = [""]
        return texts.filter { seen.insert($0).inserted }
    }
}
