import Cryptography
import JSONReader
import Vocabulary

/// A bearer token that an identity provider signed with RS256: Google Chat, the Bot Framework.
///
/// The algorithm is ours and not the token's: anything but RS256 is refused, and keys come from the key set that
/// was handed in, never from the token or from where it points. The token does not cover the body, and serves
/// for several deliveries, so that the body's digest is what tells them apart.
///
/// - Source: RFC 7515, 7517 and 7519; the rules for JWTs beside P1 to P16.
struct BearerToken: CheckedScheme {
    static let header = "Authorization"
    private static let prefix = "Bearer "
    private static let algorithm = "RS256"
    private static let skewSeconds: Int64 = 300

    private let scheme: BearerScheme
    private let keySet: KeySet

    init(_ scheme: BearerScheme, _ keySet: KeySet) throws(VerifierSetupError) {
        if let mistake = scheme.mistake { throw mistake }
        self.scheme = scheme
        self.keySet = keySet
    }

    func check(
        _ headers: HeaderReader,
        body: [UInt8],
        now: Timestamp
    ) throws(VerificationFailure) -> Proof {
        let value = try headers.required([Self.header])[0]
        guard value.hasPrefix(Self.prefix) else {
            throw .malformedHeader(Self.header, expected: "\"Bearer\", one space and a token")
        }
        let token = try WebToken(String(value.dropFirst(Self.prefix.count)))
        let key = try signer(of: token)
        try checkParties(token)
        try checkTimes(token, now: now)
        try checkEmail(token)
        try checkBody(body, token, key)
        // Ids are in the body, so reading it further comes first.
        return Proof(signedKey: SignedKey.of([body], scheme: "jwt-bearer"), senderKey: nil, secretIndex: 0)
    }

    /// The key of the set that made the signature.
    private func signer(of token: WebToken) throws(VerificationFailure) -> KeySet.Key {
        guard token.header["alg"]?.string == Self.algorithm else {
            throw .unsupportedAlgorithm(header: Self.header, expected: Self.algorithm)
        }
        // A critical extension is one that has to be understood, and none is (RFC 7515, 4.1.11).
        guard token.header["crit"] == nil else {
            throw .webToken(.malformed("asks for extensions that are not known here"))
        }
        guard let id = token.header["kid"]?.string, let key = keySet.key(id), let publicKey = key.publicKey
        else {
            throw .webToken(.unknownKey)
        }
        guard publicKey.verify(token.signature, of: token.signedText) else { throw .webToken(.signature) }
        return key
    }

    private func checkParties(_ token: WebToken) throws(VerificationFailure) {
        guard let issuer = token.claims["iss"]?.string,
            scheme.issuers.contains(where: { sameBytes($0, issuer) })
        else {
            throw .webToken(.issuer(expected: scheme.issuers))
        }
        let audiences: [String]
        switch token.claims["aud"] {
        case .string(let one): audiences = [one]
        case .array(let several): audiences = several.compactMap(\.string)
        default: audiences = []
        }
        guard audiences.contains(where: { sameBytes($0, scheme.audience) }) else {
            throw .webToken(.audience(expected: scheme.audience))
        }
    }

    /// In floating point throughout: the sender's number is never converted unchecked.
    private func checkTimes(_ token: WebToken, now: Timestamp) throws(VerificationFailure) {
        let present = Double(now.milliseconds) / 1000
        let skew = Double(Self.skewSeconds)
        guard let end = try token.number("exp") else { throw .webToken(.malformed("has no time of expiry")) }
        if present > end + skew {
            throw .webToken(.expired(secondsOff: Self.whole(present - end), secondsMax: Self.skewSeconds))
        }
        for name in ["nbf", "iat"] {
            if let start = try token.number(name), start > present + skew {
                throw .future(secondsOff: Self.whole(start - present), secondsMax: Self.skewSeconds)
            }
        }
    }

    private func checkEmail(_ token: WebToken) throws(VerificationFailure) {
        guard let expected = scheme.email else { return }
        guard let email = token.claims["email"]?.string, sameBytes(email, expected),
            token.claims["email_verified"] == true
        else {
            throw .webToken(.subject(expected: expected))
        }
    }

    private func checkBody(
        _ body: [UInt8],
        _ token: WebToken,
        _ key: KeySet.Key
    ) throws(VerificationFailure) {
        guard scheme.requiresServiceURL || scheme.requiresEndorsement else { return }
        guard let value = try? JSONReader.read(body, root: .object) else {
            throw .malformedBody(expected: "a JSON object")
        }
        if scheme.requiresServiceURL {
            // Both spellings are in use; where both are there, both count.
            let claims = ["serviceurl", "serviceUrl"].compactMap { token.claims[$0] }
            guard let stated = value["serviceUrl"]?.string, !claims.isEmpty,
                claims.allSatisfy({ $0.string.map { sameBytes($0, stated) } ?? false })
            else {
                throw .webToken(.serviceURL)
            }
        }
        if scheme.requiresEndorsement {
            guard let channel = value["channelId"]?.string,
                key.endorsements.contains(where: { sameBytes($0, channel) })
            else {
                throw .webToken(.endorsement)
            }
        }
    }

    /// For people; rounded up and kept within what an integer holds.
    private static func whole(_ seconds: Double) -> Int64 {
        Int64(min(seconds.rounded(.up), 1e15))
    }
}
