import Vocabulary

/// Why the demonstration did not come to its end.
enum DemoFailure: Explained, Equatable {
    case badSeed(String)
    case noFolder(String)
    case notStarted(program: String, why: String)
    case notListening(program: String)
    case notUnderstood(what: String)
    case unanswered(what: String, TransferFailureText)
    case late(what: String)
    case estateLacks(String)
    case tooSlow(seconds: Int64)
    case interrupted
    case outputClosed

    /// A transfer's failure in words; two of them are equal if they say the same.
    struct TransferFailureText: Equatable, Sendable {
        let message: String
        let fix: String
    }

    var code: String {
        switch self {
        case .badSeed: "demo.bad-seed"
        case .noFolder: "demo.no-folder"
        case .notStarted: "demo.not-started"
        case .notListening: "demo.not-listening"
        case .notUnderstood: "demo.not-understood"
        case .unanswered: "demo.unanswered"
        case .late: "demo.late"
        case .estateLacks: "demo.estate-lacks"
        case .tooSlow: "demo.too-slow"
        case .interrupted: "demo.interrupted"
        case .outputClosed: "demo.output-closed"
        }
    }

    var message: String {
        switch self {
        case .badSeed(let text): "DEMO_SEED is \"\(text)\"."
        case .noFolder(let why): "No folder for temporary files could be made (\(why))."
        case .notStarted(let program, let why): "`\(program)` could not be started (\(why))."
        case .notListening(let program): "`\(program)` ended, or did not say in time where it listens."
        case .notUnderstood(let what): "The answer of \(what) was not understood."
        case .unanswered(let what, let failure): "\(what) did not answer. \(failure.message)"
        case .late(let what): "This did not happen in time: \(what)."
        case .estateLacks(let what): "The simulated estate has no \(what)."
        case .tooSlow(let seconds): "The demonstration was not over after \(seconds) s."
        case .interrupted: "Interrupted."
        case .outputClosed: "Nobody reads the output any more."
        }
    }

    var fix: String {
        switch self {
        case .badSeed: "Use a whole number from 0."
        case .noFolder: "Set TMPDIR to a folder that you may write to."
        case .notStarted: "Check that this program may be run by you."
        case .unanswered(_, let failure): failure.fix
        case .notListening, .notUnderstood, .late: "What the bridge and the simulator logged stands above."
        case .estateLacks: "Try another DEMO_SEED."
        case .tooSlow: "Run it again when this machine has less to do."
        case .interrupted, .outputClosed: "What was started has been stopped."
        }
    }
}

extension DemoFailure {
    /// True if somebody wanted it to stop: then no log is of interest.
    static func isAskedFor(_ error: any Error) -> Bool {
        switch error as? DemoFailure {
        case .interrupted, .outputClosed: true
        default: false
        }
    }
}
