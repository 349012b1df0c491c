import Executing
import Synchronization
import Vocabulary

/// Sign-ins lent to jobs, as the bridge keeps them.
final class LentUsers: Sendable {
    private let state = Mutex<[JobID: UserContext]>([:])

    func lend(_ context: UserContext, to job: JobID) { state.withLock { $0[job] = context } }

    /// What a restart of the bridge does.
    func lose() { state.withLock { $0 = [:] } }

    var jobs: Set<JobID> { state.withLock { Set($0.keys) } }

    var contexts: UserContexts {
        UserContexts(
            find: { [self] job in state.withLock { $0[job] } },
            forget: { [self] job in state.withLock { $0[job] = nil } }
        )
    }
}
