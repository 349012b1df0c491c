import ArgumentParser
import CurlClient
import Enqueuing
import Vocabulary

extension CommandEnd {
    /// Runs what asks the bridge or its ledger: a refusal in words ends with 1, the unreachable with 3.
    static func operating<Result>(_ work: () async throws -> Result) async throws -> Result {
        try await settling {
            do {
                return try await work()
            } catch let failure as ControlFailure {
                let words = failure.fix.isEmpty ? failure.message : "\(failure.message) \(failure.fix)"
                complain("error: \(TerminalText.lines(words))")
                throw end(of: failure)
            } catch let refusal as ControlRefusal {
                complain("error: \(TerminalText.lines(refusal.words))")
                throw end(of: refusal)
            } catch let error as LedgerError {
                complain("error: \(error.message) \(error.fix)")
                throw outside
            } catch let failure as TransferFailure {
                complain("error: \(failure.message) \(failure.fix)")
                throw end(of: failure)
            }
        }
    }

    private static func end(of failure: ControlFailure) -> ExitCode {
        switch failure {
        case .noSocket: usage
        case .noBridge, .failed, .notUnderstood: outside
        case .refused(let refusal): end(of: refusal)
        }
    }

    private static func end(of refusal: ControlRefusal) -> ExitCode {
        switch refusal.status {
        case 403, 404, 409: no
        case 500...: outside
        default: usage
        }
    }

    private static func end(of failure: TransferFailure) -> ExitCode {
        switch failure.kind {
        case .badAddress, .notPermitted: usage
        case .resolve, .connect, .tls, .proxy, .timeout, .reset, .protocolError, .tooLarge, .file, .cancelled,
            .other:
            outside
        }
    }

    /// Ends a word whose meaning the design names and this version has not.
    static func notBuilt(_ word: String, _ fix: String) -> ExitCode {
        complain("error: `\(word)` is not built yet in this version. \(fix)")
        return usage
    }
}
