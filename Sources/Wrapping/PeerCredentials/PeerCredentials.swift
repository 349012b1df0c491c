import Dispatch
import Glibc
package import NIOCore

/// Who is at the other end of a Unix socket, as the kernel recorded it when they connected.
package enum PeerCredentials {
    /// What Linux fills in for `SO_PEERCRED`; Swift's Glibc module does not show the C type `ucred`.
    private struct Credentials {
        let processID: Int32
        let userID: UInt32
        let groupID: UInt32
    }

    /// Asks the kernel for the user (`SO_PEERCRED`).
    ///
    /// - Parameter channel: A connected Unix socket.
    /// - Returns: A future that fails if the channel is no socket; nobody may be believed then.
    package static func userID(of channel: any Channel) -> EventLoopFuture<UInt32> {
        guard let socket = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
        }
        // The kernel writes at most as many bytes as the type has, and has written these three since Linux 2.2.
        let asked: EventLoopFuture<Credentials> = socket.unsafeGetSocketOption(
            level: NIOBSDSocket.OptionLevel(rawValue: SOL_SOCKET),
            name: NIOBSDSocket.Option(rawValue: SO_PEERCRED)
        )
        return asked.map(\.userID)
    }

    /// The name of a user in the system's database, or `#` and the number if it has none.
    ///
    /// Looked up off the cooperative pool, because it may read files or ask the network.
    package static func userName(of userID: UInt32) async -> String {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(returning: lookedUpName(of: userID))
            }
        }
    }

    /// The user this process acts as.
    package static var ownUserID: UInt32 { geteuid() }

    private static func lookedUpName(of userID: UInt32) -> String {
        var entry = unsafe passwd()
        var found: UnsafeMutablePointer<passwd>?
        var text = [CChar](repeating: 0, count: 16_384)
        let code = unsafe getpwuid_r(userID, &entry, &text, text.count, &found)
        guard code == 0, let found = unsafe found, let name = unsafe found.pointee.pw_name else {
            return "#\(userID)"
        }
        // `pw_name` points into `text`, which lives until the end of this function.
        return unsafe String(cString: name)
    }
}
