import Accepting
import Catalogue
import Classifying
import Deciding
import Entra
import Foundation
import Vocabulary

/// The settings file, read whole and checked whole (design §5).
struct Settings: Sendable {
    struct Address: Sendable, Hashable {
        var host: String
        var port: Int
    }

    struct TLSFiles: Sendable, Hashable {
        var certificate: String
        var key: String
    }

    struct Listen: Sendable, Hashable {
        var hooks = Address(host: "127.0.0.1", port: 8080)
        var console = Address(host: "127.0.0.1", port: 8081)
        var tls: TLSFiles?
        var trustedProxies: [String] = []
    }

    struct Tell: Sendable, Hashable {
        var source: SourceName
        /// Nil where the source leads to one place only.
        var channel: String?
    }

    /// What happened in a day, told at one time of it.
    struct Digest: Sendable, Hashable {
        /// By the clock on a wall of the zone: minutes after midnight, 0 to 1439.
        var minuteOfDay: Int
        var zone: TimeZone
        /// Nil for where `tell` goes; the settings then have a `tell`.
        var to: Tell?
    }

    struct Evidence: Sendable, Hashable {
        var folder: String
        var totalBytesMax: Int64
        var keepFor: Duration
    }

    struct Defender: Sendable, Hashable {
        var api: String
        var login: String
        var scope: String
        var tenant: String
        var client: String
        var credential: EntraCredential
        /// Microsoft Graph's base, for what has moved there; nil where a cloud that is spelt out names none.
        var graph: String?
        /// What a token for Graph is asked for; nil without ``graph``.
        var graphScope: String?
        /// Which back end serves what can be had from more than one.
        var backEnds = BackEndChoice()
        /// Nil where nobody signs in at the terminal.
        var user: User?
    }

    struct Proxy: Sendable, Hashable {
        var url: Secret
        var except: [String]
    }

    struct Watch: Sendable, Hashable {
        var every = Duration.seconds(5)
        var sweep = Duration.seconds(300)
        var postDeadline = Duration.seconds(30)
        var lease = Duration.seconds(60)
        var visibilityLag = Duration.seconds(5)
        /// How long before the end of a time box its owner is warned.
        var warn = Duration.seconds(15 * 60)
    }

    struct Reply: Sendable, Hashable {
        var token: Secret?
        /// Replaces the API's base: the Slack API, or the Jira site.
        var url: String?
        /// Jira: the account's e-mail for Basic authentication; nil for a bearer token.
        var user: String?
        /// Replaces the provider's own hosts, as `host` or `host:port`.
        var hosts: [String]?
        /// What only its kind has, by key.
        var options: [String: String] = [:]
        /// An address that is a secret, such as a workflow's.
        var address: Secret?
        /// What our own callbacks are signed with, the newest first.
        var secrets: [Secret] = []
        /// Where jobs are told instead of at the source itself.
        var callback: CallbackPlace?

        /// True if something can be posted there.
        var canPost: Bool { token != nil || address != nil || !secrets.isEmpty }
    }

    /// `kind: hmac`: how any other sender signs.
    struct Described: Sendable, Hashable {
        var header: String
        var algorithm = "sha256"
        var encoding = "hex"
        var prefix = ""
        /// `t-v1`: one header with `t=` and `v1=` entries.
        var style: String?
        var timestampHeader: String?
        /// `s` or `ms`.
        var timestampUnit = "s"
        var tolerance = Duration.seconds(300)
        var template: String?
        var idHeader: String?
    }

    struct Source: Sendable, Hashable {
        var name: SourceName
        var kind: SourceKind
        var secrets: [Secret]
        var publicKeys: [String]
        /// What only its kind has, by key.
        var options: [String: [String]] = [:]
        var described: Described?
        var rehearses: Bool
        var reply: Reply
        /// jq that names whom a service acts for, for the record only.
        var askedForBy: String?
        /// Accounts of the bridge itself: their events start nothing.
        var ownAccounts: [String]
        /// Where deliveries may come from; nil for anywhere.
        var addresses: [AddressRange]?
        /// All that may be asked here, whatever the grants; nil for anything.
        var ceiling: Set<String>?
        /// A longer silence is told; nil for any.
        var quietAfter: Duration?
        var line: Int
    }

    /// A value of a route: a plain word, or jq.
    enum RouteValue: Sendable, Hashable {
        case word(String)
        case jq(String)
    }

    struct Route: Sendable, Hashable {
        /// The given name, or `route N`.
        var name: String
        var from: SourceName
        /// Chats: the command that speaks the grammar, such as `/mde`.
        var command: String?
        var when: String?
        var trigger: Trigger?
        var confirmation: Confirmation?
        var action: String?
        var machine: RouteValue?
        var because: RouteValue?
        var duration: RouteValue?
        var ticket: RouteValue?
        var parameters: [String: RouteValue]
        var line: Int
    }

    struct Log: Sendable, Hashable {
        var isJSON = false
        var level = "info"
    }

    /// Where the audit goes besides the ledger, and what signs its checkpoints.
    struct Audit: Sendable, Hashable {
        struct Ship: Sendable, Hashable {
            var url: String
            var secret: Secret
        }

        /// The seed of the Ed25519 key, 32 bytes.
        var seed: Secret?
        var every = Duration.seconds(3_600)
        var file: String?
        var ship: Ship?
    }

    /// Where something stands in the file, from 1.
    struct Mark: Sendable, Hashable {
        var line = 1
        var column = 1
    }

    /// The places of what is looked up once the file is read.
    struct Marks: Sendable, Hashable {
        var ledger = Mark()
        var sources = Mark()
        var people: [String: Mark] = [:]
    }

    var file: String
    var listen: Listen
    var control: String?
    var ledgerPath: String
    var tell: Tell?
    var trustFile: String?
    var proxy: Proxy?
    var evidence: Evidence?
    var defender: Defender
    var sources: [Source]
    var routes: [Route]
    var policy: Policy
    var watch: Watch
    var log: Log
    var audit: Audit?
    var digest: Digest?
    /// SHA-256 of the settings file, as it was read.
    var fileDigest: String
    /// Environment variables that held secrets; to be unset once read.
    var takenVariables: Set<String>
    var warnings: [SettingsProblem]
    var marks: Marks
}

extension Settings.Source {
    /// Whose people may speak here; empty where the kind knows no such thing.
    var tenants: [String] { kind.whole.tenants.flatMap { options[$0] } ?? [] }
}

extension Settings.Source {
    /// A source of which nothing but its kind is known.
    init(bare kind: Kind) {
        self.init(
            name: SourceName(kind.word),
            kind: kind.reader.kind,
            secrets: [],
            publicKeys: [],
            rehearses: false,
            reply: Settings.Reply(),
            ownAccounts: [],
            line: 1
        )
    }
}
