import Cryptography
import CurlClient
import Enqueuing
import JSONReader
package import Vocabulary

/// Tells a space of Google Chat through its interface, as the app's service account.
///
/// - Source: `reference/webhook-replies.md` §8; changing a message and private ones from memory.
package struct GoogleChatChannel: ReplyChannel {
    static let provider = "google-chat"
    private static let scope = "https://www.googleapis.com/auth/chat.bot"

    private let account: ServiceAccount
    /// Without a slash at its end.
    private let base: String
    private let token = AccessToken(provider: provider)

    /// - Parameters:
    ///   - account: The key of the app's service account, as Google gives it.
    ///   - base: Replaces Google's interface, and where tokens come from.
    /// - Throws: ``ServiceAccountError`` if that is no such key.
    package init(account: Secret, base: String? = nil) throws(ServiceAccountError) {
        self.account = try ServiceAccount(account, tokenURL: base.map { "\($0)/token" })
        self.base = base ?? "https://chat.googleapis.com"
    }

    package func deliver(_ batch: Batch, _ errand: Errand) async -> Delivery {
        switch (batch.audience, batch.conversation?.address) {
        case (.tell, _):
            guard let room = errand.tellChannel else { return .impossible(trouble: "tell.not-configured") }
            return await announce(batch, at: ["space": room], errand)
        case (.room(_, let room), _): return await announce(batch, at: ["space": room], errand)
        case (.place(_, .at(let place)), _): return await announce(batch, at: place.parts, errand)
        case (.conversation, .at(let place)):
            return await tell(batch, at: place.parts, updating: batch.conversation?.messageID, errand)
        case (.whisper, _), (.dialog, _): return .impossible(trouble: "google-chat.nobody-alone")
        case (.conversation, _), (.place, _): return .impossible(trouble: "reply.wrong-kind")
        }
    }

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
        guard let space = parts["space"], GoogleChatName.isSpace(space),
            parts["thread"].map({ GoogleChatName.isThread($0, in: space) }) ?? true,
            parts["person"].map(GoogleChatName.isUser) ?? true
        else { return .impossible(trouble: "google-chat.place-not-permitted") }
        let known = messageID.flatMap { GoogleChatName.isMessage($0, in: space) ? $0 : nil }
        let message = Self.message(batch, at: parts, isUpdate: known != nil)
        let path =
            known.map { "\($0)?updateMask=text,cardsV2" }
            ?? "\(space)/messages?messageReplyOption=REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD"
        do throws(AccessToken.Failure) {
            let answer = try await call(known == nil ? .post : .patch, path, message, errand)
            if known != nil, [403, 404].contains(answer.status) {
                return await tell(batch, at: parts, updating: nil, errand)
            }
            return read(answer, in: space, isUpdate: known != nil, errand.now)
        } catch {
            return error.delivery
        }
    }

    static func message(_ batch: Batch, at parts: [String: String], isUpdate: Bool) -> JSONValue {
        let notices = batch.shown
        let isRepeated = batch.entries.map { !isUpdate && $0.mayHaveBeenSent }
        var message: [String: JSONValue]
        if let heading = batch.heading {
            message = [
                "text": .string(GoogleChatText.text(notices, under: heading)),
                "cardsV2": GoogleChatText.cards(ofGroup: notices) ?? [],
            ]
        } else {
            message = [
                "text": .string(GoogleChatText.text(notices, isRepeated: isRepeated)),
                "cardsV2": notices.last.flatMap { GoogleChatText.cards(of: $0) } ?? [],
            ]
        }
        if !isUpdate {
            if let thread = parts["thread"] { message["thread"] = ["name": .string(thread)] }
            if let person = parts["person"] { message["privateMessageViewer"] = ["name": .string(person)] }
        }
        return .object(message)
    }

    private func call(
        _ method: OutgoingRequest.Method,
        _ path: String,
        _ body: JSONValue,
        _ errand: Errand
    ) async throws(AccessToken.Failure) -> IncomingResponse {
        let answer = try await callOnce(method, path, body, errand)
        guard answer.status == 401 else { return answer }
        token.forget()
        return try await callOnce(method, path, body, errand)
    }

    private func callOnce(
        _ method: OutgoingRequest.Method,
        _ path: String,
        _ body: JSONValue,
        _ errand: Errand
    ) async throws(AccessToken.Failure) -> IncomingResponse {
        let bearer = try await token.bearer(errand) { () throws(AccessToken.Failure) in
            try account.order(scope: Self.scope, now: errand.now)
        }
        let request = OutgoingRequest(
            method,
            Secret("\(base)/v1/\(path)"),
            headers: [
                .init("Content-Type", "application/json"), .init("Authorization", secret: bearer),
            ],
            body: Secret(body.encoded()),
            isIdempotent: method == .patch,
            deadline: errand.deadline,
            responseBytesMax: 256 << 10
        )
        do throws(TransferFailure) {
            return try await errand.http.send(request)
        } catch {
            throw Delivery.Trouble(error).map(AccessToken.Failure.failed) ?? .impossible(error.code)
        }
    }

    private func read(
        _ answer: IncomingResponse,
        in space: String,
        isUpdate: Bool,
        _ now: Timestamp
    ) -> Delivery {
        if let trouble = Delivery.Trouble(answer, provider: Self.provider, now: now) {
            return .failed(trouble)
        }
        guard (200...299).contains(answer.status) else {
            return .impossible(trouble: "google-chat.http-\(answer.status)")
        }
        let name = (try? JSONReader.read(answer.body, root: .object))?["name"]?.string
        let id = name.flatMap { GoogleChatName.isMessage($0, in: space) ? $0 : nil }
        return .told(messageID: isUpdate ? nil : id, usesResponseURL: false)
    }
}

