import Authenticating
import Classifying
import CurlClient
import JSONReader
import Reporting
import Vocabulary

extension Kind {
    static let mattermost = Kind(
        reader: Mattermost.self,
        voice: MattermostMessage.self,
        proof: .plainToken,
        options: [Option("teams")],
        tenants: "teams",
        replyOptions: [Option("hook")],
        replyNeeds: ["url"],
        telling: .inRoom,
        untold: (
            "has no bot token: after 30 minutes or 5 messages an answer cannot be told there",
            "add `reply: { url: …, token: … }` of a bot account"
        ),
        replyHosts: mattermostHosts,
        scheme: { _ in .mattermost },
        channel: { source in
            guard let base = source.reply.url else { return nil }
            return MattermostServer(
                base: base,
                token: source.reply.token,
                hosts: (mattermostHosts(source) ?? []).compactMap { AddressRule.HostPort($0) },
                buttons: mattermostButtons(source)
            )
        },
        sample: { wish in
            let fields = [
                ("channel_id", wish.room ?? "cccccccccccccccccccccccccc"), ("channel_name", "sample"),
                ("command", wish.command), ("team_domain", "sample"),
                ("team_id", wish.tenant ?? "tttttttttttttttttttttttttt"), ("text", wish.text ?? "help"),
                ("token", wish.token?.withText { $0 } ?? ""), ("trigger_id", wish.id),
                ("user_id", wish.identity), ("user_name", "sample"),
            ]
            return SampleBody(contentType: SampleBody.form, body: FormText.body(fields))
        }
    )

    private static func mattermostButtons(_ source: Settings.Source) -> MattermostButtons? {
        guard let hook = source.reply.options["hook"], let seal = try? ButtonSeal(source.secrets) else {
            return nil
        }
        return MattermostButtons(hook: hook) { seal.context(saying: $0) }
    }

    /// An answer may go to the site itself, or to what the settings list instead.
    private static let mattermostHosts: @Sendable (Settings.Source) -> [String]? = { source in
        if let hosts = source.reply.hosts { return hosts }
        guard let url = source.reply.url, url.hasPrefix("https://") else { return nil }
        return [String(url.dropFirst("https://".count).prefix { $0 != "/" })]
    }
}
