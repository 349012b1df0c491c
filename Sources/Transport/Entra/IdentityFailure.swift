package import CurlClient
import Vocabulary

/// Why a platform gives no token for a managed identity.
package struct IdentityFailure: Sendable, Equatable {
    package enum Reason: Sendable, Equatable {
        /// Nobody answers there.
        case unreachable(TransferFailure)
        /// 400: there is no such identity, or no such resource.
        case unknown(sentence: String?)
        /// Another no.
        case refused(status: Int, sentence: String?)
        /// 404, 410, 429 or 5xx, after the documented tries.
        case unavailable(status: Int, retryAfter: Duration?)
        /// An answer that is no token.
        case unreadable(status: Int, what: String)
        /// The token is not known to be that of the identity that was asked for.
        case notEchoed
        /// Arc named a file that is not where such files are, or none.
        case badChallenge
        /// Arc's file cannot be used.
        case keyFile(path: String, problem: String)
    }

    package let kind: ManagedIdentity.Kind
    /// Which identity, in words.
    package let identity: String
    package let reason: Reason

    package init(kind: ManagedIdentity.Kind, identity: String, reason: Reason) {
        self.kind = kind
        self.identity = identity
        self.reason = reason
    }

    init(_ identity: ManagedIdentity, _ reason: Reason) {
        self.init(kind: identity.kind, identity: identity.shown, reason: reason)
    }

    var isTransient: Bool {
        switch reason {
        case .unreachable, .unavailable: true
        case .unknown, .refused, .unreadable, .notEchoed, .badChallenge, .keyFile: false
        }
    }

    var retryAfter: Duration? {
        if case .unavailable(_, let wait) = reason { wait } else { nil }
    }

    var word: String {
        switch reason {
        case .unreachable: "unreachable"
        case .unknown: "unknown"
        case .refused: "refused"
        case .unavailable: "unavailable"
        case .unreadable: "unreadable"
        case .notEchoed: "not-echoed"
        case .badChallenge: "bad-challenge"
        case .keyFile: "key-file"
        }
    }

    var message: String {
        let shown = kind.shown
        return switch reason {
        case .unreachable(let failure): "\(shown) gives no token: \(failure.message)"
        case .unknown(let sentence):
            "\(shown) does not know \(identity), or not what is asked for (400\(Self.told(sentence)))."
        case .refused(let status, let sentence):
            "\(shown) refused a token for \(identity) (\(status)\(Self.told(sentence)))."
        case .unavailable(let status, _): "\(shown) answered \(status) at every try."
        case .unreadable(let status, let what): "\(shown) answered \(status) with \(what), which is no token."
        case .notEchoed: "\(shown) gave a token that it does not say is for \(identity)."
        case .badChallenge:
            "Arc's agent named no key file in the folder where such files are: it is not followed."
        case .keyFile(let path, let problem): "Arc's key file \(path) \(problem)."
        }
    }

    var fix: String {
        switch reason {
        case .unreachable:
            "Check that this is a machine or container with a managed identity, and `kind` of `managed-identity`."
        case .unknown:
            """
            Assign the identity to this machine, or correct its id in `managed-identity`; check `cloud` and that \
            the tenant has Defender for Endpoint.
            """
        case .refused:
            "Check the identity's assignment and what stands between here and the platform's endpoint."
        case .unavailable: "Wait; it is tried again by itself."
        case .unreadable: "Check what answers at the platform's endpoint; a proxy has no place there."
        case .notEchoed:
            "Update the agent: old ones ignore which identity is asked for. Or use the system-assigned identity."
        case .badChallenge: "Check that Arc's agent is what listens there, and update it."
        case .keyFile: "Let the bridge's user be a member of the group `himds`, and restart it."
        }
    }

    private static func told(_ sentence: String?) -> String { sentence.map { ": \($0)" } ?? "" }
}
