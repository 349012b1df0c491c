import ArgumentParser
import JSONReader
import Vocabulary

/// `hold M`: no automatic release of the machine until somebody lets it go on.
struct HoldCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hold",
        abstract: "Keep a machine contained beyond the end of its time boxes.",
        discussion: "Its automatic releases wait until `jobs go` lets each go on; a person may release it."
    )

    @OptionGroup var common: OperatorOptions

    @Argument(help: "The machine, as chat names it: a name, an address, or an id.")
    var machine: String

    func run() async throws {
        print(try await CommandEnd.operating { try await OperatorAccess.open(common.config, text) })
    }

    func text(_ access: OperatorAccess) async throws -> String {
        common.text(of: try await access.act("/hold", body: ["machine": .string(machine)]))
    }
}
