import CurlClient
import Enqueuing
import JSONReader
package import Vocabulary

/// How Discord is answered.
package struct DiscordApplication: Sendable {
    /// The API, without a slash at its end.
    package var base: String
    /// The bot's; without it only the token of an interaction is left, for a quarter of an hour.
    package var token: Secret?

    package init(base: String = "https://discord.com/api/v10", token: Secret?) {
        self.base = base
        self.token = token
    }
}

/// Tells a Discord channel: one message kept up to date with a bot's token, else with that of the interaction.
///
/// - Source: `reference/webhook-replies.md` §8.
struct DiscordReplies: Sendable {
    let application: DiscordApplication
    let http: any HTTPSending
    let deadline: Duration
    let now: Timestamp

    func tell(_ batch: Batch, _ place: ReplyPlace, updating messageID: String?) async -> Delivery {
        guard let token = application.token else {
            return await followUp(batch, place.responseURL, updating: messageID, orElse: "discord.no-token")
        }
        guard let channel = place["channel"], Self.isIdentifier(channel) else {
            return .impossible(trouble: "discord.channel")
        }
        let path = "\(application.base)/channels/\(channel)/messages"
        let delivery = await tell(batch, to: path, query: "", at: path, updating: messageID, token)
        // An interaction's own token works in channels that the bot is not in.
        guard case .impossible(let trouble) = delivery else { return delivery }
        return await followUp(batch, place.responseURL, updating: nil, orElse: trouble).once
    }

    func announce(_ batch: Batch, in channel: String) async -> Delivery {
        guard let token = application.token else { return .impossible(trouble: "discord.no-token") }
        guard Self.isIdentifier(channel) else { return .impossible(trouble: "discord.channel") }
        let path = "\(application.base)/channels/\(channel)/messages"
        return await tell(batch, to: path, query: "", at: path, updating: nil, token).once
    }

    /// With the token of the interaction, which is part of the address.
    private func followUp(
        _ batch: Batch,
        _ address: ResponseURL?,
        updating messageID: String?,
        orElse trouble: String
    ) async -> Delivery {
        guard let address else { return .impossible(trouble: trouble) }
        guard now < address.expiresAt else { return .impossible(trouble: "discord.interaction-expired") }
        guard address.url.wholeMatch(of: /webhooks\/[0-9]{1,20}\/[A-Za-z0-9._=-]{1,1024}/) != nil else {
            return .impossible(trouble: "discord.interaction")
        }
        let path = "\(application.base)/\(address.url)"
        // It answers with the message only if it is asked to wait for it.
        return await tell(
            batch,
            to: path,
            query: "?wait=true",
            at: "\(path)/messages",
            updating: messageID,
            nil
        )
    }

    private func tell(
        _ batch: Batch,
        to path: String,
        query: String,
        at messages: String,
        updating known: String?,
        _ token: Secret?
    ) async -> Delivery {
        let messageID = known.flatMap { Self.isIdentifier($0) ? $0 : nil }
        let body = DiscordMessage.message(
            batch.shown,
            isRepeated: batch.isRepeated(updating: messageID),
            under: batch.heading
        )
        return await KeptMessage.tell(messageID) { id throws(TransferFailure) in
            let answer = try await send(.patch, "\(messages)/\(id)", body, token)
            return [403, 404].contains(answer.status) ? nil : read(answer)
        } post: { () throws(TransferFailure) in
            read(try await send(.post, path + query, body, token))
        }
    }

    private func read(_ answer: IncomingResponse) -> Delivery {
        let body = try? JSONReader.read(answer.body, root: .object)
        if var trouble = Delivery.Trouble(answer, provider: "discord", now: now) {
            if let seconds = body?["retry_after"]?.number, (0...3_600).contains(seconds), answer.status == 429
            {
                let asked = Duration.milliseconds(Int64((seconds * 1_000).rounded(.up)))
                trouble.retryAfter = max(asked, trouble.retryAfter ?? .zero)
            }
            return .failed(trouble)
        }
        guard [200, 201].contains(answer.status), let body else {
            return .impossible(trouble: "discord.http-\(answer.status)")
        }
        return .told(messageID: body["id"]?.string, usesResponseURL: false)
    }

    private func send(
        _ method: OutgoingRequest.Method,
        _ url: String,
        _ body: JSONValue,
        _ token: Secret?
    ) async throws(TransferFailure) -> IncomingResponse {
        var headers = [
            OutgoingRequest.Header("Content-Type", "application/json"),
            // Discord turns others away.
            OutgoingRequest.Header("User-Agent", "DiscordBot (bascule, 1)"),
        ]
        if let token {
            let credential = token.withText { Secret("Bot " + $0) }
            headers.append(OutgoingRequest.Header("Authorization", secret: credential))
        }
        return try await http.send(
            OutgoingRequest(
                method,
                Secret(url),
                headers: headers,
                body: Secret(body.encoded()),
                isIdempotent: false,
                deadline: deadline,
                responseBytesMax: 256 << 10
            )
        )
    }

    /// It goes into a path: digits.
    static func isIdentifier(_ text: String) -> Bool { text.wholeMatch(of: /[0-9]{1,20}/) != nil }
}

extension DiscordApplication: ReplyChannel {
    package func deliver(_ batch: Batch, _ errand: Errand) async -> Delivery {
        let replies = DiscordReplies(
            application: self,
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
