import CCurl
import Synchronization

/// What the other threads want of the loop, under a lock, and how they wake it.
///
/// `@unchecked Sendable`: the multi handle is only ever passed to `curl_multi_wakeup`, the one function that
/// other threads may call, and only under the lock while ``State/isOpen``; the loop frees it after closing the
/// inbox under the same lock.
@safe
final class TransferInbox: @unchecked Sendable {
    enum Message: Sendable {
        case start(TransferOrder)
        case cancel(UInt64)
        case stop
    }

    private struct State {
        var isOpen = true
        var messages: [Message] = []
        var onStopped: [@Sendable () -> Void] = []
    }

    private let state = Mutex(State())
    private let multi: UnsafeMutableRawPointer

    init(multi: UnsafeMutableRawPointer) {
        unsafe self.multi = multi
    }

    /// - Returns: False if the loop has stopped; the message is then dropped.
    func post(_ message: Message) -> Bool {
        state.withLock { state in
            guard state.isOpen else { return false }
            state.messages.append(message)
            unsafe curl_multi_wakeup(multi)
            return true
        }
    }

    /// Asks the loop to stop, and calls `onStopped` when it has; at once if it had before.
    func stop(then onStopped: (@Sendable () -> Void)?) {
        let isOpen = state.withLock { state in
            guard state.isOpen else { return false }
            state.messages.append(.stop)
            if let onStopped { state.onStopped.append(onStopped) }
            unsafe curl_multi_wakeup(multi)
            return true
        }
        if !isOpen { onStopped?() }
    }

    /// The loop's side: everything posted since the last call, oldest first.
    func take() -> [Message] {
        state.withLock { state in
            defer { state.messages = [] }
            return state.messages
        }
    }

    /// The loop's side: nothing is accepted afterwards.
    ///
    /// - Returns: What was posted too late to be taken, and whom to tell once the handles are freed.
    func close() -> (messages: [Message], onStopped: [@Sendable () -> Void]) {
        state.withLock { state in
            state.isOpen = false
            defer { (state.messages, state.onStopped) = ([], []) }
            return (state.messages, state.onStopped)
        }
    }
}
