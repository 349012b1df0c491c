/// Machines, alerts, and what is found on them, from `reference/defender-api.md` §§2.1, 2.2, 2.7, 4.
extension ThingCase {
    static let facts = ofMachines + ofAlerts + ofFiles + ofAddresses + ofDomains + ofUsers

    static let sha1 = "4e1243bd22c66e76c2ba9eddc1f91394e57f9f83"
    private static let machineID = "9b1c77aa02de4f5c8e6610d2b3a4c5d6e7f80912"
    private static let alertID = "da637472900382838869_1364969609"

    private static let ofMachines = [
        machine("machine-users", "logonusers", user, userLine),
        machine("machine-alerts", "alerts", alertRow, alertLine),
        machine("machine-software", "software", software, softwareLine),
        machine("machine-vulnerabilities", "vulnerabilities", vulnerability, vulnerabilityLine),
        machine("machine-recommendations", "recommendations", recommendation, recommendationLine),
        machine("machine-updates", "getmissingkbs", update, updateLine),
        ThingCase(
            word: "find-tag",
            subject: "VIP & Co",
            request: "GET /api/machines/findbytag?tag=VIP%20%26%20Co&useStartsWithFilter=false",
            answer: listed(machineRow),
            line: machineLine
        ),
    ]

    private static let ofAlerts = [
        ThingCase(
            word: "alert-machine",
            subject: alertID,
            request: "GET /api/alerts/\(alertID)/machine",
            answer: machineRow,
            line:
                "computerDnsName ws-0042.corp.example, osPlatform Windows11, rbacGroupName Workstations, healthStatus Active, riskScore Medium, exposureLevel Low, lastSeen 2026-11-02T09:00:00Z, id \(machineID)."
        ),
        ThingCase(
            word: "alert-user",
            subject: alertID,
            request: "GET /api/alerts/\(alertID)/user",
            answer: user,
            line: wholeUserLine
        ),
        ThingCase(
            word: "alert-files",
            subject: alertID,
            request: "GET /api/alerts/\(alertID)/files",
            answer: listed(file),
            line: "\(sha1), 48640, Contoso, no, 3, 2026-10-30T11:02:00Z, 2026-11-02T09:14:07Z, Malware"
        ),
        ThingCase(
            word: "alert-addresses",
            subject: alertID,
            request: "GET /api/alerts/\(alertID)/ips",
            answer:
                #"{"@odata.context":"https://api.example/$metadata#Ips","value":[{"id":"203.0.113.7"},{"id":"203.0.113.8"}]}"#,
            line: "203.0.113.7",
            count: 2
        ),
        ThingCase(
            word: "alert-domains",
            subject: alertID,
            request: "GET /api/alerts/\(alertID)/domains",
            answer:
                #"{"@odata.context":"https://api.example/$metadata#Domains","value":[{"host":"evil.example"}]}"#,
            line: "evil.example"
        ),
    ]

    private static let ofFiles = [
        ThingCase(
            word: "file",
            subject: sha1,
            request: "GET /api/files/\(sha1)",
            answer: file,
            line:
                "sha1 \(sha1), size 48640, filePublisher Contoso, isValidCertificate no, globalPrevalence 3, globalFirstObserved 2026-10-30T11:02:00Z, globalLastObserved 2026-11-02T09:14:07Z, determinationType Malware."
        ),
        thing("file-alerts", sha1, "files/\(sha1)/alerts", alertRow, alertLine),
        thing("file-machines", sha1, "files/\(sha1)/machines", machineRow, machineLine),
        ThingCase(
            word: "file-stats",
            subject: sha1,
            request: "GET /api/files/\(sha1)/stats?lookBackHours=720",
            answer:
                #"{"@odata.context":"x#microsoft.windowsDefenderATP.api.InOrgFileStats","sha1":"\#(sha1)","orgPrevalence":"14","organizationPrevalence":14,"orgFirstSeen":null,"globallyPrevalence":705012,"topFileNames":["MREC.exe","m.exe"],"novel":[[1]]}"#,
            line:
                "sha1 \(sha1), organizationPrevalence 14, orgPrevalence 14, globallyPrevalence 705012, topFileNames MREC.exe m.exe."
        ),
    ]

    private static let ofAddresses = [
        ThingCase(
            word: "address",
            subject: "2001:db8::7",
            parameters: ["hours": "24"],
            request: "GET /api/ips/2001%3Adb8%3A%3A7/stats?lookBackHours=24",
            answer:
                #"{"ipAddress":"2001:db8::7","organizationPrevalence":4,"orgFirstSeen":"2026-10-01T08:00:00Z","orgLastSeen":"2026-11-02T09:00:00Z"}"#,
            line:
                "ipAddress 2001:db8::7, organizationPrevalence 4, orgFirstSeen 2026-10-01T08:00:00Z, orgLastSeen 2026-11-02T09:00:00Z."
        ),
        thing("address-alerts", "10.1.2.3", "ips/10.1.2.3/alerts", alertRow, alertLine),
        thing(
            "address-machines",
            "10.1.2.3",
            "machines/findbyip(ip='10.1.2.3',timestamp=2026-11-02T09:14:07Z)",
            machineRow,
            machineLine
        ),
    ]

