import JSONReader
import Testing
import Vocabulary

@testable import Simulating

/// Look-ups of the simulated Defender, held against `reference/defender-api.md` §§2.1, 2.2, 2.5, 2.7, 2.9.
struct FactTests {
    private static let sha1 = "4e1243bd22c66e76c2ba9eddc1f91394e57f9f83"
    private static let alert = "da637_-1"

    /// Two machines, and an alert that names all there is.
    static func script() -> SimulatorScript {
        var script = twoMachines()
        script.machines[0].fields["machineTags"] = ["VIP", "Reimage"]
        script.machines[1].fields["machineTags"] = ["VIP room"]
        script.machines[0].fields["rbacGroupName"] = "Workstations"
        script.alerts = ["da1_2": serverID]
        script.records["alerts"] = [
            [
                "id": .string(alert), "machineId": .string(laptopID), "severity": "High", "status": "New",
                "relatedUser": ["userName": "jdoe", "domainName": "corp"],
                "evidence": [
                    ["entityType": "File", "sha1": .string(sha1), "fileName": "payload.ps1"],
                    ["entityType": "Ip", "ipAddress": "203.0.113.7", "sha1": .null],
                    ["entityType": "Url", "url": "https://evil.example:8443/a?b=c"],
                    ["entityType": "Url", "url": "https://evil.example/again"],
                ],
            ]
        ]
        return script
    }

