import Cryptography
import JSONReader
import Vocabulary

/// PagerDuty's signatures: HMAC-SHA256 over the body, as a list of `v1=` and lower-case hex.
///
/// The list holds one entry a secret while PagerDuty changes it. The secret is text, though it looks like
/// base64 (P12). No time is signed; the event states when it happened, and a day is allowed.
struct PagerDutyV1: CheckedScheme {
    static let signatureHeader = "X-PagerDuty-Signature"
    static let deliveryHeader = "X-Webhook-Id"

    private let keys: KeyRing
    private let bodyTime = SignedTime(unit: .milliseconds, toleranceSeconds: 86_400)

    init(_ secrets: [Secret]) throws(VerifierSetupError) {
        keys = try KeyRing(secrets, .sha256, scheme: "pagerduty-v1")
    }

    func check(
        _ headers: HeaderReader,
        body: [UInt8],
        now: Timestamp
    ) throws(VerificationFailure) -> Proof {
        let value = try headers.required([Self.signatureHeader])[0]
        let delivery = try headers.optional(Self.deliveryHeader)
        guard !body.isEmpty else { throw .emptyBody }
        let signatures = try Self.readSignatures(value)
        guard let index = KeyRing.match(signatures, keys.codes(for: [body])) else {
            throw .signatureMismatch(
                hint: "Each webhook subscription has a secret of its own, used as it is shown."
            )
        }
        return Proof(signedKey: keys.signedKey([body]), senderKey: delivery, secretIndex: index)
    }

    /// A body that is no JSON, or states no time, is for the next step to judge.
    func checkBodyAge(_ body: [UInt8], now: Timestamp) throws(VerificationFailure) {
        guard let value = try? JSONReader.read(body, root: .object),
            let stated = value["event"]?["occurred_at"]?.string.flatMap(CalendarTime.milliseconds)
        else {
            return
        }
        try bodyTime.check(stated, now: now)
    }

    /// The well-formed entries of version 1; others are skipped (P7).
    private static func readSignatures(_ value: String) throws(VerificationFailure) -> [[UInt8]] {
        let versions = value.split(separator: ",").map { HeaderReader.trimmed($0) }.filter {
            $0.hasPrefix("v1=")
        }
        guard !versions.isEmpty else { throw .noSupportedVersion(header: signatureHeader, expected: "v1") }
        let signatures = versions.compactMap { Hex.decodeLowerCase($0.dropFirst(3)) }.filter {
            $0.count == 32
        }
        guard !signatures.isEmpty else {
            throw .encoding(header: signatureHeader, expected: "lower-case hex of a whole signature")
        }
        return signatures
    }
}
