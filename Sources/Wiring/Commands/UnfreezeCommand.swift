import ArgumentParser
import JSONReader
import Vocabulary

/// `unfreeze`: lifts the freeze; held jobs stay held.
struct UnfreezeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unfreeze",
        abstract: "Lift the freeze. Held jobs stay held: `jobs go` lets each go on."
    )

    @OptionGroup var common: OperatorOptions

    func run() async throws {
        print(try await CommandEnd.operating { try await OperatorAccess.open(common.config, text) })
    }

    func text(_ access: OperatorAccess) async throws -> String {
        let answer = try await access.act("/unfreeze")
        guard !common.json else { return answer.encodedText }
        let held = try await access.read("/jobs", query: ["state": "held"])["jobs"]?.array ?? []
        let hint = held.isEmpty ? "" : "\n\(held.count) held: let each go on with `jobs go J`, or it expires."
        return common.text(of: answer) + hint
    }
}
