import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
import ServiceLifecycle
package import Vocabulary

/// Receives hooks over HTTP/1.1 and answers each with what the front half says; the first step of the path.
///
/// Believes nothing: it holds a sender to ``AcceptingSettings`` and hands on the bytes as they came. On graceful
/// shutdown it stops listening, answers what it has read whole, refuses what is half read with 503, and returns.
package struct HookListener: Service {
    private let settings: AcceptingSettings
    private let certificate: ListenerCertificate?
    private let logger: Logger
    private let onListening: @Sendable (Int) async -> Void
    private let onRefusal: @Sendable (Refusal) -> Void
    private let responder: HookResponder

    /// - Parameters:
    ///   - settings: Address and limits.
    ///   - certificate: Nil for plain HTTP, behind a proxy or on loopback.
    ///   - logger: Told of the start. The server's own lines come only from `warning` up, because they are written
    ///     for its authors.
    ///   - now: The wall clock that stamps deliveries.
    ///   - onListening: Told once, with the port that was bound.
    ///   - onRefusal: Told of every request that never became a delivery; must be quick.
    ///   - answer: The front half. Its answer is written as it is; it is never cancelled by a sender that goes away.
    package init(
        settings: AcceptingSettings,
        certificate: ListenerCertificate?,
        logger: Logger,
        now: @escaping @Sendable () -> Timestamp = Timestamp.now,
        onListening: @escaping @Sendable (Int) async -> Void = { _ in },
        onRefusal: @escaping @Sendable (Refusal) -> Void = { _ in },
        answer: @escaping @Sendable (RawDelivery) async -> HookAnswer
    ) {
        self.settings = settings
        self.certificate = certificate
        self.logger = logger
        self.onListening = onListening
        self.onRefusal = onRefusal
        responder = HookResponder(settings: settings, now: now, onRefusal: onRefusal, answer: answer)
    }

    /// Serves until graceful shutdown or cancellation.
    ///
    /// - Throws: What the system says if the address cannot be bound.
    package func run() async throws {
        try await application.run()
    }

    /// The listener as an application, for tests that need no socket.
    var application: Application<HookResponder> {
        let decoding = HTTP1Channel.Configuration.DecoderConfiguration(
            maxHeaderFieldSize: settings.headerBytesMax,
            maxHeaderListSize: settings.headerBytesMax,
            maxHeaderFieldCount: settings.headerCountMax
        )
        let server = HTTPServerBuilder { [settings, certificate, onRefusal] responder in
            let configuration = HTTP1Channel.Configuration(httpDecoderConfiguration: decoding)
            return GuardedChannel(
                base: HTTP1Channel(responder: responder, configuration: configuration),
                settings: settings,
                certificate: certificate,
                onRefusal: onRefusal
            )
        }
        var serverLogger = logger
        serverLogger.logLevel = max(logger.logLevel, .warning)
        return Application(
            responder: responder,
            server: server,
            configuration: ApplicationConfiguration(
                address: .hostname(settings.host, port: settings.port),
                availableConnectionsDelegate: .maximum(2 * settings.connectionsMax, logger: serverLogger)
            ),
            onServerRunning: { [onListening, logger, settings] channel in
                let port = channel.localAddress?.port ?? 0
                logger.info("accepting hooks", metadata: ["host": "\(settings.host)", "port": "\(port)"])
                await onListening(port)
            },
            logger: serverLogger
        )
    }
}
