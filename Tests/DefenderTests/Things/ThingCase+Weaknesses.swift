/// Software, vulnerabilities, recommendations, investigations and scores, from `reference/defender-api.md`
/// §§2.5, 2.9, 4.3, 4.6.
extension ThingCase {
    static let weaknesses = ofSoftware + ofVulnerabilities + ofRecommendations + ofInvestigations + scores

    private static let ofSoftware = [
        ThingCase(
            word: "software-list",
            parameters: ["name": "o'edge", "vendor": "microsoft", "top": "10"],
            request:
                "GET /api/Software?$filter=name%20eq%20%27o%27%27edge%27%20and%20vendor%20eq%20%27microsoft%27&$top=10",
            answer: listed(software),
            line: softwareLine
        ),
        ThingCase(
            word: "software-list",
            request: "GET /api/Software?$top=100",
            answer: #"{"value":[]}"#,
            line: nil,
            count: 0
        ),
        ThingCase(
            word: "software",
            subject: "microsoft-_-edge",
            request: "GET /api/Software/microsoft-_-edge",
            answer: software,
            line:
                "id microsoft-_-edge, name edge, vendor microsoft, weaknesses 467, publicExploit yes, activeAlert no, exposedMachines 172, impactScore 2.39."
        ),
        thing(
            "software-versions",
            "microsoft-_-edge",
            "Software/microsoft-_-edge/distributions",
            #"{"version":"142.0.3595.53","installations":1,"vulnerabilities":11,"novel":null}"#,
            "142.0.3595.53, 1, 11"
        ),
        thing(
            "software-machines",
            "microsoft-_-edge",
            "Software/microsoft-_-edge/machineReferences",
            reference,
            referenceLine
        ),
        thing(
            "software-vulnerabilities",
            "microsoft-_-edge",
            "Software/microsoft-_-edge/vulnerabilities",
            vulnerability,
            vulnerabilityLine
        ),
        thing(
            "software-updates",
            "microsoft-_-edge",
            "Software/microsoft-_-edge/getmissingkbs",
            update,
            updateLine
        ),
    ]

    private static let ofVulnerabilities = [
        ThingCase(
            word: "vulnerabilities",
            parameters: ["severity": "Critical", "top": "1000"],
            request: "GET /api/vulnerabilities?$filter=severity%20eq%20%27Critical%27&$top=1000",
            answer: listed(vulnerability),
            line: vulnerabilityLine
        ),
        ThingCase(
            word: "vulnerability",
            subject: "CVE-2026-40417",
            request: "GET /api/vulnerabilities/CVE-2026-40417",
            answer: vulnerability,
            line:
                "id CVE-2026-40417, severity Unheard, cvssV3 8.8, exposedMachines 4, publicExploit no, exploitTypes Remote, publishedOn 2026-10-14T00:00:00Z, description A use after free."
        ),
        thing(
            "vulnerability-machines",
            "CVE-2026-40417",
            "vulnerabilities/CVE-2026-40417/machineReferences",
            reference,
            referenceLine
        ),
    ]

    private static let ofRecommendations = [
        ThingCase(
            word: "recommendations",
            parameters: ["status": "Active", "product": "chrome", "top": "50"],
            request:
                "GET /api/recommendations?$filter=status%20eq%20%27Active%27%20and%20productName%20eq%20%27chrome%27&$top=50",
            answer: listed(recommendation),
            line: recommendationLine
        ),
        ThingCase(
            word: "recommendation",
            subject: "va-_-google-_-chrome",
            request: "GET /api/recommendations/va-_-google-_-chrome",
            answer: recommendation,
            line:
                "id va-_-google-_-chrome, recommendationName Update Google Chrome, productName chrome, remediationType Update, status Active, severityScore 0, weaknesses 38, exposedMachinesCount 2, totalMachineCount 6, exposureImpact 3.9, relatedComponent Google Chrome."
        ),
        thing(
            "recommendation-machines",
            "va-_-google-_-chrome",
            "recommendations/va-_-google-_-chrome/machineReferences",
            reference,
            referenceLine
        ),
    ]

