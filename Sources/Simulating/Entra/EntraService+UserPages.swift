import Cryptography
import Foundation
import JSONReader
import Vocabulary

/// Where users sign in: device codes, their page, and the page that a browser opens.
///
/// - Source: `reference/entra-auth.md` §1.5, §4.3 (device code) and §7.3.
extension EntraService {
    /// Nil if the path is none of a user's.
    func userAnswer(
        _ call: SimulatedCall,
        tenant: String,
        _ rest: String
    ) throws -> SimulatedAnswer? {
        switch rest {
        case "oauth2/v2.0/devicecode":
            try checkTenant(tenant)
            return try deviceCode(call, tenant: tenant)
        case "oauth2/deviceauth": return devicePage(call)
        case "oauth2/v2.0/authorize":
            try checkTenant(tenant)
            return authorize(call)
        default: return nil
        }
    }

    // MARK: Device codes

    private func deviceCode(_ call: SimulatedCall, tenant: String) throws -> SimulatedAnswer {
        guard call.method == "POST" else {
            let text = "The endpoint only accepts POST requests. Received a \(call.method) request."
            throw EntraRefusal(400, "invalid_request", 900_561, text)
        }
        let form = try TokenForm(call)
        try checkPublicClient(form)
        let wanted = try UserScopes(form["scope"], service: self)
        try refuseIfScripted(script.user.refusesSignIn)
        let code = UserDesk.makeSecret("D")
        let user = script.user
        let device = UserDesk.Device(
            userCode: UserDesk.makeUserCode(),
            resource: wanted.resource,
            scopes: wanted.all,
            expiresAt: call.at + .seconds(Int64(user.codeLifetimeSeconds)),
            interval: user.intervalSeconds,
            slowDownsLeft: user.slowDowns
        )
        users.with { state in
            if state.devices.count >= UserDesk.rememberedMax { state.devices = [:] }
            state.devices[code] = device
        }
        let page = "\(call.base)/\(tenant)/oauth2/deviceauth"
        return .json(
            200,
            [
                "user_code": .string(device.userCode), "device_code": .string(code),
                "verification_uri": .string(page), "expires_in": .integer(Int64(user.codeLifetimeSeconds)),
                "interval": .integer(Int64(user.intervalSeconds)),
                "message": .string(
                    "To sign in, use a web browser to open the page \(page) and enter the code \(device.userCode) to authenticate."
                ),
            ]
        )
    }

    /// The page to type a code into: `code`, and `answer`, which is `approve` or `decline`.
    private func devicePage(_ call: SimulatedCall) -> SimulatedAnswer {
        guard call.method == "POST" else {
            return Self.page(
                200,
                """
                <form method="post"><p>Code: <input name="code"></p>\
                <button name="answer" value="approve">Sign in as \(Self.escaped(script.user.principalName))</button>\
                <button name="answer" value="decline">No</button></form>
                """
            )
        }
        let fields = SimulatedCall.fields(String(decoding: call.body, as: UTF8.self)) ?? []
        let code = fields.first { $0.name == "code" }?.value.uppercased() ?? ""
        let isApproved = fields.first { $0.name == "answer" }?.value == "approve"
        let isKnown = users.with { state in
            guard
                let key = state.devices.first(where: {
                    $0.value.userCode == code && $0.value.decision == .open && call.at < $0.value.expiresAt
                })?.key
            else { return false }
            state.devices[key]?.decision = isApproved ? .approved : .declined
            return true
        }
        guard isKnown else { return Self.page(400, "<p>That code did not work. Check it and try again.</p>") }
        return Self.page(200, "<p>\(isApproved ? "You have signed in." : "You have declined.")</p>")
    }

    // MARK: Browsers

