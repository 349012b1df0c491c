import ArgumentParser
import Foundation
import JSONReader
import UnixSignals
import Vocabulary

/// `run ACTION MACHINE …`: an action from the terminal, watched until it is really so.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Ask for an action on a machine, and watch until Defender says that it is so.",
        discussion: """
            The words are those of the chat: bascule run --config F isolate laptop-7 for 4h because SEC-142. The same \
            grants, approvals and limits hold as there. Ends with 0 once everything succeeded, with 1 for any other \
            end. Control-C stops the watching and not the job.
            """
    )

    @OptionGroup var common: OperatorOptions

    @Flag(name: .long, help: "Return as soon as it is recorded.")
    var noWait = false

    @Argument(help: "The action, the machine or several with commas, then `for`, `with` and `because`.")
    var words: [String]

    func run() async throws {
        let progress = RunProgress(isLive: isatty(STDERR_FILENO) == 1, isSilent: common.json)
        let answers = try await CommandEnd.operating {
            try await OperatorAccess.open(common.config) { try await jobs($0, progress) }
        }
        if common.json { print(JSONValue.array(answers).encodedText) }
        let isDone = answers.allSatisfy { $0["state"]?.string == "succeeded" }
        if !noWait, !isDone { throw CommandEnd.no }
    }

    /// The jobs as they are at the end of the watching.
    func jobs(_ access: OperatorAccess, _ progress: RunProgress) async throws -> [JSONValue] {
        let answer = try await access.act("/run", body: ["text": .string(text)])
        let jobs = (answer["jobs"]?.array ?? []).compactMap { $0["job"]?.string }
        if !common.json, noWait || jobs.isEmpty { print(TerminalText.lines(answer["words"]?.string ?? "")) }
        guard !noWait else { return answer["jobs"]?.array ?? [] }
        let ends = try await watch(jobs, access, progress)
        if !common.json { for job in ends { print(RunProgress.line(job)) } }
        return ends
    }

    /// Words as the shell has split them; one with a blank in it stands in quotes again.
    var text: String {
        words.map { word in
            guard word.contains(where: \.isWhitespace), let sign = word.firstIndex(of: "=") else {
                return word
            }
            let value = word[word.index(after: sign)...]
            return value.hasPrefix("\"") ? word : "\(word[...sign])\"\(value)\""
        }.joined(separator: " ")
    }

    private func watch(
        _ jobs: [String],
        _ access: OperatorAccess,
        _ progress: RunProgress
    ) async throws -> [JSONValue] {
        try await withThrowingTaskGroup(of: [JSONValue]?.self) { group in
            group.addTask { try await Self.ends(of: jobs, access, progress) }
            group.addTask {
                for await _ in await UnixSignalsSequence(trapping: .sigint) { return nil }
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let ends = first else {
                progress.leave(jobs)
                throw ExitCode(130)
            }
            return ends
        }
    }

    private static func ends(
        of jobs: [String],
        _ access: OperatorAccess,
        _ progress: RunProgress
    ) async throws -> [JSONValue] {
        while true {
            var details: [JSONValue] = []
            for job in jobs { details.append(try await access.read("/jobs/\(job.pathStep)")) }
            let isOver = details.allSatisfy { RunProgress.isEnd($0["state"]?.string ?? "") }
            // How it ended goes to the standard output.
            if isOver {
                progress.finish()
                return details
            }
            progress.show(details)
            try await Task.sleep(for: .milliseconds(500))
        }
    }
}
