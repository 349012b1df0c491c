import JSONReader
import Testing
import Vocabulary

@testable import Simulating

/// The Bot Framework as it gives tokens, shows its keys, and takes what a bot says.
struct BotFrameworkEndTests {
    private static let form = ["content-type": ["application/x-www-form-urlencoded"]]

    private func bench() -> Bench {
        var script = twoMachines()
        script.chat.teamsSecret = "s"
        script.chat.teamsStrangers = ["29:new"]
        return Bench(script)
    }

    private func token(
        _ bench: Bench,
        secret: String = "s",
        scope: String = "https://api.botframework.com/.default"
    )
        -> SimulatedAnswer
    {
        let body =
            "grant_type=client_credentials&client_id=app&client_secret=\(secret)&scope=\(encoded(scope))"
        return bench.call("POST", "/botframework/botframework.com/oauth2/v2.0/token", Self.form, body)
    }

    private func headers(_ bench: Bench) throws -> [String: [String]] {
        let token = try bench.json(token(bench))["access_token"]?.string ?? ""
        return ["authorization": ["Bearer \(token)"], "content-type": ["application/json"]]
    }

    @Test func `the metadata lead to keys that are endorsed for Teams`() throws {
        let bench = Bench()
        let metadata = try bench.json(bench.call("GET", "/botframework/v1/.well-known/openidconfiguration"))
        let address = try #require(metadata["jwks_uri"]?.string)
        #expect(address == "http://127.0.0.1:1/botframework/v1/.well-known/keys")
        let keys = try bench.json(bench.call("GET", "/botframework/v1/.well-known/keys"))
        #expect(keys.at("keys.0.endorsements") == ["msteams"])
    }

    @Test func `a sample token is signed for whom and what is asked`() throws {
        let bench = Bench()
        let wish: JSONValue = ["issuer": "i", "audience": "a", "serviceUrl": "https://s.example/"]
        let answer = try bench.json(bench.call("POST", "/botframework/sample-token", [:], wish.encodedText))
        let token = try #require(answer["token"]?.string)
        let claims = try #require(WebToken(token)?.claims)
        #expect(claims["iss"] == "i" && claims["aud"] == "a" && claims["serviceurl"] == "https://s.example/")
        #expect(bench.call("POST", "/botframework/sample-token", [:], "{}").status == 400)
    }

    @Test func `only a bot with its secret gets a token`() {
        let bench = bench()
        #expect(token(bench).status == 200)
        #expect(token(bench, secret: "other").status == 401)
        #expect(token(bench, scope: "https://graph.microsoft.com/.default").status == 400)
        #expect(bench.call("POST", "/botframework/x/oauth2/v2.0/token", [:], "").status == 400)
    }

    @Test func `a message is posted and changed, with the token and a card`() throws {
        let bench = bench()
        let path = "/teams/emea/v3/conversations/19%3Ax%40thread.tacv2%3Bmessageid%3D1/activities"
        let execute: JSONValue = ["type": "Action.Execute", "title": "x", "verb": "v", "data": [:]]
        let card = TeamsWorkflowEndTests.message([TeamsWorkflowEndTests.text("one")], actions: [execute])
        #expect(bench.call("POST", path, TeamsWorkflowEndTests.json, card.encodedText).status == 401)
        let headers = try headers(bench)
        let posted = bench.call("POST", path, headers, card.encodedText)
        #expect(posted.status == 201)
        let id = try #require(try bench.json(posted)["id"]?.string)
        let other = TeamsWorkflowEndTests.message([TeamsWorkflowEndTests.text("two")])
        #expect(bench.call("PUT", "\(path)/\(id)", headers, other.encodedText).status == 200)
        #expect(bench.call("PUT", "\(path)/9", headers, other.encodedText).status == 404)
        #expect(bench.world.messages.map(\.text) == ["two"])
        #expect(bench.world.messages.map(\.place) == ["19:x@thread.tacv2;messageid=1"])
        #expect(bench.world.messages.map(\.updates) == [1])
        let broken = TeamsWorkflowEndTests.message(
            [TeamsWorkflowEndTests.text("x")],
            actions: Array(repeating: execute, count: 7)
        )
        #expect(bench.call("POST", path, headers, broken.encodedText).status == 400)
        bench.clock.advance(4_000)
        #expect(bench.call("POST", path, headers, card.encodedText).status == 401)
    }

    @Test func `who has not installed the bot cannot be written to`() throws {
        let bench = bench()
        func open(_ person: String) throws -> SimulatedAnswer {
            let body: JSONValue = [
                "bot": ["id": "28:app"], "members": [["id": .string(person)]], "isGroup": false,
                "tenantId": "t", "channelData": ["tenant": ["id": "t"]],
            ]
            return bench.call("POST", "/teams/v3/conversations", try headers(bench), body.encodedText)
        }
        #expect(try bench.json(open("29:mia"))["id"] == "a:29mia")
        #expect(try open("29:new").status == 403)
        #expect(try bench.call("POST", "/teams/v3/conversations", headers(bench), "{}").status == 400)
    }
}
