import HTTPTypes
import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
import ServiceLifecycle

/// Serves `/healthz`, `/readyz` and `/metrics` on an address of their own.
package struct ConsoleListener: Service {
    private let settings: ShowingSettings
    private let logger: Logger
    private let onListening: @Sendable (Int) async -> Void
    private let readiness: @Sendable () async -> Readiness
    private let metrics: @Sendable () async -> String

    /// - Parameters:
    ///   - settings: Address and limits.
    ///   - logger: Told of the start, and of the server's warnings.
    ///   - onListening: Told once, with the port that was bound.
    ///   - readiness: Asked at every `/readyz`; must have a deadline of its own.
    ///   - metrics: The text of `/metrics`.
    package init(
        settings: ShowingSettings,
        logger: Logger,
        onListening: @escaping @Sendable (Int) async -> Void = { _ in },
        readiness: @escaping @Sendable () async -> Readiness,
        metrics: @escaping @Sendable () async -> String
    ) {
        self.settings = settings
        self.logger = logger
        self.onListening = onListening
        self.readiness = readiness
        self.metrics = metrics
    }

    /// Serves until graceful shutdown or cancellation.
    package func run() async throws {
        try await application.run()
    }

    /// The console as an application, for tests that need no socket.
    var application: Application<CallbackResponder<BasicRequestContext>> {
        let serverLogger = logger.quiet
        return Application(
            responder: CallbackResponder { request, _ in
                let response = await respond(to: request)
                return request.method == .head ? response.createHeadResponse() : response
            },
            server: .http1(configuration: .small(idleTimeout: settings.idleTimeout)),
            configuration: ApplicationConfiguration(
                address: .hostname(settings.host, port: settings.port),
                availableConnectionsDelegate: .maximum(settings.connectionsMax, logger: serverLogger)
            ),
            onServerRunning: { [onListening, logger, settings] channel in
                let port = channel.localAddress?.port ?? 0
                logger.info("serving the console", metadata: ["host": "\(settings.host)", "port": "\(port)"])
                await onListening(port)
            },
            logger: serverLogger
        )
    }

    private func respond(to request: Request) async -> Response {
        let path = request.uri.path
        guard ["/healthz", "/readyz", "/metrics"].contains(path) else {
            return .plain(.notFound, "not found\n")
        }
        guard request.method == .get || request.method == .head else {
            var response = Response.plain(.methodNotAllowed, "method not allowed\n")
            response.headers[.allow] = "GET, HEAD"
            return response
        }
        return await answer(path)
    }

    private func answer(_ path: String) async -> Response {
        switch path {
        case "/readyz":
            switch await readiness() {
            case .ready: .plain(.ok, "ready\n")
            case .notReady(let reasons):
                .plain(.serviceUnavailable, reasons.map { "\($0)\n" }.joined())
            }
        case "/metrics": .plain(.ok, await metrics(), type: "text/plain; version=0.0.4; charset=utf-8")
        default: .plain(.ok, "alive\n")
        }
    }
}

extension Response {
    /// A short answer that nobody keeps.
    static func plain(
        _ status: HTTPResponse.Status,
        _ text: String,
        type: String = "text/plain; charset=utf-8"
    ) -> Response {
        Response(
            status: status,
            headers: [.contentType: type, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text))
        )
    }
}

extension HTTP1Channel.Configuration {
    /// For listeners that only the operator's own programs speak to.
    static func small(idleTimeout: Duration) -> Self {
        Self(
            idleTimeout: TimeAmount(idleTimeout),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: 16_384,
                maxHeaderListSize: 32_768,
                maxHeaderFieldCount: 100
            )
        )
    }
}

extension Logger {
    /// For the server's own lines, which are written for its authors: from `warning` up.
    var quiet: Logger {
        var logger = self
        logger.logLevel = max(logLevel, .warning)
        return logger
    }
}
