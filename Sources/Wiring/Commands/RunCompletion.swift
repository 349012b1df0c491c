import Catalogue

/// What a shell offers behind `run`: the words of the catalogue, then what an action takes.
///
/// `bascule --generate-completion-script bash|zsh|fish` makes the script that asks for it.
enum RunCompletion {
    private static let command = "run"
    private static let clauses = ["for", "with", "because"]

    /// Offers what fits; `words` is the command line so far, the program first, the word being typed last.
    static func candidates(after words: [String]) -> [String] {
        guard let start = words.firstIndex(of: command) else { return [] }
        let typed = words[words.index(after: start)...]
        let settled = typed.dropLast().filter { !$0.hasPrefix("-") }
        let last = typed.last ?? ""
        guard let entry = settled.lazy.compactMap({ Catalogue.entry($0) }).first else {
            return Catalogue.actions.filter { $0.isPosted || $0.isLookUp }.map(\.word)
                .filter { $0.hasPrefix(last.lowercased()) }
        }
        if settled.last == "for" {
            return (entry.needsEnd ? [Catalogue.forEver] : []) + ["1h", "4h", "8h", "1d", "7d"]
        }
        // Behind a reason nothing is to be offered.
        guard !settled.contains("because") else { return [] }
        let parameters = entry.parameters.filter { !$0.isDocument && $0.name != Catalogue.expiryParameter }
        let settings = parameters.flatMap { parameter in
            parameter.values.isEmpty
                ? ["\(parameter.name)="] : parameter.values.map { "\(parameter.name)=\($0)" }
        }
        let offered = settled.contains("with") ? settings + ["because"] : offeredClauses(entry, settled)
        return offered.filter { $0.lowercased().hasPrefix(last.lowercased()) }
    }

    private static func offeredClauses(_ entry: ActionEntry, _ settled: [String]) -> [String] {
        clauses.filter { clause in
            switch clause {
            case "for": entry.takesTimeBox && !settled.contains("for")
            case "with": !entry.parameters.isEmpty
            default: true
            }
        }
    }
}
