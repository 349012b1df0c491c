import Authenticating
import CurlClient
import Foundation
import JSONReader
import Vocabulary

/// A delivery with the headers that make it genuine.
struct SignedDelivery: Sendable {
    let source: String
    let headers: [RawDelivery.Header]
    let body: [UInt8]

    init(source: String, headers: [RawDelivery.Header], body: [UInt8]) {
        self.source = source
        self.headers = headers
        self.body = body
    }

    init(
        _ scheme: VerificationScheme,
        source: String,
        secret: String,
        type: String,
        id: String = UUID().uuidString,
        body: [UInt8],
        now: Timestamp = .now()
    ) throws {
        let signer = try DeliverySigner(scheme, secret: Secret(secret))
        self.source = source
        headers = signer.headers(for: body, id: id, now: now) + [.init("Content-Type", type)]
        self.body = body
    }

    /// A Slack command as Slack sends it.
    static func slack(
        _ text: String,
        user: String = "U2147",
        room: String = "C05SOCOPS7",
        chat: String,
        now: Timestamp = .now()
    ) throws -> SignedDelivery {
        let nonce = UUID().uuidString
        let fields = [
            ("team_id", "T024"), ("channel_id", room), ("user_id", user), ("user_name", "mia"),
            ("command", "/mde"), ("text", text), ("response_url", "\(chat)/commands/T024/1/\(nonce)"),
            ("trigger_id", "1.\(nonce)"),
        ]
        let form = fields.map { name, value in
            "\(name)=\(value.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")"
        }
        return try SignedDelivery(
            .slack,
            source: "soc-chat",
            secret: Settings.slackKey,
            type: "application/x-www-form-urlencoded",
            body: Array(form.joined(separator: "&").utf8),
            now: now
        )
    }

    /// A Jira issue that moves to a status.
    static func jira(
        issue: String,
        machine: String,
        status: String = "Contain",
        summary: String = "Beacon to a known host",
        change: String = UUID().uuidString,
        now: Timestamp = .now()
    ) throws -> SignedDelivery {
        let body: JSONValue = [
            "timestamp": .integer(now.milliseconds),
            "webhookEvent": "jira:issue_updated",
            "user": ["accountId": "5b10a2844c20165700ede21g", "displayName": "Mia"],
            "issue": [
                "key": .string(issue),
                "fields": ["summary": .string(summary), "customfield_10050": .string(machine)],
            ],
            "changelog": [
                "id": .string(change), "items": [["field": "status", "toString": .string(status)]],
            ],
        ]
        return try SignedDelivery(
            .jira,
            source: "tickets",
            secret: Settings.jiraKey,
            type: "application/json",
            body: body.encoded()
        )
    }

    /// A SIEM's alert, signed as Standard Webhooks.
    static func alert(_ host: String, rule: String = "Malware", body: [UInt8]? = nil) throws -> SignedDelivery
    {
        let json: JSONValue = [
            "type": "alert.raised", "data": ["host": .string(host), "rule": .string(rule)],
        ]
        return try SignedDelivery(
            .standardWebhooks,
            source: "siem",
            secret: Settings.siemKey,
            type: "application/json",
            body: body ?? json.encoded()
        )
    }

    /// The same signed bytes under another id of Jira's.
    func replayed() -> SignedDelivery {
        let name = "X-Atlassian-Webhook-Identifier"
        let kept = headers.filter { $0.name.lowercased() != name.lowercased() }
        return SignedDelivery(source: source, headers: kept + [.init(name, UUID().uuidString)], body: body)
    }

    func request(to hooks: String, deadline: Duration = .seconds(15)) -> OutgoingRequest {
        OutgoingRequest(
            .post,
            Secret("\(hooks)/hooks/\(source)"),
            headers: headers.map { .init($0.name, $0.value) },
            body: Secret(body),
            isIdempotent: false,
            deadline: deadline
        )
    }
}
