import Authenticating
import Foundation
import Vocabulary

/// Signatures: whatever comes, a verdict and no crash; and no second body under the same signature.
///
/// An input is text lines up to an empty one, then the body: the scheme's name, the time in seconds, the secret, and
/// header lines.
enum Verifiers {
    /// Every scheme; one that is added is added here.
    private static let schemes: [String: VerificationScheme] = [
        "slack-v0": .slack, "jira-websub": .jira, "standard-webhooks": .standardWebhooks,
        "github-sha256": .github, "gitlab-signing": .gitLabSigning, "gitlab-token": .gitLabToken,
        "zammad-sha1": .zammad, "pagerduty-v1": .pagerDuty, "zendesk": .zendesk, "linear": .linear,
        "teams-hmac": .teamsOutgoing, "discord-ed25519": .discord, "svix": .svix, "body-token": .bodyToken,
        "mattermost-token": .mattermost, "shared-header": .sharedHeader("Authorization"),
        "generic-hmac": .described(
            DescribedScheme(header: "X-Signature", timestampHeader: "X-Timestamp")
        ),
        "generic-hmac-base64": .described(DescribedScheme(header: "X-SFX-Signature", encoding: .base64)),
        "generic-hmac-t-v1": .described(DescribedScheme(header: "Example-Signature", style: .timeAndVersion)),
        "jwt-bearer": .bearer(
            BearerScheme(
                issuers: ["https://api.botframework.com"],
                audience: "0c5a0000-0000-4000-8000-000000000002",
                email: nil,
                requiresServiceURL: true,
                requiresEndorsement: true
            )
        ),
        "path-secret": .pathSecret, "nothing": .nothing,
    ]
    /// Those whose proof does not cover the body.
    private static let uncovered: Set<String> = [
        "gitlab-token", "body-token", "mattermost-token", "shared-header", "jwt-bearer", "path-secret",
    ]
    private static let kind = SourceKind("fuzz", isChat: false, provesPerson: false)

    static func fuzz(_ input: [UInt8]) {
        var lines: [String] = []
        var rest = input[...]
        while let end = rest.firstIndex(of: 0x0A) {
            let line = rest[..<end]
            rest = rest[rest.index(after: end)...]
            if line.isEmpty { break }
            lines.append(String(decoding: line, as: UTF8.self))
        }
        guard lines.count >= 3, let scheme = schemes[lines[0]], let seconds = Int64(lines[1]) else { return }
        let isKey = lines[0] == "discord-ed25519"
        let takesSecret = !isKey && lines[0] != "jwt-bearer" && lines[0] != "nothing"
        guard
            let verifier = try? Verifier(
                scheme,
                secrets: takesSecret ? [Secret(lines[2])] : [],
                publicKeys: isKey ? [lines[2]] : []
            )
        else { return }
        let now = Timestamp(seconds: seconds / 1_000)
        let headers = lines[3...].map { line in
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            return RawDelivery.Header(String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
        }
        let body = Array(rest)
        guard let key = signedKey(headers, body, verifier, now) else { return }
        precondition(key == signedKey(headers, body, verifier, now), "the verdict changes by itself")
        if uncovered.contains(lines[0]) { return }
        precondition(signedKey(headers, body + [0x20], verifier, now) == nil, "a longer body passes")
        guard let last = body.last else { return }
        precondition(
            signedKey(headers, body.dropLast() + [last ^ 1], verifier, now) == nil,
            "another body passes"
        )
    }

    private static func signedKey(
        _ headers: [RawDelivery.Header],
        _ body: [UInt8],
        _ verifier: Verifier,
        _ now: Timestamp
    ) -> String? {
        let path = headers.first { $0.name == "path-secret" }?.value
        let raw = RawDelivery(
            source: SourceName("fuzz"),
            headers: headers,
            body: body,
            receivedAt: now,
            remoteAddress: "192.0.2.1",
            pathSecret: path.map { Secret($0) }
        )
        return try? verifier.verify(raw, kind: kind, now: now).signedKey
    }

    /// Files of vectors, which operators write by hand.
    static func fuzzVectors(_ input: [UInt8]) {
        _ = try? VectorCheck.run(input)
    }
}
