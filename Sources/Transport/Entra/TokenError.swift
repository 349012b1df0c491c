package import CurlClient
package import Vocabulary

/// Why there is no token.
///
/// Whether asking again can help is ``isTransient``; both answers come from the HTTP status and the OAuth
/// `error`, never from the AADSTS number, but for a short list of numbers known to pass
/// (`reference/entra-auth.md` §4).
package enum TokenError: Explained, Equatable {
    /// A value of the settings that cannot work.
    case setting(name: String, problem: String)
    /// The secret, key or certificate at hand cannot be used; nothing was sent.
    case credential(problem: String, fix: String)
    /// The federated token's file holds one that has ended; nothing was sent.
    case staleToken(path: String, endedAt: Timestamp)
    /// The platform gives no token for a managed identity.
    case identity(IdentityFailure)
    /// Entra's own no.
    case refused(EntraRefusal)
    /// 429, or a tenant-wide throttle.
    case throttled(retryAfter: Duration?)
    /// 408 or 5xx.
    case unavailable(status: Int, retryAfter: Duration?)
    /// An answer that is no token and no OAuth error, such as a proxy's page.
    case unreadable(status: Int, what: String)
    /// No whole answer.
    case transfer(TransferFailure)
    /// Whoever waited for the token stopped waiting.
    case cancelled

    /// True if the same request may work later without anybody's help.
    package var isTransient: Bool {
        switch self {
        case .setting, .credential: false
        case .refused(let refusal): refusal.isTransient
        case .identity(let failure): failure.isTransient
        // The platform replaces the file by itself.
        case .staleToken: true
        case .throttled, .unavailable, .cancelled: true
        case .unreadable(let status, _): !(400...499).contains(status)
        case .transfer(let failure):
            switch failure.kind {
            case .badAddress, .notPermitted: false
            default: true
            }
        }
    }

    /// True if another credential may be taken where this one was not.
    var doubtsCredential: Bool {
        switch self {
        case .credential: true
        case .refused(let refusal): refusal.error == "invalid_client" && !refusal.isTransient
        default: false
        }
    }

    static let noSecret = TokenError.credential(
        problem: "The application's secret is empty.",
        fix: "Give the secret's Value in `defender.application`, or use a certificate."
    )

    /// Whatever reading a credential threw; foreign errors are not shown, they may hold what was read.
    static func credential(from error: any Error) -> TokenError {
        if let own = error as? TokenError { return own }
        if let explained = error as? any Explained {
            return .credential(problem: explained.message, fix: explained.fix)
        }
        return .credential(
            problem: "The application's credential could not be read.",
            fix: "Check the file or variable named in `defender.application` and who may read it."
        )
    }

    /// How long the server asks us to wait, where it said so.
    package var retryAfter: Duration? {
        switch self {
        case .throttled(let wait), .unavailable(_, let wait): wait
        case .refused(let refusal): refusal.retryAfter
        case .identity(let failure): failure.retryAfter
        default: nil
        }
    }

    package var code: String {
        switch self {
        case .setting: "entra.setting"
        case .credential: "entra.credential"
        case .staleToken: "entra.stale-token"
        case .identity(let failure): "entra.identity-\(failure.word)"
        case .refused(let refusal): refusal.number.map { "entra.aadsts\($0)" } ?? "entra.refused"
        case .throttled: "entra.throttled"
        case .unavailable: "entra.unavailable"
        case .unreadable: "entra.unreadable"
        case .transfer(let failure): "entra.\(failure.code)"
        case .cancelled: "entra.cancelled"
        }
    }

    package var message: String {
        switch self {
        case .setting(let name, let problem): "`\(name)` \(problem)."
        case .credential(let problem, _): problem
        case .staleToken(let path, let endedAt):
            "The federated token in \(path) ended on \(endedAt.iso8601)."
        case .identity(let failure): failure.message
        case .refused(let refusal): refusal.message
        case .throttled(let wait):
            "Entra ID throttles this application\(wait.map { "; it may ask again in \($0.spoken)" } ?? "")."
        case .unavailable(let status, _): "Entra ID answered \(status)."
        case .unreadable(let status, let what):
            "The token address answered \(status) with \(what), which is not Entra ID's form."
        case .transfer(let failure): "No token: \(failure.message)"
        case .cancelled: "The wait for a token was ended."
        }
    }

    package var fix: String {
        switch self {
        case .setting: "Correct `defender` in the settings."
        case .credential(_, let fix): fix
        case .staleToken:
            "See why the platform does not replace the file, and check this machine's clock (NTP)."
        case .identity(let failure): failure.fix
        case .refused(let refusal): refusal.fix
        case .throttled: "Wait; look for other programs that use the same application."
        case .unavailable: "Wait; it is tried again by itself. See the service health page if it lasts."
        case .unreadable: "Check `login` in the settings and any proxy between here and Entra ID."
        case .transfer(let failure): failure.fix
        case .cancelled: "Nothing to do."
        }
    }
}

/// An OAuth error of the token endpoint, reduced to what helps and is safe to show.
package struct EntraRefusal: Sendable, Hashable {
    package let status: Int
    /// The OAuth `error`, such as `invalid_client`.
    package let error: String
    /// The AADSTS number, if the answer has one.
    package let number: Int?
    /// Entra's first sentence, cut and with anything that could be a credential taken out.
    package let sentence: String?
    package let correlation: String?
    /// The server's clock minus ours, where the answer has a `Date`.
    package let clockAhead: Duration?
    /// Which credential was used, never the credential: `secret 1 of 2`, or the certificate's thumbprints.
    package let credential: String
    package let retryAfter: Duration?

    package init(
        status: Int,
        error: String,
        number: Int?,
        sentence: String? = nil,
        correlation: String? = nil,
        clockAhead: Duration? = nil,
        credential: String,
        retryAfter: Duration? = nil
    ) {
        self.status = status
        self.error = error
        self.number = number
        self.sentence = sentence
        self.correlation = correlation
        self.clockAhead = clockAhead
        self.credential = credential
        self.retryAfter = retryAfter
    }

    /// The row of the table that fits the number.
    package var known: EntraCode? { number.flatMap(EntraCode.init(number:)) }

    package var isTransient: Bool {
        if known?.isTransient == true { return true }
        return ["temporarily_unavailable", "server_error"].contains(error)
    }

    var message: String {
        var text = "Entra ID refused the token (\(status) \(error)"
        if let number { text += ", AADSTS\(number)" }
        text += "): "
        text += known?.meaning ?? sentence ?? "no reason given"
        text += ", with \(credential)"
        if let correlation { text += ", correlation \(correlation)" }
        return text + "." + (clockText.map { " \($0)" } ?? "")
    }

    var fix: String {
        known?.fix
            ?? "Look the number up at https://login.microsoftonline.com/error and check tenant, client and scope."
    }

    /// The clocks are named when they differ by a minute, and always when the assertion was out of its time.
    private var clockText: String? {
        guard let clockAhead else { return nil }
        let seconds = clockAhead.wholeSeconds
        guard abs(seconds) >= 60 || number == 700_024 else { return nil }
        return "This machine's clock is \(abs(seconds)) s \(seconds >= 0 ? "behind" : "ahead of") Entra ID's."
    }
}
