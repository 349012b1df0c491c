import ArgumentParser
import Foundation
import Vocabulary

/// How commands end (design §10): 0 done, 1 the answer is no, 2 usage or settings, 3 the outside world failed.
enum CommandEnd {
    static let no = ExitCode(1)
    static let usage = ExitCode(2)
    static let outside = ExitCode(3)

    /// Runs `work`; what is wrong with settings or files goes to standard error in words and ends with 2.
    static func settling<Result>(_ work: () async throws -> Result) async throws -> Result {
        do {
            return try await work()
        } catch let problems as SettingsProblems {
            for problem in problems.all { complain(problem.text) }
            throw usage
        } catch let error as any Explained {
            complain("error: \(error.message) \(error.fix)")
            throw usage
        }
    }

    /// Writes one line to standard error.
    static func complain(_ line: String) {
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }
}
