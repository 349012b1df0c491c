import Authenticating
import Classifying
import JSONReader
import Reporting
import Vocabulary

extension Kind {
    static let zulip = Kind(
        reader: Zulip.self,
        voice: ZulipMessage.self,
        proof: .plainToken,
        options: [Option("realms")],
        tenants: "realms",
        replyOptions: [Option("topic")],
        replyNeeds: ["url", "user"],
        telling: .inRoom,
        untold: (
            "has no bot key: nothing can be told there beyond the first answer",
            "add `reply: { url: …, user: BOT-EMAIL, token: … }` of the bot"
        ),
        scheme: { _ in .bodyToken },
        channel: { source in
            guard let base = source.reply.url, let user = source.reply.user, let token = source.reply.token
            else { return nil }
            let topic = source.reply.options["topic"] ?? "bascule"
            return ZulipServer(base: base, user: user, token: token, topic: topic)
        },
        sample: { wish in
            let name = "Bascule"
            let content = "@**\(name)** \(wish.text ?? "help")"
            var message: [String: JSONValue] = [
                "id": .integer(Int64(wish.id) ?? wish.now.milliseconds), "type": "stream",
                "sender_id": .integer(Int64(wish.identity) ?? 0), "sender_email": "sample@corp.example",
                "sender_full_name": "sample", "subject": "sample", "content": .string(content),
                "stream_id": .integer(wish.room.flatMap { Int64($0) } ?? 1),
                "timestamp": .integer(wish.now.seconds),
            ]
            message["sender_realm_str"] = .string(wish.tenant ?? "sample")
            let body: JSONValue = [
                "bot_email": "bascule-bot@corp.example", "bot_full_name": .string(name),
                "data": .string(content), "trigger": "mention", "message": .object(message),
                "token": .string(wish.token?.withText { $0 } ?? ""),
            ]
            return SampleBody(body: body.encoded())
        }
    )
}
