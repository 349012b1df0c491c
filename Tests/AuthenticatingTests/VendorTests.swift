import Authenticating
import Cryptography
import Testing
import Vocabulary

/// The corners of single senders that no vector shows.
struct VendorTests {
    /// 2026-08-31T10:44:22Z.
    static let now = VerifierTests.now
    static let secret = Secret("a-secret-of-a-vendor")

    @Test(arguments: [
        ("2026-08-31T10:44:22Z", nil), ("2026-08-31T12:44:22+02:00", nil), ("2026-08-31T05:14:22-05:30", nil),
        ("2026-08-31T10:44:22.123456789Z", nil), ("2026-08-31T10:39:22Z", nil), ("2026-08-31T10:49:22Z", nil),
        ("2026-08-31T10:49:22.001Z", "future"), ("2026-08-31T10:39:21.999Z", "stale"),
        ("2024-02-29T10:44:22Z", "stale"), ("9999-12-31T23:59:59Z", "future"),
        ("0001-01-01T00:00:00+23:59", "stale"), ("2026-08-31T10:44:22+02:00", "stale"),
        ("2026-02-29T10:44:22Z", "malformed-timestamp"), ("2100-02-29T10:44:22Z", "malformed-timestamp"),
        ("2026-08-32T10:44:22Z", "malformed-timestamp"), ("2026-13-01T10:44:22Z", "malformed-timestamp"),
        ("2026-08-31T24:00:00Z", "malformed-timestamp"), ("2026-08-31T10:60:22Z", "malformed-timestamp"),
        ("2026-08-31T10:44:60Z", "malformed-timestamp"), ("2026-08-31T10:44:22", "malformed-timestamp"),
        ("2026-08-31t10:44:22Z", "malformed-timestamp"), ("2026-08-31T10:44:22z", "malformed-timestamp"),
        ("2026-08-31T10:44:22.Z", "malformed-timestamp"), ("2026-08-31T10:44:22+0000", "malformed-timestamp"),
        ("2026-08-31T10:44:22.1234567890Z", "malformed-timestamp"),
        ("2026-8-31T10:44:22Z", "malformed-timestamp"),
        ("2026-08-31T10:44:22+24:00", "malformed-timestamp"), ("+026-08-31T10:44:22Z", "malformed-timestamp"),
        ("2026-08-31T10:44:22Z\u{7F}", "malformed-header"), ("1788173062", "malformed-timestamp"),
    ])
    func `a Zendesk time is a strict ISO 8601 time of the calendar`(time: String, reason: String?) throws {
        let code = try MessageAuthenticator(key: Self.secret).code(for: [
            Array(time.utf8), VerifierTests.body,
        ])
        let headers = [
            RawDelivery.Header("X-Zendesk-Webhook-Signature", Base64.encode(code)),
            RawDelivery.Header("X-Zendesk-Webhook-Signature-Timestamp", time),
        ]
        #expect(try refusal(.zendesk, headers, VerifierTests.body) == reason)
    }

