import JSONReader
package import Vocabulary

/// Where jobs of a source are told that is answered by callbacks: the settings' `reply: { callback: NAME }`.
package struct CallbackPlace: Sendable, Hashable {
    /// The source of kind `callback`.
    package let name: SourceName
    /// Whose addresses a body may name as `reply_to`, as `host` or `host:port`; empty for nobody's.
    package let hosts: [String]

    /// Long enough for a containment to end and be told.
    private static let lifetime = Duration.seconds(30 * 86_400)

    package init(name: SourceName, hosts: [String]) {
        self.name = name
        self.hosts = hosts
    }

    /// The same, answered there.
    func lead(_ classification: Classification, of delivery: VerifiedDelivery) -> Classification {
        let address = address(for: delivery)
        switch classification {
        case .intents(var intents):
            for index in intents.indices {
                intents[index].replyTo = address
                intents[index].answeredBy = .reply(address)
            }
            return .intents(intents)
        case .notUnderstood(let words, _):
            return .notUnderstood(words: words, answeredBy: .reply(address))
        case .refused(let code, let words, _):
            return .refused(code: code, words: words, answeredBy: .reply(address))
        case .unreadable, .unmatched, .own, .handshake: return classification
        }
    }

    /// An address in the body counts only where its host is listed; any other leads to the configured one.
    private func address(for delivery: VerifiedDelivery) -> ReplyAddress {
        let place = ["callback": name.text]
        guard !hosts.isEmpty, let body = try? JSONReader.read(delivery.body, root: .object),
            let url = (body["reply_to"] ?? body.at("data.reply_to"))?.string,
            ReplyHosts(hosts).permits(url)
        else { return .at(place) }
        let expiresAt = delivery.receivedAt + Self.lifetime
        return .at(place, responseURL: ResponseURL(url: url, expiresAt: expiresAt))
    }
}
