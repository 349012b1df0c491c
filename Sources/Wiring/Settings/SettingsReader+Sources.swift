import Vocabulary
import Yams

extension SettingsReader {
    private static let laterKinds = [
        "teams", "teams-bot", "servicenow", "pagerduty", "svix", "callback", "github", "gitlab", "zendesk",
        "mattermost", "discord", "google-chat", "linear", "sentinel", "freshservice", "zammad", "thehive",
        "opsgenie", "splunk", "zulip", "rocketchat",
    ]
    private static let schemeKeys = [
        "header", "algorithm", "encoding", "prefix", "style", "timestamp-header", "timestamp-unit",
        "tolerance", "template", "id-header",
    ]

    static func readSources(_ node: Node?, _ reading: SettingsReading) -> [Settings.Source] {
        guard let node else { return [] }
        guard let mapping = node.mapping, !mapping.isEmpty else {
            reading.error(node, "\"sources\" names none", "add `NAME: { kind: … }`")
            return []
        }
        return mapping.compactMap { key, value in
            guard let name = key.scalar?.string, isSourceName(name) else {
                reading.error(
                    key,
                    "this is no name of a source",
                    "use lower-case letters, digits, - and _, at most 64; it stands in the hook's path"
                )
                return nil
            }
            return readSource(name, value, reading)
        }
    }

    private static func isSourceName(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count) && name != "local"
            && name.utf8.allSatisfy { byte in
                (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2D || byte == 0x5F
            }
    }

    private static func readSource(
        _ name: String,
        _ node: Node,
        _ reading: SettingsReading
    ) -> Settings.Source? {
        let title = "source \"\(name)\""
        let problemsBefore = reading.problems.count
        guard let kind = readKind(node, title, reading) else { return nil }
        let common = ["kind", "secret", "mode", "reply", "asked-for-by", "own", "may"]
        let known: [String] =
            switch kind {
            case .slack: common + ["workspaces"]
            case .jira: common
            case .standardWebhooks: common + ["public-keys"]
            case .hmac: common + schemeKeys
            }
        guard
            let fields = Fields(
                node,
                title,
                known: known,
                unbuilt: ["accept-unsigned", "addresses", "confirm"],
                in: reading
            )
        else { return nil }
        let publicKeys = fields.texts("public-keys") ?? []
        var secrets: [Secret] = []
        if let secret = fields["secret"] {
            secrets = reading.secrets(secret, "the secret of \(title)", of: SourceName(name))
        } else if publicKeys.isEmpty {
            reading.error(
                node,
                "\(title) has no secret",
                "add `secret: { file: … }`; nothing unsigned is accepted"
            )
        }
        let workspaces = fields.texts("workspaces") ?? []
        if kind == .slack, workspaces.isEmpty {
            reading.error(
                node,
                "\(title) has no \"workspaces\"",
                "list the ids of your Slack workspaces, such as T024BE7LD"
            )
        }
        let source = Settings.Source(
            name: SourceName(name),
            kind: kind,
            secrets: secrets,
            publicKeys: publicKeys,
            workspaces: workspaces,
            described: kind == .hmac ? readScheme(fields) : nil,
            rehearses: fields.word("mode", of: ["act", "rehearse"]) == "rehearse",
            reply: readReply(fields, kind),
            askedForBy: fields.text("asked-for-by"),
            ownAccounts: fields.texts("own") ?? [],
            ceiling: readCeiling(fields),
            line: node.mark?.line ?? 1
        )
        // What is known to be wrong would only be said again.
        if !reading.problems[problemsBefore...].contains(where: { $0.severity == .error }) {
            checkKeys(of: source, fields)
        }
        return source
    }

