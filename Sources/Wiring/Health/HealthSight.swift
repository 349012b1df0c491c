import Vocabulary

/// What is seen of the bridge's own surroundings at one moment.
struct HealthSight: Sendable {
    /// Something that ends.
    struct Ending: Sendable, Hashable {
        enum Kind: Sendable, Hashable {
            /// Told 30, 7 and 1 days before its end, and at it.
            case certificate
            /// Written anew every hour by somebody else: told only once it is over.
            case federatedToken
        }

        /// As metrics name it, such as `listener-certificate`.
        var name: String
        /// In words, to begin a sentence.
        var title: String
        var kind = Kind.certificate
        var endsAt: Timestamp
        var fix: String
    }

    enum Token: Sendable, Hashable {
        /// None was asked for yet.
        case unknown
        case given
        /// The last attempt failed; a token got before may still be good.
        case failing(message: String, fix: String)
    }

    /// A source that is expected to say something now and then.
    struct Source: Sendable, Hashable {
        var name: SourceName
        var quietAfter: Duration
        /// Nil if it was never heard.
        var heardAt: Timestamp?
    }

    /// The clock of a server against ours; positive if ours is behind.
    struct ServerClock: Sendable, Hashable {
        var server: String
        var ahead: Duration
    }

    var now: Timestamp
    var endings: [Ending] = []
    var token = Token.unknown
    var sources: [Source] = []
    var clocks: [ServerClock] = []
}

/// How it stands with tokens, as far as health goes.
struct TokenHealth: Sendable, Hashable {
    var token = HealthSight.Token.unknown
    /// The end of the application's certificate; nil for none.
    var certificateEndsAt: Timestamp?
    /// Entra ID's clock minus ours at its last answer.
    var clockAhead: Duration?
    /// Where the federated token lies; nil for none.
    var federatedFile: String?
}

/// What was told already, so that a restart repeats nothing.
struct HealthMemory: Sendable, Hashable, Codable {
    struct Told: Sendable, Hashable, Codable {
        /// The highest threshold that was told, from 1.
        var level: Int
        /// When the condition was told first.
        var since: Timestamp
    }

    /// By the condition's name.
    var told: [String: Told] = [:]
    /// Since when no new token is given.
    var tokenFailingSince: Timestamp?
    /// From when a source's silence counts, by its name: the times in which the bridge did not run are left out.
    var quietFrom: [String: Timestamp] = [:]
    /// When sources were looked at last, to some minutes; nil while none is watched.
    var lookedAt: Timestamp?
}
