import CurlClient

extension DefenderError {
    /// A call that has no whole answer.
    init(from failure: TransferFailure, purpose: String, isChange: Bool) {
        let kind: Kind =
            switch failure.kind {
            case .file: .file
            case .tooLarge: .tooLarge
            default: .transfer
            }
        self.init(
            kind: kind,
            mayHaveBeenExecuted: isChange && failure.mayHaveBeenExecuted,
            message: "No answer from Defender to \(purpose). \(failure.message)",
            fix: failure.fix
        )
    }

    /// Nil for a download that worked.
    init?(downloadStatus status: Int) {
        switch status {
        case 200...299:
            return nil
        case 401, 403, 404, 410:
            self.init(
                kind: .notFound,
                mayHaveBeenExecuted: false,
                message: "The package's address is not valid any more (\(status)).",
                fix: "Nothing to do: a new address is asked for."
            )
        case 429:
            self.init(
                kind: .throttled,
                mayHaveBeenExecuted: false,
                retryAfter: DefenderAnswer.retryAfterDefault,
                message: "The package store throttles downloads.",
                fix: "Wait; it is tried again by itself."
            )
        case 500...599:
            self.init(
                kind: .server,
                mayHaveBeenExecuted: false,
                message: "The package store had a fault of its own (\(status)).",
                fix: "Nothing to do: it is tried again by itself."
            )
        default:
            self.init(
                kind: .unreadable,
                mayHaveBeenExecuted: false,
                message: "The package store answered \(status), which is no package.",
                fix: "Check any proxy between here and Defender."
            )
        }
    }

    /// An id that may not go into a path; nothing was sent.
    static func badIdentifier(_ what: String, _ text: String) -> DefenderError {
        DefenderError(
            kind: .refused,
            mayHaveBeenExecuted: false,
            message: "`\(text.prefix(60))` is not the form of an \(what) id of Defender.",
            fix: "Copy the id from Defender or from `jobs`."
        )
    }
}
