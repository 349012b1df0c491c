import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
import PeerCredentials
import ServiceLifecycle
import Synchronization

/// Serves commands of this machine's users over a Unix socket; the kernel says who they are.
///
/// The file is 0660: whoever may connect is in the bridge's group, and what each may do is the closure's to decide.
/// A file left by a crash is replaced; one on which another bridge answers is an error. At the end it is removed.
package final class ControlSocket: Service {
    /// The largest body of a command.
    package static let bodyBytesMax = 1 << 20
    /// Commands served at a time; the next wait.
    package static let connectionsMax = 64
    /// How long a connection may stay open without a byte.
    package static let idleTimeout = Duration.seconds(10)

    private let path: String
    private let logger: Logger
    private let onListening: @Sendable () async -> Void
    private let answer: @Sendable (ControlRequest) async -> ControlAnswer
    /// The file's number in its file system, once it is ours.
    private let ownFile = Mutex<Int?>(nil)

    /// - Parameters:
    ///   - path: Of the socket; its folder must exist.
    ///   - logger: Told of the start, and of the server's warnings.
    ///   - onListening: Told once, when commands are served and the file has its mode.
    ///   - answer: Serves one request.
    package init(
        path: String,
        logger: Logger,
        onListening: @escaping @Sendable () async -> Void = {},
        answer: @escaping @Sendable (ControlRequest) async -> ControlAnswer
    ) {
        self.path = path
        self.logger = logger
        self.onListening = onListening
        self.answer = answer
    }

    /// Serves until graceful shutdown or cancellation.
    ///
    /// - Throws: ``ShowingError`` if the socket cannot be opened.
    package func run() async throws {
        try makeRoom()
        defer { removeOwnFile() }
        do {
            try await application.run()
        } catch let error as IOError {
            throw ShowingError.cannotListen(path: path, reason: error.localizedDescription)
        }
    }

    /// The socket as an application, for tests that need none.
    var application: Application<ControlResponder> {
        let serverLogger = logger.quiet
        return Application(
            responder: ControlResponder(answer: answer),
            server: .http1(configuration: .small(idleTimeout: Self.idleTimeout)),
            configuration: ApplicationConfiguration(
                address: .unixDomainSocket(path: path),
                availableConnectionsDelegate: .maximum(Self.connectionsMax, logger: serverLogger)
            ),
            onServerRunning: { _ in
                self.claimFile()
                self.logger.info("taking commands", metadata: ["path": "\(self.path)"])
                await self.onListening()
            },
            logger: serverLogger
        )
    }

    private func makeRoom() throws(ShowingError) {
        switch UnixSocketFile.look(at: path) {
        case .absent, .stale: break
        case .live: throw .socketTaken(path: path)
        case .other: throw .notASocket(path: path)
        case .tooLong: throw .pathTooLong(path: path)
        case .unknown(let number): throw .cannotListen(path: path, reason: "error \(number)")
        }
        guard path.utf8.count < 108 else { throw .pathTooLong(path: path) }
    }

    /// Sets the mode.
    ///
    /// Until then only the owner can connect, unless the process runs with an umask of 0.
    private func claimFile() {
        let number = fileNumber
        ownFile.withLock { $0 = number }
        do {
            try FileManager.default.setAttributes([.posixPermissions: 0o660], ofItemAtPath: path)
        } catch {
            logger.error(
                "the control socket keeps a mode that its group cannot use",
                metadata: ["path": "\(path)"]
            )
        }
    }

    /// Removes the file unless another bridge has put its own there meanwhile.
    private func removeOwnFile() {
        guard let own = ownFile.withLock({ $0 }), own == fileNumber else { return }
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            logger.warning("the control socket could not be removed", metadata: ["path": "\(path)"])
        }
    }

    private var fileNumber: Int? {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return (attributes?[.systemFileNumber] as? NSNumber)?.intValue
    }
}
