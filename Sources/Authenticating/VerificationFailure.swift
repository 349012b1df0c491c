import Vocabulary

/// Why a delivery is not believed.
///
/// Never told to the sender, never shows a signature, a secret or the body.
package enum VerificationFailure: Explained, Hashable {
    case missingHeader(String)
    case malformedHeader(String, expected: String)
    case duplicateHeader(String)
    case missingTimestamp(header: String)
    case malformedTimestamp(header: String, expected: String)
    /// Older than the window by more than it allows.
    case stale(secondsOff: Int64, secondsMax: Int64)
    /// Ahead of the clock by more than the window.
    case future(secondsOff: Int64, secondsMax: Int64)
    case encoding(header: String, expected: String)
    case length(header: String, expected: Int, got: Int)
    case signatureMismatch(hint: String)
    case noSupportedVersion(header: String, expected: String)
    case unsupportedAlgorithm(header: String, expected: String)
    /// Of senders that never sign an empty body.
    case emptyBody
    case malformedBody(expected: String)
    case duplicateField
    case missingToken
    case tokenMismatch(hint: String)
    /// The address holds no secret where it must.
    case missingPathSecret
    /// The address goes on after the name of a source that proves itself otherwise.
    case unexpectedPathSecret
    /// The source is told things and tells none.
    case takesNothing
    /// A JSON web token that proves nothing here.
    case webToken(WebTokenFailure)

    /// The word of `reference/vectors/README.md`, for logs, metrics and the `verify` command.
    package var reason: String {
        switch self {
        case .missingHeader: "missing-header"
        case .malformedHeader: "malformed-header"
        case .duplicateHeader: "duplicate-header"
        case .missingTimestamp: "missing-timestamp"
        case .malformedTimestamp: "malformed-timestamp"
        case .stale: "stale"
        case .future: "future"
        case .encoding: "encoding"
        case .length: "length"
        case .signatureMismatch: "signature-mismatch"
        case .noSupportedVersion: "no-supported-version"
        case .unsupportedAlgorithm: "unsupported-algorithm"
        case .emptyBody: "empty-body"
        case .malformedBody: "malformed-body"
        case .duplicateField: "duplicate-field"
        case .missingToken: "missing-token"
        case .tokenMismatch: "token-mismatch"
        case .missingPathSecret: "missing-token"
        case .unexpectedPathSecret: "unexpected-path"
        case .takesNothing: "takes-nothing"
        case .webToken(let failure): failure.reason
        }
    }

    package var code: String { "verification.\(reason)" }

    package var message: String {
        switch self {
        case .missingHeader(let name): "The header \(name) is missing or empty."
        case .malformedHeader(let name, let expected): "The header \(name) is not \(expected)."
        case .duplicateHeader(let name): "The header \(name) came more than once."
        case .missingTimestamp(let place): "There is no time in \(place)."
        case .malformedTimestamp(let header, let expected): "The time in \(header) is not \(expected)."
        case .stale(let off, let limit):
            "The delivery is \(Self.spoken(off)) old; at most \(Self.spoken(limit)) is accepted."
        case .future(let off, let limit):
            "The delivery is dated \(Self.spoken(off)) ahead of this machine's clock; at most "
                + "\(Self.spoken(limit)) is accepted."
        case .encoding(let header, let expected): "The signature in \(header) is not \(expected)."
        case .length(let header, let expected, let got):
            "The signature in \(header) has \(got) characters or bytes where \(expected) belong."
        case .signatureMismatch:
            "The signature was not made over these bytes with any of the configured secrets."
        case .noSupportedVersion(let header, let expected):
            "The header \(header) holds no signature that can be checked with the configured keys (\(expected))."
        case .unsupportedAlgorithm(let header, let expected):
            "The header \(header) names another algorithm than \(expected)."
        case .emptyBody: "The body is empty, which this sender never signs."
        case .malformedBody(let expected): "The body is not \(expected)."
        case .duplicateField:
            "The body holds a field more than once, so that two readers could find two values."
        case .missingToken: "The body holds no token, or one that is no text."
        case .tokenMismatch: "The token is none of the configured secrets."
        case .missingPathSecret: "The address ends with the source's name; the secret after it is missing."
        case .unexpectedPathSecret: "The address goes on after the name of a source that has no secret there."
        case .takesNothing: "This source takes no deliveries; it is only told."
        case .webToken(let failure): failure.message
        }
    }

    package var fix: String {
        switch self {
        case .missingHeader(let name):
            "Look whether the sender signs at all (a secret is set there) and whether a proxy drops \(name)."
        case .malformedHeader, .encoding, .length, .unsupportedAlgorithm:
            "Check that the source's kind and settings are those of the system that sends here."
        case .duplicateHeader:
            "Look for a proxy that adds the header again; only one value can be the sender's."
        case .missingTimestamp, .malformedTimestamp:
            "Compare the timestamp settings of the source with what the sender documents."
        case .stale, .future:
            "Check the clocks of this machine and the sender (NTP), and whether something between them holds "
                + "deliveries back."
        case .signatureMismatch(let hint):
            "Compare the secret on both sides. If it is right, something changed the body on the way: a proxy "
                + "that re-encodes JSON or forms, converts line ends or characters, or unpacks a compression. \(hint)"
        case .noSupportedVersion:
            "Configure the kind of key that the sender signs with."
        case .emptyBody:
            "Look for a proxy or a function that reads the body and passes nothing on."
        case .malformedBody:
            "Check the content type that is set at the sender, and that nothing on the way turns forms into JSON or "
                + "JSON into forms."
        case .duplicateField:
            "Look for something on the way that adds fields; the sender writes each once."
        case .missingToken:
            "Check that the sender is the kind of integration that puts its token in the body."
        case .tokenMismatch(let hint):
            "Compare the token on both sides: the whole of it, without a blank or a line end. \(hint)"
        case .missingPathSecret:
            "Give the sender the whole address: /hooks/<source>/<secret>."
        case .unexpectedPathSecret: "Give the sender the address /hooks/<source> and nothing after it."
        case .takesNothing: "Send to a source of another kind."
        case .webToken(let failure): failure.fix
        }
    }

    /// Seconds as people say them, huge ones included.
    static func spoken(_ seconds: Int64) -> String {
        switch seconds {
        case ..<600: "\(seconds) s"
        case ..<7_200: "\(seconds / 60) min"
        case ..<172_800: "\(seconds / 3_600) h"
        default: "\(seconds / 86_400) days"
        }
    }
}
