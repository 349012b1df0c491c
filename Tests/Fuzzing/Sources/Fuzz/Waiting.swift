import Dispatch
import Synchronization

/// Waits on libFuzzer's own thread for what runs on the pool's.
func wait<Value: Sendable>(for work: @escaping @Sendable () async -> Value) -> Value {
    let found = Box<Value>()
    let isDone = DispatchSemaphore(value: 0)
    // Awaited two lines below.
    Task.detached {
        let value = await work()
        found.value.withLock { $0 = value }
        isDone.signal()
    }
    isDone.wait()
    guard let value = found.value.withLock({ $0 }) else { preconditionFailure("nothing was found") }
    return value
}

private final class Box<Value: Sendable>: Sendable {
    let value = Mutex<Value?>(nil)
}