    private func authorize(_ call: SimulatedCall) -> SimulatedAnswer {
        var fields: [String: String] = [:]
        for (name, value) in call.queryFields { fields[name] = value }
        guard fields["client_id"]?.lowercased() == script.user.client.lowercased() else {
            return Self.page(400, "<p>AADSTS700016: The application was not found in the directory.</p>")
        }
        // An address that is not registered is never sent anything.
        guard let redirect = fields["redirect_uri"], Self.isLoopback(redirect) else {
            return Self.page(400, "<p>AADSTS50011: The redirect URI does not match those registered.</p>")
        }
        do {
            let code = try makeCode(fields, redirect, call)
            if script.user.asksInBrowser, call.method != "POST" {
                let who = Self.escaped(script.user.principalName)
                return Self.page(200, "<form method=\"post\"><button>Sign in as \(who)</button></form>")
            }
            try refuseIfScripted(script.user.refusesSignIn)
            return Self.redirect(to: redirect, fields, [("code", code)])
        } catch let refusal as EntraRefusal {
            let text = "AADSTS\(refusal.number): \(refusal.text)"
            return Self.redirect(
                to: redirect,
                fields,
                [("error", refusal.error), ("error_description", text)]
            )
        } catch {
            return Self.redirect(to: redirect, fields, [("error", "server_error")])
        }
    }

    private func makeCode(
        _ fields: [String: String],
        _ redirect: String,
        _ call: SimulatedCall
    ) throws -> String {
        guard fields["response_type"] == "code" else { throw EntraRefusal.missing("response_type") }
        guard ["query", "form_post"].contains(fields["response_mode"] ?? "query") else {
            throw EntraRefusal.malformed
        }
        let wanted = try UserScopes(fields["scope"], service: self)
        let method = fields["code_challenge_method"] ?? "plain"
        guard ["S256", "plain"].contains(method) else { throw EntraRefusal.malformed }
        let code = UserDesk.makeSecret("1.A")
        let entry = UserDesk.Code(
            resource: wanted.resource,
            scopes: wanted.all,
            redirect: redirect,
            nonce: fields["nonce"],
            challenge: fields["code_challenge"],
            challengeMethod: method,
            expiresAt: call.at + .seconds(600)
        )
        users.with { state in
            if state.codes.count >= UserDesk.rememberedMax { state.codes = [:] }
            state.codes[code] = entry
        }
        return code
    }

    private static func redirect(
        to address: String,
        _ asked: [String: String],
        _ answer: [(String, String)]
    ) -> SimulatedAnswer {
        var fields = answer
        if let state = asked["state"] { fields.append(("state", state)) }
        fields.append(("session_state", UUID().uuidString.lowercased()))
        // A registered address without a path comes back with a slash.
        let isBare = address.drop { $0 != "/" }.dropFirst(2).firstIndex(of: "/") == nil
        let address = isBare ? "\(address)/" : address
        if asked["response_mode"] == "form_post" { return postingPage(to: address, fields) }
        let unreserved = CharacterSet(
            charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
        )
        let query = fields.map { name, value in
            "\(name)=\(value.addingPercentEncoding(withAllowedCharacters: unreserved) ?? "")"
        }.joined(separator: "&")
        return SimulatedAnswer(status: 302, headers: [("Location", "\(address)?\(query)")])
    }

    /// A form that a browser sends by itself.
    private static func postingPage(to address: String, _ fields: [(String, String)]) -> SimulatedAnswer {
        let inputs = fields.map { name, value in
            "<input type=\"hidden\" name=\"\(escaped(name))\" value=\"\(escaped(value))\">"
        }.joined()
        let form =
            "<form method=\"post\" action=\"\(escaped(address))\">\(inputs)<button>Go on</button></form>"
        return page(200, "\(form)<script>document.forms[0].submit()</script>")
    }

    /// `http://localhost` is registered: any port, no path.
    private static func isLoopback(_ text: String) -> Bool {
        text.wholeMatch(of: /http:\/\/(localhost|127\.0\.0\.1)(:[0-9]{1,5})?\/?/) != nil
    }

    private static func page(_ status: Int, _ body: String) -> SimulatedAnswer {
        SimulatedAnswer(
            status: status,
            headers: [("Content-Type", "text/html; charset=utf-8")],
            body: Array("<!doctype html><title>Simulated Entra ID</title>\(body)\n".utf8)
        )
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing("\"", with: "&quot;")
    }
}
