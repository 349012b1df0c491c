import Cryptography
import JSONReader
import Vocabulary

/// Where platforms give tokens for managed identities: the metadata service, App Service and Arc's agent.
///
/// All three on the one listener: the metadata service and Arc share a path and differ in `api-version`.
///
/// Source: `reference/entra-auth.md` §1.4.
struct IdentityEnds: Sendable {
    let script: SimulatorScript
    let mint: TokenMint
    let keys: SimulatorKeys

    private enum Platform {
        case metadata
        case appService
        case arc
    }

    /// Nil if the path is none of theirs.
    func answer(_ call: SimulatedCall) -> SimulatedAnswer? {
        let platform: Platform
        switch call.path.lowercased() {
        case "/metadata/identity/oauth2/token":
            let version = call.queryFields.first { $0.name == "api-version" }?.value
            platform = version == "2020-06-01" || version == "2019-11-01" ? .arc : .metadata
        case "/msi/token": platform = .appService
        default: return nil
        }
        guard call.method == "GET" else { return SimulatedAnswer(status: 405) }
        return refusal(of: call, platform) ?? token(call, platform)
    }

    /// What each platform wants before it looks at the question.
    private func refusal(of call: SimulatedCall, _ platform: Platform) -> SimulatedAnswer? {
        let isForwarded = call.header("x-forwarded-for") != nil
        switch platform {
        case .metadata, .arc:
            guard call.header("metadata") == "true", !isForwarded else {
                return problem(platform, "bad_request_102", "Required metadata header not specified")
            }
            return platform == .arc ? challenge(call) : nil
        case .appService:
            guard call.header("x-identity-header") == keys.identityHeader else {
                return .json(401, ["statusCode": 401, "message": "The identity header is not valid."])
            }
            return nil
        }
    }

    private func challenge(_ call: SimulatedCall) -> SimulatedAnswer? {
        guard let path = script.identities.arcKeyPath else {
            return .json(500, ["error": "no_key", "error_description": "There is no folder for keys here."])
        }
        guard let sent = call.header("authorization") else {
            var answer = SimulatedAnswer.json(
                401,
                ["error": "unauthorized", "error_description": "Say the key."]
            )
            answer.headers.append(("WWW-Authenticate", "Basic realm=\(path)"))
            return answer
        }
        guard sent == "Basic \(keys.arcKey)" else {
            return .json(403, ["error": "forbidden", "error_description": "That is not the key."])
        }
        return nil
    }

    private func token(_ call: SimulatedCall, _ platform: Platform) -> SimulatedAnswer {
        var fields: [String: String] = [:]
        for (name, value) in call.queryFields {
            guard fields.updateValue(value, forKey: name) == nil else {
                return problem(platform, "invalid_request", "A field comes twice")
            }
        }
        let versions: [Platform: [String]] = [
            .metadata: ["2018-02-01"], .appService: ["2019-08-01"], .arc: ["2019-11-01", "2020-06-01"],
        ]
        guard versions[platform]?.contains(fields["api-version"] ?? "") == true else {
            return problem(platform, "bad_request", "The api-version is missing or not supported")
        }
        guard let resource = fields["resource"],
            (script.audiences + SimulatorScript.graphResources).contains(resource)
        else {
            return problem(
                platform,
                "invalid_resource",
                "AADSTS500011: The resource principal was not found in the tenant."
            )
        }
        guard let isAssigned = isAssignedByUser(fields, platform) else {
            return problem(platform, "invalid_request", "Identity not found")
        }
        return grant(resource, isAssigned: isAssigned, platform, call)
    }

    /// Whether the user-assigned identity is meant; nil for one that does not exist.
    private func isAssignedByUser(_ fields: [String: String], _ platform: Platform) -> Bool? {
        let known = script.identities
        let names: [(String, String)] =
            platform == .appService
            ? [
                ("client_id", known.client), ("object_id", known.object), ("principal_id", known.object),
                ("mi_res_id", known.resource),
            ]
            : [("client_id", known.client), ("object_id", known.object), ("msi_res_id", known.resource)]
        let asked = names.filter { fields[$0.0] != nil }
        guard let (name, value) = asked.first else { return false }
        guard asked.count == 1 else { return nil }
        guard known.echoes else { return false }
        return fields[name]?.lowercased() == value.lowercased() ? true : nil
    }

    private func grant(
        _ resource: String,
        isAssigned: Bool,
        _ platform: Platform,
        _ call: SimulatedCall
    ) -> SimulatedAnswer {
        let client = isAssigned ? script.identities.client : script.client
        var claims = script.claims(of: client, for: resource, method: "2", at: call.at)
        if isAssigned { claims["xms_mirid"] = .string(script.identities.resource) }
        guard let token = try? mint.sign(claims) else { return SimulatedAnswer(status: 500) }
        let life = script.tokenLifetimeSeconds
        var body: [String: JSONValue] = [
            "access_token": .string(token), "resource": .string(resource), "token_type": "Bearer",
        ]
        let expiry = platform == .appService ? .at : script.identities.expiry
        if expiry != .at { body["expires_in"] = .string(String(life)) }
        if expiry != .after { body["expires_on"] = .string(String(call.at.seconds + Int64(life))) }
        if platform != .appService {
            body["not_before"] = .string(String(call.at.seconds - 300))
            body["refresh_token"] = ""
        }
        if script.identities.echoes { name(isAssigned ? client : nil, platform, &body) }
        return .json(200, .object(body))
    }

    /// App Service always says whose token it is; Arc names a user-assigned identity in all three ways.
    private func name(_ assigned: String?, _ platform: Platform, _ body: inout [String: JSONValue]) {
        if platform == .appService { body["client_id"] = .string(assigned ?? script.client) }
        guard let assigned, platform == .arc else { return }
        body["client_id"] = .string(assigned)
        body["object_id"] = .string(script.identities.object)
        body["msi_res_id"] = .string(script.identities.resource)
    }

    private func problem(_ platform: Platform, _ error: String, _ text: String) -> SimulatedAnswer {
        if platform == .appService { return .json(400, ["statusCode": 400, "message": .string(text)]) }
        return .json(400, ["error": .string(error), "error_description": .string(text)])
    }
}
