/// What kind of system a source is; the word after `kind:` in the settings.
///
/// Each kind is declared beside its reader under Classifying, so that adding one changes nothing here.
package struct SourceKind: Sendable, Hashable, CustomStringConvertible {
    /// Such as `standard-webhooks`.
    package let word: String
    /// Chat kinds are answered 200 with words; the others 202.
    package let isChat: Bool
    /// Kinds whose deliveries prove a person; the others act as the source's one service.
    package let provesPerson: Bool
    /// What nobody in particular did is asked by the source's one service.
    package let actsAsService: Bool

    /// A kind that proves no person always acts as a service; one that does may, for what machines do there.
    package init(_ word: String, isChat: Bool, provesPerson: Bool, actsAsService: Bool = false) {
        self.word = word
        self.isChat = isChat
        self.provesPerson = provesPerson
        self.actsAsService = actsAsService || !provesPerson
    }

    package var description: String { word }
}
