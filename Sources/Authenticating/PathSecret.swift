import Vocabulary

/// A last part of the hook's address that is the secret, for senders that can neither sign nor add a header.
///
/// Nothing covers the body, and an address is seen by more eyes than a header: proxies log it, people paste it.
/// That is why a source of this scheme only proposes.
struct PathSecret: CheckedScheme {
    /// As many characters as 24 random bytes take in base64.
    static let charactersMin = 32
    static let charactersMax = 256

    private let tokens: TokenRing

    init(_ secrets: [Secret]) throws(VerifierSetupError) {
        for (index, secret) in secrets.enumerated() {
            guard !secret.isBlank else { throw .blankSecret(index: index) }
            let isPlain = secret.withBytes { bytes in
                (Self.charactersMin...Self.charactersMax).contains(bytes.count)
                    && bytes.allSatisfy { byte in
                        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
                            || (0x61...0x7A).contains(byte) || byte == 0x2D || byte == 0x5F
                    }
            }
            guard isPlain else {
                throw .undecodableSecret(
                    index: index,
                    expected: "\(Self.charactersMin) to \(Self.charactersMax) letters, digits, - and _, "
                        + "such as `openssl rand -hex 32` makes"
                )
            }
        }
        tokens = try TokenRing(secrets)
    }

    func check(
        _ headers: HeaderReader,
        body: [UInt8],
        now: Timestamp
    ) throws(VerificationFailure) -> Proof {
        guard let sent = headers.pathSecret else { throw .missingPathSecret }
        guard let index = sent.withText({ tokens.match($0) }) else {
            throw .tokenMismatch(hint: "It is the part of the address after the source's name.")
        }
        return Proof(
            signedKey: SignedKey.of([body], scheme: "path-secret"),
            senderKey: nil,
            secretIndex: index
        )
    }
}

/// A source that is told things and tells none: whatever claims to come from there does not.
struct NothingComes: CheckedScheme {
    func check(
        _ headers: HeaderReader,
        body: [UInt8],
        now: Timestamp
    ) throws(VerificationFailure) -> Proof {
        throw .takesNothing
    }
}
