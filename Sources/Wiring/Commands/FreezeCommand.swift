import ArgumentParser
import JSONReader
import Vocabulary

/// `freeze --because TEXT [--all]`: stops everything that contains or changes a machine.
struct FreezeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "freeze",
        abstract: "Stop everything that contains or changes a machine.",
        discussion: """
            Releases asked by a person go on, unless --all; the releases of time boxes wait. What is under way at \
            Defender goes on there.
            """
    )

    @OptionGroup var common: OperatorOptions

    @Option(name: .long, help: "Why; everybody is told.")
    var because: String

    @Flag(name: .long, help: "Stop releases asked by a person as well.")
    var all = false

    func run() async throws {
        print(try await CommandEnd.operating { try await OperatorAccess.open(common.config, text) })
    }

    func text(_ access: OperatorAccess) async throws -> String {
        let body: JSONValue = ["because": .string(because), "all": .bool(all)]
        return common.text(of: try await access.act("/freeze", body: body))
    }
}
