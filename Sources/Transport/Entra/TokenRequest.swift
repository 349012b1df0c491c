import CurlClient
import Vocabulary

/// One request for a token, as it goes over the wire.
///
/// - Source: `reference/entra-auth.md` §1.3.
struct TokenRequest {
    let settings: EntraSettings
    let proof: Proof
    /// The `claims` that Defender asked for, if it did.
    var challenge: String?
    /// Sent as `client-request-id`; Entra names it as correlation id in its answer.
    let correlation: String

    /// What goes into the form as proof.
    enum Proof {
        case secret(Secret)
        case assertion(Secret)
    }

    /// The call; asking twice for a token does no harm, so the connection may be reused.
    var outgoing: OutgoingRequest {
        OutgoingRequest(
            .post,
            Secret(settings.tokenURL),
            headers: [
                .init("Content-Type", "application/x-www-form-urlencoded"),
                .init("Accept", "application/json"),
                .init("client-request-id", correlation),
            ],
            body: form,
            isIdempotent: true,
            deadline: settings.requestDeadline,
            responseBytesMax: 256 << 10
        )
    }

    private var form: Secret {
        var fields = [
            Self.field("grant_type", "client_credentials"),
            Self.field("client_id", settings.client),
            Self.field("scope", settings.scope),
        ]
        switch proof {
        case .secret(let secret):
            fields.append(secret.withText { Self.field("client_secret", $0) })
        case .assertion(let assertion):
            fields.append(
                Self.field("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
            )
            fields.append(assertion.withText { Self.field("client_assertion", $0) })
        }
        if let challenge { fields.append(Self.field("claims", challenge)) }
        return Secret(fields.joined(separator: "&"))
    }

    /// Encodes all but the unreserved characters, so that a `+` or `%` in a secret arrives as it is.
    static func field(_ name: String, _ value: String) -> String {
        let digits = Array("0123456789ABCDEF")
        var encoded = ""
        for byte in value.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                encoded.append("%")
                encoded.append(digits[Int(byte >> 4)])
                encoded.append(digits[Int(byte & 15)])
            }
        }
        return "\(name)=\(encoded)"
    }
}
