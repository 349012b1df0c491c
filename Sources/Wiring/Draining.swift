import ServiceLifecycle
import Synchronization

/// Knows whether the bridge is going down; from then on nothing new is taken.
final class Draining: Service {
    private let state = Mutex(false)

    var isDraining: Bool { state.withLock { $0 } }

    func run() async throws {
        try? await gracefulShutdown()
        state.withLock { $0 = true }
    }
}
