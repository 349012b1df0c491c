import Cryptography
import JSONReader
import Vocabulary

/// What a user's client is given: the answer of the token endpoint, and the tokens in it.
extension EntraService {
    func grant(
        _ wanted: UserScopes,
        _ form: TokenForm,
        _ call: SimulatedCall,
        nonce: String?
    ) throws -> SimulatedAnswer {
        let life = Int64(script.tokenLifetimeSeconds)
        var body: [String: JSONValue] = [
            "token_type": "Bearer", "scope": .string(wanted.granted(script.user)),
            "expires_in": .integer(life), "ext_expires_in": .integer(life),
            "access_token": .string(try mint.sign(accessClaims(wanted, call, life))),
        ]
        if wanted.all.contains("offline_access") {
            let token = UserDesk.makeSecret("1.R")
            users.with { state in
                if state.renewals.count >= UserDesk.rememberedMax { state.renewals = [:] }
                state.renewals[token] = UserDesk.Renewal(scopes: wanted.all)
            }
            body["refresh_token"] = .string(token)
        }
        if wanted.all.contains("openid") {
            body["id_token"] = .string(try mint.sign(identityClaims(call, life, nonce: nonce)))
        }
        if form["client_info"] == "1" {
            let info: JSONValue = ["uid": .string(script.user.object), "utid": .string(script.tenant)]
            body["client_info"] = .string(Base64.encodeURL(info.encoded()))
        }
        return .json(200, .object(body))
    }

    private func accessClaims(
        _ wanted: UserScopes,
        _ call: SimulatedCall,
        _ life: Int64
    ) -> [String: JSONValue] {
        let now = call.at.seconds
        let user = script.user
        let scopes = wanted.permissions(user)
        var claims: [String: JSONValue] = [
            "aud": .string(wanted.resource), "iss": .string("https://sts.windows.net/\(script.tenant)/"),
            "iat": .integer(now - 300), "nbf": .integer(now - 300), "exp": .integer(now + life + 1),
            "appid": .string(user.client), "appidacr": "0", "app_displayname": "bascule",
            "idp": .string("https://sts.windows.net/\(script.tenant)/"), "tid": .string(script.tenant),
            "oid": .string(user.object), "sub": .string(pairwise), "amr": ["pwd", "mfa"],
            "name": .string(user.displayName), "upn": .string(user.principalName),
            "unique_name": .string(user.principalName), "uti": .string(Base64.encodeURL(randomBytes(16))),
            "ver": "1.0",
        ]
        if script.audiences.contains(wanted.resource) {
            claims["scp"] = .string(scopes.joined(separator: " "))
        } else {
            claims["scp"] = "User.Read"
        }
        return claims
    }

    private func identityClaims(
        _ call: SimulatedCall,
        _ life: Int64,
        nonce: String?
    ) -> [String: JSONValue] {
        let now = call.at.seconds
        var claims: [String: JSONValue] = [
            "aud": .string(script.user.client), "iss": .string("\(call.base)/\(script.tenant)/v2.0"),
            "iat": .integer(now - 300), "nbf": .integer(now - 300), "exp": .integer(now + life + 1),
            "name": .string(script.user.displayName), "oid": .string(script.user.object),
            "preferred_username": .string(script.user.principalName), "sub": .string(pairwise),
            "tid": .string(script.tenant), "ver": "2.0",
        ]
        claims["nonce"] = nonce.map { .string($0) }
        return claims
    }

    /// Another for each client, as Entra makes them.
    private var pairwise: String {
        Base64.encodeURL(Digest.of(Array("\(script.user.object) \(script.user.client)".utf8)))
    }
}
