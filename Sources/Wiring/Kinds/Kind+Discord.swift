import Authenticating
import Classifying
import JSONReader
import Reporting
import Vocabulary

extension Kind {
    static let discord = Kind(
        reader: Discord.self,
        voice: DiscordMessage.self,
        proof: .publicKeys,
        options: [
            Option("guilds", required: "list the ids of your Discord servers, such as 1278000000000000003")
        ],
        tenants: "guilds",
        telling: .inRoom,
        untold: (
            "has no bot token: after 15 minutes an answer cannot be told there",
            "add `reply: { token: … }` of the application's bot"
        ),
        scheme: { _ in .discord },
        channel: { source in
            DiscordApplication(
                base: source.reply.url ?? "https://discord.com/api/v10",
                token: source.reply.token
            )
        },
        sample: { wish in
            let text: JSONValue = ["name": "text", "type": 3, "value": .string(wish.text ?? "help")]
            let name = wish.command.hasPrefix("/") ? String(wish.command.dropFirst()) : wish.command
            let body: JSONValue = [
                "type": 2, "id": .string(wish.id), "application_id": "1", "token": "sample", "version": 1,
                "guild_id": .string(wish.tenant ?? "1"), "channel_id": .string(wish.room ?? "1"),
                "data": ["id": "1", "name": .string(name), "type": 1, "options": [text]],
                "member": ["user": ["id": .string(wish.identity), "username": "sample"], "roles": []],
            ]
            return SampleBody(body: body.encoded())
        }
    )
}
