import ArgumentParser

/// The program: one file a command under `Commands`. ``Program`` starts it.
struct Bascule: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bascule",
        abstract: "From a signed message to a contained machine, done once and watched to its end.",
        subcommands: [
            Simulate.self,
            Explain.self,
            Actions.self,
        ]
    )
}