    @Test(arguments: [
        (#"{"webhookTimestamp":1788173062000}"#, nil), (#"{"webhookTimestamp":1788173122000}"#, nil),
        (#"{"webhookTimestamp":1788173122001}"#, "future"), (#"{"webhookTimestamp":1788173001999}"#, "stale"),
        (#"{"webhookTimestamp":null}"#, nil), (#"{}"#, nil),
        (#"{"webhookTimestamp":"1788173062000"}"#, "malformed-timestamp"),
        (#"{"webhookTimestamp":1788173062000.0}"#, "malformed-timestamp"),
        (#"{"webhookTimestamp":true}"#, "malformed-timestamp"),
        (#"{"webhookTimestamp":-1}"#, "malformed-timestamp"),
        (#"{"webhookTimestamp":9223372036854775807}"#, "future"),
        (#"{"webhookTimestamp":1788173062000,"webhookTimestamp":1}"#, "malformed-body"),
        ("[1788173062000]", "malformed-body"),
    ])
    func `Linear's time is a whole number in the body, or the header's`(text: String, reason: String?) throws
    {
        let body = Array(text.utf8)
        let signer = try DeliverySigner(.linear, secret: Self.secret)
        let headers = signer.headers(for: body, id: "delivery", now: Self.now)
        #expect(try refusal(.linear, headers, body) == reason)
        let withoutTime = headers.filter { $0.name != "Linear-Timestamp" }
        let isInHeader = ["{}", #"{"webhookTimestamp":null}"#].contains(text)
        #expect(try refusal(.linear, withoutTime, body) == (isInHeader ? "missing-timestamp" : reason))
        let twice = headers + [RawDelivery.Header("linear-timestamp", "1788173062000")]
        #expect(try refusal(.linear, twice, body) == (isInHeader ? "duplicate-header" : reason))
    }

    @Test(arguments: [
        (nil, #"{"token":"T"}"#, nil), ("Application/JSON; charset=utf-8", #"{"token":"T"}"#, nil),
        ("application/json", #"{"token":""}"#, "missing-token"),
        ("application/json", #"{"token":["T"]}"#, "missing-token"),
        ("application/json", #"{"token":"T","token":"T"}"#, "duplicate-field"),
        ("application/json", #"{"token":"T"}x"#, "malformed-body"),
        ("application/json", "", "malformed-body"),
        ("application/json", "\u{FEFF}{\"token\":\"T\"}", "malformed-body"),
        ("text/plain", #"{"token":"T"}"#, "malformed-body"),
        ("application/jsonp", #"{"token":"T"}"#, "malformed-body"),
        (nil, "token=T", "malformed-body"),
        ("application/x-www-form-urlencoded", "a=b&token=T", nil),
        ("APPLICATION/X-WWW-FORM-URLENCODED ; charset=utf-8", "%74oken=%54", nil),
        ("application/x-www-form-urlencoded", "token=T&%74oken=T", "duplicate-field"),
        ("application/x-www-form-urlencoded", "token=T&token", "duplicate-field"),
        ("application/x-www-form-urlencoded", "token=T+", "token-mismatch"),
        ("application/x-www-form-urlencoded", "token=", "missing-token"),
        ("application/x-www-form-urlencoded", "token", "missing-token"),
        ("application/x-www-form-urlencoded", "Token=T", "missing-token"),
        ("application/x-www-form-urlencoded", "token=%5", "malformed-body"),
        ("application/x-www-form-urlencoded", "token=%zz", "malformed-body"),
        ("application/x-www-form-urlencoded", "token=%FF", "malformed-body"),
        ("application/x-www-form-urlencoded", "a%=1&token=T", "malformed-body"),
    ])
    func `a token in the body is read in one way only`(type: String?, text: String, reason: String?) throws {
        let headers = type.map { [RawDelivery.Header("Content-Type", $0)] } ?? []
        for scheme in [VerificationScheme.bodyToken, .mattermost] {
            #expect(try refusal(scheme, headers, Array(text.utf8), secret: Secret("T")) == reason)
        }
        if let type {
            let twice = headers + [RawDelivery.Header("content-type", type)]
            #expect(try refusal(.bodyToken, twice, Array(text.utf8)) == "duplicate-header")
        }
    }

    @Test func `a form that is not UTF-8 is refused`() throws {
        let headers = [RawDelivery.Header("Content-Type", "application/x-www-form-urlencoded")]
        let body = Array("token=T&a=".utf8) + [0xFF]
        #expect(try refusal(.bodyToken, headers, body, secret: Secret("T")) == "malformed-body")
    }

    @Test func `two tokens of one rotation do not make a Mattermost delivery`() throws {
        let headers = [RawDelivery.Header("Authorization", "Token old")]
        let raw = VerifierTests.delivery(headers, Array(#"{"token":"new"}"#.utf8))
        let verifier = try Verifier(.mattermost, secrets: [Secret("new"), Secret("old")])
        let failure = #expect(throws: VerificationFailure.self) {
            try verifier.verify(raw, kind: .hmac, now: Self.now)
        }
        #expect(failure?.reason == "token-mismatch")
    }

    @Test(arguments: [
        (VerificationScheme.pagerDuty, #"{"event":{"occurred_at":"TIME"}}"#),
        (.teamsOutgoing, #"{"timestamp":"TIME"}"#),
    ])
    func `a body may state a time up to a day off`(scheme: VerificationScheme, template: String) throws {
        let cases = [
            ("2026-08-30T10:44:22Z", nil), ("2026-09-01T10:44:22Z", nil), ("2026-08-30T10:44:21Z", "stale"),
            ("2026-09-01T10:44:23Z", "future"), ("soon", nil),
        ]
        let secret = Secret("uQCDdqbARjXJjDzhVf+I/jSnck+0zXhJ9si+/1r0HiE=")
        for (time, reason) in cases {
            let body = Array(template.replacing("TIME", with: time).utf8)
            let headers = try DeliverySigner(scheme, secret: secret).headers(
                for: body,
                id: "i",
                now: Self.now
            )
            #expect(try refusal(scheme, headers, body, secret: secret) == reason, "\(time)")
        }
    }

    @Test func `a Teams secret is the bytes behind its base64, and both of a rotation count`() throws {
        let secrets = [Secret("bmV3ZXI="), Secret("b2xkZXI=")]
        let verifier = try Verifier(.teamsOutgoing, secrets: secrets)
        for (position, key) in ["newer", "older"].enumerated() {
            let code = try MessageAuthenticator(key: Secret(key)).code(for: [VerifierTests.body])
            let headers = [RawDelivery.Header("Authorization", "HMAC " + Base64.encode(code))]
            let raw = VerifierTests.delivery(headers)
            #expect(try verifier.verify(raw, kind: .hmac, now: Self.now).secretIndex == position)
        }
    }

    @Test(
        arguments: [
            (VerificationScheme.github, nil), (.zendesk, nil), (.pagerDuty, "empty-body"),
            (.teamsOutgoing, "empty-body"),
        ] as [(VerificationScheme, String?)]
    )
    func `an empty body is refused where the sender never signs one`(
        scheme: VerificationScheme,
        reason: String?
    ) throws {
        let secret = Secret("uQCDdqbARjXJjDzhVf+I/jSnck+0zXhJ9si+/1r0HiE=")
        let headers = try DeliverySigner(scheme, secret: secret).headers(for: [], id: "i", now: Self.now)
        #expect(try refusal(scheme, headers, [], secret: secret) == reason)
    }

    @Test func `one header that begins with svix- rules the other names out`() throws {
        let secret = Secret("whsec_hO5+t7PV1yL8haP3nIhGHRDNijWSGEVM")
        let signed = try DeliverySigner(.standardWebhooks, secret: secret)
            .headers(for: VerifierTests.body, id: "a", now: Self.now)
        #expect(try refusal(.svix, signed, VerifierTests.body, secret: secret) == nil)
        let more = signed + [RawDelivery.Header("Svix-Other", "")]
        #expect(try refusal(.svix, more, VerifierTests.body, secret: secret) == "missing-header")
    }

    @Test(arguments: [
        (VerificationScheme.github, "X-GitHub-Delivery"), (.zammad, "X-Zammad-Delivery"),
        (.pagerDuty, "X-Webhook-Id"), (.zendesk, "X-Zendesk-Webhook-Invocation-Id"),
        (.linear, "Linear-Delivery"), (.gitLabToken, "Idempotency-Key"),
    ])
    func `the sender's id is kept beside a key that a fresh id does not change`(
        scheme: VerificationScheme,
        name: String
    ) throws {
        let verifier = try Verifier(scheme, secrets: [Self.secret])
        let signer = try DeliverySigner(scheme, secret: Self.secret)
        let kept = try ["first", "second"].map { id in
            let headers = signer.headers(for: VerifierTests.body, id: id, now: Self.now)
            #expect(headers.contains(RawDelivery.Header(name, id)))
            return try verifier.verify(VerifierTests.delivery(headers), kind: .hmac, now: Self.now)
        }
        #expect(kept.map(\.senderKey) == ["first", "second"])
        #expect(kept[0].signedKey == kept[1].signedKey)
        let twice =
            signer.headers(for: VerifierTests.body, id: "a", now: Self.now) + [.init(name.lowercased(), "b")]
        #expect(try refusal(scheme, twice, VerifierTests.body) == "duplicate-header")
    }

    @Test func `a failure says what to look at, and never a secret`() throws {
        let secret = Secret("PLANTED-secret")
        let verifier = try Verifier(.sharedHeader("X-Bridge-Key"), secrets: [secret])
        let raw = VerifierTests.delivery([.init("X-Bridge-Key", "PLANTED-token")], Array("PLANTED-body".utf8))
        let failure = #expect(throws: VerificationFailure.self) {
            try verifier.verify(raw, kind: .hmac, now: Self.now)
        }
        #expect(failure?.code == "verification.token-mismatch")
        #expect(failure?.message == "The token is none of the configured secrets.")
        #expect(failure?.fix.contains("X-Bridge-Key") == true)
        var dumped = "\(String(reflecting: failure))"
        dump(verifier, to: &dumped)
        #expect(!dumped.contains("PLANTED"))
    }

    private func refusal(
        _ scheme: VerificationScheme,
        _ headers: [RawDelivery.Header],
        _ body: [UInt8],
        secret: Secret = secret
    ) throws -> String? {
        let verifier = try Verifier(scheme, secrets: [secret])
        do throws(VerificationFailure) {
            _ = try verifier.verify(VerifierTests.delivery(headers, body), kind: .hmac, now: Self.now)
            return nil
        } catch {
            return error.reason
        }
    }
}
