import ArgumentParser
import Foundation

/// The program: one file a command under `Commands`, grouped as people look for them.
///
/// ``Program`` starts it.
struct Bascule: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bascule",
        abstract: "From a signed message to a contained machine, done once and watched to its end.",
        version: "0.1.0",
        subcommands: [JQChildCommand.self],
        groupedSubcommands: [
            CommandGroup(name: "Run it", subcommands: [Serve.self, DoctorCommand.self]),
            CommandGroup(name: "Try it", subcommands: [Demo.self, Simulate.self, Send.self, Verify.self]),
            CommandGroup(
                name: "Policy",
                subcommands: [
                    Check.self, Explain.self, TestCommand.self, Actions.self, PermissionsCommand.self,
                ]
            ),
            CommandGroup(
                name: "Work",
                subcommands: [
                    RunCommand.self, Jobs.self, Isolated.self, HoldCommand.self, ExtendCommand.self,
                    FreezeCommand.self, UnfreezeCommand.self, LoginCommand.self, LogoutCommand.self,
                ]
            ),
            CommandGroup(name: "Evidence", subcommands: [AuditCommand.self]),
        ]
    )

    /// Commands of the design whose meaning is not built yet.
    private static let unbuilt = ["init", "replay", "schema"]

    /// Ends with the exit codes of design §10: what the argument parser calls a usage error is 2 here.
    static func begin() async {
        if let word = CommandLine.arguments.dropFirst().first, unbuilt.contains(word) {
            CommandEnd.complain(
                "error: `\(word)` is not built yet in this version. `bascule help` lists what is."
            )
            Foundation.exit(CommandEnd.usage.rawValue)
        }
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            let code = exitCode(for: error)
            guard code == .validationFailure else { exit(withError: error) }
            FileHandle.standardError.write(Data((fullMessage(for: error) + "\n").utf8))
            Foundation.exit(CommandEnd.usage.rawValue)
        }
    }
}
