import Accepting
import CurlClient
import Deciding
import Defender
import Enqueuing
import EnqueuingSQLite
import Entra
import Executing
import Foundation
import JQFilter
import Logging
import Observing
import ProcessGuard
import Reporting
import ServiceLifecycle
import Showing
import Telemetry
import Vocabulary

/// The running bridge: every part, put together from the settings.
struct Bridge: Sendable {
    let live: LiveSettings
    let ledger: SQLiteLedger
    let http: CurlClient
    /// Writes packages to disk on its own thread, so that a slow disk holds up no isolate.
    let downloads: CurlClient
    let tokens: TokenSource
    /// Tokens for Graph; nil where the settings name no address of it.
    let graphTokens: TokenSource?
    let clocks: ServerClocks
    let defender: DefenderClient
    let certificate: ListenerCertificate?
    let metrics: BridgeMetrics
    let registry: MetricsRegistry
    let scrubber: Scrubber
    let logger: Logger
    /// What users lend to their own jobs.
    let users: UserTokens
    let owner: String
    let draining = Draining()
    /// How far downloads of evidence are.
    private let transfers = Transfers()
    private let digestBell = Bell()

    /// Opens and checks everything that can be wrong before the first delivery.
    static func make(
        _ settings: Settings,
        environment: [String: String],
        scrubber: Scrubber,
        logger: Logger
    ) async throws -> Bridge {
        let registry = MetricsRegistry(scrubber: scrubber)
        let http = try CurlClient(settings.curl)
        let downloads = try CurlClient(settings.curl)
        let live = try LiveSettings(
            settings,
            environment: environment,
            fetching: (KeyFetcher(http: http), logger)
        )
        try await live.start()
        let makeTokens = { (scope: String) throws(TokenError) in
            TokenSource(
                settings: try EntraSettings(
                    loginBase: settings.defender.login,
                    tenant: settings.defender.tenant,
                    client: settings.defender.client,
                    scope: scope
                ),
                credential: { live.settings.defender.entraCredential },
                sender: http,
                logger: logger
            )
        }
        let tokens = try makeTokens(settings.defender.scope)
        try await tokens.prepare()
        let graphTokens = try settings.defender.graphScope.map(makeTokens)
        let metrics = BridgeMetrics(in: registry)
        let clocks = ServerClocks()
        let defender = DefenderClient(
            base: settings.defender.api,
            clientID: settings.defender.client,
            sender: http,
            downloader: downloads,
            tokens: TokenSupply(of: tokens),
            budget: RateBudget(),
            graph: settings.defender.graph.flatMap { base in
                graphTokens.map { GraphAccess(base: base, tokens: TokenSupply(of: $0)) }
            },
            backEnds: settings.defender.backEnds,
            logger: logger,
            note: { note in
                metrics.countDefenderCall(kind: note.call, outcome: note.outcome.rawValue)
                if note.outcome == .answered { metrics.sawDefender(at: note.at) }
                if let ahead = note.clockAhead { clocks.saw("Defender", ahead: ahead) }
            }
        )
        let certificate = try settings.listen.tls.map {
            try ListenerCertificate(certificateFile: $0.certificate, keyFile: $0.key)
        }
        let ledger = try await SQLiteLedger.open(settings.ledgerPath)
        try await ledger.recordSettings(settings, by: "start")
        return Bridge(
            live: live,
            ledger: ledger,
            http: http,
            downloads: downloads,
            tokens: tokens,
            graphTokens: graphTokens,
            clocks: clocks,
            defender: defender,
            certificate: certificate,
            metrics: metrics,
            registry: registry,
            scrubber: scrubber,
            logger: logger,
            users: UserTokens(settings: { live.settings.defender }),
            owner: "\(ProcessInfo.processInfo.hostName)/\(ProcessInfo.processInfo.processIdentifier)"
        )
    }

