import ArgumentParser
import JSONReader
import Vocabulary

/// `extend M --for D`: moves the end of one's own containments of a machine further off.
struct ExtendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "extend",
        abstract: "Move the end of your containments of a machine further off."
    )

    @OptionGroup var common: OperatorOptions

    @Argument(help: "The machine, as chat names it: a name, an address, or an id.")
    var machine: String

    @Option(name: .customLong("for"), help: "By how much, such as 90m or 4h.")
    var duration: String

    func run() async throws {
        print(try await CommandEnd.operating { try await OperatorAccess.open(common.config, text) })
    }

    func text(_ access: OperatorAccess) async throws -> String {
        let body: JSONValue = ["machine": .string(machine), "for": .string(duration)]
        return common.text(of: try await access.act("/extend", body: body))
    }
}
