import ArgumentParser
import JSONReader
import Vocabulary

/// `jobs approve J` and `jobs deny J`: the word of somebody else on what waits for one.
extension Jobs {
    struct Approve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "approve",
            abstract: "Approve a job that waits for it.",
            discussion: "Nobody approves what they asked for. `jobs show J` says what is asked, and who may."
        )

        @OptionGroup var common: OperatorOptions

        @Argument(help: "The job, such as j-01k…")
        var job: String

        @Option(name: .long, help: "The digest that `jobs show` printed; anything newer is then refused.")
        var seen: String?

        func run() async throws {
            print(try await CommandEnd.operating { try await OperatorAccess.open(common.config, text) })
        }

        func text(_ access: OperatorAccess) async throws -> String {
            let body: JSONValue = seen.map { ["seen": .string($0)] } ?? [:]
            return common.text(of: try await access.act("/jobs/\(job.pathStep)/approve", body: body))
        }
    }

    struct Deny: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "deny",
            abstract: "Deny a job that waits for an approval; it never runs."
        )

        @OptionGroup var common: OperatorOptions

        @Argument(help: "The job, such as j-01k…")
        var job: String

        @Option(name: .long, help: "Why; whoever asked is told.")
        var because: String

        @Option(name: .long, help: "The digest that `jobs show` printed; anything newer is then refused.")
        var seen: String?

        func run() async throws {
            print(try await CommandEnd.operating { try await OperatorAccess.open(common.config, text) })
        }

        func text(_ access: OperatorAccess) async throws -> String {
            var body: [String: JSONValue] = ["because": .string(because)]
            body["seen"] = seen.map { .string($0) }
            return common.text(of: try await access.act("/jobs/\(job.pathStep)/deny", body: .object(body)))
        }
    }
}
