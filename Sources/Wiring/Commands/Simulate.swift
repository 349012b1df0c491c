import ArgumentParser
import Foundation
import JSONReader
import Logging
import ServiceLifecycle
import Simulating
import UnixSignals
import Vocabulary

/// `simulate [--port N] [--tls] [--script F]`: a local Entra ID and Defender, with chat and ticket ends.
struct Simulate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Try everything against a local Entra ID, Defender, chat and tickets.",
        discussion: """
            Prints one JSON line with the addresses once it listens, and ends at SIGTERM or SIGINT. What it was asked is at \
            GET /simulator/journal, what is so at /simulator/machines, what was told at /simulator/messages. With --state \
            a tag, a value, an action, an isolation and an offboarded machine are still there after a restart, and what \
            was under way goes on; tokens, faults, the journal and messages begin anew.
            """
    )

    @Option(name: .long, help: "Port on 127.0.0.1; 0 lets the system choose.")
    var port = 0

    @Flag(name: .long, help: "Serve over TLS, with an authority made for this run.")
    var tls = false

    @Option(name: .long, help: "YAML file with machines, courses and faults; without it a sample estate.")
    var script: String?

    @Option(name: .long, help: "Seed of the sample estate; DEMO_SEED if it is set, else 1.")
    var seed: UInt64?

    @Option(
        name: .long,
        help: "File that keeps machines and actions across restarts; begun if it is not there."
    )
    var state: String?

    func validate() throws {
        guard (0...65_535).contains(port) else {
            throw ValidationError("--port is \(port); use 0 to 65535.")
        }
    }

    func run() async throws {
        var world = try await CommandEnd.settling { try read() }
        let kept: StateFile?
        do throws(StateFileError) {
            kept = try state.map { path throws(StateFileError) in try StateFile(path: path) }
        } catch {
            CommandEnd.complain("error: \(error.message) \(error.fix)")
            throw CommandEnd.usage
        }
        let keys = try SimulatorKeys(now: .now())
        let folder: SimulatorFolder
        do {
            folder = try SimulatorFolder(keys, federation: world.federation)
        } catch {
            CommandEnd.complain("error: No folder for certificates could be made (\(error)).")
            throw CommandEnd.outside
        }
        defer { folder.remove() }
        world.identities.arcKeyPath = folder.arcKeyPath
        do {
            try await serve(world, keys, folder, kept)
        } catch {
            CommandEnd.complain("error: Port \(port) on 127.0.0.1 cannot be served (\(error)).")
            throw CommandEnd.outside
        }
    }

    private func read() throws -> SimulatorScript {
        if let script { return try SimulatorScriptReader.read(file: script) }
        let given = ProcessInfo.processInfo.environment["DEMO_SEED"].flatMap { UInt64($0) }
        return .sample(seed: seed ?? given ?? 1, now: .now())
    }

    private func serve(
        _ world: SimulatorScript,
        _ keys: SimulatorKeys,
        _ folder: SimulatorFolder,
        _ kept: StateFile?
    ) async throws {
        let logger = Logger(label: "simulator", factory: { _ in SwiftLogNoOpLogHandler() })
        let simulator = Simulator(
            script: world,
            keys: keys,
            port: port,
            isTLS: tls,
            state: kept,
            onTrouble: { CommandEnd.complain("error: \($0.message) \($0.fix)") },
            logger: logger,
            onListening: { addresses in
                let line = addresses.json(
                    authority: folder.authorityPath,
                    certificate: folder.certificatePath
                )
                // Unbuffered: whoever started this waits for the line.
                FileHandle.standardOutput.write(Data((line.encodedText + "\n").utf8))
            }
        )
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: simulator)],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger
            )
        )
        try await group.run()
    }
}
