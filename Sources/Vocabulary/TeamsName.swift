/// The names by which Microsoft Teams knows people, rooms and messages, judged by their shape.
///
/// Some go into the path of a call: they are looked at when they are read and again when they are used.
package enum TeamsName {
    /// Where the Bot Framework takes what a bot says, and nobody else has a name.
    ///
    /// Anybody can own a name below `trafficmanager.net`, so that only Teams' own is taken; those of the
    /// government clouds are from memory.
    package static let serviceHosts = [
        "smba.trafficmanager.net", "*.botframework.com", "smba.infra.gcc.teams.microsoft.com",
        "smba.infra.gov.teams.microsoft.us", "smba.infra.dod.teams.microsoft.us",
    ]

    /// An object or tenant of Entra ID: a GUID, in lower case; nil for anything else.
    package static func guid(_ text: String) -> String? {
        let isOne = text.wholeMatch(of: /[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}/) != nil
        return isOne ? text.lowercased() : nil
    }

    /// Such as `19:4f2c…@thread.tacv2;messageid=1788172952711`.
    package static func isConversation(_ text: String) -> Bool {
        text.wholeMatch(of: /[0-9A-Za-z][0-9A-Za-z:@._;=-]{0,399}/) != nil
    }

    /// Such as `1788172952711` or `f:0f4f…`.
    package static func isActivity(_ text: String) -> Bool {
        text.wholeMatch(of: /[0-9A-Za-z][0-9A-Za-z:|._=-]{0,199}/) != nil
    }

    /// A person or a bot as a channel names it, such as `29:1E…`.
    package static func isAccount(_ text: String) -> Bool {
        text.wholeMatch(of: /[0-9A-Za-z][0-9A-Za-z:._=-]{0,299}/) != nil
    }

    /// The channel or chat of a conversation: without the thread.
    package static func room(of conversation: String) -> String {
        conversation.split(separator: ";", maxSplits: 1).first.map(String.init) ?? conversation
    }

    /// The address of a service without its last slash; nil if answers may not go there.
    ///
    /// `hosts` replace Teams' own.
    package static func service(_ address: String, hosts: [String]?) -> String? {
        guard let read = WebAddress(address), read.isAmong(hosts ?? serviceHosts),
            read.path.wholeMatch(of: /\/([0-9A-Za-z_-]+\/)*[0-9A-Za-z_-]*/) != nil
        else { return nil }
        var base = address
        while base.hasSuffix("/") { base.removeLast() }
        return base
    }
}
