import Cryptography
import Foundation
import JSONReader
import Testing
import Vocabulary

@testable import Simulating

/// What a user's client is answered by the simulated Entra ID, field by field.
struct UserTokenTests {
    private static let scope =
        "https://api.securitycenter.microsoft.com/.default offline_access openid profile"
    private static let verifier = String(repeating: "v", count: 43)

    private static func post(
        _ bench: Bench,
        _ fields: [String: String],
        to step: String = "token"
    ) throws -> (status: Int, json: JSONValue) {
        var form = ["client_id": bench.script.user.client]
        for (name, value) in fields { form[name] = value.isEmpty ? nil : value }
        let answer = bench.call(
            "POST",
            "/\(bench.script.tenant)/oauth2/v2.0/\(step)",
            ["content-type": ["application/x-www-form-urlencoded"]],
            form.map { "\($0)=\(encoded($1))" }.joined(separator: "&")
        )
        return (answer.status, try bench.json(answer))
    }

    private static func number(_ answer: (status: Int, json: JSONValue)) -> Int64? {
        answer.json["error_codes"]?.array?.first?.integer
    }

    /// Opens the page as a browser and hands back where it is sent.
    private static func browse(_ bench: Bench, _ fields: [String: String] = [:]) -> SimulatedAnswer {
        var query = [
            "client_id": bench.script.user.client, "response_type": "code", "scope": scope, "state": "s 1",
            "redirect_uri": "http://localhost:5000", "nonce": "n-1", "code_challenge_method": "S256",
            "code_challenge": Base64.encodeURL(Digest.of(Array(verifier.utf8))),
        ]
        for (name, value) in fields { query[name] = value.isEmpty ? nil : value }
        let text = query.map { "\($0)=\(encoded($1))" }.joined(separator: "&")
        return bench.call("GET", "/\(bench.script.tenant)/oauth2/v2.0/authorize?\(text)")
    }

    private static func fields(_ answer: SimulatedAnswer) -> [String: String] {
        let location = answer.headers.first { $0.name == "Location" }?.value ?? ""
        let items = URLComponents(string: location)?.queryItems ?? []
        return Dictionary(items.map { ($0.name, $0.value ?? "") }) { first, _ in first }
    }

    private static func redemption(_ code: String) -> [String: String] {
        [
            "grant_type": "authorization_code", "code": code, "redirect_uri": "http://localhost:5000",
            "code_verifier": verifier, "scope": scope,
        ]
    }

