import Cryptography
import Vocabulary

/// Slack's signature: HMAC-SHA256 over `v0:time:body`, as `v0=` and lower-case hex.
///
/// The secret is text and stays text, though it looks like hex (P12).
struct SlackV0: CheckedScheme {
    static let signatureHeader = "X-Slack-Signature"
    static let timeHeader = "X-Slack-Request-Timestamp"

    private let keys: KeyRing
    private let time = SignedTime(unit: .seconds, toleranceSeconds: 300)

    init(_ secrets: [Secret]) throws(VerifierSetupError) {
        keys = try KeyRing(secrets, .sha256, scheme: "slack-v0")
    }

    func check(
        _ headers: HeaderReader,
        body: [UInt8],
        now: Timestamp
    ) throws(VerificationFailure) -> Proof {
        let values = try headers.required([Self.signatureHeader, Self.timeHeader])
        guard values[0].hasPrefix("v0=") else {
            throw .malformedHeader(Self.signatureHeader, expected: "\"v0=\" and a signature")
        }
        let text = values[0].dropFirst(3)
        let signature = try SignatureText.hex(text, length: 32, header: Self.signatureHeader)
        try time.check(try time.read(values[1], header: Self.timeHeader), now: now)
        let input = Self.signedInput(time: values[1], body: body)
        guard let index = KeyRing.match([signature], keys.codes(for: input)) else {
            throw .signatureMismatch(hint: "The secret is the app's signing secret, not a token.")
        }
        // The ids that tell commands apart are in the body, so reading it comes first.
        return Proof(signedKey: keys.signedKey(input), senderKey: nil, secretIndex: index)
    }

    static func signedInput(time: String, body: [UInt8]) -> [[UInt8]] {
        [Array("v0:\(time):".utf8), body]
    }
}
