import CurlClient
import Enqueuing
import InMemoryLogging
import JSONReader
import Testing
import Vocabulary

@testable import Reporting

/// Zulip and Rocket.Chat: the chats that people run themselves.
struct TeamServerReplyTests {
    private let zulip = ZulipServer(
        base: "https://chat.example",
        user: "bot@chat.example",
        token: Secret("key-planted"),
        topic: "bascule"
    )
    private let rocket = RocketChatServer(
        base: "https://rocket.example",
        user: "u1",
        token: Secret("token-planted")
    )
    private let topic = ReplyAddress.at(["stream": "5", "topic": "SEC-1 & more"])

    private func run(_ rig: Rig, _ texts: String...) async throws {
        for text in texts {
            try await rig.tell(text)
            try await rig.reporter.runOnce()
        }
    }

    // MARK: Zulip

    @Test func `Zulip gets one message in the topic, which is kept up to date`() async throws {
        let answers: [ScriptedProvider.Step] = [
            .answer(200, ["result": "success", "id": 42]), .answer(200, ["result": "success"]),
            .answer(200, ["result": "success"]),
        ]
        let rig = try await Rig(answers, channel: zulip, replyTo: topic)
        try await run(rig, "accepted", "running", "succeeded")
        let calls = rig.provider.calls
        #expect(
            calls.map { "\($0.method.rawValue) \($0.url)" } == [
                "POST https://chat.example/api/v1/messages", "PATCH https://chat.example/api/v1/messages/42",
                "PATCH https://chat.example/api/v1/messages/42",
            ]
        )
        #expect(
            calls[0].headers["authorization"] == "Basic Ym90QGNoYXQuZXhhbXBsZTprZXktcGxhbnRlZA=="
        )
        #expect(
            calls[0].text
                == "type=stream&to=5&topic=SEC-1%20%26%20more&content=%60%60%60%0A%E2%8F%B3%20accepted%0Amachine%3A%20"
                + "laptop-7%0Ajob%3A%20j-01%0A%60%60%60"
        )
        #expect(calls[1].text.hasPrefix("content=%60%60%60%0A%E2%8F%B3%20running"))
        #expect(!"\(rig.logs.entries)".contains("planted"))
    }

    @Test func `a message that Zulip lets nobody edit any more is posted anew`() async throws {
        let rig = try await Rig(
            [
                .answer(200, ["result": "success", "id": 42]),
                .answer(
                    400,
                    ["result": "error", "msg": "The time limit for editing this message has passed"]
                ),
                .answer(200, ["result": "success", "id": 43]),
            ],
            channel: zulip,
            replyTo: topic
        )
        try await run(rig, "accepted", "succeeded")
        #expect(rig.provider.calls.map(\.method) == [.post, .patch, .post])
        #expect(try await rig.conversation()?.messageID == "43")
    }

    @Test func `a person is answered alone, a room of the settings under its topic`() async throws {
        let alone = try await Rig(
            [.answer(200, ["result": "success", "id": 1])],
            channel: zulip,
            replyTo: .at(["person": "10"])
        )
        try await run(alone, "accepted")
        #expect(alone.provider.calls[0].text.hasPrefix("type=direct&to=%5B10%5D&content="))
        for (room, to) in [("17", "17"), ("soc ops", "%22soc%20ops%22")] {
            let tell = TellChannel(source: SourceName("chat"), channel: room)
            let rig = try await Rig(
                [.answer(200, ["result": "success", "id": 1])],
                channel: zulip,
                tell: tell
            )
            try await rig.tell("late", audience: .tell)
            try await rig.reporter.runOnce()
            #expect(rig.provider.calls[0].text.hasPrefix("type=stream&to=\(to)&topic=bascule&content="))
        }
    }

    @Test(arguments: [
        ["stream": "5"], ["stream": "5/x", "topic": "t"], ["person": "x"], ["stream": "05", "topic": "t"],
        [:],
    ])
    func `a place of another shape is none of Zulip's`(parts: [String: String]) async throws {
        let rig = try await Rig(channel: zulip, replyTo: .at(parts))
        try await run(rig, "accepted")
        #expect(rig.provider.calls.isEmpty)
        #expect(try await rig.entries(.untold).map(\.trouble) == ["zulip.place"])
    }

    @Test func `Zulip's limit is kept, its refusals are final`() async throws {
        let busy = try await Rig(
            [.answer(429, ["code": "RATE_LIMIT_HIT"], [("Retry-After", "9")])],
            channel: zulip,
            replyTo: topic
        )
        try await run(busy, "accepted")
        #expect(try await busy.entries(.due).map(\.trouble) == ["zulip.http-429"])
        let refused = try await Rig(
            [.answer(401, ["result": "error"])],
            channel: zulip,
            replyTo: topic
        )
        try await run(refused, "accepted")
        #expect(try await refused.entries(.untold).map(\.trouble) == ["zulip.http-401"])
    }

    // MARK: Rocket.Chat

    @Test func `Rocket_Chat gets one message in the room, which is kept up to date`() async throws {
        let rig = try await Rig(
            [
                .answer(200, ["success": true, "message": ["_id": "m1"]]),
                .answer(200, ["success": true, "message": ["_id": "m1"]]),
            ],
            channel: rocket,
            replyTo: .at(["room": "GENERAL7xQ"])
        )
        try await run(rig, "accepted", "succeeded")
        let calls = rig.provider.calls
        #expect(
            calls.map { "\($0.method.rawValue) \($0.url)" } == [
                "POST https://rocket.example/api/v1/chat.postMessage",
                "POST https://rocket.example/api/v1/chat.update",
            ]
        )
        #expect(
            calls.allSatisfy {
                $0.headers["x-user-id"] == "u1" && $0.headers["x-auth-token"] == "token-planted"
            }
        )
        let tail = "\nmachine: laptop-7\njob: j-01\n```"
        #expect(
            calls.map(\.body) == [
                ["roomId": "GENERAL7xQ", "text": .string("```\n⏳ accepted" + tail), "parseUrls": false],
                ["roomId": "GENERAL7xQ", "msgId": "m1", "text": .string("```\n⏳ succeeded" + tail)],
            ]
        )
        #expect(!"\(rig.logs.entries)".contains("planted"))
    }

    @Test func `Rocket_Chat's own refusals and limits are read out of its answers`() async throws {
        let busy = try await Rig(
            [
                .answer(
                    400,
                    ["success": false, "error": "Error, too many requests. [error-too-many-requests]"]
                )
            ],
            channel: rocket,
            replyTo: .at(["room": "G"])
        )
        try await run(busy, "accepted")
        #expect(try await busy.entries(.due).map(\.trouble) == ["rocketchat.busy"])
        let refused = try await Rig(
            [.answer(200, ["success": false])],
            channel: rocket,
            replyTo: .at(["room": "G"])
        )
        try await run(refused, "accepted")
        #expect(try await refused.entries(.untold).map(\.trouble) == ["rocketchat.http-200"])
        let gone = try await Rig(
            [
                .answer(200, ["success": true, "message": ["_id": "m1"]]), .answer(400, ["success": false]),
                .answer(200, ["success": true, "message": ["_id": "m2"]]),
            ],
            channel: rocket,
            replyTo: .at(["room": "G"])
        )
        try await run(gone, "accepted", "succeeded")
        #expect(try await gone.conversation()?.messageID == "m2")
        let nowhere = try await Rig(channel: rocket, replyTo: .at(["room": "a/b"]))
        try await run(nowhere, "accepted")
        #expect(try await nowhere.entries(.untold).map(\.trouble) == ["rocketchat.room"])
    }

    @Test func `a room of the settings may be named`() async throws {
        let tell = TellChannel(source: SourceName("chat"), channel: "#soc-ops")
        let answer = ScriptedProvider.Step.answer(200, ["success": true, "message": ["_id": "m1"]])
        let rig = try await Rig([answer], channel: rocket, tell: tell)
        try await rig.tell("late", audience: .tell)
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls[0].body["channel"] == "#soc-ops")
    }

    // MARK: Drawing

    @Test func `the answers of the hooks are in each one's own form`() {
        let notice = Notice(code: "answer", tone: .bad, text: "@**everyone** @all @here")
        let text = "```\\n❌ @\u{200B}**everyone** @\u{200B}all @\u{200B}here\\n```"
        #expect(ZulipMessage.immediate(notice, seenByAll: false).body == #"{"content":""# + text + #""}"#)
        #expect(ZulipMessage.empty.body == #"{"response_not_required":true}"#)
        #expect(RocketChatMessage.immediate(notice, seenByAll: false).body == #"{"text":""# + text + #""}"#)
        #expect(RocketChatMessage.empty.body == "{}")
        let long = Notice(code: "answer", tone: .bad, text: String(repeating: "@", count: 50_000))
        #expect(ZulipMessage.immediate(long, seenByAll: true).body.unicodeScalars.count < 10_000)
        #expect(RocketChatMessage.immediate(long, seenByAll: true).body.unicodeScalars.count < 5_000)
    }
}
