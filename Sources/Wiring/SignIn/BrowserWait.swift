import Entra
import Logging
import Showing
import Synchronization

/// Waits for the browser that ends a sign-in.
struct BrowserWait: Sendable {
    /// Long enough for a password and a second factor.
    static let deadline = Duration.seconds(300)

    var deadline = BrowserWait.deadline
    var clock: any Clock<Duration> = ContinuousClock()

    /// Listens until the browser has come back.
    ///
    /// - Parameter begin: Makes the sign-in for the port that is listened on.
    /// - Returns: The sign-in and the query that answers it; nil if none came in time.
    /// - Throws: What keeps it from listening.
    func answer(
        _ begin: @escaping @Sendable (Int) -> BrowserSignIn
    ) async throws -> (begun: BrowserSignIn, query: String)? {
        let begun = Begun()
        let listener = RedirectListener(
            logger: Logger(label: "login", factory: { _ in SwiftLogNoOpLogHandler() }),
            accepts: { begun.value?.isAnswered(by: $0) ?? false }
        )
        let query = try await listener.wait(within: deadline, clock: clock) { port in
            begun.value = begin(port)
        }
        guard let query, let value = begun.value else { return nil }
        return (value, query)
    }

    /// The sign-in, once the port is known.
    private final class Begun: Sendable {
        private let state = Mutex<BrowserSignIn?>(nil)

        var value: BrowserSignIn? {
            get { state.withLock { $0 } }
            set { state.withLock { $0 = newValue } }
        }
    }
}
