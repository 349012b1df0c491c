import Authenticating
import Classifying
import CurlClient
import Reporting

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
        }
    )
}
