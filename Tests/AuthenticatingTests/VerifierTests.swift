import Authenticating
import Cryptography
import Testing
import Vocabulary

struct VerifierTests {
    static let now = Timestamp(seconds: 1_788_173_062)
    static let body = Array(#"{"text":"isolate laptop-7"}"#.utf8)
    static let described = DescribedScheme(header: "X-Signature", timestampHeader: "X-Time", idHeader: "X-Id")
    static let schemes: [(VerificationScheme, SourceKind, Secret)] = [
        (.slack, .slack, Secret("62d92a1a0726dbf1")),
        (.jira, .jira, Secret("vF8Klzv3j8zT")),
        (.standardWebhooks, .standardWebhooks, Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")),
        (.described(described), .hmac, Secret("key")),
        (.github, .hmac, Secret("cx8hzj500kmp")),
        (.zammad, .hmac, Secret("gdpf7nv2d2ou")),
        (.pagerDuty, .hmac, Secret("u0THpsS1WCVC")),
        (.zendesk, .hmac, Secret("q6klGCx1_CxrVPEA")),
        (.linear, .hmac, Secret("lin_wh_8fYl2")),
        (.svix, .hmac, Secret("whsec_hO5+t7PV1yL8haP3nIhGHRDNijWSGEVM")),
        (.gitLabSigning, .hmac, Secret("whsec_txP2FzLrNUCyX4gM3Ml2U4b9ytIZ1LdM0hEOOlVXd4M=")),
        (
            .described(DescribedScheme(header: "S", algorithm: .sha512, style: .timeAndVersion)), .hmac,
            Secret("key")
        ),
        (
            .described(
                DescribedScheme(
                    header: "S",
                    encoding: .base64,
                    prefix: "sha256=",
                    timestampHeader: "T",
                    timestampUnit: .milliseconds,
                    template: "v0:{timestamp}:{body}"
                )
            ), .hmac, Secret("key")
        ),
    ]

    static func delivery(_ headers: [RawDelivery.Header], _ body: [UInt8] = body) -> RawDelivery {
        RawDelivery(
            source: SourceName("here"),
            headers: headers,
            body: body,
            receivedAt: now,
            remoteAddress: "192.0.2.1"
        )
    }

    @Test(arguments: schemes.indices)
    func `what is signed is accepted, and no other body, time or secret`(index: Int) throws {
        let (scheme, kind, secret) = Self.schemes[index]
        let signer = try DeliverySigner(scheme, secret: secret)
        let headers = signer.headers(for: Self.body, id: "id-1", now: Self.now)
        let verifier = try Verifier(scheme, secrets: [secret])
        let raw = Self.delivery(headers)
        let verified = try verifier.verify(raw, kind: kind, now: Self.now)
        #expect(verified.body == Self.body)
        #expect(verified.kind == kind)
        #expect(verified.signedKey.utf8.count == 64)
        #expect(verified.secretIndex == 0)
        let changed = Self.delivery(headers, Self.body + [0x20])
        let failure = #expect(throws: VerificationFailure.self) {
            try verifier.verify(changed, kind: kind, now: Self.now)
        }
        #expect(failure?.reason == "signature-mismatch")
        let other = try Verifier(scheme, secrets: [Secret("whsec_" + "b3RoZXI=")])
        #expect(throws: VerificationFailure.self) { try other.verify(raw, kind: kind, now: Self.now) }
    }

    @Test(arguments: schemes.indices)
    func `a rotation accepts both secrets and says which one matched`(index: Int) throws {
        let (scheme, kind, secret) = Self.schemes[index]
        let newer = Secret("whsec_bmV3ZXI=")
        let verifier = try Verifier(scheme, secrets: [newer, secret])
        for (position, key) in [newer, secret].enumerated() {
            let headers = try DeliverySigner(scheme, secret: key).headers(
                for: Self.body,
                id: "i",
                now: Self.now
            )
            let verified = try verifier.verify(Self.delivery(headers), kind: kind, now: Self.now)
            #expect(verified.secretIndex == position)
        }
    }

    @Test func `a captured Jira delivery with a fresh identifier keeps its signed key`() throws {
        let secret = Secret("jira-secret")
        let signer = try DeliverySigner(.jira, secret: secret)
        let verifier = try Verifier(.jira, secrets: [secret])
        let keys = try ["first", "second"].map { id in
            let headers = signer.headers(for: Self.body, id: id, now: Self.now)
            return try verifier.verify(Self.delivery(headers), kind: .jira, now: Self.now)
        }
        #expect(keys[0].signedKey == keys[1].signedKey)
        #expect(keys.map(\.senderKey) == ["first", "second"])
    }

    @Test func `a Standard Webhooks retry has a new signed key and the same id`() throws {
        let (scheme, kind, secret) = Self.schemes[2]
        let signer = try DeliverySigner(scheme, secret: secret)
        let verifier = try Verifier(scheme, secrets: [secret])
        let both = try [Self.now, Self.now + .seconds(60)].map { moment in
            let headers = signer.headers(for: Self.body, id: "msg_1", now: moment)
            return try verifier.verify(Self.delivery(headers), kind: kind, now: moment)
        }
        #expect(both[0].signedKey != both[1].signedKey)
        #expect(both.map(\.senderKey) == ["msg_1", "msg_1"])
    }

    @Test(arguments: [(-86_400, nil), (86_400, nil), (-86_401, "stale"), (86_401, "future")])
    func `a Jira body may state a time up to a day off`(offset: Int64, reason: String?) throws {
        let secret = Secret("jira-secret")
        let stated = Timestamp(seconds: Self.now.seconds + offset).milliseconds
        let body = Array(#"{"timestamp":\#(stated)}"#.utf8)
        let headers = try DeliverySigner(.jira, secret: secret).headers(for: body, id: "i", now: Self.now)
        let verifier = try Verifier(.jira, secrets: [secret])
        var got: String?
        do {
            _ = try verifier.verify(Self.delivery(headers, body), kind: .jira, now: Self.now)
        } catch let failure as VerificationFailure {
            got = failure.reason
        }
        #expect(got == reason)
    }

    @Test(arguments: [
        ("1788173062 ", nil), ("\t1788173062", nil), ("+1788173062", "malformed-timestamp"),
        ("1788173062.0", "malformed-timestamp"), ("1_788_173_062", "malformed-timestamp"),
        ("9223372036854775807", "future"), ("9223372036854775808", "malformed-timestamp"),
        ("0", "stale"), ("-1", "malformed-timestamp"), ("", "missing-header"),
        ("\u{0661}", "malformed-header"),
        ("1788173062\u{7F}", "malformed-header"),
    ])
    func `a timestamp is ASCII digits, trimmed`(text: String, reason: String?) throws {
        let (scheme, kind, secret) = Self.schemes[0]
        let signed = try DeliverySigner(scheme, secret: secret).headers(for: Self.body, id: "", now: Self.now)
        let headers = [RawDelivery.Header("X-Slack-Request-Timestamp", text), signed[1]]
        let verifier = try Verifier(scheme, secrets: [secret])
        var got: String?
        do {
            _ = try verifier.verify(Self.delivery(headers), kind: kind, now: Self.now)
        } catch let failure as VerificationFailure {
            got = failure.reason
        }
        #expect(got == reason)
    }

    @Test(arguments: ["msg.1", "msg 1"])
    func `an id that could be read in two ways is refused`(id: String) throws {
        let (scheme, kind, secret) = Self.schemes[2]
        let headers = try DeliverySigner(scheme, secret: secret).headers(
            for: Self.body,
            id: id,
            now: Self.now
        )
        let verifier = try Verifier(scheme, secrets: [secret])
        let failure = #expect(throws: VerificationFailure.self) {
            try verifier.verify(Self.delivery(headers), kind: kind, now: Self.now)
        }
        #expect(failure?.reason == "malformed-header")
    }

    @Test func `a tab does not separate signatures`() throws {
        let (scheme, kind, secret) = Self.schemes[2]
        var headers = try DeliverySigner(scheme, secret: secret).headers(
            for: Self.body,
            id: "a",
            now: Self.now
        )
        headers[2] = .init("webhook-signature", "v2,xxxx\t" + headers[2].value)
        let verifier = try Verifier(scheme, secrets: [secret])
        let failure = #expect(throws: VerificationFailure.self) {
            try verifier.verify(Self.delivery(headers), kind: kind, now: Self.now)
        }
        #expect(failure?.reason == "no-supported-version")
    }
}
