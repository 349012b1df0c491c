package import CurlClient
package import Vocabulary

/// How people are answered, by source.
package struct ReportingSettings: Sendable {
    /// This worker's name in leases, unique among the processes of a ledger.
    package var owner: String
    /// A source that is not in here cannot be answered.
    package var channels: [SourceName: any ReplyChannel]
    /// Where what nobody asked for is told; nil tells it nowhere.
    package var tell: TellChannel?
    /// The life of a lease; longer than two calls.
    package var lease: Duration
    /// Conversations answered at once.
    package var benches: Int
    /// One call to a provider.
    package var callDeadline: Duration
    /// After this long a notice is given up as untold.
    package var lifetime: Duration

    package init(
        owner: String,
        channels: [SourceName: any ReplyChannel],
        tell: TellChannel? = nil,
        lease: Duration = .seconds(60),
        benches: Int = 16,
        callDeadline: Duration = .seconds(15),
        lifetime: Duration = .seconds(86_400)
    ) {
        self.owner = owner
        self.channels = channels
        self.tell = tell
        self.lease = lease
        self.benches = benches
        self.callDeadline = callDeadline
        self.lifetime = lifetime
    }
}

/// How Slack is answered.
package struct SlackChannel: Sendable {
    /// The bot's token with the scope `chat:write`; without it only a command's `response_url` is left.
    package var token: Secret?
    /// Replaces Slack's API, without a slash at its end.
    package var apiBase: String
    /// Replaces Slack's own hosts for a `response_url`, and permits exactly these.
    package var hosts: [AddressRule.HostPort]?

    package init(
        token: Secret?,
        apiBase: String = "https://slack.com/api",
        hosts: [AddressRule.HostPort]? = nil
    ) {
        self.token = token
        self.apiBase = apiBase
        self.hosts = hosts
    }
}

/// How a Jira site is answered.
package struct JiraSite: Sendable {
    package enum Version: String, Sendable, CaseIterable {
        /// Cloud: version 3, documents.
        case cloud
        /// Data Center: version 2, wiki markup.
        case dataCenter = "data-center"
    }

    /// Who reads the comments where the project is a service desk; others show them to everybody all the same.
    package enum Readers: String, Sendable, CaseIterable {
        /// The people who work on the issue.
        case agents
        /// Also whoever asked for help, by mail as well.
        case everybody
    }

    /// The site, without a slash at its end.
    package var base: String
    /// The account's e-mail address for Basic authentication; nil sends the token as a bearer.
    package var user: String?
    package var token: Secret
    package var version: Version
    package var readers: Readers

    package init(
        base: String,
        user: String?,
        token: Secret,
        version: Version = .cloud,
        readers: Readers = .agents
    ) {
        self.base = base
        self.user = user
        self.token = token
        self.version = version
        self.readers = readers
    }
}

/// The `tell` channel: a room of a chat that can be posted to.
package struct TellChannel: Sendable, Hashable {
    package var source: SourceName
    /// Nil where the source leads to one place only.
    package var channel: String?

    package init(source: SourceName, channel: String?) {
        self.source = source
        self.channel = channel
    }
}
