import Cryptography
import Foundation
import Hummingbird
import HummingbirdCore
package import JSONReader
package import Logging
import NIOCore
import NIOSSL
import ServiceLifecycle
package import Vocabulary

/// A local Entra ID and Defender, with chat and ticket ends, to try everything against.
///
/// One listener on 127.0.0.1 serves all of them. It reads the wire by itself and shares no code with the client, so that a
/// mistake of the client is not mirrored. Time, identifiers and waiting are parameters; nothing but
/// a ``StateFile`` is kept after ``run()``.
package final class Simulator: Service {
    private let script: SimulatorScript
    private let keys: SimulatorKeys
    private let port: Int
    private let isTLS: Bool
    private let now: @Sendable () -> Timestamp
    private let pause: @Sendable (Duration) async throws -> Void
    private let logger: Logger
    private let onListening: @Sendable (SimulatorAddresses) async throws -> Void
    private let world: World
    private let connections = OpenChannels()

    /// - Parameters:
    ///   - script: What there is and how it misbehaves.
    ///   - keys: Authority, server and application keys; their files are the caller's business.
    ///   - port: 0 lets the system choose.
    ///   - isTLS: Serve with the keys' server certificate instead of plain HTTP.
    ///   - now: The wall clock of tokens, actions and the journal.
    ///   - pause: Waits between the bytes of a slow answer.
    ///   - makeID: Identifiers of actions; GUIDs by default.
    ///   - state: The file that keeps Defender's side across restarts; nil forgets it.
    ///   - onTrouble: Told each time that this file cannot be written.
    ///   - logger: For the server's own lines.
    ///   - onListening: Told once, with the base addresses.
    package init(
        script: SimulatorScript,
        keys: SimulatorKeys,
        port: Int = 0,
        isTLS: Bool = false,
        now: @escaping @Sendable () -> Timestamp = Timestamp.now,
        pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        makeID: @escaping @Sendable () -> String = { UUID().uuidString.lowercased() },
        state: StateFile? = nil,
        onTrouble: @escaping @Sendable (StateFileError) -> Void = { _ in },
        logger: Logger,
        onListening: @escaping @Sendable (SimulatorAddresses) async throws -> Void
    ) {
        self.script = script
        self.keys = keys
        self.port = port
        self.isTLS = isTLS
        let ahead = Duration.seconds(script.clockAheadSeconds)
        self.now = { now() + ahead }
        self.pause = pause
        self.logger = logger
        self.onListening = onListening
        world = World(script: script, keys: keys, file: state, onTrouble: onTrouble, makeID: makeID)
    }

    /// Serves until graceful shutdown or cancellation; then every connection is cut, hanging ones too.
    package func run() async throws {
        let application = try application
        try await withTaskCancellationHandler {
            try await withGracefulShutdownHandler {
                try await application.run()
            } onGracefulShutdown: {
                self.connections.closeAll()
            }
        } onCancel: {
            connections.closeAll()
        }
    }

    /// Runs a simulator on a free port for the length of `use`.
    ///
    /// - Returns: What `use` returns, after the simulator has stopped.
    package static func serve<Result: Sendable>(
        _ script: SimulatorScript,
        keys: SimulatorKeys,
        isTLS: Bool = false,
        now: @escaping @Sendable () -> Timestamp = Timestamp.now,
        pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        logger: Logger = Logger(label: "simulator", factory: { _ in SwiftLogNoOpLogHandler() }),
        _ use: @escaping @Sendable (Simulator, SimulatorAddresses) async throws -> Result
    ) async throws -> Result {
        let bound = AsyncStream<SimulatorAddresses>.makeStream()
        let simulator = Simulator(
            script: script,
            keys: keys,
            isTLS: isTLS,
            now: now,
            pause: pause,
            logger: logger,
            onListening: { bound.continuation.yield($0) }
        )
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { bound.continuation.finish() }
                try await simulator.run()
            }
            for await addresses in bound.stream {
                let result = try await use(simulator, addresses)
                tasks.cancelAll()
                while let ended = await tasks.nextResult() {
                    if case .failure(let error) = ended, !(error is CancellationError) { throw error }
                }
                return result
            }
            try await tasks.waitForAll()
            throw CancellationError()
        }
    }

    /// Every call so far, oldest first; `GET /simulator/journal` on the wire.
    package var journal: [JournalEntry] { world.journal }

    /// What is really so on each machine; `GET /simulator/machines` on the wire.
    package var machines: [MachineTruth] { world.machines(at: now()) }

    /// What chat and tickets were told; `GET /simulator/messages` on the wire.
    package var messages: [ChatMessage] { world.messages }

    /// Forgets everything that happened; faults count from the beginning; `POST /simulator/reset` on the wire.
    package func reset() {
        world.reset()
    }

    /// Starts an action of somebody else; `POST /simulator/actions` on the wire.
    ///
    /// - Parameters:
    ///   - type: Defender's word, such as `Isolate`.
    ///   - machine: Its id or whole name.
    ///   - requestor: Who Defender says asked for it.
    ///   - comment: What Defender shows as the requestor's comment.
    /// - Returns: The action as Defender shows it; nil if there is no such machine.
    package func startForeign(
        type: String,
        on machine: String,
        requestor: String = "analyst@corp.example",
        comment: String = "by hand"
    ) -> JSONValue? {
        world.startForeign(type: type, on: machine, requestor: requestor, comment: comment, at: now())
    }

    private var application: Application<SimulatorResponder> {
        get throws {
            let tls = try isTLS ? serverContext() : nil
            let dates = script.clockAheadSeconds == 0 ? nil : now
            let server = HTTPServerBuilder { [connections] responder in
                SeverableChannel(
                    base: HTTP1Channel(responder: responder),
                    tls: tls,
                    connections: connections,
                    dates: dates
                )
            }
            let responder = SimulatorResponder(
                world: world,
                scheme: isTLS ? "https" : "http",
                now: now,
                pause: pause
            )
            return Application(
                responder: responder,
                server: server,
                configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)),
                onServerRunning: { [self] channel in
                    await announce(port: channel.localAddress?.port ?? 0)
                },
                logger: logger
            )
        }
    }

    private func announce(port: Int) async {
        let addresses = SimulatorAddresses(scheme: isTLS ? "https" : "http", port: port, script: script)
        do {
            try await onListening(addresses)
        } catch {
            logger.error("the addresses could not be told", metadata: ["error": "\(error)"])
        }
    }

    private func serverContext() throws -> NIOSSLContext {
        let certificates = try NIOSSLCertificate.fromPEMBytes(keys.serverCertificate.pem())
        let key = try keys.serverKey.pem().withBytes { try NIOSSLPrivateKey(bytes: $0, format: .pem) }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: certificates.map { .certificate($0) },
            privateKey: .privateKey(key)
        )
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        return try NIOSSLContext(configuration: configuration)
    }
}
