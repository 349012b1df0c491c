import JSONReader
import Vocabulary

/// A token in the body, as Rocket.Chat and Zulip send it: the field `token` is the secret.
///
/// Nothing covers the rest of the body, which has to be read before anything is known of its sender; the
/// listener has limited its size.
struct BodyToken: CheckedScheme {
    static let field = "token"
    private static let typeHeader = "Content-Type"

    private let tokens: TokenRing
    private let scheme: String

    /// `scheme` is the name that goes into the deliveries' keys.
    init(_ secrets: [Secret], scheme: String = "body-token") throws(VerifierSetupError) {
        tokens = try TokenRing(secrets)
        self.scheme = scheme
    }

    func check(
        _ headers: HeaderReader,
        body: [UInt8],
        now: Timestamp
    ) throws(VerificationFailure) -> Proof {
        try prove(try Self.read(headers, body), body)
    }

    /// The delivery is genuine if `token` is a secret.
    func prove(_ token: String, _ body: [UInt8]) throws(VerificationFailure) -> Proof {
        guard let index = tokens.match(token) else {
            throw .tokenMismatch(hint: "Each integration, bot or command has a token of its own.")
        }
        // Ids are in the body, so reading it further comes first.
        return Proof(signedKey: SignedKey.of([body], scheme: scheme), senderKey: nil, secretIndex: index)
    }

    /// The token of a JSON object or a form, by the content type (P15).
    static func read(_ headers: HeaderReader, _ body: [UInt8]) throws(VerificationFailure) -> String {
        let type = try headers.optional(typeHeader) ?? "application/json"
        let name = HeaderReader.trimmed(type.prefix { $0 != ";" }).lowercased()
        let token: String?
        switch name {
        case "application/json": token = try readObject(body)
        case "application/x-www-form-urlencoded": token = try FormToken.read(body, field: field)
        default: throw .malformedBody(expected: "sent as JSON or as a form")
        }
        guard let token, !token.isEmpty else { throw .missingToken }
        return token
    }

    /// Nil if there is none or it is no text.
    private static func readObject(_ body: [UInt8]) throws(VerificationFailure) -> String? {
        do throws(JSONError) {
            return try JSONReader.read(body, root: .object)[field]?.string
        } catch {
            if case .duplicateKey = error { throw .duplicateField }
            throw .malformedBody(expected: "a JSON object")
        }
    }
}
