import Cryptography
import JSONReader
import Vocabulary

extension SimulatorScript {
    /// The claims of a token in application context, as Defender's tokens carry them.
    ///
    /// `method` is the claim `appidacr`: "1" for a secret, "2" for a signed assertion.
    func claims(
        of client: String,
        for resource: String,
        method: String,
        at moment: Timestamp
    ) -> [String: JSONValue] {
        let now = moment.seconds
        let object = JSONValue.string(objectID(of: client))
        let issuer = JSONValue.string("https://sts.windows.net/\(tenant)/")
        var claims: [String: JSONValue] = [
            "aud": .string(resource), "iss": issuer, "iat": .integer(now - 300), "nbf": .integer(now - 300),
            "exp": .integer(now + Int64(tokenLifetimeSeconds) + 1), "appid": .string(client),
            "appidacr": .string(method), "app_displayname": "bascule", "idp": issuer, "oid": object,
            "sub": object, "tid": .string(tenant), "uti": .string(Base64.encodeURL(randomBytes(16))),
            "ver": "1.0",
        ]
        let roles = roles(at: resource)
        if !roles.isEmpty { claims["roles"] = .array(roles.map { .string($0) }) }
        return claims
    }

    /// The object id of an application's service principal.
    private func objectID(of client: String) -> String {
        client == identities.client ? identities.object : String(Estate.identifier(for: client).prefix(32))
    }
}
