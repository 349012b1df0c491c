import ArgumentParser
import Foundation
import Logging
import ProcessGuard
import ServiceLifecycle
import Telemetry
import UnixSignals
import Vocabulary

/// `serve`: the bridge itself.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the bridge until it is told to stop.",
        discussion: """
            Prints one JSON line with where it listens. SIGTERM and SIGINT finish what is under way and stop; \
            SIGHUP reads the settings and the TLS certificate again.
            """
    )

    @Option(name: .long, help: "The settings file.")
    var config: String

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let settings = try await CommandEnd.settling {
            try SettingsReader.read(config, environment: environment)
        }
        for variable in settings.takenVariables { ProcessGuard.unset(variable) }
        for warning in settings.warnings { CommandEnd.complain(warning.text) }
        let scrubber = Scrubber(knowing: settings.secrets)
        let logger = makeLogger(settings, scrubber)
        if !ProcessGuard.forbidDumps() {
            logger.warning("The kernel would not forbid core dumps")
        }
        let bridge = try await CommandEnd.settling {
            try await Bridge.make(settings, environment: environment, scrubber: scrubber, logger: logger)
        }
        do {
            try await serve(bridge, settings)
            await bridge.close()
        } catch {
            await bridge.close()
            CommandEnd.complain("error: \((error as? any Explained)?.message ?? String(describing: error))")
            throw CommandEnd.outside
        }
    }

    private func serve(_ bridge: Bridge, _ settings: Settings) async throws {
        // Trapped before anything is announced: a SIGHUP that comes early must not end the process.
        let hangups = await UnixSignalsSequence(trapping: .sighup)
        let announcement = Announcement(needsControl: settings.control != nil) { line in
            FileHandle.standardOutput.write(Data((line + "\n").utf8))
        }
        let services = try bridge.services(settings, announce: announcement)
        var configuration = ServiceGroupConfiguration(
            services: services.map {
                .init(
                    service: $0,
                    successTerminationBehavior: .ignore,
                    failureTerminationBehavior: .gracefullyShutdownGroup
                )
            },
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: bridge.logger
        )
        configuration.maximumGracefulShutdownDuration = .seconds(90)
        let group = ServiceGroup(configuration: configuration)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                for await _ in hangups { await bridge.reload() }
            }
            try await group.run()
            tasks.cancelAll()
        }
    }

    private func makeLogger(_ settings: Settings, _ scrubber: Scrubber) -> Logger {
        let output = LogOutput()
        let level = Logger.Level(rawValue: settings.log.level) ?? .info
        let format: LogFormat = settings.log.isJSON ? .json : .text
        LoggingSystem.bootstrap { label in
            LineLogHandler(
                label: label,
                format: format,
                level: level,
                colours: output.isTerminal && !settings.log.isJSON,
                scrubber: scrubber,
                write: { output.write($0) }
            )
        }
        return Logger(label: "bascule")
    }
}
