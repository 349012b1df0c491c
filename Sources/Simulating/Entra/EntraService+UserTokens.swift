import Cryptography
import Foundation
import JSONReader
import Vocabulary

/// Tokens of users: device code, authorization code with PKCE, and renewal.
///
/// - Source: `reference/entra-auth.md` §§1.5, 2.2, 4.3 and 7.3.
extension EntraService {
    /// Nil if the grant is none of a user's.
    func userToken(
        _ kind: String,
        _ form: TokenForm,
        _ call: SimulatedCall
    ) throws -> SimulatedAnswer? {
        switch kind {
        case "urn:ietf:params:oauth:grant-type:device_code", "device_code":
            try checkPublicClient(form)
            return try redeemDevice(form, call)
        case "authorization_code":
            try checkPublicClient(form)
            return try redeemCode(form, call)
        case "refresh_token":
            try checkPublicClient(form)
            return try renew(form, call)
        default: return nil
        }
    }

    /// A public client names itself and proves nothing.
    func checkPublicClient(_ form: TokenForm) throws(EntraRefusal) {
        guard let client = form["client_id"] else { throw EntraRefusal.missing("client_id") }
        if client.lowercased() == script.client.lowercased() {
            let text =
                "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."
            throw EntraRefusal(401, "invalid_client", 7_000_218, text)
        }
        guard client.lowercased() == script.user.client.lowercased() else {
            let text =
                "Application with identifier '\(client)' was not found in the directory '\(script.tenant)'."
            throw EntraRefusal(400, "unauthorized_client", 700_016, text)
        }
        guard form["client_secret"] == nil, form["client_assertion"] == nil else {
            let text =
                "Client is public so neither 'client_assertion' nor 'client_secret' should be presented."
            throw EntraRefusal(401, "invalid_client", 700_025, text)
        }
    }

    // MARK: Grants

    private func redeemDevice(_ form: TokenForm, _ call: SimulatedCall) throws -> SimulatedAnswer {
        guard let code = form["device_code"] ?? form["code"] else {
            throw EntraRefusal.missing("device_code")
        }
        let device = try users.with { (state) throws(EntraRefusal) -> UserDesk.Device in
            guard var device = state.devices[code] else {
                throw EntraRefusal(400, "bad_verification_code", 70_018, "Invalid verification code.")
            }
            defer { state.devices[code] = device }
            try Self.ask(&device, call.at)
            return device
        }
        let wanted = UserScopes(resource: device.resource, all: device.scopes)
        return try grant(wanted, form, call, nonce: nil)
    }

    /// One question about a device code: answered by its state, or by its haste.
    private static func ask(_ device: inout UserDesk.Device, _ now: Timestamp) throws(EntraRefusal) {
        let last = device.askedAt
        device.askedAt = now
        guard now < device.expiresAt else {
            throw EntraRefusal(400, "expired_token", 70_020, "The provided device code has expired.")
        }
        if device.slowDownsLeft > 0 {
            device.slowDownsLeft -= 1
            device.interval += 5
            throw EntraRefusal(400, "slow_down", 70_016, "The client asks too often.")
        }
        // Half a second of grace: clocks and networks are not exact.
        if let last, now.since(last) < .milliseconds(Int64(device.interval) * 1_000 - 500) {
            device.interval += 5
            throw EntraRefusal(400, "slow_down", 70_016, "The client asks too often.")
        }
        switch device.decision {
        case .open:
            let text = "OAuth 2.0 device flow error. Authorization is pending. Continue polling."
            throw EntraRefusal(400, "authorization_pending", 70_016, text)
        case .declined:
            throw EntraRefusal(400, "authorization_declined", 65_004, "The user declined to sign in.")
        case .redeemed:
            throw EntraRefusal(400, "invalid_grant", 7_000_014, "The provided device_code is not valid.")
        case .approved: device.decision = .redeemed
        }
    }

    private func redeemCode(_ form: TokenForm, _ call: SimulatedCall) throws -> SimulatedAnswer {
        guard let text = form["code"] else { throw EntraRefusal.missing("code") }
        let code = try users.with { (state) throws(EntraRefusal) -> UserDesk.Code in
            guard let code = state.codes[text] else {
                throw EntraRefusal(
                    400,
                    "invalid_grant",
                    70_000,
                    "The provided code is malformed or not valid."
                )
            }
            guard !code.isUsed else {
                throw EntraRefusal(400, "invalid_grant", 54_005, "The code was already redeemed.")
            }
            state.codes[text]?.isUsed = true
            return code
        }
        guard call.at < code.expiresAt else {
            throw EntraRefusal(400, "invalid_grant", 70_008, "The provided authorization code has expired.")
        }
        guard form["redirect_uri"] == code.redirect else {
            let text = "The reply address does not match the one that was sent when the code was requested."
            throw EntraRefusal(400, "invalid_grant", 50_011, text)
        }
        try checkVerifier(form["code_verifier"], code)
        return try grant(UserScopes(resource: code.resource, all: code.scopes), form, call, nonce: code.nonce)
    }

    private func checkVerifier(_ verifier: String?, _ code: UserDesk.Code) throws(EntraRefusal) {
        guard let challenge = code.challenge else { return }
        let mismatch = EntraRefusal(
            400,
            "invalid_grant",
            501_481,
            "The Code_Verifier does not match the code_challenge supplied in the authorization request."
        )
        guard let verifier, (43...128).contains(verifier.utf8.count) else { throw mismatch }
        let made =
            code.challengeMethod == "S256"
            ? Base64.encodeURL(Digest.of(Array(verifier.utf8))) : verifier
        guard made == challenge else { throw mismatch }
    }

    private func renew(_ form: TokenForm, _ call: SimulatedCall) throws -> SimulatedAnswer {
        guard let token = form["refresh_token"] else { throw EntraRefusal.missing("refresh_token") }
        let entry = users.with { $0.renewals[token] }
        guard let entry, !entry.isRevoked else {
            let text = "The provided grant has expired due to it being revoked. A fresh auth token is needed."
            throw EntraRefusal(400, "invalid_grant", entry == nil ? 70_000 : 50_173, text)
        }
        // A challenge that comes along is met by an interactive sign-in only.
        try refuseIfScripted(script.user.refusesRenewal)
        let wanted = try form["scope"].map { try UserScopes($0, service: self) }
        if script.user.revokesReplaced { users.with { $0.renewals[token]?.isRevoked = true } }
        return try grant(
            wanted ?? UserScopes(resource: script.audiences[0], all: entry.scopes),
            form,
            call,
            nonce: nil
        )
    }

    /// Refuses with a scripted number.
    func refuseIfScripted(_ number: Int?) throws(EntraRefusal) {
        guard let number else { return }
        let isProof = [50_076, 50_074, 50_078, 50_079, 50_072].contains(number)
        var refusal = EntraRefusal(
            400,
            isProof ? "interaction_required" : "invalid_grant",
            number,
            "The simulated directory refuses it, as its script says."
        )
        if isProof {
            refusal.suberror = "basic_action"
            refusal.claims = #"{"access_token":{"capolids":{"essential":true,"values":["c1"]}}}"#
        }
        throw refusal
    }
}
