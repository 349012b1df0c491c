import Authenticating
import Classifying
import Reporting

extension Kind {
    static let jira = Kind(
        reader: Jira.self,
        replyNeeds: ["url"],
        untold: (
            "has no token: nothing can be told on the ticket",
            "add `reply: { url: …, token: … }`"
        ),
        scheme: { _ in .jira },
        channel: { source in
            guard let base = source.reply.url, let token = source.reply.token else { return nil }
            return JiraSite(base: base, user: source.reply.user, token: token)
        }
    )
}
