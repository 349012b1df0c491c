import Authenticating
import Testing
import Vocabulary

struct VerifierSetupTests {
    @Test(arguments: [
        "", " ", "\n", "whsec_", "whsec_ ", "v1,whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsk_AAAA",
        "whsec_A",
    ])
    func `a Standard Webhooks secret that is none stops the source`(secret: String) {
        #expect(throws: VerifierSetupError.self) {
            try Verifier(.standardWebhooks, secrets: [Secret(secret)])
        }
        let good = Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        #expect(throws: VerifierSetupError.self) {
            try Verifier(.standardWebhooks, secrets: [good, Secret(secret)])
        }
    }

    @Test(arguments: [
        VerificationScheme.slack, .jira, .described(DescribedScheme(header: "S")), .github, .zammad,
        .pagerDuty,
        .zendesk, .linear, .gitLabToken, .bodyToken, .mattermost, .sharedHeader("S"),
    ])
    func `a blank secret anywhere stops the source`(scheme: VerificationScheme) {
        #expect(throws: VerifierSetupError.noSecret) { try Verifier(scheme, secrets: []) }
        #expect(throws: VerifierSetupError.blankSecret(index: 1)) {
            try Verifier(scheme, secrets: [Secret("x"), Secret("  ")])
        }
        #expect(throws: VerifierSetupError.publicKeysNotUsed) {
            try Verifier(scheme, secrets: [Secret("x")], publicKeys: ["whpk_x"])
        }
    }

    @Test(arguments: [
        "whpk_", "1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=",
        "whsk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=",
        "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4",
    ])
    func `a public key is whpk_ and 32 bytes`(key: String) {
        #expect(throws: VerifierSetupError.unusablePublicKey(index: 0)) {
            try Verifier(.standardWebhooks, secrets: [], publicKeys: [key])
        }
    }

    @Test(arguments: ["", " ", "not base64!", "uQCDdqbARjXJjDzhVf+I/jSnck+0zXhJ9si+/1r0HiE"])
    func `a Teams token that is not padded base64 stops the source`(secret: String) {
        let good = Secret("uQCDdqbARjXJjDzhVf+I/jSnck+0zXhJ9si+/1r0HiE=")
        let failure = #expect(throws: VerifierSetupError.self) {
            try Verifier(.teamsOutgoing, secrets: [good, Secret(secret)])
        }
        #expect(failure?.code == "verification.key")
    }

    @Test(arguments: ["", "0d42", String(repeating: "g", count: 64), String(repeating: "0", count: 66)])
    func `a Discord public key is 64 hex digits`(key: String) {
        #expect(throws: VerifierSetupError.unusablePublicKey(index: 0, expected: "64 hex digits")) {
            try Verifier(.discord, secrets: [], publicKeys: [key])
        }
    }

    @Test func `senders with a private key leave no secret to configure or to sign with`() {
        let bearer = VerificationScheme.bearer(BearerScheme(issuers: ["i"], audience: "a"))
        for scheme in [.discord, bearer] {
            #expect(throws: VerifierSetupError.secretsNotUsed) {
                try Verifier(scheme, secrets: [Secret("s")])
            }
            #expect(throws: VerifierSetupError.cannotSign) { try DeliverySigner(scheme, secret: Secret("s")) }
        }
        #expect(throws: VerifierSetupError.noPublicKey) { try Verifier(.discord, secrets: []) }
        #expect(throws: VerifierSetupError.publicKeysNotUsed) {
            try Verifier(bearer, secrets: [], publicKeys: ["k"])
        }
    }

    @Test(arguments: [
        (BearerScheme(issuers: [], audience: "a"), "issuers"),
        (BearerScheme(issuers: ["i", ""], audience: "a"), "issuers"),
        (BearerScheme(issuers: ["i"], audience: ""), "audience"),
        (BearerScheme(issuers: ["i"], audience: "a", email: ""), "email"),
    ])
    func `a bearer scheme without its parties is refused by name`(scheme: BearerScheme, name: String) {
        let failure = #expect(throws: VerifierSetupError.self) { try Verifier(.bearer(scheme), secrets: []) }
        guard case .unusableSetting(name, _) = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
    }

    @Test(arguments: [
        (DescribedScheme(header: ""), "header"),
        (DescribedScheme(header: "X Y"), "header"),
        (DescribedScheme(header: "S", timestampHeader: "a:b"), "timestamp-header"),
        (DescribedScheme(header: "S", idHeader: "\u{e9}"), "id-header"),
        (DescribedScheme(header: "S", template: "body"), "template"),
        (DescribedScheme(header: "S", template: "{body}{body}"), "template"),
        (DescribedScheme(header: "S", template: "{body}."), "template"),
        (DescribedScheme(header: "S", template: "{id}.{body}"), "template"),
        (DescribedScheme(header: "S", template: "{timestamp}.{body}"), "template"),
        (DescribedScheme(header: "S", timestampHeader: "T", toleranceSeconds: 0), "tolerance"),
        (DescribedScheme(header: "S", encoding: .base64, style: .timeAndVersion), "encoding"),
        (DescribedScheme(header: "S", style: .timeAndVersion, timestampHeader: "T"), "timestamp-header"),
    ])
    func `a description that cannot be is refused by name`(scheme: DescribedScheme, name: String) {
        guard case .unusableSetting(name, _) = scheme.mistake else {
            Issue.record("\(String(describing: scheme.mistake))")
            return
        }
    }

    @Test func `errors never show a secret`() throws {
        let planted = "PLANTED-not-base64"
        let failure = #expect(throws: VerifierSetupError.self) {
            try Verifier(.standardWebhooks, secrets: [Secret(planted)])
        }
        let shown = "\(String(reflecting: failure)) \(failure?.message ?? "") \(failure?.fix ?? "")"
        #expect(!shown.contains("PLANTED"))
        let verifier = try Verifier(.slack, secrets: [Secret(planted)])
        #expect(!String(reflecting: verifier).contains("PLANTED"))
        var dumped = ""
        dump(verifier, to: &dumped)
        #expect(!dumped.contains("PLANTED"))
    }
}
