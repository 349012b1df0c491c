import HTTPTypes
import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
import ServiceLifecycle
import Synchronization

/// Takes the one request with which a browser of this machine ends a sign-in, and no other.
///
/// Listens on 127.0.0.1 alone, on a port of the system's choice, and only as long as the sign-in is waited for.
package struct RedirectListener: Sendable {
    private let logger: Logger
    private let accepts: @Sendable (String) -> Bool

    /// - Parameters:
    ///   - logger: For the server's own warnings.
    ///   - accepts: True for the query of the request that is waited for; another is turned away and not the end.
    package init(logger: Logger, accepts: @escaping @Sendable (String) -> Bool) {
        self.logger = logger
        self.accepts = accepts
    }

    /// Listens until the request has come.
    ///
    /// - Parameters:
    ///   - deadline: How long it is waited for.
    ///   - clock: Measures it.
    ///   - onListening: Told once, with the port that was bound.
    /// - Returns: The query of the request, as it came; nil if none came in time.
    /// - Throws: What keeps it from listening.
    package func wait(
        within deadline: Duration,
        clock: any Clock<Duration> = ContinuousClock(),
        onListening: @escaping @Sendable (Int) async -> Void
    ) async throws -> String? {
        let taken = AsyncStream<String>.makeStream(bufferingPolicy: .bufferingOldest(1))
        return try await withThrowingTaskGroup(of: String?.self) { tasks in
            tasks.addTask {
                try await application(taken.continuation, onListening).run()
                return nil
            }
            tasks.addTask {
                for await query in taken.stream {
                    // The page that says so is to arrive before the listener ends.
                    try await clock.sleep(for: .milliseconds(200))
                    return query
                }
                return nil
            }
            tasks.addTask {
                try await clock.sleep(for: deadline)
                return nil
            }
            defer { tasks.cancelAll() }
            guard let first = try await tasks.next() else { return nil }
            return first
        }
    }

    private func application(
        _ taken: AsyncStream<String>.Continuation,
        _ onListening: @escaping @Sendable (Int) async -> Void
    ) -> Application<CallbackResponder<BasicRequestContext>> {
        let isTaken = Mutex(false)
        return Application(
            responder: CallbackResponder { request, _ in
                let path = request.uri.path
                guard request.method == .get, path == "/" || path.isEmpty else {
                    return .plain(.notFound, "Nothing is here.\n")
                }
                let query = request.uri.query ?? ""
                guard accepts(query) else {
                    return .plain(.badRequest, "This is no answer to the sign-in that is waited for.\n")
                }
                guard isTaken.withLock({ Self.isFirst(&$0) }) else {
                    return .plain(.gone, "The sign-in was answered before.\n")
                }
                taken.yield(query)
                return Self.page
            },
            server: .http1(configuration: .small(idleTimeout: .seconds(10))),
            configuration: ApplicationConfiguration(
                address: .hostname("127.0.0.1", port: 0),
                availableConnectionsDelegate: .maximum(8, logger: logger.quiet)
            ),
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? 0) },
            logger: logger.quiet
        )
    }

    private static func isFirst(_ isTaken: inout Bool) -> Bool {
        defer { isTaken = true }
        return !isTaken
    }

    /// Says nothing of how it ended: that is for the terminal, which has yet to redeem the code.
    private static var page: Response {
        var response = Response.plain(.ok, "Go back to the terminal; this page can be closed.\n")
        if let name = HTTPField.Name("Referrer-Policy") { response.headers[name] = "no-referrer" }
        response.headers[.connection] = "close"
        return response
    }
}
