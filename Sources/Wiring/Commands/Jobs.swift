import ArgumentParser
import JSONReader
import Vocabulary

/// `jobs [list|show J|approve J|deny J|cancel J|go J]`: what was asked for and what became of it.
struct Jobs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs",
        abstract: "Show what was asked for and what became of it; approve, deny, cancel, or let go on.",
        subcommands: [
            List.self, Show.self, Approve.self, Deny.self, Cancel.self, Go.self, Retry.self,
        ],
        defaultSubcommand: List.self
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "The jobs, newest first."
        )

        @OptionGroup var common: OperatorOptions

        @Option(name: .long, help: "Only jobs in these states, such as `held` or `watching,reconciling`.")
        var state: String?

        @Option(name: .long, help: "At most so many, up to \(LedgerReading.jobsMax).")
        var limit = Int(LedgerReading.jobsDefault)

        func run() async throws {
            print(try await CommandEnd.operating { try await OperatorAccess.open(common.config, text) })
        }

        func text(_ access: OperatorAccess) async throws -> String {
            var query = ["limit": String(limit)]
            query["state"] = state
            let answer = try await access.read("/jobs", query: query)
            return common.json
                ? JSONValue.array(answer["jobs"]?.array ?? []).encodedText : JobText.list(answer)
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "All that is known of one job: why it may, what Defender says, what was told."
        )

        @OptionGroup var common: OperatorOptions

        @Argument(help: "The job, such as j-01k…")
        var job: String

        func run() async throws {
            print(try await CommandEnd.operating { try await OperatorAccess.open(common.config, text) })
        }

        func text(_ access: OperatorAccess) async throws -> String {
            let answer = try await access.read("/jobs/\(job.pathStep)")
            return common.json ? answer.encodedText : JobText.detail(answer)
        }
    }

    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "cancel",
            abstract: "Take a job back, at Defender too where it got there already."
        )

        @OptionGroup var common: OperatorOptions

        @Argument(help: "The job, such as j-01k…")
        var job: String

        func run() async throws {
            print(try await CommandEnd.operating { try await OperatorAccess.open(common.config, text) })
        }

        func text(_ access: OperatorAccess) async throws -> String {
            common.text(of: try await access.act("/jobs/\(job.pathStep)/cancel"))
        }
    }

    struct Go: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "go",
            abstract: "Let a held job go on."
        )

        @OptionGroup var common: OperatorOptions

        @Argument(help: "The job, such as j-01k…")
        var job: String

        func run() async throws {
            print(try await CommandEnd.operating { try await OperatorAccess.open(common.config, text) })
        }

        func text(_ access: OperatorAccess) async throws -> String {
            common.text(of: try await access.act("/jobs/\(job.pathStep)/go"))
        }
    }
}

/// What every command that asks a running bridge takes.
struct OperatorOptions: ParsableArguments {
    @Option(name: .long, help: "The settings file; its secrets need not be readable.")
    var config: String

    @Flag(name: .long, help: "JSON only.")
    var json = false

    /// The words of something done.
    func text(of answer: JSONValue) -> String {
        json ? answer.encodedText : TerminalText.lines(answer["words"]?.string ?? "Done.")
    }
}

extension String {
    /// A job's name as one step of a path; the slash, which no name has, is taken out.
    var pathStep: String { isEmpty ? "-" : replacing("/", with: "") }
}
