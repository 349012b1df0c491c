import Synchronization

/// The processes of a demonstration, so that each is ended whatever happened.
final class DemoChildren: Sendable {
    private let all = Mutex<[DemoChild]>([])

    func add(_ child: DemoChild) { all.withLock { $0.append(child) } }

    /// Ends the youngest first: the bridge before what it talks to.
    func stop() async {
        for child in all.withLock({ $0.reversed() }) { await child.stop() }
    }
}
