import Dispatch
import Foundation
import Glibc
import Vocabulary

/// A plain TCP connection, for requests that no HTTP client would send.
package struct RawConnection: Sendable {
    let port: UInt16

    /// On this machine.
    package init(port: UInt16) {
        self.port = port
    }

    /// Nil unless the address names a port.
    package init?(_ base: String) {
        guard let port = URL(string: base)?.port.flatMap({ UInt16(exactly: $0) }) else { return nil }
        self.port = port
    }

    /// Sends the pieces with a pause before each but the first, then reads until the other side closes.
    ///
    /// - Parameters:
    ///   - pieces: The bytes of the request.
    ///   - pause: Before each piece but the first.
    ///   - limit: Seconds to wait for the answer.
    /// - Returns: The status of the first answer, or nil if there was none within `limit`.
    package func status(of pieces: [[UInt8]], pause: Duration = .zero, limit: Int = 20) async -> Int? {
        await withCheckedContinuation { continuation in
            // Blocks a thread of its own, none of the cooperative pool.
            Thread.detachNewThread {
                continuation.resume(returning: talk(pieces, pause, limit))
            }
        }
    }

    private func talk(_ pieces: [[UInt8]], _ pause: Duration, _ limit: Int) -> Int? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var time = timeval(tv_sec: limit, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { return nil }
        for (index, piece) in pieces.enumerated() {
            if index > 0, pause > .zero { usleep(UInt32(pause.wholeMilliseconds * 1_000)) }
            // A refused sender is cut off: that is no mistake of this end.
            guard send(descriptor, piece, piece.count, Int32(MSG_NOSIGNAL)) == piece.count else {
                break
            }
        }
        return Self.status(in: read(descriptor))
    }

    private func read(_ descriptor: Int32) -> String {
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while all.count < 65_536 {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            all += buffer.prefix(count)
            // The first line is all that is asked for; the connection may stay open.
            if all.contains(0x0A) { break }
        }
        return String(decoding: all, as: UTF8.self)
    }

    private static func status(in text: String) -> Int? {
        let words = text.prefix { $0 != "\r\n" && $0 != "\n" }.split(separator: " ")
        guard words.count > 1, words[0].hasPrefix("HTTP/1.") else { return nil }
        return Int(words[1])
    }
}
