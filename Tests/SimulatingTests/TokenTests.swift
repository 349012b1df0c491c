import Cryptography
import Foundation
import JSONReader
import Testing
import Vocabulary

@testable import Simulating

struct TokenTests {
    @Test func `a token carries the claims that Defender's tokens carry`() throws {
        let bench = Bench()
        let answer = try bench.json(bench.token())
        #expect(answer["token_type"] == "Bearer")
        #expect(answer["expires_in"] == 3_599)
        let token = try #require(WebToken(answer["access_token"]?.string ?? ""))
        #expect(token.header["alg"] == "RS256")
        #expect(token.claims["aud"] == "https://api.securitycenter.microsoft.com")
        #expect(token.claims["iss"] == .string("https://sts.windows.net/\(bench.script.tenant)/"))
        #expect(token.claims["appid"] == .string(bench.script.client))
        #expect(token.claims["appidacr"] == "1")
        #expect(token.claims["roles"]?.array?.contains("Machine.Isolate") == true)
        let now = bench.clock.now.seconds
        #expect(token.claims["nbf"] == .integer(now - 300))
        #expect(token.claims["exp"] == .integer(now + 3_600))
        #expect(sharedKeys.authority.verify(token.signature, of: token.signed, .rs256))
    }

    @Test(arguments: [
        (["client_secret": "wrong"], 401, "invalid_client", 7_000_215),
        (["client_secret": ""], 401, "invalid_client", 7_000_218),
        (["client_id": "11111111-1111-1111-1111-111111111111"], 400, "unauthorized_client", 700_016),
        (["grant_type": "password"], 400, "unsupported_grant_type", 70_003),
        (["grant_type": ""], 400, "invalid_request", 900_144),
        (["scope": ""], 400, "invalid_request", 900_144),
        (["resource": "x"], 400, "invalid_request", 901_002),
        (["scope": "https://api.securitycenter.microsoft.com/Machine.Read"], 400, "invalid_scope", 1_002_012),
        (["scope": "a/.default b/.default"], 400, "invalid_scope", 700_022),
        (["scope": "https://elsewhere.example/.default"], 400, "invalid_resource", 500_011),
        (["client_assertion": "x"], 400, "invalid_request", 9_002_313),
    ])
    func `a refusal names Entra's error and number`(
        fields: [String: String],
        status: Int,
        error: String,
        number: Int64
    ) throws {
        let bench = Bench()
        let answer = bench.token(fields)
        #expect(answer.status == status)
        let body = try bench.json(answer)
        #expect(body["error"] == .string(error))
        #expect(body["error_codes"] == [.integer(number)])
        #expect(body["error_description"]?.string?.hasPrefix("AADSTS\(number): ") == true)
    }

    @Test(arguments: [
        ("common", Int64(9_001_023)), ("elsewhere.example", 90_002),
    ])
    func `a tenant that is none is refused`(tenant: String, number: Int64) throws {
        let bench = Bench()
        let body = try bench.json(bench.token(path: "/\(tenant)/oauth2/v2.0/token"))
        #expect(body["error_codes"] == [.integer(number)])
    }

    @Test(arguments: [
        "grant_type=client_credentials&grant_type=client_credentials", "grant_type=%zz", "grant_type=%ff",
    ])
    func `a form that two readers could read differently is refused`(form: String) throws {
        let bench = Bench()
        let type = ["content-type": ["application/x-www-form-urlencoded"]]
        let answer = bench.call("POST", "/\(bench.script.tenant)/oauth2/v2.0/token", type, form)
        #expect(answer.status == 400)
        #expect(try bench.json(answer)["error_codes"] == [9_002_313])
    }

    @Test func `the older address takes a resource and answers with texts`() throws {
        let bench = Bench()
        let resource = "https://api.securitycenter.microsoft.com"
        let answer = try bench.json(
            bench.token(["scope": "", "resource": resource], path: "/corp.example/oauth2/token")
        )
        #expect(answer["expires_in"] == "3599")
        #expect(answer["resource"] == .string(resource))
        #expect(answer["access_token"] != nil)
    }

    @Test func `a secret may come by Basic, and an encoded plus sign survives`() throws {
        let bench = Bench()
        let pair = "\(encoded(bench.script.client)):\(encoded(bench.script.secret))"
        let headers = [
            "content-type": ["application/x-www-form-urlencoded"],
            "authorization": ["Basic \(Base64.encode(Array(pair.utf8)))"],
        ]
        let form = "grant_type=client_credentials&scope=https://api.securitycenter.microsoft.com/.default"
        let answer = bench.call("POST", "/\(bench.script.tenant)/oauth2/v2.0/token", headers, form)
        #expect(answer.status == 200)
        let plain = ["content-type": ["application/x-www-form-urlencoded"]]
        let spoiled = "&client_id=\(bench.script.client)&client_secret=\(bench.script.secret)"
        let refused = bench.call("POST", "/\(bench.script.tenant)/oauth2/v2.0/token", plain, form + spoiled)
        #expect(refused.status == 401)
    }

    @Test func `a token without roles, of another API, expired or forged does not open Defender`() throws {
        var script = twoMachines()
        script.roles = []
        script.tokenLifetimeSeconds = 60
        let bench = Bench(script)
        let bearer = try bench.bearer()
        let refused = bench.call("GET", "/api/machines", bearer)
        #expect(refused.status == 403)
        let text = try bench.json(refused)["error"]?["message"]?.string
        let wanted = "API required roles: Machine.Read.All,Machine.ReadWrite.All, application roles: ."
        #expect(text == "Missing application roles. \(wanted)")
        let other = try bench.bearer(["scope": "https://graph.microsoft.com/.default"])
        #expect(bench.call("GET", "/api/machines", other).status == 403)
        bench.clock.advance(61)
        #expect(bench.call("GET", "/api/machines", bearer).status == 401)
        #expect(bench.call("GET", "/api/machines").status == 401)
        var forged = try bench.bearer()["authorization"]?.first ?? ""
        forged.removeLast(4)
        #expect(bench.call("GET", "/api/machines", ["authorization": [forged + "AAAA"]]).status == 401)
    }

    @Test(arguments: [
        "https://graph.microsoft.com", "https://graph.microsoft.us", "https://dod-graph.microsoft.us",
    ])
    func `a token for Graph carries Graph's permissions and none of Defender's`(graph: String) throws {
        let bench = Bench()
        let answer = try bench.json(bench.token(["scope": "\(graph)/.default"]))
        let token = try #require(WebToken(answer["access_token"]?.string ?? ""))
        #expect(token.claims["aud"] == .string(graph))
        #expect(token.claims["roles"] == ["ThreatHunting.Read.All", "SecurityAlert.ReadWrite.All"])
        var script = twoMachines()
        script.graphRoles = []
        let bare = Bench(script)
        let other = try bare.json(bare.token(["scope": "\(graph)/.default"]))
        #expect(WebToken(other["access_token"]?.string ?? "")?.claims["roles"] == nil)
    }

    @Test func `metadata names addresses at the host that was called`() throws {
        let bench = Bench()
        let path = "/\(bench.script.tenant)/v2.0/.well-known/openid-configuration"
        let body = try bench.json(bench.call("GET", path))
        #expect(
            body["token_endpoint"] == .string("http://127.0.0.1:1/\(bench.script.tenant)/oauth2/v2.0/token")
        )
        let keys = try bench.json(bench.call("GET", "/\(bench.script.tenant)/discovery/v2.0/keys"))
        #expect(keys["keys"]?[0]?["kty"] == "RSA")
    }
}