    private static let ofInvestigations = [
        ThingCase(
            word: "investigations",
            parameters: ["state": "PendingApproval"],
            request: "GET /api/investigations?$filter=state%20eq%20%27PendingApproval%27&$top=100",
            answer: listed(investigation),
            line:
                "63017, PendingApproval, 2026-11-02T09:15:00Z, ws-0042.corp.example, da637472900382838869_1364969609"
        ),
        ThingCase(
            word: "investigation",
            subject: "63017",
            request: "GET /api/investigations/63017",
            answer: investigation,
            line:
                "id 63017, state PendingApproval, startTime 2026-11-02T09:15:00Z, computerDnsName ws-0042.corp.example, triggeringAlertId da637472900382838869_1364969609, machineId 9b1c77aa02de4f5c8e6610d2b3a4c5d6e7f80912."
        ),
    ]

    private static let scores = [
        ThingCase(
            word: "exposure-score",
            request: "GET /api/exposureScore",
            answer:
                #"{"@odata.context":"x#ExposureScore/$entity","time":"2026-11-02T04:00:00Z","score":33.491554051195706}"#,
            line: "score 33.491554051195706, time 2026-11-02T04:00:00Z."
        ),
        ThingCase(
            word: "exposure-by-group",
            request: "GET /api/exposureScore/ByMachineGroups",
            answer:
                #"{"value":[{"time":"2026-11-02T04:00:00Z","score":41.5,"rbacGroupName":"Servers","rbacGroupId":5},{"score":37,"rbacGroupName":null}]}"#,
            line: "Servers, 41.5, 2026-11-02T04:00:00Z",
            count: 2
        ),
        ThingCase(
            word: "configuration-score",
            request: "GET /api/configurationScore",
            answer: #"{"time":"2026-11-02T04:00:00Z","score":340}"#,
            line: "score 340, time 2026-11-02T04:00:00Z."
        ),
    ]

    // MARK: Recorded

    static let software = """
        {"id":"microsoft-_-edge","name":"edge","vendor":"microsoft","weaknesses":467,"publicExploit":true,\
        "activeAlert":false,"exposedMachines":172,"impactScore":2.39,"novel":["x"]}
        """
    static let softwareLine = "microsoft-_-edge, edge, microsoft, 467, yes, no, 172, 2.39"

    static let vulnerability = """
        {"id":"CVE-2026-40417","name":"CVE-2026-40417","description":"A use after free","severity":"Unheard",\
        "cvssV3":8.8,"cvssVector":null,"exposedMachines":4,"publishedOn":"2026-10-14T00:00:00Z",\
        "updatedOn":null,"publicExploit":false,"exploitVerified":null,"exploitTypes":["Remote"],\
        "exploitUris":[],"CveSupportability":"Novel"}
        """
    static let vulnerabilityLine =
        "CVE-2026-40417, Unheard, 8.8, 4, no, 2026-10-14T00:00:00Z, CVE-2026-40417"

    static let recommendation = """
        {"id":"va-_-google-_-chrome","productName":"chrome","recommendationName":"Update Google Chrome",\
        "weaknesses":38,"severityScore":0,"status":"Active","remediationType":"Update",\
        "associatedThreats":["a"],"exposureImpact":3.9,"totalMachineCount":6,"exposedMachinesCount":2,\
        "relatedComponent":"Google Chrome"}
        """
    static let recommendationLine = "va-_-google-_-chrome, Update Google Chrome, 0, 2, Active, Update, 38"

    static let update = """
        {"id":"5069112","name":"November 2026 Security Updates","productsNames":["Windows 11","Edge"],\
        "url":"https://catalog.example/?q=KB5069112","machineMissedOn":1,"cveAddressed":97}
        """
    static let updateLine =
        "5069112, November 2026 Security Updates, Windows 11 Edge, 97, 1, https://catalog.example/?q=KB5069112"

    private static let reference = """
        {"id":"9b1c77aa02de4f5c8e6610d2b3a4c5d6e7f80912","computerDnsName":"ws-0042.corp.example",\
        "osPlatform":"Windows11","rbacGroupName":null,"rbacGroupId":0}
        """
    private static let referenceLine =
        "ws-0042.corp.example, Windows11, 9b1c77aa02de4f5c8e6610d2b3a4c5d6e7f80912"

    private static let investigation = """
        {"id":"63017","startTime":"2026-11-02T09:15:00Z","endTime":null,"state":"PendingApproval",\
        "cancelledBy":null,"statusDetails":null,"machineId":"9b1c77aa02de4f5c8e6610d2b3a4c5d6e7f80912",\
        "computerDnsName":"ws-0042.corp.example","triggeringAlertId":"da637472900382838869_1364969609"}
        """
}