    private static let ofDomains = [
        ThingCase(
            word: "domain",
            subject: "evil.example",
            parameters: ["hours": "168"],
            request: "GET /api/domains/evil.example/stats?lookBackHours=168",
            answer: #"{"host":"evil.example","orgPrevalence":"4070","orgFirstSeen":"2026-10-01T08:00:00Z"}"#,
            line: "host evil.example, orgPrevalence 4070, orgFirstSeen 2026-10-01T08:00:00Z."
        ),
        thing("domain-alerts", "evil.example", "domains/evil.example/alerts", alertRow, alertLine),
        thing("domain-machines", "evil.example", "domains/evil.example/machines", machineRow, machineLine),
    ]

    private static let ofUsers = [
        ThingCase(
            word: "user",
            subject: "jdoe",
            request: "GET /api/users/jdoe",
            answer: user,
            line: wholeUserLine
        ),
        thing("user-alerts", "svc$", "users/svc%24/alerts", alertRow, alertLine),
        thing("user-machines", "jdoe", "users/jdoe/machines", machineRow, machineLine),
    ]

    // MARK: Recorded

    static func listed(_ row: String) -> String {
        #"{"@odata.context":"https://api-eu3.example/api/$metadata#X","value":[\#(row)]}"#
    }

    static func thing(
        _ word: String,
        _ subject: String,
        _ path: String,
        _ row: String,
        _ line: String
    )
        -> ThingCase
    {
        ThingCase(word: word, subject: subject, request: "GET /api/\(path)", answer: listed(row), line: line)
    }

    private static func machine(_ word: String, _ path: String, _ row: String, _ line: String) -> ThingCase {
        ThingCase(
            word: word,
            isAboutMachine: true,
            request: "GET /api/machines/\(machineID)/\(path)",
            answer: listed(row),
            line: line
        )
    }

    private static let user = #"""
        {"id":"corp\\jdoe","accountName":"jdoe","accountDomain":"corp","accountSid":"S-1-5-21-1",\#
        "firstSeen":"2026-01-05T07:12:00Z","lastSeen":"2026-11-02T08:55:00Z","mostPrevalentMachineId":null,\#
        "leastPrevalentMachineId":null,"logonTypes":"Interactive, Network","logOnMachinesCount":2,\#
        "isDomainAdmin":false,"isOnlyNetworkUser":null,"novel":{"deep":[1]}}
        """#
    private static let userLine =
        #"corp\jdoe, jdoe, corp, 2026-01-05T07:12:00Z, 2026-11-02T08:55:00Z, Interactive, Network, 2, no, S-1-5-21-1"#
    private static let wholeUserLine =
        #"id corp\jdoe, accountName jdoe, accountDomain corp, firstSeen 2026-01-05T07:12:00Z, lastSeen 2026-11-02T08:55:00Z, logonTypes Interactive, Network, logOnMachinesCount 2, isDomainAdmin no, accountSid S-1-5-21-1."#

    private static let machineRow = """
        {"id":"\(machineID)","computerDnsName":"ws-0042.corp.example","osPlatform":"Windows11",\
        "rbacGroupId":140,"rbacGroupName":"Workstations","healthStatus":"Active","riskScore":"Medium",\
        "exposureLevel":"Low","deviceValue":"Normal","lastSeen":"2026-11-02T09:00:00Z","novel":7}
        """
    private static let machineLine =
        "ws-0042.corp.example, Windows11, Workstations, Active, Medium, Low, 2026-11-02T09:00:00Z, \(machineID)"

    private static let alertRow = """
        {"id":"\(alertID)","severity":"Novel","status":"InProgress","title":"Suspicious PowerShell command line",\
        "computerDnsName":"ws-0042.corp.example","alertCreationTime":"2026-11-02T09:14:07.1234567Z","evidence":[]}
        """
    private static let alertLine =
        "\(alertID), Novel, InProgress, Suspicious PowerShell command line, ws-0042.corp.example, 2026-11-02T09:14:07.1234567Z"

    private static let file = """
        {"sha1":"\(sha1)","sha256":null,"md5":"9d5cf0d7","globalPrevalence":3,"size":48640,"fileType":null,\
        "globalFirstObserved":"2026-10-30T11:02:00Z","globalLastObserved":"2026-11-02T09:14:07Z",\
        "isPeFile":true,"filePublisher":"Contoso","fileProductName":"","signer":null,"issuer":null,\
        "signerHash":null,"isValidCertificate":false,"determinationType":"Malware","determinationValue":null}
        """
}
