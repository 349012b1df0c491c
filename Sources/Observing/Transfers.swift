import Synchronization
package import Vocabulary

/// What is being fetched as evidence, and how far it is: for whoever waits for it.
package final class Transfers: Sendable {
    /// One download.
    package struct Progress: Sendable, Hashable {
        package var bytes: Int64
        /// Nil where the server does not say.
        package var bytesInAll: Int64?
    }

    private let state = Mutex<[JobID: Progress]>([:])

    package init() {}

    /// Nil for a job that fetches nothing now.
    package func progress(of job: JobID) -> Progress? { state.withLock { $0[job] } }

    func begin(_ job: JobID) { state.withLock { $0[job] = Progress(bytes: 0) } }

    func expect(_ bytes: Int64, for job: JobID) { state.withLock { $0[job]?.bytesInAll = bytes } }

    func add(_ bytes: Int, to job: JobID) { state.withLock { $0[job]?.bytes += Int64(bytes) } }

    func end(_ job: JobID) { state.withLock { $0[job] = nil } }
}
