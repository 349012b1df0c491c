import Authenticating
import Foundation
import Testing

/// What was accepted and is changed in one place is refused, in every place.
struct MutationTests {
    /// A vector that is accepted, and what its scheme protects.
    struct Sample: Sendable, CustomTestStringConvertible {
        let id: String
        /// The header that holds the signature or the token.
        var proof: String?
        /// Headers that are signed with the body.
        var signed: [String] = []
        var signsBody = true
        /// Stays the same for a sender whose key is public.
        var hasSecret = true

        var testDescription: String { id }
    }

    static let samples = [
        Sample(id: "slack/slash-valid", proof: "X-Slack-Signature", signed: ["X-Slack-Request-Timestamp"]),
        Sample(id: "jira_cloud/valid", proof: "X-Hub-Signature"),
        Sample(
            id: "standard_webhooks/valid",
            proof: "webhook-signature",
            signed: ["webhook-id", "webhook-timestamp"]
        ),
        Sample(id: "github/valid", proof: "X-Hub-Signature-256"),
        Sample(id: "zammad/valid", proof: "X-Hub-Signature"),
        Sample(id: "pagerduty/valid", proof: "X-PagerDuty-Signature"),
        Sample(
            id: "zendesk/valid",
            proof: "X-Zendesk-Webhook-Signature",
            signed: ["X-Zendesk-Webhook-Signature-Timestamp"]
        ),
        Sample(id: "linear/valid", proof: "Linear-Signature"),
        Sample(id: "teams_outgoing/valid", proof: "Authorization"),
        Sample(id: "discord/valid", proof: "X-Signature-Ed25519", signed: ["X-Signature-Timestamp"]),
        Sample(id: "svix/valid", proof: "svix-signature", signed: ["svix-id", "svix-timestamp"]),
        Sample(
            id: "gitlab/signing-valid",
            proof: "webhook-signature",
            signed: ["webhook-id", "webhook-timestamp"]
        ),
        Sample(id: "gitlab/token-valid", proof: "X-Gitlab-Token", signsBody: false),
        Sample(id: "shared_header/opsgenie-valid", proof: "X-Bridge-Key", signsBody: false),
        Sample(id: "mattermost/slash-valid", proof: "Authorization", signsBody: false),
        Sample(id: "rocketchat/valid", signsBody: false),
        Sample(id: "zulip/valid", signsBody: false),
        Sample(
            id: "google_chat_jwt/url-audience-valid",
            proof: "Authorization",
            signsBody: false,
            hasSecret: false
        ),
        Sample(id: "teams_bot_jwt/valid", proof: "Authorization", signsBody: false, hasSecret: false),
    ]

    @Test(arguments: samples)
    func `a sample is accepted as it is`(sample: Sample) throws {
        #expect(try answer(try vector(sample)) == "accept")
    }

    @Test(arguments: samples.filter { $0.proof != nil })
    func `a changed character of the signature or token is refused`(sample: Sample) throws {
        let proof = try #require(sample.proof)
        let value = try header(proof, of: sample)
        for place in value.indices {
            let other: Character = value[place] == "A" ? "B" : "A"
            var changed = value
            changed.replaceSubrange(place...place, with: [other])
            // A digit of hex in the other case is the same digit.
            if changed.lowercased() == value.lowercased() { continue }
            let said = try answer(try with(sample, header: proof, changed))
            #expect(said != "accept", "character \(value.distance(from: value.startIndex, to: place))")
        }
        for shorter in [String(value.dropLast()), value + "A"] {
            #expect(try answer(try with(sample, header: proof, shorter)) != "accept")
        }
    }

    @Test(arguments: samples.filter { $0.proof != nil })
    func `a signature or token that is missing, empty or there twice is refused`(sample: Sample) throws {
        let proof = try #require(sample.proof)
        let value = try header(proof, of: sample)
        #expect(try answer(try with(sample, header: proof, [value, value])) == "reject:duplicate-header")
        let otherCase = try with(sample, header: proof.uppercased(), value)
        #expect(try answer(otherCase) == "reject:duplicate-header")
        // Mattermost's token in the body is enough; its header only has to agree.
        let withoutOne = sample.id.hasPrefix("mattermost") ? "accept" : "reject:missing-header"
        #expect(try answer(try with(sample, header: proof, nil)) == withoutOne)
        #expect(try answer(try with(sample, header: proof, " \t")) == withoutOne)
    }