    /// Everything that lives while the bridge does.
    ///
    /// Listeners come last, so that they stop first.
    func services(_ settings: Settings, announce: Announcement) throws -> [any Service] {
        let evidence = evidence(settings)
        let staging = settings.evidence.map { StagingFolder(folder: "\($0.folder)/staged") }
        var services: [any Service] = [
            JobLog(ledger: ledger, metrics: metrics, logger: logger),
            reporter,
            observer(settings, evidence),
            Sweeper(
                ledger: ledger,
                defender: defender,
                settings: observing(settings),
                logger: logger
            ),
            executor(settings, evidence, staging),
            Housekeeper(ledger: ledger, logger: logger),
            health,
            DailyDigest(
                ledger: ledger,
                settings: { [live] in live.settings.digestSettings },
                logger: logger,
                bell: digestBell
            ),
            console(settings, announce),
        ]
        if let audit = settings.audit {
            services.append(
                try AuditShipping(audit, ledger: ledger, http: http, logger: logger, now: Timestamp.now)
            )
        }
        if let staging { services.append(StagingKeeper(staging: staging, ledger: ledger, logger: logger)) }
        if let path = settings.control { services.append(control(path, staging, announce)) }
        services.append(try hooks(settings, announce))
        services.append(draining)
        return services
    }

    /// Reads the settings again and, only if all of them are right, goes on with the new ones.
    func reload() async {
        do {
            let waiting = try await live.reload()
            digestBell.ring()
            if !waiting.isEmpty {
                logger.warning(
                    "Some settings keep their old values until a restart",
                    metadata: ["keys": "\(waiting.joined(separator: " "))"]
                )
            }
            scrubber.learn(live.settings.secrets)
            for variable in live.settings.takenVariables { ProcessGuard.unset(variable) }
            try await tokens.prepare()
            try await graphTokens?.prepare()
            try await ledger.recordSettings(live.settings, by: "reload")
            logger.notice("Settings read again", metadata: ["file": "\(live.settings.file)"])
        } catch let problems as SettingsProblems {
            for problem in problems.all where problem.severity == .error {
                logger.error(
                    "The new settings are wrong; the old ones stay",
                    metadata: ["at": "\(problem.text)"]
                )
            }
            for problem in problems.all where problem.severity == .warning {
                logger.warning("The new settings are risky as well", metadata: ["at": "\(problem.text)"])
            }
        } catch {
            logger.error("The settings were not read again", metadata: ["error": "\(error)"])
        }
        do {
            try certificate?.reload()
        } catch {
            logger.error(
                "The certificate was not read again; the old one stays",
                metadata: ["error": "\(error.message)"]
            )
        }
    }

    /// Ends what outlives the services.
    func close() async {
        await live.stop()
        await http.close()
        await downloads.close()
        do {
            try await ledger.close()
        } catch {
            logger.error("The ledger was not closed cleanly", metadata: ["error": "\(error)"])
        }
    }

    // MARK: The back half

    private func times(_ settings: Settings) -> LeaseTimes {
        LeaseTimes(
            lease: settings.watch.lease,
            postDeadline: settings.watch.postDeadline,
            visibilityLag: settings.watch.visibilityLag
        )
    }

    private func evidence(_ settings: Settings) -> EvidenceFolder? {
        settings.evidence.map {
            EvidenceFolder(folder: $0.folder, totalBytesMax: $0.totalBytesMax, keepFor: $0.keepFor)
        }
    }

    private func keeping(
        _ folder: EvidenceFolder
    ) -> @Sendable (JobID, [UInt8]) async throws -> EvidenceNote {
        { job, bytes in try await folder.keepAnswer(bytes, of: job, now: Timestamp.now()) }
    }

    private func executor(
        _ settings: Settings,
        _ evidence: EvidenceFolder?,
        _ staging: StagingFolder?
    ) -> Executor {
        var executor = Executor(
            ledger: ledger,
            defender: defender,
            policy: { [live] in live.settings.policy },
            settings: ExecutingSettings(
                owner: "\(owner)/execute",
                times: times(settings),
                warn: settings.watch.warn
            ),
            users: users.contexts(through: defender),
            logger: logger,
            wallClock: Timestamp.now,
            keepAnswer: evidence.map(keeping)
        )
        executor.staged = { await staging?.file($0) }
        return executor
    }

