import Vocabulary

/// What keeps the control socket from being opened.
package enum ShowingError: Explained, Equatable {
    /// Another process answers there.
    case socketTaken(path: String)
    /// Something that is not a socket, and is therefore left alone.
    case notASocket(path: String)
    /// Longer than the system takes.
    case pathTooLong(path: String)
    /// The system's reason.
    case cannotListen(path: String, reason: String)

    package var code: String {
        switch self {
        case .socketTaken: "showing.socket-taken"
        case .notASocket: "showing.not-a-socket"
        case .pathTooLong: "showing.path-too-long"
        case .cannotListen: "showing.cannot-listen"
        }
    }

    package var message: String {
        switch self {
        case .socketTaken(let path): "Another bridge answers on the control socket \(path)."
        case .notASocket(let path): "\(path) exists and is no socket."
        case .pathTooLong(let path): "The path \(path) is longer than the 107 bytes a socket may have."
        case .cannotListen(let path, let reason): "The control socket \(path) cannot be opened: \(reason)."
        }
    }

    package var fix: String {
        switch self {
        case .socketTaken: "Stop the other bridge, or give this one a \"control\" path of its own."
        case .notASocket: "Move the file away, or choose another \"control\" path."
        case .pathTooLong: "Choose a shorter \"control\" path."
        case .cannotListen: "Check that the folder exists and that the bridge's user may write there."
        }
    }
}
