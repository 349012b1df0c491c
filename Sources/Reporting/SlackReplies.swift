import CurlClient
import Enqueuing
import JSONReader
import Vocabulary

/// Tells a Slack channel: one message kept up to date with a bot token, else a command's `response_url`.
struct SlackReplies: Sendable {
    /// Slack's own hosts for a `response_url`.
    static let hosts = ["hooks.slack.com", "hooks.slack-gov.com"].map { AddressRule.HostPort(host: $0) }

    /// The message that was to be answered is not there any more: then it is told beside it.
    private static let lostThreads: [Delivery] = ["thread_not_found", "cannot_reply_to_message"].map {
        .impossible(trouble: "slack.\($0)")
    }

    let settings: SlackChannel
    let http: any HTTPSending
    let deadline: Duration
    let now: Timestamp

    /// Tells where a command came from.
    func tell(
        _ batch: Batch,
        channel: String,
        thread: String?,
        responseURL: ResponseURL?
    ) async -> Delivery {
        guard let token = settings.token else {
            return await tell(batch, at: responseURL, orElse: "slack.no-token")
        }
        let known = batch.conversation?.messageID
        let delivery = await tell(batch, channel: channel, thread: thread, updating: known, token)
        // The command's own address works in channels that the bot is not in.
        guard case .impossible(let trouble) = delivery else { return delivery }
        return await tell(batch, at: responseURL, orElse: trouble)
    }

    /// Tells a channel, or a thread of it, with a message of its own.
    func announce(_ batch: Batch, channel: String, thread: String? = nil) async -> Delivery {
        guard let token = settings.token else { return .impossible(trouble: "slack.no-token") }
        switch await tell(batch, channel: channel, thread: thread, updating: nil, token) {
        case .told: return .told(messageID: nil, usesResponseURL: false)
        case let other: return other
        }
    }

    // MARK: With a token

    private func tell(
        _ batch: Batch,
        channel: String,
        thread: String?,
        updating messageID: String?,
        _ token: Secret
    ) async -> Delivery {
        // An update that is made twice is one update, so it is never marked as a repeat.
        let isRepeated = batch.entries.map { messageID == nil && $0.mayHaveBeenSent }
        var message =
            batch.heading.map { SlackMessage.render(batch.shown, under: $0).object ?? [:] }
            ?? SlackMessage.render(batch.shown, isRepeated: isRepeated, hasButtons: true).object ?? [:]
        message["channel"] = .string(channel)
        if let messageID {
            message["ts"] = .string(messageID)
        } else {
            message["thread_ts"] = thread.map { .string($0) }
            message["unfurl_links"] = false
            message["unfurl_media"] = false
        }
        let method = messageID == nil ? "chat.postMessage" : "chat.update"
        let answer: IncomingResponse
        do throws(TransferFailure) {
            answer = try await post(message, to: "\(settings.apiBase)/\(method)", token: token, rule: .any)
        } catch {
            return Delivery.Trouble(error).map(Delivery.failed) ?? .impossible(trouble: error.code)
        }
        let delivery = read(answer)
        let isGone = [
            "message_not_found", "cant_update_message", "edit_window_closed", "msg_too_long",
        ].contains { delivery == .impossible(trouble: "slack.\($0)") }
        if messageID == nil, thread != nil, Self.lostThreads.contains(delivery) {
            return await tell(batch, channel: channel, thread: nil, updating: nil, token)
        }
        guard messageID != nil, isGone else { return delivery }
        return await tell(batch, channel: channel, thread: thread, updating: nil, token)
    }

    /// Slack mostly answers 200 and says in the body whether it worked.
    func read(_ answer: IncomingResponse) -> Delivery {
        if let trouble = Delivery.Trouble(answer, provider: "slack", now: now) { return .failed(trouble) }
        guard answer.status == 200, let body = try? JSONReader.read(answer.body, root: .object),
            let isDone = body["ok"]?.bool
        else { return .impossible(trouble: "slack.http-\(answer.status)") }
        if isDone { return .told(messageID: body["ts"]?.string, usesResponseURL: false) }
        let code = body["error"]?.string ?? "unknown"
        let safeCode =
            "slack.\(code.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }.prefix(60))"
        switch code {
        case "ratelimited", "rate_limited":
            return .failed(.init(code: safeCode, retryAfter: .seconds(1), mayHaveArrived: false))
        case "internal_error", "fatal_error", "service_unavailable", "request_timeout":
            return .failed(.init(code: safeCode, retryAfter: nil, mayHaveArrived: true))
        default:
            return .impossible(trouble: safeCode)
        }
    }

