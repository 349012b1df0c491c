import ArgumentParser

/// `demo`: the whole job, with nothing configured.
struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "demo", abstract: "Show the whole job.")
    func run() async throws {}
}
