import JSONReader
import Testing
import Vocabulary

@testable import Simulating

/// Discord, Zulip and Rocket.Chat as they take and refuse messages.
struct TeamServerTests {
    private static let json = ["content-type": ["application/json"]]
    private static let form = ["content-type": ["application/x-www-form-urlencoded"]]
    private static let bot = json.merging(["authorization": ["Bot t"]]) { $1 }
    private static let zulip = form.merging(["authorization": ["Basic Ym90QGE6aw=="]]) { $1 }
    private static let rocket = json.merging(["x-auth-token": ["t"], "x-user-id": ["u"]]) { $1 }

    private static func long(_ count: Int) -> String { String(repeating: "x", count: count) }

    // MARK: Discord

    private static func message(_ buttons: [JSONValue], content: String = "x") -> String {
        let row: JSONValue = ["type": 1, "components": .array(buttons)]
        let body: JSONValue = ["content": .string(content), "components": [row]]
        return body.encodedText
    }

    private static func button(_ id: String, _ label: String = "Go", style: JSONValue = 1) -> JSONValue {
        ["type": 2, "style": style, "custom_id": .string(id), "label": .string(label)]
    }

    @Test func `Discord keeps a bot's message and changes it`() throws {
        let bench = Bench()
        let path = "/discord/channels/34/messages"
        let posted = bench.call("POST", path, Self.bot, Self.message([Self.button("a"), Self.button("b")]))
        #expect(posted.status == 200)
        let id = try #require(try bench.json(posted)["id"]?.string)
        #expect(Int64(id) != nil)
        let body = #"{"content":"done","components":[]}"#
        #expect(bench.call("PATCH", "\(path)/\(id)", Self.bot, body).status == 200)
        #expect(bench.world.messages.map(\.text) == ["done"])
        #expect(bench.world.messages.map(\.updates) == [1])
        #expect(bench.call("PATCH", "\(path)/1", Self.bot, body).status == 404)
        #expect(bench.call("PATCH", "/discord/channels/35/messages/\(id)", Self.bot, body).status == 404)
    }

    @Test func `Discord takes a follow-up by the token in its path, and shows it where asked to`() throws {
        let bench = Bench()
        let body = #"{"content":"x"}"#
        let shown = bench.call("POST", "/discord/webhooks/12/tok?wait=true", Self.json, body)
        let id = try #require(try bench.json(shown)["id"]?.string)
        #expect(bench.call("POST", "/discord/webhooks/12/tok", Self.json, body).status == 204)
        #expect(bench.call("PATCH", "/discord/webhooks/12/tok/messages/\(id)", Self.json, body).status == 200)
        #expect(
            bench.call("PATCH", "/discord/webhooks/12/other/messages/\(id)", Self.json, body).status == 404
        )
    }

    @Test(arguments: [
        message([], content: "x"), message([button("a"), button("a")]), message([button("")]),
        message([button(long(101))]), message([button("a", long(81))]), message([button("a", "")]),
        message([button("a", style: 9)]), message((0..<6).map { button("\($0)") }),
        message([button("a")], content: ""), message([button("a")], content: long(2_001)), "{}", "[]", "",
    ])
    func `Discord refuses what is no message`(body: String) {
        #expect(Bench().call("POST", "/discord/channels/34/messages", Self.bot, body).status == 400)
    }

    @Test func `Discord wants a bot's token for a channel`() {
        let body = #"{"content":"x"}"#
        for value in [nil, "Bearer t", "Bot "] {
            var headers = Self.json
            headers["authorization"] = value.map { [$0] }
            #expect(Bench().call("POST", "/discord/channels/34/messages", headers, body).status == 401)
        }
        #expect(Bench().call("POST", "/discord/users/34", Self.bot, body).status == 404)
    }

    // MARK: Zulip

    @Test func `Zulip keeps a message and changes it`() throws {
        let bench = Bench()
        let path = "/zulip/api/v1/messages"
        let posted = bench.call("POST", path, Self.zulip, "type=stream&to=5&topic=SEC-1+%26&content=recorded")
        let id = try #require(try bench.json(posted)["id"]?.integer)
        #expect(bench.call("PATCH", "\(path)/\(id)", Self.zulip, "content=done").status == 200)
        let kept = try #require(bench.world.messages.first)
        #expect(kept.place == "5/SEC-1 &" && kept.text == "done" && kept.updates == 1)
        #expect(bench.call("PATCH", "\(path)/1", Self.zulip, "content=done").status == 400)
        let named = "type=stream&to=%22soc+ops%22&topic=t&content=x"
        #expect(bench.call("POST", path, Self.zulip, named).status == 200)
        #expect(bench.call("POST", path, Self.zulip, "type=direct&to=%5B10%5D&content=x").status == 200)
        #expect(bench.world.messages.map(\.place) == ["5/SEC-1 &", "soc ops/t", "[10]"])
    }

    @Test(arguments: [
        "type=stream&to=5&content=x", "type=stream&to=soc&topic=t&content=x", "type=direct&to=10&content=x",
        "type=direct&to=%5B%5D&content=x", "to=5&topic=t&content=x", "type=stream&to=5&topic=t",
        "type=stream&to=5&topic=t&content=\(long(10_001))", "type=stream&to=5&topic=\(long(61))&content=x",
        "type=stream&to=5&topic=t&content=x&content=y", "type=stream&to=5&topic=t&content=%zz",
    ])
    func `Zulip refuses what is no message`(body: String) {
        #expect(Bench().call("POST", "/zulip/api/v1/messages", Self.zulip, body).status == 400)
    }

    @Test func `Zulip wants a bot's address and key`() {
        for value in [nil, "Bearer t", "Basic !!", "Basic Ym90OmtleQ=="] {
            var headers = Self.form
            headers["authorization"] = value.map { [$0] }
            let body = "type=stream&to=5&topic=t&content=x"
            #expect(Bench().call("POST", "/zulip/api/v1/messages", headers, body).status == 401)
        }
    }

    // MARK: Rocket.Chat

    @Test func `Rocket_Chat keeps a message and changes it`() throws {
        let bench = Bench()
        let base = "/rocketchat/api/v1"
        let posted = bench.call(
            "POST",
            "\(base)/chat.postMessage",
            Self.rocket,
            #"{"roomId":"G","text":"x"}"#
        )
        let id = try #require(try bench.json(posted).at("message._id")?.string)
        let update = #"{"roomId":"G","msgId":"\#(id)","text":"done"}"#
        #expect(bench.call("POST", "\(base)/chat.update", Self.rocket, update).status == 200)
        #expect(bench.world.messages.map(\.text) == ["done"])
        let elsewhere = #"{"roomId":"H","msgId":"\#(id)","text":"done"}"#
        #expect(bench.call("POST", "\(base)/chat.update", Self.rocket, elsewhere).status == 400)
    }

    @Test func `Rocket_Chat refuses what is no message, and whom it does not know`() {
        let path = "/rocketchat/api/v1/chat.postMessage"
        for body in [
            #"{"text":"x"}"#, #"{"roomId":"G"}"#, #"{"roomId":"G","text":"\#(Self.long(5_001))"}"#, "x",
        ] {
            #expect(Bench().call("POST", path, Self.rocket, body).status == 400)
        }
        let body = #"{"roomId":"G","text":"x"}"#
        #expect(Bench().call("POST", path, Self.json, body).status == 401)
        #expect(Bench().call("POST", "/rocketchat/api/v1/chat.other", Self.rocket, body).status == 404)
    }
}
