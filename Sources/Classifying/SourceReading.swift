package import Vocabulary

/// How deliveries of one source are read: the part of its settings that this step needs.
package struct SourceReading: Sendable {
    package let name: SourceName
    /// What reads deliveries of the source's kind.
    package let reader: any SourceReader.Type
    /// Chats: the workspaces, tenants, teams or servers whose people may speak, such as `T024`.
    package let tenants: Set<String>
    /// Hosts (`host` or `host:port`) that replace the provider's own for reply addresses; nil for those.
    package let replyHosts: [String]?
    /// Identities of the bridge itself at this source.
    package let ownAccounts: Set<String>
    /// jq that says whom a service acts for, for the record.
    package let askedForBy: String?
    /// Where jobs are told; nil for the source's own way back, or none.
    package let callback: CallbackPlace?
    /// Routes from this source, in the order of the settings.
    package let routes: [Route]
    /// Chats: the commands and trigger words that routes name, such as `/mde`.
    package let commands: Set<String>

    package init(
        name: SourceName,
        reader: any SourceReader.Type,
        tenants: Set<String> = [],
        replyHosts: [String]? = nil,
        ownAccounts: Set<String> = [],
        askedForBy: String? = nil,
        callback: CallbackPlace? = nil,
        routes: [Route] = [],
        commands: Set<String> = []
    ) {
        self.name = name
        self.reader = reader
        self.tenants = tenants
        self.replyHosts = replyHosts
        self.ownAccounts = ownAccounts
        self.askedForBy = askedForBy
        self.callback = callback
        self.routes = routes
        self.commands = commands
    }
}
