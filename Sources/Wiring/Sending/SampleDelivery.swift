import Authenticating
import CurlClient
import Foundation
import Vocabulary

/// A delivery made up here and signed as its provider would: to try a bridge without the provider.
struct SampleDelivery: Sendable, Equatable {
    let headers: [RawDelivery.Header]
    let body: [UInt8]

    /// - Parameters:
    ///   - source: Where it is to arrive; signed with the first of its secrets.
    ///   - content: What it says.
    ///   - identifiers: For what a provider numbers its deliveries with.
    ///   - now: The time that is signed.
    /// - Throws: ``SendError``; ``VerifierSetupError`` for a secret that cannot sign.
    init(
        to source: Settings.Source,
        _ content: Content,
        identifiers: IdentifierMaker,
        now: Timestamp
    ) throws {
        guard let secret = source.secrets.first else { throw SendError.noSecret(source.name.text) }
        let id = identifiers.makeText(at: now)
        let contentType: String
        switch content {
        case .body(let bytes):
            let isForm = source.kind == .slack && bytes.first != UInt8(ascii: "{")
            contentType = isForm ? Self.form : Self.json
            body = bytes
        case .command(let command):
            contentType = Self.form
            body = command.body(triggerID: id)
        }
        let signer = try DeliverySigner(try source.scheme(), secret: secret)
        headers = [.init("Content-Type", contentType)] + signer.headers(for: body, id: id, now: now)
    }

    enum Content: Sendable {
        /// The bytes as they are.
        case body([UInt8])
        /// A slash command of Slack.
        case command(SlackCommand)
    }

    private static let form = "application/x-www-form-urlencoded"
    private static let json = "application/json"

    /// The request that delivers it.
    ///
    /// - Parameters:
    ///   - base: Such as `https://127.0.0.1:8080`, without the hook's path.
    ///   - source: Whose hook it goes to.
    /// - Returns: A call that is never made twice.
    func request(to base: String, source: SourceName) -> OutgoingRequest {
        OutgoingRequest(
            .post,
            Secret("\(base)/hooks/\(source)"),
            headers: headers.map { .init($0.name, $0.value) },
            body: Secret(body),
            isIdempotent: false,
            responseBytesMax: 1 << 20
        )
    }
}

/// A slash command as somebody types it.
///
/// - Source: `reference/webhook-sources.md` §3.1. No `response_url`: there is nobody to answer to.
struct SlackCommand: Sendable, Equatable {
    var team: String
    var user: String
    var channel: String
    /// With the slash.
    var command: String
    var text: String

    func body(triggerID: String) -> [UInt8] {
        let fields = [
            ("team_id", team), ("team_domain", "sample"), ("channel_id", channel),
            ("channel_name", "sample"), ("user_id", user), ("user_name", "sample"), ("command", command),
            ("text", text), ("trigger_id", triggerID),
        ]
        return Array(fields.map { "\($0)=\(Self.encoded($1))" }.joined(separator: "&").utf8)
    }

    private static func encoded(_ text: String) -> String {
        text.utf8.map { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"):
                return String(UnicodeScalar(byte))
            case 0x20: return "+"
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                return "%" + (digits.count == 1 ? "0" : "") + digits
            }
        }.joined()
    }
}

/// Why nothing was sent.
enum SendError: Explained, Equatable {
    case unknownSource(String, nearest: String?)
    case bodyOrText
    case textNeedsSlack(String)
    case asNeedsText
    case noSecret(String)
    case noCommand(String)
    case noPerson(String)
    case badIdentity(String)
    case unreadableFile(String)
    case noPort
    case badURL(String)

    var code: String {
        switch self {
        case .unknownSource: "send.unknown-source"
        case .bodyOrText: "send.body-or-text"
        case .textNeedsSlack: "send.text-needs-slack"
        case .asNeedsText: "send.as-needs-text"
        case .noSecret: "send.no-secret"
        case .noCommand: "send.no-command"
        case .noPerson: "send.no-person"
        case .badIdentity: "send.bad-identity"
        case .unreadableFile: "send.unreadable-file"
        case .noPort: "send.no-port"
        case .badURL: "send.bad-url"
        }
    }

    var message: String {
        switch self {
        case .unknownSource(let name, _): "The settings name no source \"\(name)\"."
        case .bodyOrText: "There must be either --body or --text."
        case .textNeedsSlack(let name): "Nobody types text at \(name): it is not a Slack source."
        case .asNeedsText: "--as and --channel say who types a --text, and a body is sent as it is."
        case .noSecret(let name): "Source \(name) has no secret to sign with, only public keys."
        case .noCommand(let name): "No route of \(name) names a command."
        case .noPerson(let name): "Nobody in `people` has an identity at \(name)."
        case .badIdentity(let text): "\"\(text)\" is no Slack identity."
        case .unreadableFile(let path):
            "The file \(path) cannot be read, or is larger than a delivery may be."
        case .noPort: "The settings let the system choose the port of the hooks."
        case .badURL(let text): "\"\(text)\" is no address to post to."
        }
    }

    var fix: String {
        switch self {
        case .unknownSource(_, let nearest?): "Did you mean \"\(nearest)\"?"
        case .unknownSource: "Name one of those under `sources`."
        case .bodyOrText: "Give a file with the body, or for Slack the text of a command."
        case .textNeedsSlack: "Write the delivery's body into a file and give it as --body."
        case .asNeedsText: "Leave them out, or use --text."
        case .noSecret: "Add a `secret`, or let the provider itself send."
        case .noCommand: "Add a route such as { from: SOURCE, command: /mde }."
        case .noPerson: "Say who types it: --as T024/U2147."
        case .badIdentity: "Write WORKSPACE/USER, such as T024/U2147."
        case .unreadableFile: "Check its name and permissions; at most 1 MiB."
        case .noPort: "Give the address that `serve` printed: --url http://127.0.0.1:PORT."
        case .badURL: "Write such as http://127.0.0.1:8080, without path; https to any other host."
        }
    }
}
