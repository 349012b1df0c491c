import JSONReader
import Vocabulary

/// Who calls the API, as its token says.
struct BearerCheck: Sendable {
    let script: SimulatorScript
    let mint: TokenMint

    /// A caller whose token is good.
    struct Caller: Sendable {
        let client: String
        let roles: [String]
        /// Delegated permissions; nil for an application.
        var scopes: [String]?
        /// The user's principal name; nil for an application.
        var user: String?

        /// As Defender names who asked.
        var requestor: String { user ?? client }
    }

    /// - Throws: 401 for a token that is none of ours or out of its time, 403 for one meant for another API.
    ///
    /// Nil `audiences` are those of Defender.
    func caller(_ call: SimulatedCall, audiences: [String]? = nil) throws(DefenderRefusal) -> Caller {
        let words = call.header("authorization")?.split(separator: " ") ?? []
        guard call.headers["authorization"]?.count == 1, words.count == 2, words[0].lowercased() == "bearer",
            let claims = mint.claims(of: String(words[1])),
            let expiry = claims["exp"]?.integer, let start = claims["nbf"]?.integer,
            start <= call.at.seconds, call.at.seconds < expiry,
            claims["tid"]?.string == script.tenant,
            let client = claims["appid"]?.string
        else { throw DefenderRefusal(401, "Unauthorized", "Invalid or expired authorization header.") }
        guard let audience = claims["aud"]?.string, (audiences ?? script.audiences).contains(audience) else {
            throw DefenderRefusal(403, "Forbidden", "The token's audience is not allowed for this API.")
        }
        return Caller(
            client: client,
            roles: claims["roles"]?.array?.compactMap(\.string) ?? [],
            scopes: claims["scp"]?.string.map { $0.split(separator: " ").map(String.init) },
            user: claims["scp"]?.string.flatMap { _ in claims["upn"]?.string }
        )
    }

    /// - Throws: 403 unless the caller holds one of `roles`, or a user what is their delegated spelling.
    func demand(_ roles: [String], of caller: Caller, at route: String) throws(DefenderRefusal) {
        if let scopes = caller.scopes {
            return try DelegatedScope.demand(DelegatedScope.scopes(for: roles, at: route), of: scopes)
        }
        let held = Set(caller.roles.map { $0.lowercased() })
        guard !roles.contains(where: { held.contains($0.lowercased()) }) else { return }
        let text =
            "Missing application roles. API required roles: \(roles.joined(separator: ",")), "
            + "application roles: \(caller.roles.joined(separator: ","))."
        throw DefenderRefusal(403, "Forbidden", text)
    }
}
