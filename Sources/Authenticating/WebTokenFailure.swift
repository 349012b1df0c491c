/// Why a JSON web token proves nothing here.
///
/// Names what was expected, which the settings hold, and never what the token says.
package enum WebTokenFailure: Sendable, Hashable {
    /// `what` goes on from "The token".
    case malformed(String)
    case unknownKey
    case signature
    case issuer(expected: [String])
    case audience(expected: String)
    case expired(secondsOff: Int64, secondsMax: Int64)
    case subject(expected: String)
    case serviceURL
    case endorsement

    var reason: String {
        switch self {
        case .malformed: "malformed-token"
        case .unknownKey: "unknown-key"
        case .signature: "signature-mismatch"
        case .issuer: "issuer"
        case .audience: "audience"
        case .expired: "expired"
        case .subject: "subject"
        case .serviceURL: "service-url"
        case .endorsement: "endorsement"
        }
    }

    var message: String {
        switch self {
        case .malformed(let what): "The token \(what)."
        case .unknownKey: "The token names a key that is not in the key set, or not there once."
        case .signature: "The token was not signed with the key it names, or was changed since."
        case .issuer(let expected): "The token was not issued by \(expected.joined(separator: " or "))."
        case .audience(let expected): "The token is not meant for \(expected)."
        case .expired(let off, let limit):
            "The token expired \(VerificationFailure.spoken(off)) ago; at most "
                + "\(VerificationFailure.spoken(limit)) is accepted."
        case .subject(let expected): "The token is not that of \(expected), or the address is not verified."
        case .serviceURL: "The address to answer to in the body is not the one in the token."
        case .endorsement: "The key that signed the token is not endorsed for the body's channel."
        }
    }

    var fix: String {
        switch self {
        case .malformed:
            "Check that nothing on the way cuts or rewrites the header Authorization."
        case .unknownKey:
            "A running bridge fetches the key set again by itself; commands fetch nothing: put the key set into a "
                + "file and name it under `keys`. If the key stays unknown, the token is from somebody else."
        case .signature:
            "Check that nothing on the way changes the header Authorization, and that the key set is this "
                + "provider's."
        case .issuer:
            "Check which kind of app sends here; each has an issuer and keys of its own."
        case .audience:
            "Compare the audience of the source with the project number, address or app id that is set at the "
                + "sender, to the letter."
        case .expired:
            "Check this machine's clock (NTP), and whether something in between holds deliveries back."
        case .subject:
            "Compare the address with the service account that the sender's configuration page shows."
        case .serviceURL:
            "Do not answer it. If it is genuine, something on the way changed the body."
        case .endorsement:
            "Check that the bot is registered for this channel; do not answer."
        }
    }
}
