import Authenticating
import Classifying
import CurlClient
import JSONReader
import Reporting
import Vocabulary

extension Kind {
    static let slack = Kind(
        reader: Slack.self,
        voice: SlackMessage.self,
        options: [
            Option("workspaces", required: "list the ids of your Slack workspaces, such as T024BE7LD")
        ],
        tenants: "workspaces",
        telling: .inRoom,
        untold: (
            "has no bot token: after 30 minutes or 5 messages an answer cannot be told there",
            "add `reply: { token: … }` with the scope chat:write; `jobs` shows what stayed untold"
        ),
        scheme: { _ in .slack },
        channel: { source in
            SlackChannel(
                token: source.reply.token,
                apiBase: source.reply.url ?? "https://slack.com/api",
                hosts: source.reply.hosts?.compactMap { AddressRule.HostPort($0) }
            )
        },
        sample: { wish in wish.command == ChatMessage.mention ? slackMention(wish) : slackCommand(wish) }
    )

    private static func slackCommand(_ wish: SampleWish) -> SampleBody {
        let (team, user) = slackPerson(wish)
        let command = SlackCommand(
            team: team,
            user: user,
            channel: wish.room ?? "C0SAMPLE",
            command: wish.command,
            text: wish.text ?? "help"
        )
        return SampleBody(contentType: SampleBody.form, body: command.body(triggerID: wish.id))
    }

    private static func slackMention(_ wish: SampleWish) -> SampleBody {
        let (team, user) = slackPerson(wish)
        let stamp = JSONValue.string("\(wish.now.seconds).000100")
        let body: JSONValue = [
            "type": "event_callback", "team_id": .string(team), "api_app_id": "A0SAMPLE",
            "event_id": .string("Ev\(wish.id)"), "event_time": .integer(wish.now.seconds),
            "event": [
                "type": "app_mention", "user": .string(user), "team": .string(team),
                "channel": .string(wish.room ?? "C0SAMPLE"),
                "text": .string("<@U0SAMPLE> \(wish.text ?? "help")"),
                "ts": stamp, "event_ts": stamp,
            ],
            "authorizations": [["team_id": .string(team), "user_id": "U0SAMPLE", "is_bot": true]],
            "is_ext_shared_channel": false,
        ]
        return SampleBody(body: body.encoded())
    }

    /// `people` spell workspace and member, with a slash between them.
    private static func slackPerson(_ wish: SampleWish) -> (team: String, user: String) {
        let parts = wish.identity.split(separator: "/", maxSplits: 1).map(String.init)
        return parts.count == 2 ? (parts[0], parts[1]) : (wish.tenant ?? "T0SAMPLE", wish.identity)
    }
}
