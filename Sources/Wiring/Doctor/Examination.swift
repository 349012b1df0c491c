import CurlClient
import Defender
import Entra
import Vocabulary

/// What was seen, before anything is concluded from it.
struct Examination: Sendable {
    /// How a host was reached, or not.
    enum Contact: Sendable, Equatable {
        case notTried
        case failed(TransferFailure)
        /// The answer is Entra's or Defender's own, or somebody's between here and there.
        case answered(status: Int, isGenuine: Bool, took: Duration)
    }

    /// What became of the wish for a token.
    enum Token: Sendable, Equatable {
        case notAsked
        case failed(TokenError)
        case got(AccessToken)
    }

    /// The clock of a server against ours.
    struct ServerClock: Sendable, Equatable {
        let server: String
        /// Positive if ours is behind.
        let ahead: Duration
        /// Half of the way there and back, which cannot be told from a difference.
        let uncertainty: Duration
    }

    /// A certificate of ours.
    struct OwnCertificate: Sendable, Equatable {
        let name: String
        /// Its thumbprint, as the portal shows it, or its file.
        let detail: String
        /// False for the listener's.
        let isApplication: Bool
        let endsAt: Timestamp
    }

    var now: Timestamp
    var login: Contact = .notTried
    var api: Contact = .notTried
    var token: Token = .notAsked
    /// The same for Graph, where something that is granted goes there.
    var graphToken: Token = .notAsked
    /// Defender's answer to the token, or to none.
    var probe: DefenderProbe.Answer?
    var clocks: [ServerClock] = []
    /// Who signed the certificate of each host that was reached; nil where no new connection was made.
    var issuers: [String?] = []
    /// How the application proves itself, in words.
    var credential: String
    var certificates: [OwnCertificate] = []
    /// The file of a federated token and its end, as they were read.
    var federated: (file: String, endsAt: Timestamp)?
    /// A certificate of ours that cannot be read.
    var unreadable: [(name: String, problem: String, fix: String)] = []
}
