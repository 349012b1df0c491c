import Foundation
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import NIOPosix
import PeerCredentials
import ServiceLifecycle
import Synchronization
import Testing

@testable import Showing

@Suite(.timeLimit(.minutes(2)))
struct ControlSocketTests {
    private let folder: URL
    private let seen = Requests()

    init() throws {
        // Short, because a socket's path may have 107 bytes.
        folder = URL(fileURLWithPath: "/tmp").appending(path: "bc-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    private var path: String { folder.appending(path: "control.sock").path }

    @Test func `a request carries the user that the kernel names`() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let answer = try await serve { path in
            try await Self.exchange(
                path,
                "POST /jobs/j%2D1?state=ready&by=a%20b HTTP/1.1\r\nHost: x\r\nX-User: admin\r\nContent-Length: 2\r\n"
                    + "Connection: close\r\n\r\n{}"
            )
        }
        #expect(answer.hasPrefix("HTTP/1.1 200 "))
        #expect(answer.hasSuffix(#"{"ok":true}"#))
        let userID = PeerCredentials.ownUserID
        let expected = ControlRequest(
            user: await PeerCredentials.userName(of: userID),
            userID: userID,
            method: "POST",
            path: "/jobs/j-1",
            query: ["state": "ready", "by": "a b"],
            body: Array("{}".utf8)
        )
        #expect(seen.all == [expected])
    }

    @Test func `the file is for its owner and group, and gone at the end`() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let mode = try await serve { path in
            try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        }
        #expect(mode == 0o660)
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func `a socket on which a bridge answers is not taken from it`() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = path
        _ = try await serve { path in
            await #expect(throws: ShowingError.socketTaken(path: path)) { try await socket().run() }
            let answer = try await Self.exchange(
                path,
                "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            )
            #expect(answer.hasPrefix("HTTP/1.1 200 "))
        }
        #expect(UnixSocketFile.look(at: path) == .absent)
    }

    @Test func `a socket left behind is replaced`() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        // Renamed while it is open, because closing it in order would remove it.
        let elsewhere = folder.appending(path: "other.sock").path
        let left = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(unixDomainSocketPath: elsewhere).get()
        try FileManager.default.moveItem(atPath: elsewhere, toPath: path)
        #expect(UnixSocketFile.look(at: path) == .live)
        try await left.close()
        #expect(UnixSocketFile.look(at: path) == .stale)
        let answer = try await serve { path in
            try await Self.exchange(path, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        }
        #expect(answer.hasPrefix("HTTP/1.1 200 "))
    }

    @Test func `a file that is no socket, a long path and a missing folder are told apart`() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("precious".utf8).write(to: URL(fileURLWithPath: path))
        await #expect(throws: ShowingError.notASocket(path: path)) { try await socket().run() }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "precious")
        let long = "/tmp/" + String(repeating: "x", count: 103)
        await #expect(throws: ShowingError.pathTooLong(path: long)) { try await socket(at: long).run() }
        let missing = folder.appending(path: "none/control.sock").path
        let error = await #expect(throws: ShowingError.self) { try await socket(at: missing).run() }
        #expect(error?.code == "showing.cannot-listen")
    }

    @Test func `who is not at a Unix socket is nobody`() async throws {
        try await socket().application.test(.router) { client in
            try await client.execute(uri: "/jobs", method: .get) { response in
                #expect(response.status == .forbidden)
            }
        }
        #expect(seen.all.isEmpty)
    }

    @Test func `a command that is too long is refused`() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let length = ControlSocket.bodyBytesMax + 1
        let answer = try await serve { path in
            try await Self.exchange(
                path,
                "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: \(length)\r\n\r\n"
                    + String(repeating: "x", count: length)
            )
        }
        #expect(answer.hasPrefix("HTTP/1.1 413 "))
        #expect(seen.all.isEmpty)
    }

    private static let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    private func socket(
        at other: String? = nil,
        onListening: @escaping @Sendable () -> Void = {}
    ) -> ControlSocket {
        ControlSocket(path: other ?? path, logger: Self.logger, onListening: onListening) { [seen] request in
            seen.add(request)
            return ControlAnswer(status: 200, json: #"{"ok":true}"#)
        }
    }

    private func serve<Result: Sendable>(
        _ use: @escaping @Sendable (String) async throws -> Result
    ) async throws -> Result {
        let opened = AsyncStream<Void>.makeStream()
        let socket = socket { opened.continuation.yield() }
        let group = ServiceGroup(configuration: .init(services: [socket], logger: Self.logger))
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            for await _ in opened.stream { break }
            let result = try await use(path)
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            return result
        }
    }

    private static func exchange(_ path: String, _ request: String) async throws -> String {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(unixDomainSocketPath: path) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(inboundType: ByteBuffer.self, outboundType: ByteBuffer.self)
                    )
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: request))
            var text = ""
            for try await part in inbound { text += String(buffer: part) }
            return text
        }
    }
}

private final class Requests: Sendable {
    private let requests = Mutex<[ControlRequest]>([])

    var all: [ControlRequest] { requests.withLock { $0 } }

    func add(_ request: ControlRequest) {
        requests.withLock { $0.append(request) }
    }
}