/// A service account of Google, which signs for its own tokens.
struct ServiceAccount: Sendable {
    private static let life: Int64 = 3_600

    private let email: String
    private let keyID: String
    private let key: PrivateKey
    private let tokenURL: String

    /// Reads the JSON file that Google gives for a key; `tokenURL` replaces the address in it.
    init(_ file: Secret, tokenURL: String?) throws(ServiceAccountError) {
        let value = file.withBytes { try? JSONReader.read($0, root: .object) }
        guard let value, let email = value["client_email"]?.string, let pem = value["private_key"]?.string,
            let keyID = value["private_key_id"]?.string
        else { throw .notAKeyFile }
        do {
            key = try PrivateKey(pem: Secret(pem))
        } catch {
            throw .noPrivateKey
        }
        guard key.isRSA else { throw .noPrivateKey }
        self.email = email
        self.keyID = keyID
        self.tokenURL = tokenURL ?? "https://oauth2.googleapis.com/token"
    }

    /// The call that gets a token, with an assertion signed now.
    func order(scope: String, now: Timestamp) throws(AccessToken.Failure) -> AccessToken.Order {
        let header: JSONValue = ["alg": "RS256", "typ": "JWT", "kid": .string(keyID)]
        let claims: JSONValue = [
            "iss": .string(email), "scope": .string(scope), "aud": .string(tokenURL),
            "iat": .integer(now.seconds), "exp": .integer(now.seconds + Self.life),
        ]
        let signed = Base64.encodeURL(header.encoded()) + "." + Base64.encodeURL(claims.encoded())
        guard let signature = try? key.sign(Array(signed.utf8), .rs256) else {
            throw .impossible("google-chat.key-does-not-sign")
        }
        return AccessToken.Order(
            url: tokenURL,
            fields: [
                ("grant_type", Secret("urn:ietf:params:oauth:grant-type:jwt-bearer")),
                ("assertion", Secret(signed + "." + Base64.encodeURL(signature))),
            ]
        )
    }
}

/// Why the key of a service account cannot be used.
package enum ServiceAccountError: Error, Equatable {
    /// Not the JSON file that Google gives.
    case notAKeyFile
    /// Its key is none, or not RSA.
    case noPrivateKey
}