    // MARK: With the address of the command

    private func tell(_ batch: Batch, at responseURL: ResponseURL?, orElse trouble: String) async -> Delivery
    {
        guard let responseURL else { return .impossible(trouble: trouble) }
        if let instead = ResponseUse.obstacle(to: responseURL, for: batch, provider: "slack", now: now) {
            return instead
        }
        let isRepeated = batch.entries.map(\.mayHaveBeenSent)
        var message =
            batch.heading.map { SlackMessage.render(batch.shown, under: $0, hasButtons: false).object ?? [:] }
            ?? SlackMessage.render(batch.shown, isRepeated: isRepeated).object ?? [:]
        message["response_type"] = .string(SlackMessage.Visibility.channel.rawValue)
        message["replace_original"] = false
        // What the settings name may be private; what Slack's own hosts resolve to may not.
        let rule = settings.hosts.map { AddressRule.exactly($0) } ?? .publicAmong(Self.hosts)
        do throws(TransferFailure) {
            let answer = try await post(message, to: responseURL.url, token: nil, rule: rule)
            if answer.status == 200 { return .told(messageID: nil, usesResponseURL: true) }
            if let trouble = Delivery.Trouble(answer, provider: "slack", now: now, usesResponseURL: true) {
                return .failed(trouble)
            }
            return .impossible(trouble: "slack.response-url-http-\(answer.status)")
        } catch {
            return Delivery.Trouble(error, usesResponseURL: true).map(Delivery.failed)
                ?? .impossible(trouble: error.code)
        }
    }

    func post(
        _ message: [String: JSONValue],
        to url: String,
        token: Secret?,
        rule: AddressRule,
        within ownDeadline: Duration? = nil
    ) async throws(TransferFailure) -> IncomingResponse {
        var headers = [OutgoingRequest.Header("Content-Type", "application/json; charset=utf-8")]
        if let token {
            let bearer = token.withText { Secret("Bearer " + $0) }
            headers.append(OutgoingRequest.Header("Authorization", secret: bearer))
        }
        return try await http.send(
            OutgoingRequest(
                .post,
                Secret(url),
                headers: headers,
                body: Secret(JSONValue.object(message).encoded()),
                isIdempotent: false,
                deadline: ownDeadline ?? deadline,
                responseBytesMax: 256 << 10,
                addressRule: rule
            )
        )
    }
}

extension SlackChannel: ReplyChannel {
    package func deliver(_ batch: Batch, _ errand: Errand) async -> Delivery {
        let replies = SlackReplies(
            settings: self,
            http: errand.http,
            deadline: errand.deadline,
            now: errand.now
        )
        switch (batch.audience, batch.conversation?.address) {
        case (.tell, _):
            guard let channel = errand.tellChannel else { return .impossible(trouble: "tell.not-configured") }
            return await replies.announce(batch, channel: channel)
        case (.room(_, let room), _): return await replies.announce(batch, channel: room)
        case (.place(_, .slack(let room, _, _, let thread)), _):
            return await replies.announce(batch, channel: room, thread: thread)
        case (.whisper(_, let room, let person), _):
            return await replies.whisper(batch, channel: room, person: person)
        case (.dialog(_, let dialog), _):
            let mayBeOpen = batch.entries.contains(where: \.mayHaveBeenSent)
            return await replies.ask(dialog, mayBeOpen: mayBeOpen)
        case (.conversation, .slack(let place, _, let responseURL, let thread)):
            return await replies.tell(batch, channel: place, thread: thread, responseURL: responseURL)
        case (.conversation, _), (.place, _): return .impossible(trouble: "reply.wrong-kind")
        }
    }
}
