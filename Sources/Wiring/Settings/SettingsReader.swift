import Deciding
import Vocabulary
import Yams

/// Reads a settings file into ``Settings``, or says everything that is wrong with it.
enum SettingsReader {
    private static let known = [
        "listen", "control", "ledger", "mode", "tell", "trust", "proxy", "evidence", "defender", "sources",
        "routes", "people", "services", "groups", "grants", "protect", "valid-for", "watch", "log", "audit",
        "limits", "essential", "digest",
    ]

    /// - Parameters:
    ///   - file: Relative paths in it start from its folder.
    ///   - environment: Where `{ env }` secrets are taken from.
    ///   - secrets: Which are read; in place of the others stands what fits nothing.
    /// - Returns: The settings, with what is risky in them.
    /// - Throws: ``SettingsProblems`` with every error of the file.
    static func read(
        _ file: String,
        environment: [String: String],
        secrets: SecretScope = .all
    ) throws(SettingsProblems) -> Settings {
        let reading = SettingsReading(file: file, environment: environment, secrets: secrets)
        let settings = read(reading)
        guard let settings, !reading.hasErrors else { throw SettingsProblems(reading.problems) }
        return settings
    }

    private static func read(_ reading: SettingsReading) -> Settings? {
        guard let root = reading.root(),
            let fields = Fields(root, "the settings", known: known, in: reading)
        else { return nil }
        let sources = readSources(fields["sources"], reading)
        if fields["sources"] == nil { fields.missing("sources") }
        let names = Set(sources.map(\.name))
        let defender = readDefender(fields)
        let user = readUser(fields)
        let routes = readRoutes(fields["routes"], sources, reading)
        var policy = readPolicy(fields, sources, reading)
        policy.ownHosts = defender?.hosts ?? []
        let ledger = readLedger(fields)
        reading.marks.ledger = Settings.Mark(fields.key("ledger"))
        reading.marks.sources = Settings.Mark(fields.key("sources"))
        let listen = readListen(fields)
        let tell = readTell(fields["tell"], "\"tell\"", names, reading)
        let digest = readDigest(fields, names)
        let evidence = readEvidence(fields)
        let watch = readWatch(fields)
        let log = readLog(fields)
        let trust = readTrust(fields)
        let proxy = readProxy(fields)
        let audit = readAudit(fields)
        guard let defender, let ledger else { return nil }
        var settings = Settings(
            file: reading.file,
            listen: listen,
            control: fields.text("control").map(reading.path),
            ledgerPath: ledger,
            tell: tell,
            trustFile: trust,
            proxy: proxy,
            evidence: evidence,
            defender: defender,
            sources: sources,
            routes: routes,
            policy: policy,
            watch: watch,
            log: log,
            audit: audit,
            digest: digest,
            fileDigest: reading.digest,
            takenVariables: [],
            warnings: [],
            marks: reading.marks
        )
        settings.defender.user = user
        warn(of: settings, fields, reading)
        settings.takenVariables = reading.takenVariables
        settings.warnings = reading.problems.filter { $0.severity == .warning }.sorted()
        return settings
    }

    private static func readListen(_ fields: Fields) -> Settings.Listen {
        var listen = Settings.Listen()
        guard let node = fields["listen"],
            let part = Fields(
                node,
                "\"listen\"",
                known: ["hooks", "console", "tls", "trusted-proxies"],
                in: fields.reading
            )
        else { return listen }
        if let hooks = address("hooks", part) { listen.hooks = hooks }
        if let console = address("console", part) { listen.console = console }
        listen.trustedProxies = part.texts("trusted-proxies") ?? []
        guard let tlsNode = part["tls"],
            let tls = Fields(tlsNode, "\"tls\"", known: ["certificate", "key"], in: fields.reading)
        else { return listen }
        if let certificate = file("certificate", tls), let key = file("key", tls) {
            if let keyNode = tls["key"], fields.reading.secretScope == .all {
                _ = fields.reading.fromFile(key, keyNode, "the TLS key", isCredential: false)
            }
            listen.tls = Settings.TLSFiles(certificate: certificate, key: key)
        }
        return listen
    }

