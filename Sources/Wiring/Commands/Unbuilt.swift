import ArgumentParser

/// Words of the design whose meaning is not built yet: they say so and end with 2.
extension Jobs {
    struct Retry: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "retry",
            abstract: "Not built yet.",
            shouldDisplay: false
        )

        @Argument(parsing: .captureForPassthrough) var rest: [String] = []

        func run() throws {
            throw CommandEnd.notBuilt("jobs retry", "Ask for the action again where you asked for it first.")
        }
    }
}