    /// Path, what is listed by these keys, and any of these permissions.
    private static let lists: [(path: String, key: String, found: [String], roles: [String])] = [
        ("machines/\(laptopID)/logonusers", "id", [#"corp\jdoe"#], ["User.Read.All"]),
        ("machines/\(laptopID)/alerts", "id", [alert], ["Alert.Read.All", "Alert.ReadWrite.All"]),
        (
            "machines/\(laptopID)/software", "id", ["microsoft-_-edge", "google-_-chrome"],
            ["Software.Read.All"]
        ),
        ("machines/\(serverID)/software", "id", ["microsoft-_-edge"], ["Software.Read.All"]),
        (
            "machines/laptop-7.corp.example/vulnerabilities", "id", ["CVE-2026-40417"],
            ["Vulnerability.Read.All"]
        ),
        ("machines/\(serverID)/vulnerabilities", "id", [], ["Vulnerability.Read.All"]),
        (
            "machines/\(laptopID)/recommendations", "id", ["va-_-google-_-chrome"],
            ["SecurityRecommendation.Read.All"]
        ),
        ("machines/\(laptopID)/getmissingkbs", "id", ["5069112"], ["Software.Read.All"]),
        (
            "machines/findbytag?tag=vip&useStartsWithFilter=false", "id", [laptopID],
            ["Machine.Read.All", "Machine.ReadWrite.All"]
        ),
        (
            "machines/findbytag?tag=VIP&useStartsWithFilter=true", "id", [laptopID, serverID],
            ["Machine.Read.All"]
        ),
        ("alerts/\(alert)/files", "sha1", [sha1], ["File.Read.All"]),
        ("alerts/\(alert)/ips", "id", ["203.0.113.7"], ["Ip.Read.All"]),
        ("alerts/\(alert)/domains", "host", ["evil.example"], ["URL.Read.All", "url.read.all"]),
        ("alerts/da1_2/domains", "host", [], ["URL.Read.All"]),
        ("files/\(sha1)/alerts", "id", [alert, "da1_2"], ["Alert.Read.All"]),
        ("files/\(sha1)/machines", "id", [laptopID, serverID], ["Machine.Read.All"]),
        ("ips/203.0.113.7/alerts", "id", [alert], ["Alert.Read.All", "Alert.ReadWrite.All"]),
        ("domains/evil.example/alerts", "id", [alert], ["Alert.Read.All", "Alert.ReadWrite.All"]),
        ("domains/Evil.example/machines", "id", [laptopID], ["Machine.Read.All", "Machine.ReadWrite.All"]),
        ("users/jdoe/alerts", "id", [alert, "da1_2"], ["Alert.Read.All", "Alert.ReadWrite.All"]),
        ("users/asmith/machines", "id", [serverID], ["Machine.Read.All", "Machine.ReadWrite.All"]),
        ("Software", "id", ["microsoft-_-edge", "google-_-chrome"], ["Software.Read.All"]),
        ("Software?$filter=vendor%20eq%20'google'&$top=5", "id", ["google-_-chrome"], ["Software.Read.All"]),
        (
            "Software/google-_-chrome/distributions", "version", ["141.0.7390.54"], ["Software.Read.All"]
        ),
        ("Software/google-_-chrome/machineReferences", "id", [laptopID], ["Software.Read.All"]),
        ("software/google-_-chrome/vulnerabilities", "id", ["CVE-2026-40417"], ["Software.Read.All"]),
        ("software/google-_-chrome/getmissingkbs", "id", ["5069112"], ["Software.Read.All"]),
        ("vulnerabilities?$top=8000", "id", ["CVE-2026-40417"], ["Vulnerability.Read.All"]),
        ("vulnerabilities?$filter=severity%20eq%20'Low'", "id", [], ["Vulnerability.Read.All"]),
        ("vulnerabilities/cve-2026-40417/machineReferences", "id", [laptopID], ["Vulnerability.Read.All"]),
        ("recommendations", "id", ["va-_-google-_-chrome"], ["SecurityRecommendation.Read.All"]),
        (
            "recommendations/va-_-google-_-chrome/machineReferences", "id", [laptopID],
            ["SecurityRecommendation.Read.All"]
        ),
        ("investigations", "id", ["18"], ["Alert.Read.All", "Alert.ReadWrite.All"]),
        ("exposureScore/ByMachineGroups", "rbacGroupName", ["Workstations"], ["Score.Read.All"]),
    ]

    @Test(arguments: lists)
    func `a list is given to whoever may read it, and to nobody else`(
        path: String,
        key: String,
        found: [String],
        roles: [String]
    ) throws {
        for role in roles {
            var script = Self.script()
            script.roles = [role]
            let body = try Bench(script).get("/api/\(path)")
            #expect(body["value"]?.array?.compactMap { $0[key]?.string } == found, "\(role)")
            let own = ["machines", "cves", "distributions", "updates"]
            #expect(body["value"]?.array?.allSatisfy { row in own.allSatisfy { row[$0] == nil } } == true)
        }
        try refuses(path, without: roles)
    }

    private static let entities: [(path: String, member: String, value: JSONValue, role: String)] = [
        ("alerts/\(alert)/user", "accountName", "jdoe", "User.Read.All"),
        ("files/\(sha1)", "determinationType", "Malware", "File.Read.All"),
        ("files/\(sha1.uppercased())/stats", "organizationPrevalence", 2, "File.Read.All"),
        ("files/\(sha1)/stats?lookBackHours=24", "orgPrevalence", "2", "File.Read.All"),
        ("ips/10.0.0.7/stats", "organizationPrevalence", 1, "Ip.Read.All"),
        ("domains/evil.example/stats?lookBackHours=720", "organizationPrevalence", 1, "URL.Read.All"),
        ("users/jdoe", "id", #"corp\jdoe"#, "User.Read.All"),
        ("Software/microsoft-_-edge", "name", "edge", "Software.Read.All"),
        ("vulnerabilities/CVE-2026-40417", "severity", "High", "Vulnerability.Read.All"),
        (
            "recommendations/va-_-google-_-chrome", "remediationType", "Update",
            "SecurityRecommendation.Read.All"
        ),
        ("investigations/18", "triggeringAlertId", "da1_2", "Alert.Read.All"),
        ("investigations/da1_2", "id", "18", "Alert.ReadWrite.All"),
        ("exposureScore", "score", .number(33.49), "Score.Read.All"),
        ("configurationScore", "score", .number(340), "Score.Read.All"),
    ]

    @Test(arguments: entities)
    func `one thing is shown to whoever may read it, and to nobody else`(
        path: String,
        member: String,
        value: JSONValue,
        role: String
    ) throws {
        var script = Self.script()
        script.roles = [role]
        let bench = Bench(script)
        #expect(try bench.get("/api/\(path)")[member] == value)
        #expect(try bench.get("/api/v1.0/\(path)")["futureProperty"] != nil)
        try refuses(path, without: [role])
    }

    private func refuses(_ path: String, without roles: [String]) throws {
        let folded = Set((roles + ["Alert.ReadWrite.All", "Machine.ReadWrite.All"]).map { $0.lowercased() })
        var script = Self.script()
        script.roles = (SimulatorScript().roles + ["Alert.Read.All"]).filter {
            !folded.contains($0.lowercased())
        }
        if roles.contains(where: { $0.hasPrefix("Alert.") }) {
            script.roles.removeAll { $0 == "Alert.Read.All" }
        }
        if roles.contains(where: { $0.hasPrefix("Machine.") }) {
            script.roles.removeAll { $0 == "Machine.Read.All" }
        }
        let bench = Bench(script)
        let answer = bench.call("GET", "/api/\(path)", try bench.bearer())
        #expect(answer.status == 403)
        let message = try bench.json(answer)["error"]?["message"]?.string ?? ""
        #expect(message.hasPrefix("Missing application roles. API required roles: "))
    }

    @Test(arguments: [
        ("machines/unknown/logonusers", 404, "ResourceNotFound"),
        ("alerts/da9_9/files", 404, "ResourceNotFound"),
        ("files/\(String(repeating: "0", count: 64))", 404, "ResourceNotFound"),
        ("files/4e12/stats", 400, "InvalidHashValue"), ("files/\(sha1)z", 400, "InvalidHashValue"),
        ("ips/192.0.2.1/alerts", 404, "ResourceNotFound"), ("ips/10.0.0.256/stats", 400, "InvalidIpAddress"),
        ("ips/2001:db8:::7/stats", 400, "InvalidIpAddress"),
        ("ips/2001:db8::7/stats", 404, "ResourceNotFound"),
        ("domains/good.example/stats", 404, "ResourceNotFound"),
        ("domains/evil/stats", 400, "InvalidDomainName"),
        ("domains/a..b/alerts", 400, "InvalidDomainName"), ("users/nobody", 404, "ResourceNotFound"),
        ("Software/x-_-y", 404, "ResourceNotFound"), ("vulnerabilities/CVE-1999-1", 404, "ResourceNotFound"),
        ("recommendations/va-_-x", 404, "ResourceNotFound"), ("investigations/77", 404, "ResourceNotFound"),
        ("vulnerabilities?$top=8001", 400, "ODataError"), ("Software?$top=10001", 400, "ODataError"),
        ("Software?$filter=weaknesses%20eq%201", 400, "ODataError"),
        ("files/\(sha1)/stats?lookBackHours=721", 400, "InvalidInput"),
        ("ips/10.0.0.7/stats?lookBackHours=x", 400, "InvalidInput"),
        ("machines/findbytag", 400, "MissingRequiredParameter"), ("software/edge/nothing", 404, "NotFound"),
    ])
    func `what is not known or not well formed is refused`(path: String, status: Int, code: String) throws {
        let bench = Bench(Self.script())
        let answer = bench.call("GET", "/api/\(path)", try bench.bearer())
        #expect(answer.status == status)
        #expect(try bench.errorCode(answer) == code)
    }

    @Test func `each route has a window of its own, and the vulnerabilities of a machine half of one`() throws
    {
        var script = Self.script()
        script.rate = CallRate(perMinute: 60, perHour: 1_500)
        let bench = Bench(script)
        let bearer = try bench.bearer()
        func statuses(_ path: String, _ times: Int) -> [Int] {
            (0..<times).map { _ in bench.call("GET", "/api/machines/\(laptopID)/\(path)", bearer).status }
        }
        #expect(statuses("vulnerabilities", 51).last == 429)
        #expect(statuses("vulnerabilities", 1) == [429])
        #expect(statuses("software", 60).allSatisfy { $0 == 200 })
        #expect(statuses("software", 1) == [429])
        bench.clock.advance(61)
        #expect(statuses("vulnerabilities", 1) == [200])
    }

    @Test func `a collection that the script names is taken as it is`() throws {
        var script = Self.script()
        script.records["Users"] = [
            ["id": #"corp\ines"#, "accountName": "ines", "machines": [.string(serverID)]]
        ]
        script.records["software"] = []
        let bench = Bench(script)
        let users = try bench.get("/api/machines/\(serverID)/logonusers")["value"]?.array
        #expect(users?.compactMap { $0["accountName"]?.string } == ["ines"])
        #expect(try bench.get("/api/software")["value"] == [])
    }

    @Test(arguments: [
        ("1.2.3.4", true), ("01.2.3.4", true), ("1.2.3", false), ("1.2.3.4.5", false), ("::", true),
        ("::ffff:1.2.3.4", true), ("1:2:3:4:5:6:7:8", true), ("1:2:3:4:5:6:7", false),
        ("1:2:3:4:5:6::8", true), ("1:2:3:4:5:6:7::8", false), ("1::2::3", false), ("12345::", false),
        ("g::", false), ("", false),
    ])
    func `an address is known by its form`(text: String, isAddress: Bool) {
        #expect(FactText.isAddress(text) == isAddress)
    }
}