    private static func address(_ key: String, _ fields: Fields) -> Settings.Address? {
        guard let text = fields.text(key) else { return nil }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            fields.reading.error(
                fields[key],
                "\"\(key)\" is \"\(text)\", no address",
                "write such as 127.0.0.1:8080"
            )
            return nil
        }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        guard !host.isEmpty else {
            fields.reading.error(fields[key], "\"\(key)\" has no host", "write such as 127.0.0.1:8080")
            return nil
        }
        return Settings.Address(host: host, port: Int(port))
    }

    /// `{ file: PATH }`, for files that hold no secret.
    private static func file(_ key: String, _ fields: Fields) -> String? {
        guard let node = fields[key] else {
            fields.missing(key)
            return nil
        }
        guard let inner = Fields(node, "\"\(key)\"", known: ["file"], in: fields.reading) else { return nil }
        return inner.text("file", isRequired: true).map(fields.reading.path)
    }

    private static func readLedger(_ fields: Fields) -> String? {
        guard let text = fields.text("ledger", isRequired: true) else { return nil }
        if text.hasPrefix("sqlite:") {
            let path = String(text.dropFirst("sqlite:".count))
            if !path.isEmpty { return fields.reading.path(path) }
        }
        if text.hasPrefix("postgresql:") || text.hasPrefix("postgres:") {
            fields.reading.error(
                fields["ledger"],
                "PostgreSQL is not built yet in this version",
                "use sqlite:PATH"
            )
        } else {
            fields.reading.error(fields["ledger"], "\"\(text)\" is no ledger", "write sqlite:PATH")
        }
        return nil
    }

    /// `{ source, channel }`: a room that the bridge writes into.
    static func readTell(
        _ node: Node?,
        _ name: String,
        _ sources: Set<SourceName>,
        _ reading: SettingsReading
    ) -> Settings.Tell? {
        guard let node,
            let part = Fields(node, name, known: ["source", "channel"], in: reading),
            let source = part.text("source", isRequired: true)
        else { return nil }
        guard sources.contains(SourceName(source)) else {
            unknownSource(source, part["source"], sources, reading)
            return nil
        }
        return Settings.Tell(source: SourceName(source), channel: part.text("channel"))
    }

    static func unknownSource(
        _ name: String,
        _ node: Node?,
        _ sources: Set<SourceName>,
        _ reading: SettingsReading
    ) {
        let nearest = nearestWord(to: name, among: sources.map(\.text).sorted())
        reading.error(
            node,
            "there is no source \"\(name)\"",
            nearest.map { "did you mean \"\($0)\"?" } ?? "name one of the sources"
        )
    }

    private static func readEvidence(_ fields: Fields) -> Settings.Evidence? {
        guard let node = fields["evidence"],
            let part = Fields(
                node,
                "\"evidence\"",
                known: ["folder", "max-total", "keep"],
                in: fields.reading
            ),
            let folder = part.text("folder", isRequired: true)
        else { return nil }
        return Settings.Evidence(
            folder: fields.reading.path(folder),
            totalBytesMax: part.bytes("max-total") ?? 20_000_000_000,
            keepFor: part.duration("keep") ?? .seconds(30 * 86_400)
        )
    }

    private static func readWatch(_ fields: Fields) -> Settings.Watch {
        var watch = Settings.Watch()
        guard let node = fields["watch"],
            let part = Fields(
                node,
                "\"watch\"",
                known: ["every", "sweep", "post-deadline", "lease", "visibility-lag", "warn"],
                in: fields.reading
            )
        else { return watch }
        watch.every = part.duration("every") ?? watch.every
        watch.sweep = part.duration("sweep") ?? watch.sweep
        watch.postDeadline = part.duration("post-deadline") ?? watch.postDeadline
        watch.lease = part.duration("lease") ?? watch.lease
        watch.visibilityLag = part.duration("visibility-lag") ?? watch.visibilityLag
        watch.warn = part.duration("warn") ?? watch.warn
        if watch.lease <= watch.postDeadline {
            fields.reading.error(
                node,
                "\"lease\" (\(watch.lease.spoken)) is not longer than \"post-deadline\" (\(watch.postDeadline.spoken))",
                "a lease must outlive the call made under it; raise it"
            )
        }
        return watch
    }

    private static func readLog(_ fields: Fields) -> Settings.Log {
        var log = Settings.Log()
        guard let node = fields["log"],
            let part = Fields(node, "\"log\"", known: ["format", "level"], in: fields.reading)
        else { return log }
        log.isJSON = part.word("format", of: ["text", "json"]) == "json"
        let levels = ["trace", "debug", "info", "notice", "warning", "error"]
        log.level = part.word("level", of: levels) ?? log.level
        return log
    }
}
