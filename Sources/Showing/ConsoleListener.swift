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
    ///   - logger: For the server's own lines.
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
        Application(
            responder: CallbackResponder { request, _ in await respond(to: request) },
            server: .http1(configuration: .small(idleTimeout: settings.idleTimeout)),
            configuration: ApplicationConfiguration(
                address: .hostname(settings.host, port: settings.port),
                availableConnectionsDelegate: .maximum(settings.connectionsMax, logger: logger)
            ),
            onServerRunning: { [onListening] channel in
                await onListening(channel.localAddress?.port ?? 0)
            },
            logger: logger
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
        let response = await answer(path)
        return request.method == .head ? response.createHeadResponse() : response
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
