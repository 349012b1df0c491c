package import Logging
import Synchronization
package import Vocabulary

/// Logs what strangers can cause as often as they like, at a rate that they cannot.
///
/// Per kind, the first lines of each minute are written; the rest are counted, and the next line that is written
/// says how many were left out.
package final class BoundedLog: Sendable {
    private struct Window {
        var minute: Int64
        var written = 0
        var leftOut = 0
    }

    /// Kinds beyond this share one window.
    package static let kindsMax = 64

    private let perMinute: Int
    private let now: @Sendable () -> Timestamp
    private let windows = Mutex<[String: Window]>([:])

    /// - Parameters:
    ///   - perMinute: Lines of a kind that are written in a minute.
    ///   - now: The wall clock.
    package init(perMinute: Int = 10, now: @escaping @Sendable () -> Timestamp = Timestamp.now) {
        self.perMinute = perMinute
        self.now = now
    }

    /// Logs the message unless its kind had its share.
    ///
    /// - Parameters:
    ///   - kind: What is counted together, such as a reason.
    ///   - logger: Where to.
    ///   - level: The line's level.
    ///   - message: Constant text.
    ///   - metadata: Evaluated only for a line that is written; `left-out` is added where lines were left out.
    package func log(
        kind: String,
        to logger: Logger,
        level: Logger.Level = .warning,
        _ message: Logger.Message,
        metadata: @autoclosure () -> Logger.Metadata = [:]
    ) {
        guard let leftOut = admit(kind) else { return }
        var metadata = metadata()
        if leftOut > 0 { metadata["left-out"] = .stringConvertible(leftOut) }
        logger.log(level: level, message, metadata: metadata)
    }

    /// - Returns: How many lines were left out before this one; nil if this one is left out as well.
    private func admit(_ kind: String) -> Int? {
        let minute = now().seconds / 60
        return windows.withLock { windows in
            let key = windows[kind] == nil && windows.count >= Self.kindsMax ? "" : kind
            var window = windows[key] ?? Window(minute: minute)
            defer { windows[key] = window }
            if window.minute != minute {
                window.minute = minute
                window.written = 0
            }
            guard window.written < perMinute else {
                window.leftOut += 1
                return nil
            }
            window.written += 1
            defer { window.leftOut = 0 }
            return window.leftOut
        }
    }
}
