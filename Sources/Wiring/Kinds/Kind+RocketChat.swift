import Authenticating
import Classifying
import JSONReader
import Reporting
import Vocabulary

extension Kind {
    static let rocketChat = Kind(
        reader: RocketChat.self,
        voice: RocketChatMessage.self,
        proof: .plainToken,
        replyNeeds: ["url", "user"],
        telling: .inRoom,
        untold: (
            "has no access token: nothing can be told there beyond the first answer",
            "add `reply: { url: …, user: USER-ID, token: … }` of the account that posts"
        ),
        scheme: { _ in .bodyToken },
        channel: { source in
            guard let base = source.reply.url, let user = source.reply.user, let token = source.reply.token
            else { return nil }
            return RocketChatServer(base: base, user: user, token: token)
        },
        sample: { wish in
            let body: JSONValue = [
                "token": .string(wish.token?.withText { $0 } ?? ""), "bot": false,
                "trigger_word": .string(wish.command), "channel_id": .string(wish.room ?? "SAMPLE"),
                "channel_name": "sample", "message_id": .string(wish.id),
                "timestamp": .string(wish.now.iso8601), "user_id": .string(wish.identity),
                "user_name": "sample", "text": .string("\(wish.command) \(wish.text ?? "help")"),
            ]
            return SampleBody(body: body.encoded())
        }
    )
}