    private static func readKind(_ node: Node, _ title: String, _ reading: SettingsReading) -> SourceKind? {
        guard let mapping = node.mapping else {
            reading.error(node, "\(title) is not a mapping", "write { kind: …, secret: … }")
            return nil
        }
        guard let value = mapping["kind"], let word = value.scalar?.string else {
            reading.error(node, "\(title) has no \"kind\"", "add one of: \(kindWords)")
            return nil
        }
        if let kind = SourceKind(rawValue: word) { return kind }
        if laterKinds.contains(word) {
            reading.error(
                value,
                "kind \"\(word)\" is not built yet in this version",
                "kinds built: \(kindWords)"
            )
        } else {
            let nearest = nearestWord(to: word, among: SourceKind.allCases.map(\.rawValue))
            reading.error(
                value,
                "there is no kind \"\(word)\"",
                nearest.map { "did you mean \"\($0)\"?" } ?? "write one of: \(kindWords)"
            )
        }
        return nil
    }

    private static var kindWords: String {
        SourceKind.allCases.map(\.rawValue).joined(separator: ", ")
    }

    private static func readScheme(_ fields: Fields) -> Settings.Described? {
        guard let header = fields.text("header", isRequired: true) else { return nil }
        var scheme = Settings.Described(header: header)
        scheme.algorithm = fields.word("algorithm", of: ["sha256", "sha512", "sha1"]) ?? "sha256"
        scheme.encoding = fields.word("encoding", of: ["hex", "base64"]) ?? "hex"
        scheme.prefix = fields.text("prefix") ?? ""
        scheme.style = fields.word("style", of: ["t-v1"])
        scheme.timestampHeader = fields.text("timestamp-header")
        scheme.timestampUnit = fields.word("timestamp-unit", of: ["s", "ms"]) ?? "s"
        scheme.tolerance = fields.duration("tolerance") ?? .seconds(300)
        scheme.template = fields.text("template")
        scheme.idHeader = fields.text("id-header")
        if let template = scheme.template, !template.hasSuffix("{body}") {
            fields.reading.error(
                fields["template"],
                "the template does not end in {body}",
                "write such as {timestamp}.{body}"
            )
        }
        if scheme.timestampHeader == nil, scheme.style == nil {
            fields.reading.warn(
                fields.node,
                "\(fields.name) signs no time",
                "a captured delivery is recognised only by its bytes; name a `timestamp-header` if the sender has one"
            )
        }
        return scheme
    }

    private static func readReply(_ fields: Fields, _ kind: SourceKind) -> Settings.Reply {
        var reply = Settings.Reply()
        guard let node = fields["reply"] else {
            warnUntold(fields, kind, hasToken: false)
            return reply
        }
        guard kind == .slack || kind == .jira else {
            fields.reading.error(
                fields.key("reply"),
                "replies to \(kind.rawValue) are not built yet in this version",
                "remove `reply`; what fails is told on `tell`"
            )
            return reply
        }
        guard
            let part = Fields(
                node,
                "\"reply\"",
                known: ["token", "url", "user", "hosts"],
                in: fields.reading
            )
        else { return reply }
        reply.token = part["token"].flatMap { fields.reading.secret($0, "the reply token of \(fields.name)") }
        if part["url"] != nil { reply.url = base("url", part) }
        reply.user = part.text("user")
        reply.hosts = part.texts("hosts")
        if kind == .slack, reply.url != nil || reply.hosts != nil {
            fields.reading.warn(
                node,
                "\(fields.name) answers at addresses of your choosing",
                "leave `url` and `hosts` out unless this is a test or a private installation"
            )
        }
        if kind == .jira, part["url"] == nil {
            part.missing("url")
        }
        warnUntold(fields, kind, hasToken: reply.token != nil)
        return reply
    }

    private static func warnUntold(_ fields: Fields, _ kind: SourceKind, hasToken: Bool) {
        guard !hasToken else { return }
        switch kind {
        case .slack:
            fields.reading.warn(
                fields.node,
                "\(fields.name) has no bot token: after 30 minutes or 5 messages an answer cannot be told there",
                "add `reply: { token: … }` with the scope chat:write; `jobs` shows what stayed untold"
            )
        case .jira:
            fields.reading.warn(
                fields.node,
                "\(fields.name) has no token: nothing can be told on the ticket",
                "add `reply: { url: …, token: … }`"
            )
        case .standardWebhooks, .hmac: break
        }
    }
}
