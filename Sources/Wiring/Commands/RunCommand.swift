import ArgumentParser
import Catalogue
import Foundation
import JSONReader
import UnixSignals
import Vocabulary

/// `run ACTION MACHINE …`: an action or a look-up from the terminal, watched until it is really so.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Ask for an action or a look-up, and watch until Defender says that it is so.",
        discussion: """
            The words are those of the chat: bascule run --config F isolate laptop-7 for 4h because SEC-142. The same \
            grants, approvals and limits hold as there. Ends with 0 once everything succeeded, with 1 for any other \
            end. Control-C stops the watching and not the job. `bascule actions` lists the words. With --as-me it is \
            posted in the name of whoever is signed in here (see `login`); grants, approvals and limits are the same.
            """
    )

    @OptionGroup var common: OperatorOptions

    @Flag(name: .long, help: "Return as soon as it is recorded.")
    var noWait = false

    @Option(
        name: .long,
        help:
            "What the action's document says, such as the query of `hunt`, or the file of `library-upload`; - reads it."
    )
    var file: String?

    @Flag(name: .long, help: "Have it done at Defender in your own name; see `login`.")
    var asMe = false

    @Argument(
        help: "The action, the machine or several with commas, then `for`, `with` and `because`.",
        completion: .custom { words, _, _ in RunCompletion.candidates(after: words) }
    )
    var words: [String]

    func run() async throws {
        let progress = RunProgress(isLive: isatty(STDERR_FILENO) == 1, isSilent: common.json)
        let answers = try await CommandEnd.signingIn {
            let lent =
                asMe ? LentToken(try await UserSession.open(common.config) { try await $0.token() }) : nil
            return try await OperatorAccess.open(common.config) {
                try await jobs($0, progress, lending: lent)
            }
        }
        if common.json { print(JSONValue.array(answers).encodedText) }
        let isDone = answers.allSatisfy { $0["state"]?.string == "succeeded" }
        if !noWait, !isDone { throw CommandEnd.no }
    }

    /// The jobs as they are at the end of the watching.
    func jobs(
        _ access: OperatorAccess,
        _ progress: RunProgress,
        lending lent: LentToken? = nil
    ) async throws -> [JSONValue] {
        var body = try body(try await handedOver(access))
        body["as"] = lent?.json
        let answer = try await access.act("/run", body: .object(body))
        let jobs = (answer["jobs"]?.array ?? []).compactMap { $0["job"]?.string }
        if !common.json, noWait || jobs.isEmpty { print(TerminalText.lines(answer["words"]?.string ?? "")) }
        if noWait, !common.json { for job in jobs { print("job \(job)") } }
        guard !noWait else { return answer["jobs"]?.array ?? [] }
        let ends = try await watch(jobs, access, progress)
        if !common.json { for job in ends { print(Self.told(job)) } }
        return ends
    }

    /// What a look-up found as a table; how anything else ended in a sentence.
    private static func told(_ job: JSONValue) -> String {
        let isFound = job.at("outcome.code")?.string == "answered"
        return (isFound ? AnswerText.of(job) : nil) ?? RunProgress.line(job)
    }

    private func body(_ words: [String]) throws -> [String: JSONValue] {
        var body: [String: JSONValue] = ["text": .string(Self.text(words))]
        if let file, !uploads { body["document"] = .string(try Self.document(file)) }
        return body
    }

    /// The text of a file, or of the standard input for `-`.
    private static func document(_ path: String) throws -> String {
        let bytes: Data
        do {
            bytes =
                path == "-"
                ? FileHandle.standardInput.readDataToEndOfFile()
                : try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            CommandEnd.complain("error: The file \(path) cannot be read.")
            throw CommandEnd.usage
        }
        guard let text = String(data: bytes, encoding: .utf8) else {
            CommandEnd.complain("error: The file \(path) is no UTF-8 text.")
            throw CommandEnd.usage
        }
        return text
    }

    /// Words as the shell has split them; one with a blank in it stands in quotes again.
    static func text(_ words: [String]) -> String {
        let isAboutTag = words.first.flatMap { Catalogue.entry($0) }?.about == .tag
        return words.enumerated().map { index, word in
            guard word.contains(where: \.isWhitespace) else { return word }
            if index == 1, isAboutTag, !word.hasPrefix("\"") { return "\"\(word)\"" }
            guard let sign = word.firstIndex(of: "=") else { return word }
            let value = String(word[word.index(after: sign)...])
            return Self.isQuoted(value) ? word : ActionParameter.spelled(String(word[..<sign]), value)
        }.joined(separator: " ")
    }

    /// True for what stands in quotes as a whole already, those inside doubled.
    private static func isQuoted(_ value: String) -> Bool {
        value.count >= 2 && value.hasPrefix("\"") && value.hasSuffix("\"")
            && !value.dropFirst().dropLast().replacing("\"\"", with: "").contains("\"")
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
