import Catalogue
import Vocabulary

/// What may follow the machines of an action: `for`, `with`, `because`, each at most once.
struct ActionClauses {
    private let entry: ActionEntry
    private(set) var parameters: [String: String] = [:]
    private(set) var duration: TimeBox?
    private(set) var reason: String?
    /// `with break-glass=NAME`: no parameter of an action, but which grant is meant.
    private(set) var breakGlass: String?
    private var said: Set<String> = []

    private static let breakGlassWord = "break-glass"

    init(entry: ActionEntry) {
        self.entry = entry
    }

    /// Takes the clause that `word` begins.
    mutating func take(_ word: String, _ words: inout CommandWords) throws(Misunderstanding) {
        let keyword = word.lowercased()
        // `with a=1 b=2`: further parameters follow without the word, or with it once more.
        let continuesWith = said.contains("with") && word.contains("=")
        if !continuesWith {
            guard ChatGrammar.keywords.contains(keyword) else { throw notUnderstood(word) }
            guard said.insert(keyword).inserted || keyword == "with" else {
                throw refusal("\"\(keyword)\" is said twice.")
            }
        }
        switch keyword {
        case "for" where !continuesWith: try takeDuration(words.next())
        case "because" where !continuesWith:
            guard let rest = words.takeRest() else { throw refusal("\"because\" needs a reason.") }
            reason = rest
        case "with" where !continuesWith: try takeParameter(words.next())
        default: try takeParameter(word)
        }
    }

    private mutating func takeDuration(_ word: String?) throws(Misunderstanding) {
        guard entry.takesTimeBox else { throw refusal("\"\(entry.word)\" takes no duration.") }
        if entry.needsEnd, word?.lowercased() == Catalogue.forEver {
            parameters[Catalogue.expiryParameter] = Catalogue.never
            return
        }
        guard let word, let box = TimeBox(word) else {
            throw refusal(
                "\"for\" needs a duration: a whole number and s, m, h or d, from 1s to 365d, such as 4h."
            )
        }
        duration = box
    }

    /// Takes what came in a file beside the command.
    mutating func takeDocument(_ text: String) throws(Misunderstanding) {
        guard let parameter = entry.parameters.first(where: \.isDocument) else {
            throw refusal("\"\(entry.word)\" takes no file.")
        }
        // What editors on Windows put before and between lines.
        let unmarked = text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text
        guard let value = parameter.canonical(unmarked.replacing("\r\n", with: "\n")) else {
            throw refusal("The file is not \(parameter.expectation).")
        }
        parameters[parameter.name] = value
    }

    private mutating func takeParameter(_ word: String?) throws(Misunderstanding) {
        guard let word, let sign = word.firstIndex(of: "=") else {
            throw refusal("\"with\" needs <parameter>=<value>.")
        }
        if word[..<sign].lowercased() == Self.breakGlassWord {
            let name = String(word[word.index(after: sign)...])
            guard breakGlass == nil else { throw refusal("\"\(Self.breakGlassWord)\" is said twice.") }
            guard !name.isEmpty else {
                throw refusal("\"\(Self.breakGlassWord)\" needs the name of a grant.")
            }
            breakGlass = name
            return
        }
        let setting = ParameterSetting(
            name: String(word[..<sign]),
            value: ActionParameter.unquoted(word[word.index(after: sign)...]),
            of: entry
        )
        switch setting {
        case .known(let name, let value):
            guard parameters.updateValue(value, forKey: name) == nil else {
                throw refusal("\"\(name)\" is said twice.")
            }
        case .unknown(let words): throw refusal(words)
        }
    }

    /// Looks at everything that was said: what has no default must be there, and lists are read line by line.
    func checked(_ subjects: [Subject]) throws(Misunderstanding) -> ActionClauses {
        if let missing = entry.parameters.first(where: { $0.isRequired && parameters[$0.name] == nil }) {
            throw refusal("\"\(entry.word)\" needs \"with \(missing.name)=\(missing.placeholder)\".")
        }
        var checked = self
        for parameter in entry.parameters {
            guard let kind = parameter.linesOf, let list = parameters[parameter.name] else { continue }
            do throws(SubjectList.Fault) {
                checked.parameters[parameter.name] = try SubjectList.canonical(list, of: kind)
            } catch {
                throw refusal(error.words)
            }
        }
        for subject in subjects {
            let objection = entry.objection(
                checked.parameters,
                subject: subject.thing,
                hasDuration: duration != nil
            )
            if let objection { throw refusal(objection) }
        }
        return checked
    }

    private func notUnderstood(_ word: String) -> Misunderstanding {
        let nearest = nearestWord(to: word, among: ChatGrammar.keywords)
        let hint = nearest.map { " Did you mean \"\($0)\"?" } ?? ""
        return refusal("\"\(ChatGrammar.shortened(word))\" was not understood.\(hint)")
    }

    private func refusal(_ words: String) -> Misunderstanding {
        Misunderstanding("\(words) \(CommandForms.rightForm(entry.word))")
    }
}

/// A parameter said as name and value, held against the catalogue; the same in chat and in routes.
enum ParameterSetting: Equatable {
    /// Canonical spelling of both.
    case known(name: String, value: String)
    case unknown(words: String)

    init(name: String, value: String, of entry: ActionEntry) {
        guard let parameter = entry.parameters.first(where: { $0.name == name.lowercased() }) else {
            let names = entry.parameters.map(\.name)
            let known = names.isEmpty ? "it takes none" : "it takes \(names.joined(separator: ", "))"
            self = .unknown(
                words: "\"\(entry.word)\" has no parameter \"\(ChatGrammar.shortened(name))\"; \(known)."
            )
            return
        }
        guard let value = parameter.canonical(value) else {
            let nearest = nearestWord(to: value, among: parameter.values)
            let hint = nearest.map { " Did you mean \($0)?" } ?? ""
            self = .unknown(words: "\"\(parameter.name)\" is \(parameter.expectation).\(hint)")
            return
        }
        self = .known(name: parameter.name, value: value)
    }
}
