import Foundation
import Glibc
import Synchronization

/// The process's standard error: whole lines, one write each, one at a time.
package final class LogOutput: Sendable {
    private let handle = Mutex(FileHandle.standardError)

    package init() {}

    /// True if people look at it; then colours help and nowhere else.
    package var isTerminal: Bool {
        isatty(STDERR_FILENO) == 1
    }

    /// Writes one line.
    ///
    /// A reader that has gone away costs the line, never the process.
    package func write(_ line: String) {
        handle.withLock { handle in
            try? handle.write(contentsOf: Data("\(line)\n".utf8))
        }
    }
}
