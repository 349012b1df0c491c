import Vocabulary

/// The kinds that the tests here need; each is declared beside its reader, which this target does not see.
extension SourceKind {
    static let slack = SourceKind("slack", isChat: true, provesPerson: true)
    static let jira = SourceKind("jira", isChat: false, provesPerson: true)
    static let standardWebhooks = SourceKind("standard-webhooks", isChat: false, provesPerson: false)
    static let hmac = SourceKind("hmac", isChat: false, provesPerson: false)
}
