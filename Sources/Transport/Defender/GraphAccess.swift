package import Catalogue

/// How Microsoft Graph is called, for what has moved there: an address, tokens and a budget of its own.
package struct GraphAccess: Sendable {
    /// Such as `https://graph.microsoft.com`.
    let base: String
    let tokens: TokenSupply
    let budget: RateBudget

    /// Calls of hunting queries, which are the scarcest of those that go there.
    package static let window = RateWindow(perMinute: 45, perHour: 1_500)

    /// `base` is without path; the tokens are for Graph and no other API.
    package init(
        base: String,
        tokens: TokenSupply,
        budget: RateBudget = RateBudget(window: GraphAccess.window)
    ) {
        self.base = DefenderClient.withoutSlash(base)
        self.tokens = tokens
        self.budget = budget
    }

    static let missing = DefenderError(
        kind: .refused,
        mayHaveBeenExecuted: false,
        message: "Microsoft Graph serves this, and the settings name no address of Graph.",
        fix: "Add `graph` to `cloud`, or choose `defender` under `back-ends`."
    )
}
