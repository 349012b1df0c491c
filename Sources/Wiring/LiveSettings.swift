import Classifying
import CurlClient
import Enqueuing
import Entra
import JQFilter
import Logging
import Reporting
import Synchronization
import Vocabulary

/// The settings in force and the sources prepared from them; a reload replaces both at once or neither.
final class LiveSettings: Sendable {
    private struct State {
        var settings: Settings
        var sources: [SourceName: PreparedSource]
        /// Made once for each reading of the settings: a channel may remember a token, or its pace.
        var channels: [SourceName: any ReplyChannel]

        init(_ settings: Settings, _ sources: [SourceName: PreparedSource]) {
            self.settings = settings
            self.sources = sources
            channels = settings.reporting(owner: "").channels
        }
    }

    private let state: Mutex<State>
    private let environment: [String: String]
    private let fetching: (fetcher: KeyFetcher, logger: Logger)?

    /// - Parameters:
    ///   - settings: Read and checked.
    ///   - environment: Kept for reloads, because secrets are taken out of the process's own.
    ///   - fetching: What fetches keys of tokens; nil fetches none.
    /// - Throws: What a source says that cannot be prepared.
    init(
        _ settings: Settings,
        environment: [String: String],
        fetching: (fetcher: KeyFetcher, logger: Logger)? = nil
    ) throws {
        self.environment = environment
        self.fetching = fetching
        state = Mutex(State(settings, try LiveSettings.prepare(settings, fetching)))
    }

    var settings: Settings { state.withLock { $0.settings } }
    var sources: [SourceName: PreparedSource] { state.withLock { $0.sources } }

    /// Starts the helper process of each source that has jq.
    func start() async throws {
        for source in sources.values { try await source.start() }
    }

    func stop() async {
        for source in sources.values { await source.stop() }
    }

    /// Reads the file again; all of it or nothing.
    ///
    /// - Returns: Keys whose change needs a restart; their old values stay.
    /// - Throws: ``SettingsProblems`` or what a source says; the old settings then stay.
    func reload() async throws -> [String] {
        let old = state.withLock { $0 }
        var settings = try SettingsReader.read(old.settings.file, environment: environment)
        let sources = try LiveSettings.prepare(settings, fetching, before: old.sources)
        do {
            for source in sources.values { try await source.start() }
        } catch {
            for source in sources.values { await source.stop() }
            throw error
        }
        let waiting = settings.keysBoundAtStart(unlike: old.settings)
        // These are bound or opened once; a change needs a restart.
        settings.listen = old.settings.listen
        settings.control = old.settings.control
        settings.ledgerPath = old.settings.ledgerPath
        settings.audit = old.settings.audit
        let next = State(settings, sources)
        state.withLock { $0 = next }
        for source in old.sources.values { await source.stop() }
        return waiting
    }

    /// How people are answered now.
    func reporting(owner: String) -> ReportingSettings {
        let state = state.withLock { $0 }
        return ReportingSettings(
            owner: owner,
            channels: state.channels,
            tell: state.settings.tell.map { TellChannel(source: $0.source, channel: $0.channel) }
        )
    }

    private static func prepare(
        _ settings: Settings,
        _ fetching: (fetcher: KeyFetcher, logger: Logger)?,
        before: [SourceName: PreparedSource] = [:]
    ) throws -> [SourceName: PreparedSource] {
        var sources: [SourceName: PreparedSource] = [:]
        for source in settings.sources {
            sources[source.name] = try PreparedSource(
                source,
                routes: settings.routes,
                fetching: fetching,
                before: before[source.name]
            )
        }
        return sources
    }
}

extension Settings {
    /// Keys that are bound or opened once and differ from `other`: a reload does not change them.
    func keysBoundAtStart(unlike other: Settings) -> [String] {
        var keys: [String] = []
        if listen != other.listen { keys.append("listen") }
        if control != other.control { keys.append("control") }
        if ledgerPath != other.ledgerPath { keys.append("ledger") }
        if trustFile != other.trustFile { keys.append("trust") }
        if proxy != other.proxy { keys.append("proxy") }
        if evidence != other.evidence { keys.append("evidence") }
        if watch != other.watch { keys.append("watch") }
        if log != other.log { keys.append("log") }
        if defender.fixed != other.defender.fixed { keys.append("defender") }
        return keys
    }

    /// Every secret there is, for the scrubber of logs and metrics.
    var secrets: [Secret] {
        var all = sources.flatMap {
            $0.secrets + $0.reply.secrets + [$0.reply.token, $0.reply.address].compactMap(\.self)
        }
        all += defender.credential.secrets
        if let proxy { all.append(proxy.url) }
        if let ship = audit?.ship { all.append(ship.secret) }
        return all
    }

    var curl: CurlClient.Settings {
        CurlClient.Settings(
            trustFile: trustFile,
            proxy: proxy.map { CurlClient.Proxy(url: $0.url, exceptions: $0.except) }
        )
    }

    /// When the digest is written and who is told; nil for none.
    var digestSettings: DigestSettings? {
        digest.map { digest in
            DigestSettings(
                schedule: DigestSchedule(minuteOfDay: digest.minuteOfDay, zone: digest.zone),
                audience: digest.to.map { .room(source: $0.source, room: $0.channel ?? "") } ?? .tell
            )
        }
    }

    /// The way back to each source that has one.
    func reporting(owner: String) -> ReportingSettings {
        // Begins anew with every reading, so that a callback that ended can be tried again.
        let memory = CallbackMemory()
        var channels: [SourceName: any ReplyChannel] = [:]
        for source in sources {
            let channel = source.kind.whole.channel(source)
            channels[source.name] = (channel as? CallbackSite)?.remembering(in: memory) ?? channel
        }
        for source in sources {
            if let callback = source.reply.callback { channels[source.name] = channels[callback.name] }
        }
        return ReportingSettings(
            owner: owner,
            channels: channels,
            tell: tell.map { TellChannel(source: $0.source, channel: $0.channel) }
        )
    }
}

extension Settings.Defender {
    /// All but the credential, which is read anew.
    fileprivate var fixed: [String?] { [api, login, scope, tenant, client, graph, graphScope] }

    /// Read at each reload.
    var entraCredential: EntraCredential { credential }
}

extension Settings.Address {
    /// `host:port` with the port that was bound; an IPv6 address in brackets.
    func shown(port: Int) -> String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
