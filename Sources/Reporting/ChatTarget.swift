import CurlClient
import Enqueuing
import JSONReader
import Vocabulary

/// Where in a chat a batch is told, for kinds whose addresses are parts.
enum ChatTarget {
    /// `messageID` is the message that is kept up to date; nil posts a new one.
    case place(ReplyPlace, messageID: String?)
    /// A room that the settings name.
    case room(String)
    case nowhere(trouble: String)

    init(_ batch: Batch, _ errand: Errand) {
        switch (batch.audience, batch.conversation?.address) {
        case (.tell, _):
            self = errand.tellChannel.map(Self.room) ?? .nowhere(trouble: "tell.not-configured")
        case (.room(_, let room), _): self = .room(room)
        case (.place(_, .at(let place)), _): self = .place(place, messageID: nil)
        case (.conversation, .at(let place)):
            self = .place(place, messageID: batch.conversation?.messageID)
        case (.place, _), (.conversation, _), (.whisper, _), (.dialog, _):
            self = .nowhere(trouble: "reply.wrong-kind")
        }
    }
}

/// One message that is changed as long as it is there, and posted anew where it is gone.
enum KeptMessage {
    /// - Parameters:
    ///   - messageID: The message so far; nil if there is none.
    ///   - change: Nil if the message is not to be changed any more.
    ///   - post: Posts a new one.
    /// - Returns: What came of it.
    static func tell(
        _ messageID: String?,
        change: (String) async throws(TransferFailure) -> Delivery?,
        post: () async throws(TransferFailure) -> Delivery
    ) async -> Delivery {
        do throws(TransferFailure) {
            if let messageID, let changed = try await change(messageID) { return changed }
            return try await post()
        } catch {
            return Delivery.Trouble(error).map(Delivery.failed) ?? .impossible(trouble: error.code)
        }
    }
}

extension Batch {
    /// An update that is made twice is one update, so it is never marked as a repeat.
    func isRepeated(updating messageID: String?) -> [Bool] {
        entries.map { messageID == nil && $0.mayHaveBeenSent }
    }
}

extension Delivery {
    /// Told in a message of its own, which is not kept up to date.
    var once: Delivery {
        if case .told = self { .told(messageID: nil, usesResponseURL: false) } else { self }
    }
}

/// Five uses of an address that came with a command, the last of which is kept for the end.
enum ResponseUse {
    /// Uses of one address.
    static let usesMax = 5
    /// An address that has this much left is used up with what there is to say.
    static let lastMoment = Duration.seconds(60)

    /// What is to be done instead of using the address; nil to use it.
    static func obstacle(
        to responseURL: ResponseURL,
        for batch: Batch,
        provider: String,
        now: Timestamp
    ) -> Delivery? {
        guard now < responseURL.expiresAt else {
            return .impossible(trouble: "\(provider).response-url-expired")
        }
        let uses = batch.conversation?.uses ?? 0
        guard uses < usesMax else { return .impossible(trouble: "\(provider).response-url-used-up") }
        let last = responseURL.expiresAt - lastMoment
        if uses == usesMax - 1, !batch.holdsFinal, now < last {
            return .deferred(until: last, trouble: "\(provider).last-use-kept-for-the-end")
        }
        guard responseURL.url.hasPrefix("https://") else {
            return .impossible(trouble: "\(provider).response-url-not-permitted")
        }
        return nil
    }
}
