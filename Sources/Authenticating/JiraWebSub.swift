import Cryptography
import JSONReader
import Vocabulary

/// Jira's signature (Cloud and Data Center): HMAC-SHA256 over the body, as WebSub writes it.
///
/// No time is signed. The body states one, in milliseconds; a retry may come an hour late, so that a day is
/// allowed. The memory of what was seen does the rest.
struct JiraWebSub: CheckedScheme {
    static let signatureHeader = "X-Hub-Signature"
    static let identifierHeader = "X-Atlassian-Webhook-Identifier"

    private let keys: KeyRing
    private let bodyTime = SignedTime(unit: .milliseconds, toleranceSeconds: 86_400)

    init(_ secrets: [Secret]) throws(VerifierSetupError) {
        keys = try KeyRing(secrets, .sha256, scheme: "jira-websub")
    }

    func check(
        _ headers: HeaderReader,
        body: [UInt8],
        now: Timestamp
    ) throws(VerificationFailure) -> Proof {
        let value = try headers.required([Self.signatureHeader])[0]
        let identifier = try headers.optional(Self.identifierHeader)
        let signature = try SignatureText.webSub(value, .sha256, header: Self.signatureHeader)
        guard let index = KeyRing.match([signature], keys.codes(for: [body])) else {
            throw .signatureMismatch(hint: "Each Jira webhook has a secret of its own.")
        }
        return Proof(signedKey: keys.signedKey([body]), senderKey: identifier, secretIndex: index)
    }

    /// A body that is no JSON, or states no time, is for the next step to judge.
    func checkBodyAge(_ body: [UInt8], now: Timestamp) throws(VerificationFailure) {
        guard let value = try? JSONReader.read(body, root: .object), let stated = value["timestamp"]?.integer
        else {
            return
        }
        try bodyTime.check(stated, now: now)
    }
}