    @Test(arguments: samples.filter(\.signsBody))
    func `a flipped bit in the body is refused`(sample: Sample) throws {
        var vector = try vector(sample)
        let text = try #require(vector["body_base64"] as? String)
        let body = Array(try #require(Data(base64Encoded: text)))
        let step = max(1, body.count / 61)
        for place in Array(stride(from: 0, to: body.count, by: step)) + [body.count - 1] {
            var changed = body
            changed[place] ^= 1 << UInt8(place % 8)
            vector["body_base64"] = Data(changed).base64EncodedString()
            #expect(try answer(vector) == "reject:signature-mismatch", "byte \(place)")
        }
        for changed in [body + [0x0A], Array(body.dropLast()), [0xEF, 0xBB, 0xBF] + body] {
            vector["body_base64"] = Data(changed).base64EncodedString()
            #expect(try answer(vector) == "reject:signature-mismatch")
        }
    }

    @Test(arguments: samples.filter { !$0.signed.isEmpty })
    func `a changed time or id that is signed is refused`(sample: Sample) throws {
        for name in sample.signed {
            let value = try header(name, of: sample)
            let place = try #require(value.lastIndex { $0.isNumber })
            var changed = value
            changed.replaceSubrange(place...place, with: [value[place] == "1" ? "2" : "1"])
            #expect(
                try answer(try with(sample, header: name, changed)) == "reject:signature-mismatch",
                "\(name)"
            )
            #expect(try answer(try with(sample, header: name, nil)) == "reject:missing-header", "\(name)")
            #expect(try answer(try with(sample, header: name, [value, value])) == "reject:duplicate-header")
        }
    }

    @Test(arguments: samples.filter(\.hasSecret))
    func `another secret is refused`(sample: Sample) throws {
        var vector = try vector(sample)
        let secret = try #require(vector["secret"] as? String)
        let place = secret.index(secret.startIndex, offsetBy: secret.count / 2)
        var changed = secret
        changed.replaceSubrange(place...place, with: [secret[place] == "1" ? "2" : "1"])
        vector["secret"] = changed
        #expect(["reject:signature-mismatch", "reject:token-mismatch"].contains(try answer(vector)))
        vector["secret"] = changed
        vector["additional_secrets"] = [secret]
        #expect(try answer(vector) == "accept")
        vector["secret"] = ""
        #expect(try answer(vector) == "reject:key")
    }

    @Test(arguments: [
        "rocketchat/valid", "zulip/valid", "mattermost/body-token-only", "mattermost/outgoing-json-valid",
    ])
    func `a changed character of a token in the body is refused`(id: String) throws {
        var vector = try vector(Sample(id: id))
        let secret = try #require(vector["secret"] as? String)
        let text = try #require(vector["body_base64"] as? String)
        let body = String(decoding: try #require(Data(base64Encoded: text)), as: UTF8.self)
        #expect(body.contains(secret))
        for place in secret.indices {
            var changed = secret
            changed.replaceSubrange(place...place, with: [secret[place] == "0" ? "1" : "0"])
            let other = body.replacingOccurrences(of: secret, with: changed)
            vector["body_base64"] = Data(other.utf8).base64EncodedString()
            #expect(try answer(vector) == "reject:token-mismatch")
        }
    }

    private func vector(_ sample: Sample) throws -> [String: Any] {
        let file = try #require(sample.id.split(separator: "/").first.map(String.init))
        let list = try JSONSerialization.jsonObject(with: Data(try VectorTests.bytes(file)))
        let vectors = try #require(list as? [[String: Any]])
        return try #require(vectors.first { $0["id"] as? String == sample.id }, "\(sample.id)")
    }

    private func header(_ name: String, of sample: Sample) throws -> String {
        let headers = try #require(try vector(sample)["headers"] as? [String: Any])
        return try #require(headers[name] as? String, "\(name)")
    }

    /// The sample with one header set, several times for a list, or taken away.
    private func with(_ sample: Sample, header name: String, _ value: Any?) throws -> [String: Any] {
        var vector = try vector(sample)
        var headers = try #require(vector["headers"] as? [String: Any])
        headers[name] = value
        vector["headers"] = headers
        return vector
    }

    private func answer(_ vector: [String: Any]) throws -> String {
        let file = try JSONSerialization.data(withJSONObject: [vector])
        let answer = try #require(try VectorCheck.run(Array(file)).first)
        return answer.isAccepted ? "accept" : "reject:\(answer.reason)"
    }
}
