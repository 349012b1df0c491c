import Classifying
import Vocabulary
import Yams

extension SettingsReader {
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
        let sources: [Settings.Source] = mapping.compactMap { key, value in
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
        return resolveCallbacks(sources, node, reading)
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
        var known =
            ["kind", "mode", "reply", "asked-for-by", "own", "may", "addresses"] + proofKeys(kind.proof)
        if kind.proof != .nothing { known.append("quiet-after") }
        known += kind.options.map(\.key) + (kind.takesDescription ? schemeKeys : [])
        guard
            let fields = Fields(
                node,
                title,
                known: known,
                unbuilt: known.contains("accept-unsigned") ? [] : ["accept-unsigned"],
                in: reading
            )
        else { return nil }
        let publicKeys = fields.texts("public-keys") ?? []
        let secrets = readSecrets(fields, kind, SourceName(name))
        var options: [String: [String]] = [:]
        for option in kind.options {
            options[option.key] = fields.texts(option.key)?.map { text in
                option.isFile && !text.hasPrefix("https://") ? reading.path(text) : text
            }
            guard let fix = option.required, options[option.key]?.isEmpty ?? true else { continue }
            reading.error(node, "\(title) has no \"\(option.key)\"", fix)
        }
        let source = Settings.Source(
            name: SourceName(name),
            kind: kind.reader.kind,
            secrets: secrets,
            publicKeys: publicKeys,
            options: options,
            described: isDescribed(fields, kind) ? readScheme(fields) : nil,
            rehearses: fields.word("mode", of: ["act", "rehearse"]) == "rehearse",
            reply: readReply(fields, kind),
            askedForBy: fields.text("asked-for-by"),
            ownAccounts: fields.texts("own") ?? [],
            addresses: readAddresses(fields),
            ceiling: readCeiling(fields),
            quietAfter: readQuietAfter(fields),
            line: node.mark?.line ?? 1
        )
        // What is known to be wrong would only be said again.
        if !reading.problems[problemsBefore...].contains(where: { $0.severity == .error }) {
            checkKeys(of: source, fields)
            checkKind(of: source, kind, fields)
        }
        return source
    }

    /// What only the kind knows of its settings; and how it tells what it did itself from what others did.
    private static func checkKind(of source: Settings.Source, _ kind: Kind, _ fields: Fields) {
        for problem in kind.check(source) {
            switch problem {
            case .error(let key, let what, let fix):
                fields.reading.error(fields[key], "\(fields.name): \(what)", fix)
            case .warning(let key, let what, let fix):
                fields.reading.warn(fields[key], "\(fields.name) \(what)", fix)
            }
        }
        if kind.hasTickets, source.reply.token != nil, source.ownAccounts.isEmpty {
            fields.reading.warn(
                fields.node,
                "\(fields.name) does not know its own account: what the bridge does there comes back as anybody's",
                "add `own: …` with the account whose token answers"
            )
        }
    }

    private static func readKind(_ node: Node, _ title: String, _ reading: SettingsReading) -> Kind? {
        guard let mapping = node.mapping else {
            reading.error(node, "\(title) is not a mapping", "write { kind: …, secret: … }")
            return nil
        }
        guard let value = mapping["kind"], let word = value.scalar?.string else {
            reading.error(node, "\(title) has no \"kind\"", "add one of: \(kindWords)")
            return nil
        }
        if let kind = Kind.named(word) { return kind }
        let nearest = nearestWord(to: word, among: Kind.words)
        reading.error(
            value,
            "there is no kind \"\(word)\"",
            nearest.map { "did you mean \"\($0)\"?" } ?? "write one of: \(kindWords)"
        )
        return nil
    }

    private static var kindWords: String {
        Kind.words.joined(separator: ", ")
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

    private static func proofKeys(_ proof: Kind.Proof) -> [String] {
        switch proof {
        case .secret: ["secret"]
        case .secretOrPublicKeys: ["secret", "public-keys"]
        case .publicKeys: ["public-keys"]
        case .plainToken, .plainTokenOrHMAC: ["secret", "accept-unsigned"]
        case .tokens, .nothing: []
        }
    }

    /// Nothing is ever accepted because a secret is missing.
    private static func readSecrets(_ fields: Fields, _ kind: Kind, _ source: SourceName) -> [Secret] {
        let reading = fields.reading
        switch kind.proof {
        case .secret, .plainToken, .plainTokenOrHMAC, .secretOrPublicKeys:
            if kind.proof == .plainToken || kind.proof == .plainTokenOrHMAC { checkUnsigned(fields, kind) }
            if let secret = fields["secret"] {
                return reading.secrets(secret, "the secret of \(fields.name)", of: source)
            }
            if kind.proof == .secretOrPublicKeys, fields["public-keys"] != nil { return [] }
            reading.error(
                fields.node,
                "\(fields.name) has no secret",
                "add `secret: { file: … }`; nothing unsigned is accepted"
            )
            return []
        case .publicKeys:
            if fields["public-keys"] == nil { fields.missing("public-keys") }
            return []
        case .tokens, .nothing: return []
        }
    }

    private static func readReply(_ fields: Fields, _ kind: Kind) -> Settings.Reply {
        if kind.proof == .nothing { return readCallback(fields) }
        var reply = Settings.Reply()
        guard let node = fields["reply"] else {
            warnUntold(fields, kind, hasToken: false)
            return reply
        }
        let own = ["token", "url", "user", "hosts", "address"] + kind.replyOptions.map(\.key)
        let known = (kind.untold == nil ? [] : own) + (kind.reader.kind.isChat ? [] : ["callback"])
        guard let part = Fields(node, "\"reply\"", known: known, in: fields.reading) else { return reply }
        if let callback = readCallbackName(part) {
            for key in own where part[key] != nil {
                part.reading.error(part.key(key), "a callback is told instead", "remove it, or `callback`")
            }
            reply.callback = callback
            return reply
        }
        guard kind.untold != nil else {
            part.missing("callback")
            return reply
        }
        reply.token = part["token"].flatMap { fields.reading.secret($0, "the reply token of \(fields.name)") }
        reply.address = part["address"].flatMap {
            fields.reading.secret($0, "the reply address of \(fields.name)")
        }
        if part["url"] != nil { reply.url = base("url", part) }
        reply.user = part.text("user")
        reply.hosts = part.texts("hosts")
        for option in kind.replyOptions {
            reply.options[option.key] = part.text(option.key, isRequired: option.required != nil)
        }
        // A chat that people run themselves is nowhere else.
        let isElsewhere = reply.url != nil && !kind.replyNeeds.contains("url")
        if kind.reader.kind.isChat, isElsewhere || reply.hosts != nil {
            fields.reading.warn(
                node,
                "\(fields.name) answers at addresses of your choosing",
                "leave `url` and `hosts` out unless this is a test or a private installation"
            )
        }
        for key in kind.replyNeeds where part[key] == nil { part.missing(key) }
        warnUntold(fields, kind, hasToken: reply.token != nil || reply.address != nil)
        return reply
    }

    private static func warnUntold(_ fields: Fields, _ kind: Kind, hasToken: Bool) {
        guard !hasToken, let untold = kind.untold else { return }
        fields.reading.warn(fields.node, "\(fields.name) \(untold.lack)", untold.fix)
    }
}
