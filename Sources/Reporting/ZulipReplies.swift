import Cryptography
import CurlClient
package import Enqueuing
import JSONReader
package import Vocabulary

/// How a Zulip organisation is answered.
package struct ZulipServer: Sendable {
    /// The organisation's address, without a slash at its end.
    package var base: String
    /// The bot's address and key.
    package var user: String
    package var token: Secret
    /// Where in a channel that the settings name news is told.
    package var topic: String

    package init(base: String, user: String, token: Secret, topic: String) {
        self.base = base
        self.user = user
        self.token = token
        self.topic = topic
    }
}

/// Tells a topic of Zulip, or a person: one message kept up to date.
///
/// - Source: `reference/webhook-replies.md` §8.
struct ZulipReplies: Sendable {
    let server: ZulipServer
    let http: any HTTPSending
    let deadline: Duration
    let now: Timestamp

    func tell(_ batch: Batch, _ place: ReplyPlace, updating known: String?) async -> Delivery {
        var destination: [(name: String, value: String)]
        if let stream = place["stream"], Self.isNumber(stream), let topic = place["topic"] {
            destination = [("type", "stream"), ("to", stream), ("topic", topic)]
        } else if let person = place["person"], Self.isNumber(person) {
            destination = [("type", "direct"), ("to", "[\(person)]")]
        } else {
            return .impossible(trouble: "zulip.place")
        }
        return await tell(batch, destination, updating: known)
    }

    func announce(_ batch: Batch, in room: String) async -> Delivery {
        // Names are written as JSON text, so that a channel called 17 is no id.
        let to = Self.isNumber(room) ? room : JSONValue.string(room).encodedText
        let destination = [("type", "stream"), ("to", to), ("topic", server.topic)]
        return await tell(batch, destination, updating: nil).once
    }

    private func tell(
        _ batch: Batch,
        _ destination: [(name: String, value: String)],
        updating known: String?
    ) async -> Delivery {
        let messageID = known.flatMap { Self.isNumber($0) ? $0 : nil }
        let isRepeated = batch.isRepeated(updating: messageID)
        let content = FencedText.block(batch, isRepeated: isRepeated, to: ZulipMessage.textMax)
        let messages = "\(server.base)/api/v1/messages"
        return await KeptMessage.tell(messageID) { id throws(TransferFailure) in
            let answer = try await send(.patch, "\(messages)/\(id)", [("content", content)])
            // Deleted, or too old to be edited.
            if answer.status == 400, !isLimit(answer) { return nil }
            guard case .told = read(answer) else { return read(answer) }
            return .told(messageID: nil, usesResponseURL: false)
        } post: { () throws(TransferFailure) in
            read(try await send(.post, messages, destination + [("content", content)]))
        }
    }

    private func read(_ answer: IncomingResponse) -> Delivery {
        if let trouble = Delivery.Trouble(answer, provider: "zulip", now: now) { return .failed(trouble) }
        guard answer.status == 200, let body = try? JSONReader.read(answer.body, root: .object),
            body["result"] == "success"
        else { return .impossible(trouble: "zulip.http-\(answer.status)") }
        return .told(messageID: body["id"]?.integer.map(String.init), usesResponseURL: false)
    }

    private func isLimit(_ answer: IncomingResponse) -> Bool {
        (try? JSONReader.read(answer.body, root: .object))?["code"] == "RATE_LIMIT_HIT"
    }

    private func send(
        _ method: OutgoingRequest.Method,
        _ url: String,
        _ fields: [(name: String, value: String)]
    ) async throws(TransferFailure) -> IncomingResponse {
        let credential = server.token.withBytes { key in
            Secret("Basic " + Base64.encode(Array("\(server.user):".utf8) + key))
        }
        return try await http.send(
            OutgoingRequest(
                method,
                Secret(url),
                headers: [
                    .init("Content-Type", "application/x-www-form-urlencoded"),
                    .init("Authorization", secret: credential),
                ],
                body: Secret(FormBody.encode(fields)),
                isIdempotent: false,
                deadline: deadline,
                responseBytesMax: 256 << 10
            )
        )
    }

    static func isNumber(_ text: String) -> Bool { text.wholeMatch(of: /[1-9][0-9]{0,18}/) != nil }
}

/// Writes the body of a form.
enum FormBody {
    static func encode(_ fields: [(name: String, value: String)]) -> [UInt8] {
        Array(fields.map { "\($0.name)=\(escaped($0.value))" }.joined(separator: "&").utf8)
    }

    private static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            let isPlain =
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || "-._~".utf8.contains(byte)
            return isPlain
                ? String(UnicodeScalar(byte)) : "%" + Hex.encode([byte]).uppercased()
        }.joined()
    }
}

/// How Zulip shows what the hook itself answers.
package enum ZulipMessage: ChatVoice {
    /// Zulip's limit is 10,000 characters.
    static let textMax = 9_500

    package static func immediate(_ notice: Notice, seenByAll: Bool) -> HookAnswer {
        json(["content": .string(FencedText.block([notice], to: textMax))])
    }

    package static var empty: HookAnswer { json(["response_not_required": true]) }

    private static func json(_ body: JSONValue) -> HookAnswer {
        HookAnswer(status: 200, contentType: "application/json", body: body.encodedText)
    }
}

extension ZulipServer: ReplyChannel {
    package func deliver(_ batch: Batch, _ errand: Errand) async -> Delivery {
        let replies = ZulipReplies(
            server: self,
            http: errand.http,
            deadline: errand.deadline,
            now: errand.now
        )
        switch ChatTarget(batch, errand) {
        case .place(let place, let messageID):
            return await replies.tell(batch, place, updating: messageID)
        case .room(let room): return await replies.announce(batch, in: room)
        case .nowhere(let trouble): return .impossible(trouble: trouble)
        }
    }
}
