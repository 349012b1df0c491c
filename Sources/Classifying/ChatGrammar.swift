import Catalogue
package import Vocabulary

/// Reads a typed command (design §7).
///
/// What is not understood is never guessed into an action.
package enum ChatGrammar {
    /// Machines one command may name.
    package static let machinesMax = 20
    /// Characters of a reason that are kept.
    package static let reasonCharactersMax = 1_000

    /// Words that begin a clause; no machine is called so.
    static let keywords = ["for", "with", "because"]
    /// Every word a command can begin with.
    static var firstWords: [String] {
        Catalogue.actions.map(\.word) + [
            "isolated", "jobs", "whoami", "freeze", "unfreeze", "go", "approve", "deny", "extend", "hold",
            "help",
        ]
    }

    /// Reads one command; several machines give several requests, in the order named.
    ///
    /// - Throws: ``Misunderstanding`` with words for the person.
    ///
    /// - Parameters:
    ///   - text: As it was typed.
    ///   - document: What the action's document parameter says, where it comes from a file.
    /// - Returns: One request for each machine or other thing that is named.
    package static func parse(
        _ text: String,
        document: String? = nil
    ) throws(Misunderstanding) -> [Request] {
        guard text.utf8.count <= ChatText.bytesMax else {
            throw Misunderstanding(
                "The command is longer than \(ChatText.bytesMax) bytes. Shorten the reason."
            )
        }
        var words = CommandWords(ChatText.plain(text))
        guard let first = try words.next() else { return [.help] }
        let folded = first.lowercased()
        switch folded {
        case "isolated": return [try alone(.isolated, folded, &words)]
        case "jobs": return [try alone(.jobs, folded, &words)]
        case "whoami": return [try alone(.whoAmI, folded, &words)]
        case "help": return [try alone(.help, folded, &words)]
        case "freeze": return [.freeze(because: try reason(&words, of: folded, isNeeded: true) ?? "")]
        case "unfreeze": return [.unfreeze(because: try reason(&words, of: folded, isNeeded: false))]
        case "cancel": return [.cancel(try job(&words, of: folded))]
        case "go": return [.go(try job(&words, of: folded))]
        case "approve": return [.approve(try job(&words, of: folded), seen: nil)]
        case "deny":
            let id = try job(&words, of: folded, isAlone: false)
            return [.deny(id, because: try reason(&words, of: folded, isNeeded: true) ?? "", seen: nil)]
        case "extend":
            let machines = try machines(&words, of: folded)
            let box = try duration(&words, of: folded)
            return machines.map { .extend($0, by: box) }
        case "hold":
            let machines = try machines(&words, of: folded)
            _ = try alone(.jobs, folded, &words)
            return machines.map { .hold($0) }
        case "status":
            let machines = try machines(&words, of: folded)
            return try machines.map { machine throws(Misunderstanding) in
                try alone(.status(machine), folded, &words)
            }
        default:
            guard let entry = Catalogue.entry(folded), entry.isPosted || entry.isLookUp else {
                throw unknown(first)
            }
            return try action(entry, &words, document)
        }
    }

    private static func unknown(_ word: String) -> Misunderstanding {
        if let dead = Catalogue.deadAction(word) { return Misunderstanding(dead.answer) }
        let nearest = nearestWord(to: word, among: firstWords).map { " Did you mean \"\($0)\"?" } ?? ""
        return Misunderstanding(
            "\"\(shortened(word))\" is no command.\(nearest) \(CommandForms.everything)"
        )
    }

    private static func action(
        _ entry: ActionEntry,
        _ words: inout CommandWords,
        _ document: String?
    ) throws(Misunderstanding) -> [Request] {
        let subjects = try subjects(&words, of: entry)
        var clauses = ActionClauses(entry: entry)
        if let document { try clauses.takeDocument(document) }
        while let word = try words.next() {
            try clauses.take(word, &words)
        }
        clauses = try clauses.checked(subjects)
        return subjects.map { subject in
            .action(
                ActionRequest(
                    action: entry.word,
                    subject: subject,
                    parameters: clauses.parameters,
                    duration: clauses.duration,
                    reason: clauses.reason,
                    breakGlass: clauses.breakGlass
                )
            )
        }
    }

    /// What the action is about: machines, other things, or nothing.
    private static func subjects(
        _ words: inout CommandWords,
        of entry: ActionEntry
    ) throws(Misunderstanding) -> [Subject] {
        switch entry.about {
        case .nothing: return [.nothing]
        case .machine: return try machines(&words, of: entry.word)
        case .alerts:
            let list = try list(&words, of: entry.word, "alerts").joined(separator: ",")
            guard let alerts = Subject.parse(list, as: .alerts) else { throw noSubject(list, entry) }
            return [alerts]
        case .tag: return [try tag(&words, of: entry)]
        default:
            var subjects: [Subject] = []
            let takesLinks = entry.about == .indicator || entry.about == .indicatorOrID
            let parts = try list(&words, of: entry.word, entry.about.label, takesLinks: takesLinks)
            for part in parts {
                guard let subject = Subject.parse(unquoted(part), as: entry.about) else {
                    throw noSubject(part, entry)
                }
                if !subjects.contains(subject) { subjects.append(subject) }
            }
            guard subjects.count <= machinesMax else {
                throw Misunderstanding("A command may name at most \(machinesMax) at once.")
            }
            return subjects
        }
    }

    /// A tag, in quotes where it has blanks; a comma belongs to it.
    private static func tag(
        _ words: inout CommandWords,
        of entry: ActionEntry
    ) throws(Misunderstanding) -> Subject {
        guard var text = try words.next() else {
            throw Misunderstanding("\"\(entry.word)\" needs a tag. \(CommandForms.rightForm(entry.word))")
        }
        while text.hasPrefix("\""), text.count < 2 || !text.hasSuffix("\""), let more = try words.next() {
            text += " \(more)"
        }
        guard let tag = Subject.parse(unquoted(text), as: .tag) else { throw noSubject(text, entry) }
        return tag
    }

    private static func noSubject(_ text: String, _ entry: ActionEntry) -> Misunderstanding {
        Misunderstanding(
            "\"\(shortened(text))\" is no \(entry.about.label): \(entry.about.expectation). "
                + CommandForms.rightForm(entry.word)
        )
    }

    /// One word, or several joined by commas with or without blanks.
    private static func list(
        _ words: inout CommandWords,
        of command: String,
        _ label: String,
        takesLinks: Bool = false
    ) throws(Misunderstanding) -> [String] {
        guard var list = try words.next(takesLinks: takesLinks), !keywords.contains(list.lowercased()) else {
            throw Misunderstanding("\"\(command)\" needs a \(label). \(CommandForms.rightForm(command))")
        }
        while list.hasSuffix(",") || words.upcomingStartsWithComma {
            guard let more = try words.next(takesLinks: takesLinks), !keywords.contains(more.lowercased())
            else { break }
            list += more
        }
        return list.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }

    private static func machines(
        _ words: inout CommandWords,
        of command: String
    ) throws(Misunderstanding) -> [Subject] {
        var machines: [Subject] = []
        for part in try list(&words, of: command, "machine") {
            guard !keywords.contains(part.lowercased()), let machine = Subject.parse(unquoted(part)) else {
                throw Misunderstanding(
                    "\"\(shortened(part))\" is no machine: \(SubjectKind.machine.expectation). "
                        + CommandForms.rightForm(command)
                )
            }
            if !machines.contains(machine) { machines.append(machine) }
        }
        guard machines.count <= machinesMax else {
            throw Misunderstanding("A command may name at most \(machinesMax) machines.")
        }
        return machines
    }

    private static func alone(
        _ request: Request,
        _ command: String,
        _ words: inout CommandWords
    ) throws(Misunderstanding) -> Request {
        guard let extra = try words.next() else { return request }
        throw Misunderstanding(
            "\"\(shortened(extra))\" was not understood. \(CommandForms.rightForm(command))"
        )
    }

    private static func reason(
        _ words: inout CommandWords,
        of command: String,
        isNeeded: Bool
    ) throws(Misunderstanding) -> String? {
        guard let word = try words.next() else {
            if !isNeeded { return nil }
            throw Misunderstanding("\"\(command)\" needs a reason. \(CommandForms.rightForm(command))")
        }
        guard word.lowercased() == "because" else {
            throw Misunderstanding(
                "\"\(shortened(word))\" was not understood. \(CommandForms.rightForm(command))"
            )
        }
        guard let reason = words.takeRest() else {
            throw Misunderstanding("\"because\" needs a reason. \(CommandForms.rightForm(command))")
        }
        return reason
    }

    private static func duration(
        _ words: inout CommandWords,
        of command: String
    ) throws(Misunderstanding) -> TimeBox {
        guard try words.next()?.lowercased() == "for", let text = try words.next(), let box = TimeBox(text)
        else {
            throw Misunderstanding(
                "\"\(command)\" needs a duration: for, a whole number and s, m, h or d, such as for 4h. "
                    + CommandForms.rightForm(command)
            )
        }
        _ = try alone(.jobs, command, &words)
        return box
    }

    private static func job(
        _ words: inout CommandWords,
        of command: String,
        isAlone: Bool = true
    ) throws(Misunderstanding) -> JobID {
        guard let word = try words.next(), let id = JobID(spelled: word.lowercased()) else {
            throw Misunderstanding(
                "\"\(command)\" needs the id of a job, as `jobs` shows it. \(CommandForms.rightForm(command))"
            )
        }
        if isAlone { _ = try alone(.jobs, command, &words) }
        return id
    }

    /// Quotes around a whole name are how people protect it from their client.
    private static func unquoted(_ text: String) -> String {
        for quote in ["\"", "'", "`"]
        where text.count > 2 && text.hasPrefix(quote) && text.hasSuffix(quote) {
            return String(text.dropFirst().dropLast())
        }
        return text
    }

    /// Foreign text in an answer is cut to what a line can bear.
    static func shortened(_ text: String) -> String {
        text.count > 60 ? text.prefix(57) + "…" : text
    }
}
