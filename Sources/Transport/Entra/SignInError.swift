import Vocabulary

/// Why nobody is signed in.
package enum SignInError: Explained, Equatable {
    /// What Entra or the way to it said.
    case token(TokenError)
    /// What was kept is good no longer; `claims`, if there are any, go with the next sign-in.
    case ended(TokenError, claims: String?)
    /// The person said no.
    case declined
    /// Nobody signed in in time.
    case tooLate
    /// What came does not belong to this sign-in.
    case foreign(String)

    /// True if the same may work later without anybody's help.
    package var isTransient: Bool {
        if case .token(let error) = self { error.isTransient } else { false }
    }

    package var code: String {
        switch self {
        case .token(let error): error.code
        case .ended: "entra.sign-in-ended"
        case .declined: "entra.sign-in-declined"
        case .tooLate: "entra.sign-in-too-late"
        case .foreign: "entra.sign-in-foreign"
        }
    }

    package var message: String {
        switch self {
        case .token(.refused(let refusal)): Self.words(of: refusal)
        case .token(let error): error.message
        case .ended(.refused(let refusal), _): "The sign-in has ended. \(Self.words(of: refusal))"
        case .ended(let error, _): "The sign-in has ended. \(error.message)"
        case .declined: "The sign-in was declined."
        case .tooLate: "Nobody signed in in time."
        case .foreign(let what): "Entra ID's answer is refused: it is \(what)."
        }
    }

    package var fix: String {
        switch self {
        case .token(.refused(let refusal)): Self.fix(of: refusal)
        case .token(let error): error.fix
        case .ended(.refused(let refusal), _):
            EntraCode(userNumber: refusal.number).map { "\($0.fix) Then run `bascule login`." }
                ?? "Run `bascule login`."
        case .ended: "Run `bascule login`."
        case .declined: "Run `bascule login` again, and agree if it was you who asked."
        case .tooLate: "Run `bascule login` again; a code is good for some minutes."
        case .foreign:
            "Run `bascule login` again; if it happens twice, something stands between here and Entra ID."
        }
    }

    private static func words(of refusal: EntraRefusal) -> String {
        var text = "Entra ID refused the sign-in (\(refusal.error)"
        if let number = refusal.number { text += ", AADSTS\(number)" }
        text += "): "
        text += EntraCode(userNumber: refusal.number)?.meaning ?? refusal.sentence ?? "no reason given"
        if let correlation = refusal.correlation { text += ", correlation \(correlation)" }
        return text + "."
    }

    private static func fix(of refusal: EntraRefusal) -> String {
        EntraCode(userNumber: refusal.number)?.fix
            ?? "Look the number up at https://login.microsoftonline.com/error and check `defender.user` in the settings."
    }
}
