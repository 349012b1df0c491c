import CurlClient
import Enqueuing
import JSONReader
package import Vocabulary

/// Tells Teams as a bot: one message a conversation, kept up to date, with buttons that come back.
///
/// The bot's token goes to no address but a service of Teams that a verified delivery named, or the settings.
///
/// - Source: `reference/webhook-replies.md` §2, "Bot".
package struct TeamsBotChannel: ReplyChannel {
    static let provider = "teams-bot"
    private static let scope = "https://api.botframework.com/.default"

    /// The bot's application id and its client secret.
    private let app: String
    private let secret: Secret
    /// Where tokens come from, without a slash at its end.
    private let loginBase: String
    /// The directory that issues them; `botframework.com` for a bot of many tenants.
    private let tenant: String
    /// Where a channel that nobody has written from is reached.
    private let service: String
    private let hosts: [String]?
    private let token = AccessToken(provider: provider)

    /// - Parameters:
    ///   - app: The bot's application id.
    ///   - secret: Its client secret.
    ///   - loginBase: Replaces Microsoft's.
    ///   - tenant: The bot's directory, for one of a single tenant.
    ///   - service: Replaces Teams' own for what nobody asked for.
    ///   - hosts: Replace Teams' own hosts, as `host` or `host:port`.
    package init(
        app: String,
        secret: Secret,
        loginBase: String? = nil,
        tenant: String? = nil,
        service: String? = nil,
        hosts: [String]? = nil
    ) {
        self.app = app
        self.secret = secret
        self.loginBase = loginBase ?? "https://login.microsoftonline.com"
        self.tenant = tenant ?? "botframework.com"
        self.service = service ?? Self.globalService
        self.hosts = hosts
    }

    /// Takes messages for every region.
    package static let globalService = "https://smba.trafficmanager.net/teams"

    package func deliver(_ batch: Batch, _ errand: Errand) async -> Delivery {
        switch (batch.audience, batch.conversation?.address) {
        case (.tell, _):
            guard let room = errand.tellChannel else { return .impossible(trouble: "tell.not-configured") }
            return await announce(batch, at: ["service": service, "conversation": room], errand)
        case (.room(_, let room), _):
            return await announce(batch, at: ["service": service, "conversation": room], errand)
        case (.place(_, .at(let place)), _):
            if place["person"] != nil { return await tellAlone(batch, place.parts, errand) }
            return await announce(batch, at: place.parts, errand)
        case (.conversation, .at(let place)):
            return await tell(batch, at: place.parts, updating: batch.conversation?.messageID, errand)
        case (.whisper, _), (.dialog, _): return .impossible(trouble: "teams-bot.nobody-alone")
        case (.conversation, _), (.place, _): return .impossible(trouble: "reply.wrong-kind")
        }
    }

    /// A message of its own, which is not changed later.
    private func announce(_ batch: Batch, at parts: [String: String], _ errand: Errand) async -> Delivery {
        switch await tell(batch, at: parts, updating: nil, errand) {
        case .told: .told(messageID: nil, usesResponseURL: false)
        case let other: other
        }
    }

    private func tell(
        _ batch: Batch,
        at parts: [String: String],
        updating messageID: String?,
        _ errand: Errand
    ) async -> Delivery {
        guard let place = place(parts) else { return .impossible(trouble: "teams-bot.place-not-permitted") }
        let known = messageID.flatMap { TeamsName.isActivity($0) ? $0 : nil }
        let path =
            "/\(Self.segment(place.conversation))/activities" + (known.map { "/" + Self.segment($0) } ?? "")
        let message = Self.message(batch, isUpdate: known != nil)
        do throws(AccessToken.Failure) {
            let answer = try await call(known == nil ? .post : .put, place.service, path, message, errand)
            // Somebody deleted it, or it is too old to be changed.
            if known != nil, [403, 404, 405, 410].contains(answer.status) {
                return await tell(batch, at: parts, updating: nil, errand)
            }
            return read(answer, isUpdate: known != nil, errand.now)
        } catch {
            return error.delivery
        }
    }

    /// To one person, outside of the room; where Teams has no conversation with them, in the room without more.
    private func tellAlone(_ batch: Batch, _ parts: [String: String], _ errand: Errand) async -> Delivery {
        guard let place = place(parts), let person = parts["person"], TeamsName.isAccount(person),
            let bot = parts["bot"], TeamsName.isAccount(bot), let tenant = parts["tenant"]
        else { return .impossible(trouble: "teams-bot.place-not-permitted") }
        let order: JSONValue = [
            "bot": ["id": .string(bot)], "members": [["id": .string(person)]], "isGroup": false,
            "tenantId": .string(tenant), "channelData": ["tenant": ["id": .string(tenant)]],
        ]
        do throws(AccessToken.Failure) {
            let answer = try await call(.post, place.service, "", order, errand)
            if let trouble = Delivery.Trouble(answer, provider: Self.provider, now: errand.now) {
                // No message has been sent yet, and a second conversation is the same one.
                return .failed(
                    .init(code: trouble.code, retryAfter: trouble.retryAfter, mayHaveArrived: false)
                )
            }
            let opened = (try? JSONReader.read(answer.body, root: .object))?["id"]?.string
            guard (200...299).contains(answer.status), let opened else {
                return await announce(Self.discreet(batch), at: parts, errand)
            }
            return await announce(batch, at: ["service": place.service, "conversation": opened], errand)
        } catch {
            return error.delivery
        }
    }

    /// What everybody in the room may read of something that was for one person.
    private static func discreet(_ batch: Batch) -> Batch {
        var batch = batch
        for index in batch.entries.indices {
            batch.entries[index].notice = Notice(
                code: batch.entries[index].notice.code,
                tone: .warning,
                text:
                    "What was pressed is answered to whoever pressed it alone, and this bot may not write to "
                    + "them. Install its app for yourself, or mention it and type instead."
            )
        }
        return batch
    }

    // MARK: The message

    static func message(_ batch: Batch, isUpdate: Bool) -> JSONValue {
        let notices = batch.shown
        var content = AdaptiveCard.Content(notices: notices)
        if let heading = batch.heading {
            content.heading = heading
            content.groupActions = notices.map { CardButtons.actions(of: $0, hasFallback: false) }
        } else {
            // An update that is made twice is one update, so it is never marked as a repeat.
            content.isRepeated = batch.entries.map { !isUpdate && $0.mayHaveBeenSent }
            content.actions = notices.last.map { CardButtons.actions(of: $0) } ?? []
        }
        return [
            "type": "message", "summary": .string(AdaptiveCard.summary(batch.entries.map(\.notice))),
            "attachments": [AdaptiveCard.attachment(content)],
        ]
    }

    // MARK: The call

    private func place(_ parts: [String: String]) -> (service: String, conversation: String)? {
        guard let stated = parts["service"], let service = TeamsName.service(stated + "/", hosts: hosts),
            let conversation = parts["conversation"], TeamsName.isConversation(conversation)
        else { return nil }
        return (service, conversation)
    }

    private func call(
        _ method: OutgoingRequest.Method,
        _ service: String,
        _ path: String,
        _ body: JSONValue,
        _ errand: Errand
    ) async throws(AccessToken.Failure) -> IncomingResponse {
        let answer = try await callOnce(method, service, path, body, errand)
        guard answer.status == 401 else { return answer }
        token.forget()
        return try await callOnce(method, service, path, body, errand)
    }

    private func callOnce(
        _ method: OutgoingRequest.Method,
        _ service: String,
        _ path: String,
        _ body: JSONValue,
        _ errand: Errand
    ) async throws(AccessToken.Failure) -> IncomingResponse {
        let bearer = try await token.bearer(errand) { order }
        let url = "\(service)/v3/conversations\(path)"
        let request = OutgoingRequest(
            method,
            Secret(url),
            headers: [
                .init("Content-Type", "application/json"), .init("Authorization", secret: bearer),
            ],
            body: Secret(body.encoded()),
            isIdempotent: method == .put,
            deadline: errand.deadline,
            responseBytesMax: 256 << 10,
            addressRule: rule(for: url)
        )
        do throws(TransferFailure) {
            return try await errand.http.send(request)
        } catch {
            throw Delivery.Trouble(error).map(AccessToken.Failure.failed) ?? .impossible(error.code)
        }
    }

    private var order: AccessToken.Order {
        AccessToken.Order(
            url: "\(loginBase)/\(tenant)/oauth2/v2.0/token",
            fields: [
                ("grant_type", Secret("client_credentials")), ("client_id", Secret(app)),
                ("client_secret", secret), ("scope", Secret(Self.scope)),
            ]
        )
    }

    private func rule(for url: String) -> AddressRule {
        guard let address = WebAddress(url) else { return .publicOnly }
        let one = AddressRule.HostPort(host: address.host, port: address.port)
        return hosts == nil ? .publicAmong([one]) : .exactly([one])
    }

    /// What was checked is made of characters that a path takes, but for these.
    private static func segment(_ text: String) -> String {
        text.replacing(":", with: "%3A").replacing("@", with: "%40").replacing(";", with: "%3B")
            .replacing("=", with: "%3D").replacing("|", with: "%7C")
    }

    private func read(_ answer: IncomingResponse, isUpdate: Bool, _ now: Timestamp) -> Delivery {
        if let trouble = Delivery.Trouble(answer, provider: Self.provider, now: now) {
            return .failed(trouble)
        }
        if answer.status == 412 {
            return .failed(.init(code: "teams-bot.http-412", retryAfter: nil, mayHaveArrived: false))
        }
        guard (200...299).contains(answer.status) else {
            return .impossible(trouble: "teams-bot.http-\(answer.status)")
        }
        let id = (try? JSONReader.read(answer.body, root: .object))?["id"]?.string
        return .told(
            messageID: isUpdate ? nil : id.flatMap { TeamsName.isActivity($0) ? $0 : nil },
            usesResponseURL: false
        )
    }
}
