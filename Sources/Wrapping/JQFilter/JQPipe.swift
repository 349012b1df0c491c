import Glibc

/// The bridge's end of the line to a helper: frames, each with a moment by which it must be through.
struct JQPipe: ~Copyable {
    /// The line broke or the time ran out.
    enum Failure: Error {
        case late
        case broken
    }

    private let descriptor: CInt

    /// Takes over `descriptor`, a connected stream socket, and closes it at its end.
    init(takingOver descriptor: CInt) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// Sends one frame whole.
    borrowing func send(_ frame: JQFrame, by deadline: ContinuousClock.Instant) throws(Failure) {
        let bytes = frame.encoded
        var sent = 0
        while sent < bytes.count {
            try wait(for: POLLOUT, by: deadline)
            // MSG_NOSIGNAL: a helper that just died must not take the bridge with it.
            let count = unsafe bytes[sent...].withUnsafeBytes { chunk in
                unsafe Glibc.send(
                    descriptor,
                    chunk.baseAddress,
                    chunk.count,
                    CInt(MSG_NOSIGNAL) | CInt(MSG_DONTWAIT)
                )
            }
            if count > 0 {
                sent += count
            } else if errno != EAGAIN && errno != EINTR {
                throw .broken
            }
        }
    }

    /// Receives one frame whole.
    borrowing func receive(by deadline: ContinuousClock.Instant) throws(Failure) -> JQFrame {
        let head = try receive(JQFrame.headBytes, by: deadline)
        guard let (kind, count) = JQFrame.readHead(head) else { throw .broken }
        return JQFrame(kind: kind, bytes: try receive(count, by: deadline))
    }

    private borrowing func receive(
        _ wanted: Int,
        by deadline: ContinuousClock.Instant
    ) throws(Failure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: wanted)
        var received = 0
        while received < wanted {
            try wait(for: POLLIN, by: deadline)
            let count = unsafe bytes.withUnsafeMutableBytes { room in
                unsafe recv(
                    descriptor,
                    room.baseAddress?.advanced(by: received),
                    wanted - received,
                    CInt(MSG_DONTWAIT)
                )
            }
            if count > 0 {
                received += count
            } else if count == 0 || (errno != EAGAIN && errno != EINTR) {
                throw .broken
            }
        }
        return bytes
    }

    private borrowing func wait(for event: CInt, by deadline: ContinuousClock.Instant) throws(Failure) {
        while true {
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero else { throw .late }
            let (seconds, attoseconds) = left.components
            let milliseconds = seconds * 1_000 + attoseconds / 1_000_000_000_000_000 + 1
            var entry = pollfd(fd: descriptor, events: Int16(event), revents: 0)
            let count = unsafe poll(&entry, 1, CInt(clamping: milliseconds))
            if count > 0 { return }
            if count < 0 && errno != EINTR { throw .broken }
        }
    }
}