    private func observing(_ settings: Settings) -> ObservingSettings {
        ObservingSettings(
            owner: "\(owner)/observe",
            times: times(settings),
            every: settings.watch.every,
            sweep: settings.watch.sweep
        )
    }

    private func observer(_ settings: Settings, _ evidence: EvidenceFolder?) -> Observer {
        Observer(
            ledger: ledger,
            defender: defender,
            settings: observing(settings),
            evidence: evidence,
            logger: logger,
            wallClock: Timestamp.now,
            transfers: transfers
        )
    }

    private var health: HealthWatch {
        HealthWatch(
            ledger: ledger,
            tokens: { [tokens] in TokenHealth(await tokens.status()) },
            listenerEndsAt: { [certificate] in certificate?.expiresAt },
            quietSources: { [live] in live.settings.quietSources },
            clocks: clocks,
            metrics: metrics,
            logger: logger,
            now: Timestamp.now
        )
    }

    private var reporter: Reporter {
        Reporter(
            ledger: ledger,
            http: http,
            settings: { [live, owner] in live.reporting(owner: "\(owner)/report") },
            logger: logger,
            wallClock: Timestamp.now
        )
    }

    // MARK: Listeners

    private func hooks(_ settings: Settings, _ announce: Announcement) throws -> HookListener {
        let rejections = BoundedLog()
        let intake = Intake(
            sources: { [live] in live.sources },
            policy: { [live] in live.settings.policy },
            ledger: ledger,
            identifiers: IdentifierMaker(),
            now: Timestamp.now,
            metrics: metrics,
            rejections: rejections,
            logger: logger
        )
        return HookListener(
            settings: AcceptingSettings(
                host: settings.listen.hooks.host,
                port: settings.listen.hooks.port,
                trustedProxies: try settings.listen.trustedProxies.map { try AddressRange($0) }
            ),
            certificate: certificate,
            logger: logger,
            onListening: { port in
                let scheme = settings.listen.tls == nil ? "http" : "https"
                await announce.hooks("\(scheme)://\(settings.listen.hooks.shown(port: port))")
            },
            onRefusal: { [metrics, logger] refusal in
                metrics.countRejection(source: nil, reason: refusal.rawValue)
                rejections.log(
                    kind: refusal.rawValue,
                    to: logger,
                    level: .notice,
                    "Request refused",
                    metadata: ["reason": "\(refusal.rawValue)"]
                )
            },
            answer: { [draining] raw in
                draining.isDraining ? .unavailable : await intake.take(raw)
            }
        )
    }

    private func console(_ settings: Settings, _ announce: Announcement) -> ConsoleListener {
        let gauges = Gauges(
            ledger: ledger,
            tokens: tokens,
            certificate: certificate,
            metrics: metrics,
            registry: registry,
            now: Timestamp.now
        )
        return ConsoleListener(
            settings: ShowingSettings(host: settings.listen.console.host, port: settings.listen.console.port),
            logger: logger,
            onListening: { port in
                await announce.console("http://\(settings.listen.console.shown(port: port))")
            },
            readiness: { [draining, ledger] in
                if draining.isDraining { return .notReady(reasons: ["draining"]) }
                do {
                    try await ledger.write { try $0.setFlag("ready.probe", String($0.now.seconds)) }
                    return .ready
                } catch {
                    return .notReady(reasons: ["the ledger cannot be written"])
                }
            },
            metrics: { await gauges.text() }
        )
    }

    private func control(
        _ path: String,
        _ staging: StagingFolder?,
        _ announce: Announcement
    ) -> ControlSocket {
        var desk = ControlDesk(
            ledger: ledger,
            policy: { [live] in live.settings.policy },
            identifiers: IdentifierMaker(),
            wallClock: Timestamp.now,
            users: users
        )
        desk.staging = staging
        desk.transfers = transfers
        return ControlSocket(
            path: path,
            logger: logger,
            onListening: { await announce.control(path) },
            answer: { [desk] in await desk.answer($0) }
        )
    }
}
