import Vocabulary

/// Indicators, from `reference/defender-api.md` §§2.6, 4.4.
extension ThingCase {
    private static let week = Timestamp(seconds: 1_794_215_647)

    static let indicators = [
        ThingCase(
            word: "indicators",
            parameters: ["action": "Block", "type": "DomainName", "top": "50"],
            request:
                "GET /api/indicators?$filter=action%20eq%20%27Block%27%20and%20indicatorType%20eq%20%27DomainName%27&$top=50",
            answer: #"{"@odata.context":"x#Indicators","value":[\#(evil),{"id":"996","action":"Novel"}]}"#,
            line: "995, Block, DomainName, evil.example, Medium, block by j-1, 2026-11-09T09:14:07Z, b7d1",
            count: 2
        ),
        ThingCase(
            word: "indicator",
            subject: "http://evil.example/o'brien?a=1&b",
            request:
                "GET /api/indicators?$filter=indicatorValue%20eq%20%27http%3A%2F%2Fevil.example%2Fo%27%27brien%3Fa%3D1%26b%27",
            answer: #"{"value":[\#(evil)]}"#,
            line: "995, Block, DomainName, evil.example, Medium, block by j-1, 2026-11-09T09:14:07Z, b7d1"
        ),
        ThingCase(
            word: "block",
            subject: "evil.example",
            endsAt: week,
            request: "POST /api/indicators",
            body: set("Block", "evil.example", "DomainName", end: #""2026-11-09T09:14:07Z""#),
            answer: evil,
            line:
                "id 995, action Block, indicatorType DomainName, indicatorValue evil.example, severity Medium, expirationTime 2026-11-09T09:14:07Z."
        ),
        ThingCase(
            word: "warn",
            subject: "https://evil.example/a",
            parameters: ["alert": "no", "severity": "High", "expires": "never"],
            request: "POST /api/indicators",
            body: set("Warn", "https://evil.example/a", "Url", alert: false, severity: "High", end: "null"),
            answer: #"{"id":"7","action":"Warn","expirationTime":null}"#,
            line: "id 7, action Warn."
        ),
        ThingCase(
            word: "audit",
            subject: "220e7d15b0112d7e87b2ba66c1a6cf2a3a2a6b47220e7d15b0112d7e87b2ba66",
            endsAt: week,
            request: "POST /api/indicators",
            body: set(
                "Audit",
                "220e7d15b0112d7e87b2ba66c1a6cf2a3a2a6b47220e7d15b0112d7e87b2ba66",
                "FileSha256",
                end: #""2026-11-09T09:14:07Z""#
            ),
            answer: #"{"id":"8","action":"Audit"}"#,
            line: "id 8, action Audit."
        ),
        ThingCase(
            word: "allow",
            subject: "220e7d15b0112d7e87b2ba66c1a6cf2a3a2a6b47",
            parameters: ["type": "certificate", "title": "Ours", "recommend": "Nothing", "expires": "never"],
            request: "POST /api/indicators",
            body:
                #"{"action":"Allowed","application":"Bascule","description":"bascule:j-1 mia: SEC-1","expirationTime":null,"generateAlert":false,"indicatorType":"CertificateThumbprint","indicatorValue":"220e7d15b0112d7e87b2ba66c1a6cf2a3a2a6b47","recommendedActions":"Nothing","severity":"Medium","title":"Ours"}"#,
            answer: #"{"id":"9","action":"Allowed"}"#,
            line: "id 9, action Allowed."
        ),
        ThingCase(
            word: "indicators-import",
            parameters: ["list": "evil.example\n1.2.3.4\n2001:db8::1", "action": "block", "alert": "no"],
            endsAt: week,
            request: "POST /api/indicators/import",
            body: #"{"Indicators":["#
                + [("evil.example", "DomainName"), ("1.2.3.4", "IpAddress"), ("2001:db8::1", "IpAddress")]
                .map { set("Block", $0, $1, alert: false, end: #""2026-11-09T09:14:07Z""#) }
                .joined(separator: ",") + "]}",
            answer:
                #"{"@odata.context":"x","value":[{"id":"1","indicator":"EVIL.example","isFailed":false,"failureReason":null},{"id":null,"indicator":"1.2.3.4","isFailed":true,"failureReason":"Indicator is invalid","novel":1}]}"#,
            line: "1.2.3.4: Indicator is invalid",
            count: 3
        ),
        ThingCase(
            word: "indicator-delete",
            subject: "995",
            request: "DELETE /api/indicators/995",
            status: 204,
            answer: "",
            line: "The indicator is deleted."
        ),
    ]

    /// The body that sets an indicator, keys in order of the alphabet.
    private static func set(
        _ action: String,
        _ value: String,
        _ type: String,
        alert: Bool = true,
        severity: String = "Medium",
        end: String
    ) -> String {
        let word = ["Block": "block", "Warn": "warn", "Audit": "audit"][action] ?? ""
        return
            #"{"action":"\#(action)","application":"Bascule","description":"bascule:j-1 mia: SEC-1","expirationTime":\#(end),"generateAlert":\#(alert),"indicatorType":"\#(type)","indicatorValue":"\#(value)","severity":"\#(severity)","title":"\#(word) by j-1"}"#
    }

    static let evil = """
        {"id":"995","indicatorValue":"evil.example","indicatorType":"DomainName","action":"Block",\
        "title":"block by j-1","description":"bascule:j-1 mia: SEC-1","application":"Bascule",\
        "severity":"Medium","recommendedActions":null,"expirationTime":"2026-11-09T09:14:07Z",\
        "creationTimeDateTimeUtc":"2026-11-02T09:14:07.1Z","generateAlert":true,"rbacGroupNames":[],\
        "createdBy":"b7d1","createdBySource":"PublicApi","novel":{"deep":[1,null]}}
        """
}
