package import Vocabulary

/// A token as a call needs it.
package struct HeldToken: Sendable, Equatable {
    package let bearer: Secret
    /// The permissions it carries; nil where it is opaque.
    package let permissions: Set<String>?

    package init(bearer: Secret, permissions: Set<String>?) {
        self.bearer = bearer
        self.permissions = permissions
    }
}

/// Where tokens come from: closures, so that this target knows nothing of Entra.
package struct TokenSupply: Sendable {
    /// A token that may be used now.
    ///
    /// What it throws is shown if it is ``Explained``, and hidden if not.
    package let token: @Sendable () async throws -> HeldToken
    /// Drops a token that Defender would not take; the text is the decoded `claims` of its challenge.
    package let discard: @Sendable (Secret, String?) async -> Void

    package init(
        token: @escaping @Sendable () async throws -> HeldToken,
        discard: @escaping @Sendable (Secret, String?) async -> Void
    ) {
        self.token = token
        self.discard = discard
    }

    func take() async throws(DefenderError) -> HeldToken {
        do {
            return try await token()
        } catch {
            let explained = error as? any Explained
            throw DefenderError(
                kind: .token,
                mayHaveBeenExecuted: false,
                message: explained?.message ?? "No token could be had.",
                fix: explained?.fix ?? "Check `defender` in the settings; `doctor` says what is wrong."
            )
        }
    }
}
