import Catalogue
import Defender
import JSONReader
import Simulating
import Testing
import Vocabulary

/// Look-ups of facts: what they need, and what the simulator, which reads the wire by itself, answers them.
struct FactTests {
    /// Typed from `reference/defender-api.md` §§2.1, 2.2, 2.5, 2.7, 2.9: words, application and delegated permission.
    private static let permissions: [(words: [String], application: [String], delegated: [String])] = [
        (
            ["machine-users", "alert-user", "user"], ["User.Read.All"], ["User.Read.All"]
        ),
        (
            [
                "machine-alerts", "file-alerts", "address-alerts", "domain-alerts", "user-alerts",
                "investigations", "investigation",
            ],
            ["Alert.Read.All", "Alert.ReadWrite.All"], ["Alert.Read", "Alert.ReadWrite"]
        ),
        (
            [
                "find-tag", "alert-machine", "file-machines", "address-machines", "domain-machines",
                "user-machines",
            ],
            ["Machine.Read.All", "Machine.ReadWrite.All"], ["Machine.Read", "Machine.ReadWrite"]
        ),
        (
            [
                "machine-software", "machine-updates", "software-list", "software", "software-versions",
                "software-machines", "software-vulnerabilities", "software-updates",
            ],
            ["Software.Read.All"], ["Software.Read"]
        ),
        (
            ["machine-vulnerabilities", "vulnerabilities", "vulnerability", "vulnerability-machines"],
            ["Vulnerability.Read.All"], ["Vulnerability.Read"]
        ),
        (
            ["machine-recommendations", "recommendations", "recommendation", "recommendation-machines"],
            ["SecurityRecommendation.Read.All"], ["SecurityRecommendation.Read"]
        ),
        (["alert-files", "file", "file-stats"], ["File.Read.All"], ["File.Read.All"]),
        (["alert-addresses", "address"], ["Ip.Read.All"], ["Ip.Read.All"]),
        (["alert-domains", "domain"], ["URL.Read.All"], ["URL.Read.All"]),
        (["exposure-score", "exposure-by-group", "configuration-score"], ["Score.Read.All"], ["Score.Read"]),
    ]

    @Test func `permissions are those of the reference`() throws {
        for row in Self.permissions {
            for word in row.words {
                let entry = try #require(Catalogue.entry(word))
                #expect(entry.applicationPermissions == row.application, "\(word)")
                #expect(entry.delegatedPermissions == row.delegated, "\(word)")
                #expect(entry.isLookUp && entry.needsGrant && !entry.changesState, "\(word)")
                let isAboutMachine = word.hasPrefix("machine-")
                #expect(entry.watchingPermissions == (isAboutMachine ? Catalogue.readingMachines : []))
                let perMinute = word == "machine-vulnerabilities" ? 50 : 100
                #expect(entry.rate == RateWindow(perMinute: perMinute, perHour: 1_500), "\(word)")
            }
        }
        #expect(Set(Self.permissions.flatMap(\.words)) == Set(Catalogue.facts.map(\.word)))
    }

    @Test func `the spelling of a permission makes no difference`() throws {
        let entry = try #require(Catalogue.entry("domain"))
        #expect(PermissionCheck(entry: entry, held: ["Url.Read.All"]).isSatisfied)
        let missing = PermissionCheck(entry: entry, held: ["Ip.Read.All"]).missing
        #expect(missing.map(\.anyOf) == [["URL.Read.All"]])
    }

    private static func script() -> SimulatorScript {
        var script = SimulatedTenant.script()
        script.machines[1].fields["machineTags"] = ["VIP & Co"]
        script.records["domains"] = [["host": "evil.example", "machines": [.string(SimulatedTenant.first)]]]
        return script
    }

    private static let alert = "da637472900382838869_1364969609"

