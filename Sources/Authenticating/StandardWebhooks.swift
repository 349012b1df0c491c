import Cryptography
import Vocabulary

/// Standard Webhooks: `v1`, HMAC-SHA256, and `v1a`, Ed25519, both over `id.time.body`.
///
/// - Source: Standard Webhooks 1.0.0; rules P7, P12 and P16.
struct StandardWebhooks: CheckedScheme {
    /// The three headers, which senders name by one of two prefixes.
    struct Names {
        static let standard = Names(prefix: "webhook-")
        static let svix = Names(prefix: "svix-")

        let id: String
        let time: String
        let signature: String

        private init(prefix: String) {
            id = prefix + "id"
            time = prefix + "timestamp"
            signature = prefix + "signature"
        }
    }

    private let keys: KeyRing
    private let secretCount: Int
    private let publicKeys: [Ed25519PublicKey]
    private let time = SignedTime(unit: .seconds, toleranceSeconds: 300)

    /// `scheme` is the name that goes into the deliveries' keys.
    init(
        _ secrets: [Secret],
        publicKeys: [String],
        scheme: String = "standard-webhooks"
    ) throws(VerifierSetupError) {
        keys = try KeyRing(try Self.decode(secrets), .sha256, scheme: scheme)
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
        try check(headers, named: .standard, body: body, now: now)
    }

    func check(
        _ headers: HeaderReader,
        named names: Names,
        body: [UInt8],
        now: Timestamp
    ) throws(VerificationFailure) -> Proof {
        let values = try headers.required([names.id, names.time, names.signature])
        guard !values[0].contains("."), !values[0].contains(" ") else {
            throw .malformedHeader(names.id, expected: "an id without dots and spaces")
        }
        let sent = try readSignatures(values[2], header: names.signature)
        try time.check(try time.read(values[1], header: names.time), now: now)
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

    private func readSignatures(_ value: String, header: String) throws(VerificationFailure) -> Sent {
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
            throw .noSupportedVersion(header: header, expected: expectedVersions)
        }
        guard !sent.codes.isEmpty || !sent.signatures.isEmpty else {
            throw .encoding(
                header: header,
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
