import Entra
import JSONReader
import Vocabulary

/// A user's access token on its way from the terminal to the bridge.
struct LentToken: Sendable {
    let bearer: Secret
    /// Whose it is, by the sign-in.
    let user: String
    let expiresAt: Timestamp

    /// The longest token that is taken.
    static let bytesMax = 16_384
    static let userBytesMax = 320

    init(bearer: Secret, user: String, expiresAt: Timestamp) {
        self.bearer = bearer
        self.user = user
        self.expiresAt = expiresAt
    }

    init(_ signedIn: SignedIn) {
        self.init(
            bearer: signedIn.access.bearer,
            user: signedIn.user.principalName,
            expiresAt: signedIn.access.expiresAt
        )
    }

    /// As the control socket takes it.
    var json: JSONValue {
        [
            "token": bearer.withText { .string($0) }, "user": .string(user),
            "expires": .integer(expiresAt.seconds),
        ]
    }

    /// - Throws: A refusal that repeats nothing of what was sent.
    init(json: JSONValue) throws(ControlRefusal) {
        guard let members = json.object, Set(members.keys) == ["token", "user", "expires"],
            let token = members["token"]?.string, (1...Self.bytesMax).contains(token.utf8.count),
            token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            let user = members["user"]?.string, (1...Self.userBytesMax).contains(user.utf8.count),
            let expires = members["expires"]?.integer, expires >= 0, expires < 1 << 40
        else {
            throw ControlRefusal(
                400,
                "as-me.bad-token",
                "The sign-in that was sent along cannot be read.",
                fix: "Use the same version of this program as the bridge."
            )
        }
        self.init(bearer: Secret(token), user: user, expiresAt: Timestamp(seconds: expires))
    }
}
