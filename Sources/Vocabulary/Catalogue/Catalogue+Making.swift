/// Makes entries of two kinds: questions, and orders that Defender carries out while it answers.
extension Catalogue {
    /// Says that something has no end: `for ever`.
    package static let forEver = "ever"
    /// The parameter in which that is kept, and its word.
    package static let expiryParameter = "expires"
    package static let never = "never"
    /// The word of a note that is left as it is.
    package static let unchanged = "unchanged"
    static let expiry = words(expiryParameter, "Whether it ends; `for ever` says never.", ["in-time", never])

    /// How many rows a list gives.
    static let top = words("top", "Rows at most.", ["10", "50", "100", "500", "1000"], usual: "100")

    /// A parameter of some words, the first of which holds where nothing is said.
    static func words(
        _ name: String,
        _ summary: String,
        _ words: [String],
        usual: String? = nil
    ) -> ActionParameter {
        ActionParameter(
            name: name,
            summary: summary,
            domain: .words(words, defaultValue: usual ?? words.first ?? "")
        )
    }

    /// A question that is answered from Defender's lists and changes nothing.
    ///
    /// About a machine it also takes what finds the machine.
    static func lookUp(
        _ word: String,
        _ summary: String,
        about: SubjectKind,
        parameters: [ActionParameter] = [],
        application: [String],
        delegated: [String],
        rate: RateWindow = documentedRate,
        backEnd: BackEnd = .defender,
        retires: String? = nil
    ) -> ActionEntry {
        ActionEntry(
            word: word,
            summary: summary,
            parameters: parameters,
            applicationPermissions: application,
            delegatedPermissions: delegated,
            watchingPermissions: about == .machine ? readingMachines : [],
            changesState: false,
            lane: nil,
            takesTimeBox: false,
            undoneBy: nil,
            machineActionType: nil,
            rate: rate,
            platforms: "any",
            backEnd: backEnd,
            retires: retires,
            about: about
        )
    }

    /// A change that Defender makes while it answers, and that may be asked for twice with the same end.
    static func order(
        _ word: String,
        _ summary: String,
        about: SubjectKind,
        parameters: [ActionParameter] = [],
        application: [String],
        delegated: [String],
        lane: Lane,
        undoneBy: String? = nil,
        takesTimeBox: Bool = false,
        rate: RateWindow = documentedRate
    ) -> ActionEntry {
        ActionEntry(
            word: word,
            summary: summary,
            parameters: parameters,
            applicationPermissions: application,
            delegatedPermissions: delegated,
            watchingPermissions: about == .machine ? readingMachines : [],
            changesState: true,
            lane: lane,
            takesTimeBox: takesTimeBox,
            undoneBy: undoneBy,
            machineActionType: nil,
            rate: rate,
            platforms: "any",
            backEnd: .defender,
            retires: nil,
            about: about,
            needsEnd: takesTimeBox
        )
    }
}