    @Test func `a code brings tokens of the user, with everything libraries look for`() throws {
        let bench = Bench()
        let answer = Self.browse(bench)
        #expect(answer.status == 302)
        #expect(
            answer.headers.first { $0.name == "Location" }?.value.hasPrefix("http://localhost:5000/?") == true
        )
        let back = Self.fields(answer)
        #expect(back["state"] == "s 1" && back["session_state"] != nil)
        var form = Self.redemption(back["code"] ?? "")
        form["client_info"] = "1"
        let tokens = try Self.post(bench, form)
        #expect(tokens.status == 200)
        #expect(tokens.json["token_type"] == "Bearer" && tokens.json["expires_in"] == 3_599)
        let scopes = Set((tokens.json["scope"]?.string ?? "").split(separator: " ").map(String.init))
        #expect(
            scopes.isSuperset(of: ["https://api.securitycenter.microsoft.com/.default", "openid", "profile"])
        )
        #expect(scopes.contains("https://api.securitycenter.microsoft.com/Machine.Isolate"))
        let info = Base64.decodeURL(tokens.json["client_info"]?.string ?? "") ?? []
        #expect(
            try JSONReader.read(info)
                == ["uid": .string(bench.script.user.object), "utid": .string(bench.script.tenant)]
        )
        let access = try #require(WebToken(tokens.json["access_token"]?.string ?? ""))
        #expect(access.claims["scp"] == .string(bench.script.user.scopes.joined(separator: " ")))
        #expect(access.claims["roles"] == nil && access.claims["upn"] == "mia@corp.example")
        #expect(access.claims["appid"] == .string(bench.script.user.client))
        #expect(access.claims["appidacr"] == "0" && access.claims["ver"] == "1.0")
        let identity = try #require(WebToken(tokens.json["id_token"]?.string ?? ""))
        #expect(
            identity.claims["nonce"] == "n-1" && identity.claims["preferred_username"] == "mia@corp.example"
        )
        #expect(identity.claims["aud"] == .string(bench.script.user.client))
        #expect(tokens.json["refresh_token"]?.string?.isEmpty == false)
        #expect(Self.number(try Self.post(bench, form)) == 54_005)
    }

    @Test(arguments: [
        ("code_verifier", String(repeating: "w", count: 43), Int64(501_481)), ("code_verifier", "", 501_481),
        ("code_verifier", "short", 501_481), ("redirect_uri", "http://localhost:5001", 50_011),
        ("code", "invented", 70_000), ("code", "", 900_144), ("client_secret", "x", 700_025),
        ("client_id", SimulatorScript().client, 7_000_218),
        ("client_id", "00000000-0000-4000-8000-000000000009", 700_016),
    ])
    func `a code is redeemed by its own client only`(field: String, value: String, number: Int64) throws {
        let bench = Bench()
        var form = Self.redemption(Self.fields(Self.browse(bench))["code"] ?? "")
        form[field] = value
        #expect(Self.number(try Self.post(bench, form)) == number)
    }

    @Test func `an old code is refused`() throws {
        let bench = Bench()
        let code = Self.fields(Self.browse(bench))["code"] ?? ""
        bench.clock.advance(601)
        #expect(Self.number(try Self.post(bench, Self.redemption(code))) == 70_008)
    }

    @Test(arguments: [
        (["redirect_uri": "https://evil.example"], 400),
        (["redirect_uri": "http://localhost.evil.example"], 400),
        (["redirect_uri": "http://localhost:5000/callback"], 400), (["redirect_uri": ""], 400),
        (["client_id": "another"], 400), (["response_type": "token"], 302), (["scope": ""], 302),
        (["code_challenge_method": "S512"], 302), (["scope": "https://elsewhere.example/.default"], 302),
        (["scope": "https://api.securitycenter.microsoft.com/Alert.Read"], 302),
    ])
    func `a page that may not be asked for gives no code, and an unknown address nothing at all`(
        fields: [String: String],
        status: Int
    ) {
        let answer = Self.browse(Bench(), fields)
        #expect(answer.status == status)
        let back = Self.fields(answer)
        #expect(back["code"] == nil)
        #expect((back["error"] != nil) == (status == 302))
    }

    @Test func `a code can come in a form that the browser sends by itself`() throws {
        let bench = Bench()
        let answer = Self.browse(bench, ["response_mode": "form_post"])
        let page = String(decoding: answer.body, as: UTF8.self)
        #expect(answer.status == 200 && page.contains("action=\"http://localhost:5000/\""))
        let code = try #require(page.firstMatch(of: /name="code" value="([^"]+)"/)?.output.1)
        #expect(try Self.post(bench, Self.redemption(String(code))).status == 200)
    }

    @Test func `a page can wait for the person`() throws {
        var script = twoMachines()
        script.user.asksInBrowser = true
        let bench = Bench(script)
        let page = Self.browse(bench)
        #expect(page.status == 200)
        #expect(String(decoding: page.body, as: UTF8.self).contains("Sign in as mia@corp.example"))
    }

    @Test func `device codes are answered by their state, and by haste`() throws {
        let bench = Bench()
        let code = try Self.post(bench, ["scope": Self.scope], to: "devicecode").json
        #expect(code["interval"] == 5 && code["expires_in"] == 900)
        let page = "/\(bench.script.tenant)/oauth2/deviceauth"
        #expect(code["verification_uri"] == .string("http://127.0.0.1:1\(page)"))
        #expect(bench.call("GET", page).status == 200)
        let poll = [
            "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
            "device_code": code["device_code"]?.string ?? "",
        ]
        func word() throws -> String? { try Self.post(bench, poll).json["error"]?.string }
        #expect(try word() == "authorization_pending")
        #expect(try word() == "slow_down")
        bench.clock.advance(5)
        #expect(try word() == "slow_down", "the pause is ten seconds by now")
        bench.clock.advance(15)
        #expect(try word() == "authorization_pending")
        let form = "code=\(code["user_code"]?.string ?? "")&answer=approve"
        let type = ["content-type": ["application/x-www-form-urlencoded"]]
        #expect(bench.call("POST", page, type, "code=WRONG&answer=approve").status == 400)
        #expect(bench.call("POST", page, type, form).status == 200)
        bench.clock.advance(15)
        let tokens = try Self.post(bench, poll)
        #expect(tokens.status == 200 && tokens.json["client_info"] == nil)
        bench.clock.advance(15)
        #expect(Self.number(try Self.post(bench, poll)) == 7_000_014)
        #expect(
            Self.number(try Self.post(bench, ["grant_type": "device_code", "device_code": "x"])) == 70_018
        )
    }

    @Test func `a replaced refresh token stays good, unless the script revokes it`() throws {
        for revokes in [false, true] {
            var script = twoMachines()
            script.user.revokesReplaced = revokes
            let bench = Bench(script)
            let code = Self.fields(Self.browse(bench))["code"] ?? ""
            let first = try Self.post(bench, Self.redemption(code)).json["refresh_token"]?.string ?? ""
            let form = ["grant_type": "refresh_token", "refresh_token": first, "scope": Self.scope]
            let next = try Self.post(bench, form)
            #expect(next.status == 200 && next.json["refresh_token"] != .string(first))
            let again = try Self.post(bench, form)
            #expect(again.status == (revokes ? 400 : 200))
            #expect(Self.number(again) == (revokes ? 50_173 : nil))
        }
        let unknown = try Self.post(Bench(), ["grant_type": "refresh_token", "refresh_token": "invented"])
        #expect(Self.number(unknown) == 70_000)
    }

    // MARK: At Defender

    private static func bearer(_ bench: Bench) throws -> [String: [String]] {
        let code = fields(browse(bench))["code"] ?? ""
        let token = try post(bench, redemption(code)).json["access_token"]?.string ?? ""
        return ["authorization": ["Bearer \(token)"], "content-type": ["application/json"]]
    }

    @Test func `Defender names the user as requestor`() throws {
        let bench = Bench()
        let bearer = try Self.bearer(bench)
        let made = bench.call(
            "POST",
            "/api/machines/\(laptopID)/isolate",
            bearer,
            #"{"Comment": "x", "IsolationType": "Full"}"#
        )
        #expect(made.status == 201)
        let action = try bench.json(made)
        #expect(action["requestor"] == "mia@corp.example")
        let path = "/api/machineactions/\(action["id"]?.string ?? "")"
        #expect(bench.call("GET", path, bearer).status == 200)
        let cancelled = bench.call("POST", "\(path)/cancel", bearer, #"{"Comment": "no"}"#)
        #expect(try bench.json(cancelled)["cancellationRequestor"] == "mia@corp.example")
    }

    @Test(arguments: [
        (["Machine.Read"], "GET", "/api/machines", 200),
        (["Machine.ReadWrite"], "GET", "/api/machines", 200),
        (["Machine.Read.All"], "GET", "/api/machines", 403),
        (["Machine.Isolate"], "GET", "/api/machines", 403),
        (["Machine.Read"], "POST", "/api/machines/\(laptopID)/isolate", 403),
        (["machine.isolate"], "POST", "/api/machines/\(laptopID)/isolate", 201),
        (["Machine.Read"], "GET", "/api/machineactions/x/getPackageUri", 403),
        (["Machine.CollectForensics"], "GET", "/api/machineactions/x/getPackageUri", 404),
    ])
    func `scp is spelled as the delegated permissions are`(
        scopes: [String],
        method: String,
        path: String,
        status: Int
    ) throws {
        var script = twoMachines()
        script.user.scopes = scopes
        let bench = Bench(script)
        let body = method == "POST" ? #"{"Comment": "x", "IsolationType": "Full"}"# : ""
        #expect(bench.call(method, path, try Self.bearer(bench), body).status == status)
    }
}