    /// Word, subject, how many rows, and what the first line says.
    private static let answers: [(word: String, subject: String?, count: Int, says: String)] = [
        ("machine-users", nil, 1, #"corp\jdoe"#), ("machine-alerts", nil, 1, alert),
        ("machine-software", nil, 2, "microsoft-_-edge"),
        ("machine-vulnerabilities", nil, 1, "CVE-2026-40417"),
        ("machine-recommendations", nil, 1, "va-_-google-_-chrome"), ("machine-updates", nil, 1, "5069112"),
        ("find-tag", "vip & co", 1, "laptop-70.corp.example"), ("find-tag", "VIP", 0, ""),
        ("alert-machine", alert, 1, "laptop-7.corp.example"), ("alert-user", alert, 1, "jdoe"),
        ("alert-files", alert, 1, ThingCase.sha1), ("alert-addresses", alert, 0, ""),
        ("alert-domains", alert, 0, ""), ("file", ThingCase.sha1, 1, "determinationType Malware"),
        ("file-alerts", ThingCase.sha1, 1, alert),
        ("file-machines", ThingCase.sha1, 1, "laptop-7.corp.example"),
        ("file-stats", ThingCase.sha1, 1, "organizationPrevalence 1"),
        ("address", "10.1.2.4", 1, "organizationPrevalence 1"), ("address-alerts", "10.1.2.4", 0, ""),
        ("address-machines", "10.1.2.4", 1, "laptop-70.corp.example"),
        ("domain", "evil.example", 1, "host evil.example"), ("domain-alerts", "evil.example", 0, ""),
        ("domain-machines", "evil.example", 1, "laptop-7.corp.example"),
        ("user", "asmith", 1, #"corp\asmith"#),
        ("user-alerts", "jdoe", 1, alert), ("user-machines", "asmith", 1, "laptop-70.corp.example"),
        ("software-list", nil, 2, "microsoft-_-edge"), ("software", "google-_-chrome", 1, "weaknesses 1"),
        ("software-versions", "google-_-chrome", 1, "141.0.7390.54"),
        ("software-machines", "google-_-chrome", 1, "laptop-7.corp.example"),
        ("software-vulnerabilities", "google-_-chrome", 1, "CVE-2026-40417"),
        ("software-updates", "google-_-chrome", 1, "5069112"), ("vulnerabilities", nil, 1, "CVE-2026-40417"),
        ("vulnerability", "CVE-2026-40417", 1, "severity High"),
        ("vulnerability-machines", "CVE-2026-40417", 1, "laptop-7.corp.example"),
        ("recommendations", nil, 1, "va-_-google-_-chrome"),
        ("recommendation", "va-_-google-_-chrome", 1, "remediationType Update"),
        ("recommendation-machines", "va-_-google-_-chrome", 1, "laptop-7.corp.example"),
        ("investigations", nil, 1, "PendingApproval"), ("investigation", "18", 1, alert),
        ("investigation", alert, 1, "id 18"), ("exposure-score", nil, 1, "score 33.49"),
        ("exposure-by-group", nil, 1, "Workstations"), ("configuration-score", nil, 1, "score 340"),
    ]

    @Test func `the simulator answers every look-up over real sockets`() async throws {
        try await SimulatedTenant.serve(Self.script()) { tenant in
            for (word, subject, count, says) in Self.answers {
                let answer = try await tenant.client.ask(try Self.request(word, subject, tenant))
                #expect(answer.count == count, "\(word)")
                let line = answer.lines.first ?? ""
                #expect(says.isEmpty ? line.isEmpty : line.contains(says), "\(word): \(line)")
            }
            #expect(Set(Self.answers.map(\.word)) == Set(Catalogue.facts.map(\.word)))
            #expect(tenant.executed == 0)
        }
    }

    @Test func `without permissions each is refused in Defender's words, and what is unknown is not found`()
        async throws
    {
        var script = Self.script()
        script.roles = ["Library.Manage"]
        try await SimulatedTenant.serve(script) { tenant in
            for (word, subject, _, _) in Self.answers {
                let request = try Self.request(word, subject, tenant)
                let error = try await refusal { try await tenant.client.ask(request) }
                #expect(error.kind == .permission, "\(word)")
            }
        }
        try await SimulatedTenant.serve(Self.script()) { tenant in
            for (word, subject) in [
                ("alert-user", "da9_9"), ("file", String(repeating: "0", count: 40)),
                ("address", "192.0.2.77"),
                ("domain", "good.example"), ("user", "nobody"), ("software", "x-_-y"),
                ("vulnerability", "CVE-1999-1"), ("recommendation", "va-_-x"), ("investigation", "77"),
            ] {
                let request = try Self.request(word, subject, tenant)
                let error = try await refusal { try await tenant.client.ask(request) }
                #expect(error.kind == .notFound, "\(word)")
            }
        }
    }

    @Test func `a list that ends at a page or at the rows asked for says that there may be more`()
        async throws
    {
        var script = Self.script()
        script.pageRows = 1
        script.records["software"] = (1...20).map { number in
            [
                "id": .string("a-_-b\(number)"), "name": "b", "vendor": "a",
                "machines": [.string(SimulatedTenant.first)],
            ]
        }
        try await SimulatedTenant.serve(script) { tenant in
            let onMachine = try await tenant.client.ask(try Self.request("machine-software", nil, tenant))
            #expect(onMachine.count == 1)
            #expect(onMachine.mayBeMore)
            let some = try await tenant.client.ask(
                try Self.request("software-list", nil, tenant, ["top": "10"])
            )
            #expect(some.count == 10)
            #expect(some.mayBeMore)
            let all = try await tenant.client.ask(
                try Self.request("software-list", nil, tenant, ["top": "50"])
            )
            #expect(all.count == 20)
            #expect(!all.mayBeMore)
            #expect(tenant.calls.filter { $0.contains("oftware") }.count == 3)
        }
    }

    private static func request(
        _ word: String,
        _ subject: String?,
        _ tenant: SimulatedTenant,
        _ parameters: [String: String] = [:]
    ) throws -> DefenderRequest {
        let entry = try #require(Catalogue.entry(word))
        var parameters = parameters
        for parameter in entry.parameters where parameters[parameter.name] == nil {
            parameters[parameter.name] = parameter.defaultValue
        }
        return DefenderRequest(
            action: word,
            subject: subject,
            machine: entry.isAboutMachine ? MachineID(SimulatedTenant.first) : nil,
            parameters: parameters,
            askedAt: tenant.clock.now
        )
    }
}
