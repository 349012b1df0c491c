import Authenticating
import Classifying
import CurlClient
import JSONReader
import Reporting
import Vocabulary

/// All that the program knows of one kind of source: how it is set up, proven, read and answered.
///
/// Adding a kind is one file here, one under Classifying, one under Reporting where it has a way back of its own,
/// one under Authenticating where its signature is new, and a line in ``all``.
struct Kind: Sendable {
    /// What proves a delivery.
    enum Proof: Sendable {
        /// A secret that both sides know.
        case secret
        /// A secret, public keys, or both.
        case secretOrPublicKeys
        /// Public keys alone.
        case publicKeys
        /// Tokens that an identity provider signs, with keys fetched from there.
        case tokens
        /// A secret that is sent as it is: nothing covers the body, and the settings must say so.
        case plainToken
        /// The same in a header, or an HMAC that something on the way makes, as `hmac` describes it.
        case plainTokenOrHMAC
        /// Nothing comes in.
        case nothing
    }

    /// Where something can be told that is about no ticket and no command.
    enum Telling: Sendable {
        case nowhere
        /// In a room that the settings name.
        case inRoom
        /// At the one place that the source leads to.
        case always
    }

    /// A key of the settings that only some kinds have.
    struct Option: Sendable {
        let key: String
        /// What to write, for the message where it is missing; nil where it may be.
        let required: String?
        /// A file, relative to the settings' folder; an https address stays as it is.
        let isFile: Bool

        init(_ key: String, required: String? = nil, isFile: Bool = false) {
            self.key = key
            self.required = required
            self.isFile = isFile
        }
    }

    let reader: any SourceReader.Type
    /// How a hook of the kind answers in words; nil for kinds that are not chats.
    var voice: (any ChatVoice.Type)?
    var proof = Proof.secret
    /// Nothing that such a source asks runs without somebody's approval, whatever the grants.
    var onlyProposes = false
    /// Texts of the source, besides the common keys; read into ``Settings/Source/options``.
    var options: [Option] = []
    /// The one of ``options`` that lists whose people may speak.
    var tenants: String?
    /// Texts of `reply`, besides `token`, `url`, `user` and `hosts`; read into ``Settings/Reply/options``.
    var replyOptions: [Option] = []
    /// A chat in which the bridge hears what addresses it by its name, and nothing else.
    var hearsMentionsOnly = false
    /// Keys of `reply` that are needed for any answer.
    var replyNeeds: [String] = []
    var telling = Telling.nowhere
    /// What an answer lacks without `reply`, and what to add; nil where nothing is lost.
    var untold: (lack: String, fix: String)?
    /// Where an address out of a delivery may lead; nil for the provider's own hosts.
    var replyHosts: @Sendable (Settings.Source) -> [String]? = { $0.reply.hosts }
    var scheme: @Sendable (Settings.Source) throws(VerifierSetupError) -> VerificationScheme
    /// Where the keys of ``Proof/tokens`` come from.
    var keys: @Sendable (Settings.Source) -> KeyOrigin? = { _ in nil }
    /// Nil if the settings of this source leave no way back.
    var channel: @Sendable (Settings.Source) -> (any ReplyChannel)? = { _ in nil }
    /// What is wrong or risky in the source's settings and no other part can see.
    var check: @Sendable (Settings.Source) -> [KindProblem] = { _ in [] }
    /// What cannot be though each key by itself may; asked only where all secrets were read.
    var mistake: @Sendable (Settings.Source) -> (key: String, what: String, fix: String)? = { _ in nil }
    /// What the sender would send; nil if there is nothing to make up.
    var sample: (@Sendable (SampleWish) -> SampleBody)?
    /// What a sample has to hold of the settings, besides what was wished.
    var completed: @Sendable (SampleWish, Settings.Source) -> SampleWish = { wish, _ in wish }
    /// Where a simulator signs a token for a sample; nil where nobody but the provider can.
    var sampleToken: @Sendable (SampleWish, Settings.Source) -> SampleToken? = { _, _ in nil }

    var word: String { reader.kind.word }
    /// Routes may have a trigger.
    var hasTickets: Bool { reader is any TicketReader.Type }
    /// What a trigger may wait for: some systems do not say what changed.
    var triggerKeys: [String] { (reader as? any TicketReader.Type)?.triggerKeys ?? [] }
    /// How the sender signs may have to be described.
    var takesDescription: Bool { word == Kind.hmac.word || proof == .plainTokenOrHMAC }

    /// In the order of the documentation.
    static let all: [Kind] = [
        .slack,
        .jira, .jiraAutomation, .serviceNow, .pagerDuty,
        .standardWebhooks, .svix, .hmac, .callback,
        .gitHub, .gitLab, .forgejo, .linear, .zendesk,
        .sentinel, .freshservice, .zammad, .thehive, .opsgenie, .splunk,
        .mattermost,
        .discord, .zulip, .rocketChat,
        .teams, .teamsBot, .googleChat,
    ]

    static func named(_ word: String) -> Kind? { all.first { $0.word == word } }

    static var words: [String] { all.map(\.word) }
}

extension SourceKind {
    /// Everything else that is known of the kind.
    var whole: Kind {
        guard let kind = Kind.named(word) else { preconditionFailure("the settings take no other kind") }
        return kind
    }
}

/// What a made-up delivery is to say; see ``Kind/sample``.
struct SampleWish: Sendable {
    /// Who says or does it, as `people` spell it.
    var identity: String
    /// The delivery's own id, should the sender give it one.
    var id: String
    var now: Timestamp
    /// Chats: what is typed after the command.
    ///
    /// Tickets: a comment.
    var text: String?
    /// Chats: the command of the route.
    var command = "mention"
    /// Chats: where it is said; the kind's own sample if nil.
    var room: String?
    /// Chats: the first that the settings list.
    var tenant: String?
    /// Where the secret stands in the body.
    var token: Secret?
    /// Tickets: what happened to it.
    var ticket = "SEC-1"
    var machine: String?
    var status: String?
    var label: String?
    /// Chats: the button that is pressed, instead of something typed.
    var press: Press?
    /// The reason that is filled in beside *Deny*.
    var because: String?
    /// Where the sender wants to be answered.
    var service: String?
    /// Whom a token is for: the bot's application, the audience.
    var audience: String?
}

/// A call that has a simulator sign a token for a sample, which then goes into `Authorization: Bearer`.
struct SampleToken: Sendable, Equatable {
    let url: String
    /// What the token says.
    let claims: JSONValue

    var request: OutgoingRequest {
        OutgoingRequest(
            .post,
            Secret(url),
            headers: [.init("Content-Type", "application/json")],
            body: Secret(claims.encoded()),
            isIdempotent: true,
            responseBytesMax: 64 << 10
        )
    }

    /// The header, from what ``request`` was answered; nil if that is no token.
    static func header(_ answer: IncomingResponse) -> RawDelivery.Header? {
        guard answer.status == 200, let body = try? JSONReader.read(answer.body, root: .object),
            let token = body["token"]?.string
        else { return nil }
        return RawDelivery.Header("Authorization", "Bearer \(token)")
    }
}

/// A made-up delivery before it is signed.
struct SampleBody: Sendable, Equatable {
    static let form = "application/x-www-form-urlencoded"
    static let json = "application/json"

    var contentType: String
    var body: [UInt8]
    /// Headers that the sender adds and no signature makes.
    var headers: [RawDelivery.Header] = []

    init(contentType: String = SampleBody.json, body: [UInt8], headers: [RawDelivery.Header] = []) {
        self.contentType = contentType
        self.body = body
        self.headers = headers
    }
}
