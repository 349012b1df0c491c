package import Defender
package import Vocabulary

/// The sign-ins that users have lent to their own jobs; they live in the memory of this process alone.
package struct UserContexts: Sendable {
    /// The sign-in lent to a job; nil if there is none, or none any more.
    package let find: @Sendable (JobID) -> UserContext?
    /// Called when a job needs its sign-in no longer.
    package let forget: @Sendable (JobID) -> Void

    package init(
        find: @escaping @Sendable (JobID) -> UserContext?,
        forget: @escaping @Sendable (JobID) -> Void
    ) {
        self.find = find
        self.forget = forget
    }

    /// Nobody lends anything.
    package static let none = UserContexts(find: { _ in nil }, forget: { _ in })
}

/// One user's way to Defender.
package struct UserContext: Sendable {
    /// Their principal name, as Defender names the requestor.
    package let user: String
    package let expiresAt: Timestamp
    /// The token's `scp`; nil where it is opaque.
    package let permissions: Set<String>?
    package let defender: any DefenderCalling
    /// The `claims` that Defender asked for when it would not take the token, as `login --claims` takes them.
    package let challenge: @Sendable () -> String?

    package init(
        user: String,
        expiresAt: Timestamp,
        permissions: Set<String>?,
        defender: any DefenderCalling,
        challenge: @escaping @Sendable () -> String? = { nil }
    ) {
        self.user = user
        self.expiresAt = expiresAt
        self.permissions = permissions
        self.defender = defender
        self.challenge = challenge
    }
}
