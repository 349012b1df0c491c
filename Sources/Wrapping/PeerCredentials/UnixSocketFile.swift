import Glibc

/// What stands at the path of a Unix socket.
package enum UnixSocketFile: Sendable, Equatable {
    case absent
    /// Somebody listens on it.
    case live
    /// Left behind by a process that is gone.
    case stale
    /// Not a socket.
    case other
    /// Longer than the kernel takes: 107 bytes.
    case tooLong
    /// A socket that cannot be tried, with the system's error number.
    case unknown(Int32)

    /// Looks, and connects if it is a socket; the connection is closed at once.
    package static func look(at path: String) -> UnixSocketFile {
        var entry = stat()
        guard unsafe lstat(path, &entry) == 0 else { return errno == ENOENT ? .absent : .unknown(errno) }
        guard entry.st_mode & S_IFMT == S_IFSOCK else { return .other }
        guard var address = address(of: path) else { return .tooLong }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { return .unknown(errno) }
        defer { close(descriptor) }
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe connect(descriptor, address, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        // EAGAIN: it listens and its queue is full.
        if result == 0 || errno == EAGAIN { return .live }
        return errno == ECONNREFUSED ? .stale : .unknown(errno)
    }

    private static func address(of path: String) -> sockaddr_un? {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        let fits = unsafe withUnsafeMutableBytes(of: &address.sun_path) { place in
            guard bytes.count < place.count else { return false }
            unsafe place.copyBytes(from: bytes)
            return true
        }
        return fits ? address : nil
    }
}
