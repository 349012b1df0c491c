import Foundation
import Glibc
import Synchronization

/// A server on 127.0.0.1 (or a Unix socket) whose behaviour on each connection is a closure.
///
/// One thread accepts, one thread serves each connection; all blocking, so that a test can do on the wire
/// exactly what it wants. `stop()` closes everything.
final class ScriptedServer: Sendable {
    private let listening: Int32
    private let open = Mutex<Set<Int32>>([])
    private let accepted = Atomic<Int>(0)
    let port: Int

    /// How many connections came in so far.
    var connectionCount: Int { accepted.load(ordering: .sequentiallyConsistent) }
    var url: String { "http://127.0.0.1:\(port)" }

    init(unixPath: String? = nil, serve: @escaping @Sendable (ServedConnection) -> Void) throws {
        let family = unixPath == nil ? AF_INET : AF_UNIX
        listening = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard listening >= 0 else { throw ServerError.socket(errno) }
        if let unixPath {
            try Self.bind(listening, to: unixPath)
            port = 0
        } else {
            port = try Self.bindLoopback(listening)
        }
        guard listen(listening, 64) == 0 else { throw ServerError.socket(errno) }
        let thread = Thread { [self] in
            while true {
                let connection = Glibc.accept(listening, nil, nil)
                if connection < 0 { return }
                let number = accepted.add(1, ordering: .sequentiallyConsistent).newValue
                open.withLock { _ = $0.insert(connection) }
                Thread.detachNewThread { [self] in
                    serve(ServedConnection(socket: connection, number: number))
                    open.withLock { sockets in
                        if sockets.remove(connection) != nil { _ = Glibc.close(connection) }
                    }
                }
            }
        }
        thread.start()
    }

    func stop() {
        shutdown(listening, Int32(SHUT_RDWR))
        Glibc.close(listening)
        open.withLock { sockets in for socket in sockets { shutdown(socket, Int32(SHUT_RDWR)) } }
    }

    private static func bindLoopback(_ socket: Int32) throws -> Int {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { plain in
                Glibc.bind(socket, plain, length) == 0 && getsockname(socket, plain, &length) == 0
            }
        }
        guard bound else { throw ServerError.socket(errno) }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    private static func bind(_ socket: Int32, to path: String) throws {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { plain in
                Glibc.bind(socket, plain, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        guard bound else { throw ServerError.socket(errno) }
    }
}

enum ServerError: Error {
    case socket(Int32)
    case noOutput
}

/// One connection as the server's closure sees it.
struct ServedConnection {
    struct Request {
        let head: String
        let body: String

        var firstLine: String { head.components(separatedBy: "\r\n")[0] }
    }

    let socket: Int32
    /// 1 for the first connection of the server.
    let number: Int

    /// The next whole request; nil at the end of the connection.
    func readRequest() -> Request? {
        var bytes: [UInt8] = []
        let blankLine = Array("\r\n\r\n".utf8)
        while !bytes.suffix(4).elementsEqual(blankLine) {
            guard let byte = readByte() else { return nil }
            bytes.append(byte)
        }
        let head = String(decoding: bytes.dropLast(4), as: UTF8.self)
        let length =
            head.components(separatedBy: "\r\n")
            .first { $0.lowercased().hasPrefix("content-length:") }
            .flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) } ?? 0
        var body: [UInt8] = []
        while body.count < length {
            guard let byte = readByte() else { return nil }
            body.append(byte)
        }
        return Request(head: head, body: String(decoding: body, as: UTF8.self))
    }

    func write(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    func answer(_ status: Int = 200, _ body: String = "", headers: [String] = []) {
        let lines = ["HTTP/1.1 \(status) Status", "Content-Length: \(body.utf8.count)"] + headers
        write(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
    }

    /// Waits until the other side has closed.
    func waitForEnd() {
        while readByte() != nil {}
    }

    private func readByte() -> UInt8? {
        var byte: UInt8 = 0
        return recv(socket, &byte, 1, 0) == 1 ? byte : nil
    }
}
