import CurlClient
package import Enqueuing
import JSONReader
package import Vocabulary

/// How a Rocket.Chat server is answered.
package struct RocketChatServer: Sendable {
    /// The site, without a slash at its end.
    package var base: String
    /// The id of the account that posts.
    package var user: String
    /// A personal access token of that account.
    package var token: Secret

    package init(base: String, user: String, token: Secret) {
        self.base = base
        self.user = user
        self.token = token
    }
}

/// Tells a room of Rocket.Chat: one message kept up to date.
///
/// - Source: `reference/webhook-replies.md` §8.
struct RocketChatReplies: Sendable {
    let server: RocketChatServer
    let http: any HTTPSending
    let deadline: Duration
    let now: Timestamp

    /// - Parameters:
    ///   - batch: What is told.
    ///   - room: The room's id; for news also its name, as `#soc-ops`.
    ///   - known: The message so far.
    /// - Returns: What came of it.
    func tell(_ batch: Batch, in room: String, updating known: String?) async -> Delivery {
        let messageID = known.flatMap { Self.isIdentifier($0) ? $0 : nil }
        let isRepeated = batch.isRepeated(updating: messageID)
        let text = FencedText.block(batch, isRepeated: isRepeated, to: RocketChatMessage.textMax)
        return await KeptMessage.tell(messageID) { id throws(TransferFailure) in
            let answer = try await send(
                "chat.update",
                ["roomId": .string(room), "msgId": .string(id), "text": .string(text)]
            )
            let delivery = read(answer)
            // Deleted, or too old to be edited.
            if case .impossible = delivery { return nil }
            return delivery
        } post: { () throws(TransferFailure) in
            let key = Self.isIdentifier(room) ? "roomId" : "channel"
            return read(
                try await send(
                    "chat.postMessage",
                    [key: .string(room), "text": .string(text), "parseUrls": false]
                )
            )
        }
    }

    private func read(_ answer: IncomingResponse) -> Delivery {
        if let trouble = Delivery.Trouble(answer, provider: "rocketchat", now: now) {
            return .failed(trouble)
        }
        let body = try? JSONReader.read(answer.body, root: .object)
        if answer.status == 400,
            body?["errorType"] == "error-too-many-requests"
                || body?["error"]?.string?.contains("error-too-many-requests") == true
        {
            return .failed(.init(code: "rocketchat.busy", retryAfter: .seconds(10), mayHaveArrived: false))
        }
        guard answer.status == 200, let body, body["success"] == true else {
            return .impossible(trouble: "rocketchat.http-\(answer.status)")
        }
        return .told(messageID: body.at("message._id")?.string, usesResponseURL: false)
    }

    private func send(
        _ method: String,
        _ body: [String: JSONValue]
    ) async throws(TransferFailure) -> IncomingResponse {
        try await http.send(
            OutgoingRequest(
                .post,
                Secret("\(server.base)/api/v1/\(method)"),
                headers: [
                    .init("Content-Type", "application/json"), .init("X-User-Id", server.user),
                    .init("X-Auth-Token", secret: server.token),
                ],
                body: Secret(JSONValue.object(body).encoded()),
                isIdempotent: false,
                deadline: deadline,
                responseBytesMax: 256 << 10
            )
        )
    }

    static func isIdentifier(_ text: String) -> Bool { text.wholeMatch(of: /[A-Za-z0-9_-]{1,64}/) != nil }
}

/// How Rocket.Chat shows what the hook itself answers: to everybody in the room.
package enum RocketChatMessage: ChatVoice {
    /// Rocket.Chat takes 5,000 characters where nobody has changed that.
    static let textMax = 4_800

    package static func immediate(_ notice: Notice, seenByAll: Bool) -> HookAnswer {
        let body: JSONValue = ["text": .string(FencedText.block([notice], to: textMax))]
        return HookAnswer(status: 200, contentType: "application/json", body: body.encodedText)
    }

    package static var empty: HookAnswer {
        HookAnswer(status: 200, contentType: "application/json", body: "{}")
    }
}

extension RocketChatServer: ReplyChannel {
    package func deliver(_ batch: Batch, _ errand: Errand) async -> Delivery {
        let replies = RocketChatReplies(
            server: self,
            http: errand.http,
            deadline: errand.deadline,
            now: errand.now
        )
        switch ChatTarget(batch, errand) {
        case .place(let place, let messageID):
            guard let room = place["room"], RocketChatReplies.isIdentifier(room) else {
                return .impossible(trouble: "rocketchat.room")
            }
            return await replies.tell(batch, in: room, updating: messageID)
        case .room(let room): return await replies.tell(batch, in: room, updating: nil).once
        case .nowhere(let trouble): return .impossible(trouble: trouble)
        }
    }
}
