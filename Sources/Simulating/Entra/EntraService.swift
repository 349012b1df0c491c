import Cryptography
import Foundation
import JSONReader
import Vocabulary

/// The simulated Entra ID: metadata, keys and tokens for one application.
///
/// Source: `reference/entra-auth.md` §§1.2, 1.3, 2.2, 4 and 7.3.
struct EntraService: Sendable {
    let script: SimulatorScript
    let mint: TokenMint
    /// What the application is registered with.
    let keys: SimulatorKeys
    /// Sign-ins of users, under way and done.
    let users = UserDesk()

    /// Resources that exist in the directory besides Defender's and Graph's; the token carries no roles.
    static let otherResources = ["https://api.security.microsoft.com"]

    /// Nil if the path is none of Entra's.
    func answer(_ call: SimulatedCall) -> SimulatedAnswer? {
        let identities = IdentityEnds(script: script, mint: mint, keys: keys)
        if let answer = identities.answer(call) { return answer }
        let segments = call.segments
        guard segments.count >= 3 else { return nil }
        let rest = segments.dropFirst().joined(separator: "/").lowercased()
        do {
            if let answer = try userAnswer(call, tenant: segments[0], rest) { return dressed(answer, call) }
            switch rest {
            case "v2.0/.well-known/openid-configuration", ".well-known/openid-configuration":
                return .json(200, metadata(segments[0], call, isSecond: rest.hasPrefix("v2.0")))
            case "discovery/v2.0/keys", "discovery/keys": return .json(200, mint.keySet)
            case "oauth2/v2.0/token":
                return dressed(try token(call, tenant: segments[0], isSecond: true), call)
            case "oauth2/token": return dressed(try token(call, tenant: segments[0], isSecond: false), call)
            default: return nil
            }
        } catch let refusal as EntraRefusal {
            return dressed(refusal.answer(to: call), call)
        } catch {
            let refusal = EntraRefusal(500, "server_error", 90_000, "\(error)")
            return dressed(refusal.answer(to: call), call)
        }
    }

    private func dressed(_ answer: SimulatedAnswer, _ call: SimulatedCall) -> SimulatedAnswer {
        var answer = answer
        answer.headers += [
            ("Cache-Control", "no-store, no-cache"), ("Pragma", "no-cache"),
            ("x-ms-request-id", UUID().uuidString.lowercased()),
        ]
        return answer
    }

    private func metadata(_ tenant: String, _ call: SimulatedCall, isSecond: Bool) -> JSONValue {
        let root = "\(call.base)/\(tenant)"
        let version = isSecond ? "/v2.0" : ""
        return [
            "token_endpoint": .string("\(root)/oauth2\(version)/token"),
            "authorization_endpoint": .string("\(root)/oauth2\(version)/authorize"),
            "device_authorization_endpoint": .string("\(root)/oauth2\(version)/devicecode"),
            "jwks_uri": .string("\(root)/discovery\(version)/keys"),
            "issuer": .string("\(call.base)/\(script.tenant)/v2.0"),
            "token_endpoint_auth_methods_supported": [
                "client_secret_post", "private_key_jwt", "client_secret_basic",
            ],
            "response_modes_supported": ["query", "fragment", "form_post"],
            "response_types_supported": ["code", "id_token"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
        ]
    }

    private func token(_ call: SimulatedCall, tenant: String, isSecond: Bool) throws -> SimulatedAnswer {
        guard call.method == "POST" else {
            let text = "The endpoint only accepts POST requests. Received a \(call.method) request."
            throw EntraRefusal(400, "invalid_request", 900_561, text)
        }
        try checkTenant(tenant)
        let form = try TokenForm(call)
        guard let kind = form["grant_type"] else { throw EntraRefusal.missing("grant_type") }
        if let answer = try userToken(kind, form, call) { return answer }
        guard kind == "client_credentials" else {
            let text = "The app requested an unsupported grant type '\(kind)'."
            throw EntraRefusal(400, "unsupported_grant_type", 70_003, text)
        }
        let proof = ClientProof(script: script, keys: keys)
        let method = try proof.check(form, call, tenant: tenant)
        let resource = try resource(form, isSecond: isSecond)
        return try grant(resource, method: method, call, isSecond: isSecond)
    }

    func checkTenant(_ tenant: String) throws(EntraRefusal) {
        let folded = tenant.lowercased()
        if ["common", "organizations", "consumers"].contains(folded) {
            let text =
                "Application is not supported over the /\(folded) endpoint. Use a tenant-specific endpoint."
            throw EntraRefusal(400, "invalid_request", 9_001_023, text)
        }
        guard [script.tenant.lowercased(), script.tenantDomain.lowercased()].contains(folded) else {
            let text = "Tenant '\(tenant)' not found. Check to make sure you have the correct tenant ID."
            throw EntraRefusal(400, "invalid_tenant", 90_002, text)
        }
    }

    /// The one resource that is asked for, without `/.default`.
    private func resource(_ form: TokenForm, isSecond: Bool) throws(EntraRefusal) -> String {
        let wanted: String
        if isSecond {
            if form["resource"] != nil {
                let text = "The 'resource' request parameter is not supported."
                throw EntraRefusal(400, "invalid_request", 901_002, text)
            }
            guard let scope = form["scope"], !scope.isEmpty else { throw EntraRefusal.missing("scope") }
            let scopes = scope.split(separator: " ")
            guard scopes.count == 1 else {
                let text = "The provided value for the input parameter 'scope' names several resources."
                throw EntraRefusal(400, "invalid_scope", 700_022, text)
            }
            guard scope.hasSuffix("/.default") else {
                let text =
                    "The provided value for scope \(scope) is not valid. Client credential flows must have "
                    + "a scope value with /.default suffixed to the resource identifier."
                throw EntraRefusal(400, "invalid_scope", 1_002_012, text)
            }
            wanted = String(scope.dropLast("/.default".count))
        } else {
            guard let resource = form["resource"], !resource.isEmpty else {
                throw EntraRefusal.missing("resource")
            }
            wanted = resource.hasSuffix("/") ? String(resource.dropLast()) : resource
        }
        guard (script.audiences + SimulatorScript.graphResources + Self.otherResources).contains(wanted)
        else {
            let text =
                "The resource principal named \(wanted) was not found in the tenant named \(script.tenant)."
            throw EntraRefusal(400, "invalid_resource", 500_011, text)
        }
        return wanted
    }

    private func grant(
        _ resource: String,
        method: ClientProof.Method,
        _ call: SimulatedCall,
        isSecond: Bool
    ) throws -> SimulatedAnswer {
        let now = call.at.seconds
        let life = Int64(script.tokenLifetimeSeconds)
        let claims = script.claims(of: script.client, for: resource, method: method.rawValue, at: call.at)
        let token = JSONValue.string(try mint.sign(claims))
        guard !isSecond else {
            return .json(
                200,
                [
                    "token_type": "Bearer", "expires_in": .integer(life), "ext_expires_in": .integer(life),
                    "access_token": token,
                ]
            )
        }
        return .json(
            200,
            [
                "token_type": "Bearer", "expires_in": .string(String(life)),
                "ext_expires_in": .string(String(life)), "expires_on": .string(String(now + life + 1)),
                "not_before": .string(String(now - 300)), "resource": .string(resource),
                "access_token": token,
            ]
        )
    }
}
