import Foundation
import Glibc
import Synchronization

/// A real listening socket that answers every request with the same refusal.
final class RefusingProxy: Sendable {
    let port: UInt16
    private let descriptor: Int32
    private let requests = Mutex<[String]>([])

    /// The first lines of what was asked.
    var asked: [String] { requests.withLock { $0 } }

    /// The answer is the status line's rest, such as `403 Forbidden`, and headers.
    init(_ answer: String) throws {
        (descriptor, port) = try Self.bound()
        guard listen(descriptor, 8) == 0 else { throw POSIXError(.EIO) }
        let listener = descriptor
        let text = "HTTP/1.1 \(answer)\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        // Ends when the socket is shut down.
        Thread.detachNewThread { [weak self] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { return }
                var buffer = [UInt8](repeating: 0, count: 4_096)
                let count = recv(client, &buffer, buffer.count, 0)
                let line = String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self).prefix {
                    $0 != "\r\n"
                }
                self?.requests.withLock { $0.append(String(line)) }
                _ = send(client, text, text.utf8.count, Int32(MSG_NOSIGNAL))
                close(client)
            }
        }
    }

    func stop() {
        shutdown(descriptor, Int32(SHUT_RDWR))
        close(descriptor)
    }

    /// A port of this machine where nothing listens.
    static func deadPort() throws -> UInt16 {
        let (descriptor, port) = try bound()
        close(descriptor)
        return port
    }

    private static func bound() throws -> (Int32, UInt16) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { plain in
                bind(descriptor, plain, size) == 0 ? getsockname(descriptor, plain, &size) : -1
            }
        }
        guard descriptor >= 0, code == 0 else { throw POSIXError(.EADDRNOTAVAIL) }
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }
}
