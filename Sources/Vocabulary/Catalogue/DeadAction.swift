/// Something that Defender did once and does no longer: who asks for it is told what to use instead.
package struct DeadAction: Sendable, Hashable {
    /// What people type, or wrote into settings; the first is its name.
    package let words: [String]
    /// ISO date since which it cannot be had.
    package let since: String
    /// The beginning of a sentence, to go before `since`.
    package let what: String
    /// An action of the catalogue with its parameters, as it is typed of a machine.
    package let instead: String
    /// The same in a few words, to go after "use".
    package let insteadInWords: String

    /// What happened, in a sentence without its stop.
    package var message: String { "\(what) since \(since)" }

    /// What to do now, in words without a stop.
    package var fix: String { "use \(insteadInWords)" }

    /// Both for a person who typed it.
    package var answer: String { "\(message). Instead: \(instead)." }

    /// True for each of its words, however they are joined: `startInvestigation` is `start-investigation`.
    fileprivate func isCalled(_ word: String) -> Bool {
        let wanted = DeadAction.joined(word)
        return words.contains { DeadAction.joined($0) == wanted }
    }

    private static func joined(_ word: String) -> String {
        word.lowercased().filter { $0 != "-" && $0 != "_" }
    }
}

extension Catalogue {
    /// What cannot be done any more.
    ///
    /// Source: `reference/defender-api.md` "Read this first", §8.
    package static let dead: [DeadAction] = [
        DeadAction(
            words: [
                "investigate", "start-investigation", "run-investigation", "initiate-investigation",
                "auto-investigate", "automated-investigation", "air",
            ],
            since: "2026-09-01",
            what: "Microsoft lets nobody start an investigation by hand",
            instead: "scan <machine> with type=Full",
            insteadInWords: "scan, with type Full"
        )
    ]

    /// The dead action of a word; nil for what lives or never was.
    package static func deadAction(_ word: String) -> DeadAction? {
        entry(word) == nil ? dead.first { $0.isCalled(word) } : nil
    }
}
