import Enqueuing
import Synchronization
import Vocabulary

/// What a reporter remembers between rounds; losing it with the process does no harm.
final class ReporterMemory: Sendable {
    private struct State {
        var busy = 0
        var pauses: [SourceName: Timestamp] = [:]
        var expiries: [JobID: Timestamp] = [:]
    }

    private let state = Mutex(State())

    /// Batches under way.
    var busy: Int { state.withLock { $0.busy } }
    func begin() { state.withLock { $0.busy += 1 } }
    func end() { state.withLock { $0.busy -= 1 } }

    /// The provider of a source asked to be left alone until then.
    func pause(_ source: SourceName, until: Timestamp) {
        state.withLock { $0.pauses[source] = max(until, $0.pauses[source] ?? until) }
    }

    func paused(at now: Timestamp) -> [SourceName: Timestamp] {
        state.withLock { state in
            state.pauses = state.pauses.filter { $0.value > now }
            return state.pauses
        }
    }

    /// Remembers when the address of a conversation expires.
    func note(_ conversation: Conversation?) {
        guard let conversation, let url = conversation.address.responseURL else { return }
        state.withLock { $0.expiries[conversation.job] = url.expiresAt }
    }

    var nextExpiry: Timestamp? { state.withLock { $0.expiries.values.min() } }

    /// The conversations whose address has expired; they are forgotten here.
    func takeExpired(at now: Timestamp) -> [JobID] {
        state.withLock { state in
            let expired = state.expiries.filter { $0.value <= now }.map(\.key)
            for job in expired { state.expiries[job] = nil }
            return expired
        }
    }
}
