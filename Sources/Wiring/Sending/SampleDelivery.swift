import Authenticating
import Classifying
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
    ///   - id: What a provider numbers its deliveries with.
    ///   - now: The time that is signed.
    ///   - sign: Makes the headers that make the body genuine.
    /// - Throws: ``SendError``; ``VerifierSetupError`` for a secret that cannot sign.
    init(
        to source: Settings.Source,
        _ content: Content,
        id: String,
        now: Timestamp,
        _ sign: ([UInt8]) throws -> [RawDelivery.Header]
    ) throws {
        let contentType: String
        var further: [RawDelivery.Header] = []
        switch content {
        case .sample(let sample):
            contentType = sample.contentType
            body = sample.body
            further = sample.headers
        case .body(let bytes):
            let isForm = source.kind == Slack.kind && bytes.first != UInt8(ascii: "{")
            contentType = isForm ? Self.form : Self.json
            body = bytes
        case .command(let command):
            contentType = Self.form
            body = command.body(triggerID: id)
        case .interaction(let interaction):
            contentType = Self.form
            body = interaction.body(triggerID: id, at: now)
        }
        headers = [.init("Content-Type", contentType)] + further + (try sign(body))
    }

    /// The same, signed with the first of the source's secrets.
    init(
        to source: Settings.Source,
        _ content: Content,
        identifiers: IdentifierMaker,
        now: Timestamp
    ) throws {
        guard let secret = source.secrets.first else { throw SendError.noSecret(source.name.text) }
        let signer = try DeliverySigner(try source.kind.whole.scheme(source), secret: secret)
        let id = identifiers.makeText(at: now)
        try self.init(to: source, content, id: id, now: now) { signer.headers(for: $0, id: id, now: now) }
    }

    enum Content: Sendable {
        /// The bytes as they are.
        case body([UInt8])
        /// What a kind's sender would send.
        case sample(SampleBody)
        /// A slash command of Slack.
        case command(SlackCommand)
        /// A button or a form of Slack.
        case interaction(SlackInteraction)
    }

    private static let form = "application/x-www-form-urlencoded"
    private static let json = "application/json"

    /// The request that delivers it.
    ///
    /// - Parameters:
    ///   - base: Such as `https://127.0.0.1:8080`, without the hook's path.
    ///   - source: Whose hook it goes to.
    ///   - path: The path, where it is a secret.
    /// - Returns: A call that is never made twice.
    func request(to base: String, source: SourceName, path: Secret? = nil) -> OutgoingRequest {
        OutgoingRequest(
            .post,
            (path ?? Secret("/hooks/\(source)")).withText { Secret(base + $0) },
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
        FormText.body([
            ("team_id", team), ("team_domain", "sample"), ("channel_id", channel),
            ("channel_name", "sample"), ("user_id", user), ("user_name", "sample"), ("command", command),
            ("text", text), ("trigger_id", triggerID),
        ])
    }
}

/// Makes the body of a form.
enum FormText {
    static func body(_ fields: [(name: String, value: String)]) -> [UInt8] {
        Array(fields.map { "\($0.name)=\(encoded($0.value))" }.joined(separator: "&").utf8)
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
