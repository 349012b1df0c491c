package import CurlClient
package import Enqueuing
import JSONReader
package import Vocabulary

/// How a Mattermost server is answered.
package struct MattermostServer: Sendable {
    /// The site, without a slash at its end.
    package var base: String
    /// A bot account's; without it only a command's `response_url` is left.
    package var token: Secret?
    /// The hosts that a `response_url` may be at: the site's own.
    package var hosts: [AddressRule.HostPort]
    /// Nil draws no buttons: the text says what to type instead.
    package var buttons: MattermostButtons?

    package init(
        base: String,
        token: Secret?,
        hosts: [AddressRule.HostPort],
        buttons: MattermostButtons? = nil
    ) {
        self.base = base
        self.token = token
        self.hosts = hosts
        self.buttons = buttons
    }
}

/// Tells a Mattermost channel: one message kept up to date with a bot's token, else a command's `response_url`.
///
/// - Source: `reference/webhook-replies.md` §8.
struct MattermostReplies: Sendable {
    let server: MattermostServer
    let http: any HTTPSending
    let deadline: Duration
    let now: Timestamp

    func tell(_ batch: Batch, _ place: ReplyPlace, updating messageID: String?) async -> Delivery {
        guard let token = server.token else {
            return await tell(batch, at: place.responseURL, orElse: "mattermost.no-token")
        }
        guard let channel = place["channel"], Self.isIdentifier(channel) else {
            return .impossible(trouble: "mattermost.channel")
        }
        let delivery = await tell(batch, in: channel, thread: place["thread"], updating: messageID, token)
        // The command's own address works in channels that the bot is not in.
        guard case .impossible(let trouble) = delivery else { return delivery }
        return await tell(batch, at: place.responseURL, orElse: trouble)
    }

    func announce(_ batch: Batch, in channel: String) async -> Delivery {
        guard let token = server.token else { return .impossible(trouble: "mattermost.no-token") }
        guard Self.isIdentifier(channel) else { return .impossible(trouble: "mattermost.channel") }
        return await tell(batch, in: channel, thread: nil, updating: nil, token).once
    }

    // MARK: With a token

    private func tell(
        _ batch: Batch,
        in channel: String,
        thread: String?,
        updating known: String?,
        _ token: Secret
    ) async -> Delivery {
        let messageID = known.flatMap { Self.isIdentifier($0) ? $0 : nil }
        let newest = batch.heading == nil ? batch.entries.last?.notice : nil
        let drawn = newest.flatMap { server.buttons?.drawn(of: $0) } ?? []
        let text = MattermostMessage.text(batch, updating: messageID, drawn: Set(drawn.map(\.word)))
        let props = server.buttons?.props(drawn)
        let posts = "\(server.base)/api/v4/posts"
        return await KeptMessage.tell(messageID) { id throws(TransferFailure) in
            var change: [String: JSONValue] = ["message": .string(text)]
            change["props"] = props
            let answer = try await send(.put, "\(posts)/\(id)/patch", change, token)
            // Deleted, or too old to be edited.
            return [400, 403, 404].contains(answer.status) ? nil : read(answer)
        } post: { () throws(TransferFailure) in
            var post: [String: JSONValue] = ["channel_id": .string(channel), "message": .string(text)]
            post["props"] = props
            if let thread, Self.isIdentifier(thread) {
                post["root_id"] = .string(thread)
                let answer = try await send(.post, posts, post, token)
                // A message that answers another is no root of a thread.
                if answer.status != 400 { return read(answer) }
                post["root_id"] = nil
            }
            return read(try await send(.post, posts, post, token))
        }
    }

    private func read(_ answer: IncomingResponse) -> Delivery {
        if let trouble = Delivery.Trouble(answer, provider: "mattermost", now: now) {
            return .failed(trouble)
        }
        guard [200, 201].contains(answer.status), let post = try? JSONReader.read(answer.body, root: .object)
        else { return .impossible(trouble: "mattermost.http-\(answer.status)") }
        return .told(messageID: post["id"]?.string, usesResponseURL: false)
    }

    private func send(
        _ method: OutgoingRequest.Method,
        _ url: String,
        _ body: [String: JSONValue],
        _ token: Secret?,
        _ rule: AddressRule = .any
    ) async throws(TransferFailure) -> IncomingResponse {
        var headers = [OutgoingRequest.Header("Content-Type", "application/json")]
        if let token {
            let bearer = token.withText { Secret("Bearer " + $0) }
            headers.append(OutgoingRequest.Header("Authorization", secret: bearer))
        }
        return try await http.send(
            OutgoingRequest(
                method,
                Secret(url),
                headers: headers,
                body: Secret(JSONValue.object(body).encoded()),
                isIdempotent: false,
                deadline: deadline,
                responseBytesMax: 256 << 10,
                addressRule: rule
            )
        )
    }

    // MARK: With the address of the command

    private func tell(_ batch: Batch, at address: ResponseURL?, orElse trouble: String) async -> Delivery {
        guard let address else { return .impossible(trouble: trouble) }
        if let instead = ResponseUse.obstacle(to: address, for: batch, provider: "mattermost", now: now) {
            return instead
        }
        let text = MattermostMessage.text(batch, updating: nil)
        let body = MattermostMessage.answer(text, seenByAll: true)
        do throws(TransferFailure) {
            let answer = try await send(.post, address.url, body, nil, .exactly(server.hosts))
            if answer.status == 200 { return .told(messageID: nil, usesResponseURL: true) }
            let found = Delivery.Trouble(answer, provider: "mattermost", now: now, usesResponseURL: true)
            return found.map(Delivery.failed)
                ?? .impossible(trouble: "mattermost.response-url-http-\(answer.status)")
        } catch {
            return Delivery.Trouble(error, usesResponseURL: true).map(Delivery.failed)
                ?? .impossible(trouble: error.code)
        }
    }

    /// It goes into a path: 26 small letters and digits.
    static func isIdentifier(_ text: String) -> Bool { text.wholeMatch(of: /[a-z0-9]{26}/) != nil }
}

/// How Mattermost shows what the hook itself answers.
package enum MattermostMessage: ChatVoice {
    /// Mattermost's limit is 16,383 characters.
    static let textMax = 16_000

    static func text(
        _ batch: Batch,
        updating messageID: String?,
        drawn: Set<Button.Word> = []
    ) -> String {
        let isRepeated = batch.isRepeated(updating: messageID)
        return FencedText.block(batch, isRepeated: isRepeated, drawn: drawn, to: textMax)
    }

    /// Slack's marks are not to be read in it.
    static func answer(_ text: String, seenByAll: Bool) -> [String: JSONValue] {
        [
            "response_type": seenByAll ? "in_channel" : "ephemeral", "text": .string(text),
            "skip_slack_parsing": true,
        ]
    }

    package static func immediate(_ notice: Notice, seenByAll: Bool) -> HookAnswer {
        let text = FencedText.block([notice], to: textMax)
        var body = answer(text, seenByAll: seenByAll)
        // A press is answered by this word alone, which commands do not know.
        body["ephemeral_text"] = .string(text)
        return HookAnswer(
            status: 200,
            contentType: "application/json",
            body: JSONValue.object(body).encodedText
        )
    }

    package static var empty: HookAnswer {
        HookAnswer(status: 200, contentType: "application/json", body: "{}")
    }
}

extension MattermostServer: ReplyChannel {
    package func deliver(_ batch: Batch, _ errand: Errand) async -> Delivery {
        let replies = MattermostReplies(
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
