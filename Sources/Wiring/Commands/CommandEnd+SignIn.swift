import ArgumentParser
import Entra
import Vocabulary

extension CommandEnd {
    /// Runs what signs somebody in or uses a sign-in: no ends with 1, what could not be reached with 3.
    static func signingIn<Result>(_ work: () async throws -> Result) async throws -> Result {
        try await operating {
            do {
                return try await work()
            } catch let error as SignInError {
                throw end(error, error.isTransient ? outside : no)
            } catch let error as UserSessionError {
                throw end(error, error == .notSet ? usage : no)
            } catch let error as SignInStoreError {
                throw end(error, usage)
            }
        }
    }

    private static func end(_ error: any Explained, _ code: ExitCode) -> ExitCode {
        complain("error: \(TerminalText.lines("\(error.message) \(error.fix)"))")
        return code
    }
}
