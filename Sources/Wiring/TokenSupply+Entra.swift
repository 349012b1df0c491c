import Defender
import Entra

extension TokenSupply {
    /// Tokens of Entra ID, as Defender's client takes them.
    init(of source: TokenSource) {
        self.init(
            token: {
                let token = try await source.token()
                return HeldToken(bearer: token.bearer, permissions: token.permissions)
            },
            discard: { await source.discard($0, challenge: $1) }
        )
    }
}
