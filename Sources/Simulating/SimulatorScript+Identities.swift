/// The one federated credential of the application.
package struct FederationScript: Sendable, Equatable {
    package var issuer = "https://issuer.corp.example/"
    package var subject = "system:serviceaccount:security:bascule"
    package var audience = "api://AzureADTokenExchange"

    package init() {}
}

/// What the ends of managed identities know and say.
///
/// The system-assigned identity is the application itself; besides it there is one that is assigned by a user.
package struct IdentityScript: Sendable, Equatable {
    /// Which of the two forms of an expiry an answer has.
    package enum Expiry: String, Sendable, Equatable, CaseIterable {
        case both
        /// `expires_in` alone.
        case after = "in"
        /// `expires_on` alone.
        case at = "on"
    }

    package var client = "5e1d7a20-8c3f-4b6e-9a47-2d0f61c8b395"
    package var object = "a41c90de-37b2-4f58-8e16-7b9d02f5c6e3"
    package var resource =
        "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/soc/providers"
        + "/Microsoft.ManagedIdentity/userAssignedIdentities/bascule"
    /// False is an old agent: it ignores which identity is asked for and names none.
    package var echoes = true
    /// App Service gives `expires_on` alone whatever is set here.
    package var expiry = Expiry.both
    /// The file that Arc's agent names; nil and Arc's end answers 500.
    package var arcKeyPath: String?

    package init() {}
}
