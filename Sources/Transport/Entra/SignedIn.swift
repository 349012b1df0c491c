import Cryptography
import JSONReader
package import Vocabulary

/// What a sign-in gives.
package struct SignedIn: Sendable, Equatable {
    package let access: AccessToken
    /// To be kept before ``access`` is used; nil if Entra gave none.
    package let refresh: Secret?
    package let user: SignedInUser
    /// The delegated permissions: the token's `scp`, or the answer's `scope` where the token is opaque.
    package let permissions: Set<String>
}

/// Who signed in, as the tokens say.
///
/// A help for people and for the record: Defender alone judges the token.
package struct SignedInUser: Sendable, Hashable {
    /// The user principal name, such as `mia@corp.example`; Defender names it as requestor.
    package let principalName: String
    /// The name that people read.
    package let displayName: String?
    /// The directory's id of the user.
    package let object: String?
    package let tenant: String?

    package init(principalName: String, displayName: String?, object: String?, tenant: String?) {
        self.principalName = principalName
        self.displayName = displayName
        self.object = object
        self.tenant = tenant
    }

    /// Nil if the access token is opaque or names nobody.
    package init?(bearer: Secret) {
        self.init(access: TokenPayload.read(bearer), identity: nil)
    }

    /// The access token's word goes first, because it is what Defender reads.
    init?(access: JSONValue?, identity: JSONValue?) {
        func text(_ names: [String]) -> String? {
            for claims in [access, identity].compactMap(\.self) {
                for name in names {
                    guard let text = claims[name]?.string, !text.isEmpty, text.utf8.count <= 320 else {
                        continue
                    }
                    return text
                }
            }
            return nil
        }
        guard let name = text(["upn", "preferred_username", "unique_name"]) else { return nil }
        self.init(
            principalName: name,
            displayName: text(["name"]),
            object: text(["oid"]),
            tenant: text(["tid"])
        )
    }
}

/// The second part of a token that happens to be a JWT; nothing of it is verified.
enum TokenPayload {
    static func read(_ token: Secret) -> JSONValue? {
        let parts = token.withText {
            $0.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        }
        guard parts.count == 3, let bytes = Base64.decodeURL(parts[1].replacing("=", with: "")) else {
            return nil
        }
        return try? JSONReader.read(bytes, root: .object)
    }
}
