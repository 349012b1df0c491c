import Cryptography
import Vocabulary

/// Standard Webhooks: `v1`, HMAC-SHA256, and `v1a`, Ed25519, both over `id.time.body`.
///
/// - Source: Standard Webhooks 1.0.0; rules P7, P12 and P16.
struct StandardWebhooks: CheckedScheme {
    static let idHeader = "webhook-id"
    static let timeHeader = "webhook-timestamp"
    static let signatureHeader = "webhook-signature"

    private let keys: KeyRing
    private let secretCount: Int
    private let publicKeys: [Ed25519PublicKey]
    private let time = SignedTime(unit: .seconds, toleranceSeconds: 300)

    init(_ secrets: [Secret], publicKeys: [String]) throws(VerifierSetupError) {
        keys = try KeyRing(try Self.decode(secrets), .sha256, scheme: "standard-webhooks")
        secretCount = secrets.count
        var readKeys: [Ed25519PublicKey] = []
        for (index, text) in publicKeys.enumerated() {
            guard text.hasPrefix("whpk_"), let bytes = Base64.decodeCanonical(String(text.dropFirst(5))),
                let key = Ed25519PublicKey(bytes)
            else { throw .unusablePublicKey(index: index) }
            readKeys.append(key)
        }
        self.publicKeys = readKeys
    }

    func check(
        _ headers: HeaderReader,
        body: [UInt8],
        now: Timestamp
    ) throws(VerificationFailure) -> Proof {
        let values = try headers.required([Self.idHeader, Self.timeHeader, Self.signatureHeader])
        guard !values[0].contains("."), !values[0].contains(" ") else {
            throw .malformedHeader(Self.idHeader, expected: "an id without dots and spaces")
        }
        let sent = try readSignatures(values[2])
        try time.check(try time.read(values[1], header: Self.timeHeader), now: now)
        let input = Self.signedInput(id: values[0], time: values[1], body: body)
        guard let index = match(sent, input) else {
            throw .signatureMismatch(hint: "The id and the time are signed as well.")
        }
        return Proof(signedKey: keys.signedKey(input), senderKey: values[0], secretIndex: index)
    }

    static func signedInput(id: String, time: String, body: [UInt8]) -> [[UInt8]] {
        [Array("\(id).\(time).".utf8), body]
    }

    /// The bytes behind `whsec_`; the text itself is never the key.
    static func decode(_ secrets: [Secret]) throws(VerifierSetupError) -> [Secret] {
        var decoded: [Secret] = []
        for (index, secret) in secrets.enumerated() {
            guard !secret.isBlank else { throw .blankSecret(index: index) }
            let bytes = secret.withText { text in
                Base64.decodePaddingOptional(text.hasPrefix("whsec_") ? String(text.dropFirst(6)) : text)
            }
            guard let bytes else {
                throw .undecodableSecret(index: index, expected: "\"whsec_\" followed by base64")
            }
            guard !bytes.isEmpty else { throw .blankSecret(index: index) }
            decoded.append(Secret(bytes))
        }
        return decoded
    }

    /// The well-formed entries of the versions that the configured keys can check.
    private struct Sent {
        var codes: [[UInt8]] = []
        var signatures: [[UInt8]] = []
    }

    private func readSignatures(_ value: String) throws(VerificationFailure) -> Sent {
        var sent = Sent()
        var hasUsableVersion = false
        for entry in value.split(separator: " ", omittingEmptySubsequences: true) {
            guard let comma = entry.firstIndex(of: ",") else { continue }
            let text = String(entry[entry.index(after: comma)...])
            switch entry[..<comma] {
            case "v1" where secretCount > 0:
                hasUsableVersion = true
                if let bytes = Base64.decodeCanonical(text), bytes.count == 32 { sent.codes.append(bytes) }
            case "v1a" where !publicKeys.isEmpty:
                hasUsableVersion = true
                if let bytes = Base64.decodeCanonical(text), bytes.count == 64 {
                    sent.signatures.append(bytes)
                }
            default:
                continue
            }
        }
        guard hasUsableVersion else {
            throw .noSupportedVersion(header: Self.signatureHeader, expected: expectedVersions)
        }
        guard !sent.codes.isEmpty || !sent.signatures.isEmpty else {
            throw .encoding(
                header: Self.signatureHeader,
                expected: "padded standard base64 of a whole signature"
            )
        }
        return sent
    }

    private func match(_ sent: Sent, _ input: [[UInt8]]) -> Int? {
        if let index = KeyRing.match(sent.codes, keys.codes(for: input)) { return index }
        guard !sent.signatures.isEmpty else { return nil }
        let message = input.flatMap { $0 }
        var found: Int?
        for (index, key) in publicKeys.enumerated() {
            for signature in sent.signatures where key.verify(signature, of: message) {
                found = found ?? (secretCount + index)
            }
        }
        return found
    }

    private var expectedVersions: String {
        switch (secretCount > 0, publicKeys.isEmpty) {
        case (true, true): "v1"
        case (true, false): "v1 or v1a"
        case (false, _): "v1a"
        }
    }
}
