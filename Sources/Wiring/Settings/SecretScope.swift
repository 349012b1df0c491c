import Vocabulary

/// Which secrets a command reads when it reads the settings.
enum SecretScope: Sendable, Hashable {
    case all
    /// For an operator's commands: neither the environment nor the files of the bridge are theirs to read.
    case unread
    /// Only what this source's deliveries are signed with.
    case source(SourceName)
    /// Only the proxy's address, for commands that call the world outside for somebody else than the bridge.
    case proxy
    /// Only the key that signs the audit's checkpoints.
    case auditKey
    /// Only what opens the way out: the application's credential and the proxy's address.
    case application

    /// True if the signing secret of `source` is read; nil stands for any other secret.
    func includes(_ source: SourceName?) -> Bool {
        switch self {
        case .all: true
        case .unread, .proxy, .auditKey, .application: false
        case .source(let name): name == source
        }
    }

    /// True if a secret is read for what it is called in messages, whatever ``includes(_:)`` says.
    func includes(called name: String) -> Bool {
        self == .application
            && ["the application's", "the certificate's", "the proxy's"].contains { name.hasPrefix($0) }
    }

    /// Stands where a secret was not read: random, so that nothing fits it.
    static func placeholder() -> Secret {
        Secret((0..<32).map { _ in UInt8.random(in: .min ... .max) })
    }
}
