import Catalogue
package import Vocabulary

/// How commands are rightly written; what answers show.
package enum CommandForms {
    /// All first words in one line.
    package static var everything: String {
        let actions = Catalogue.actions.filter(\.isPosted).map(\.word).joined(separator: ", ")
        return "Commands: \(actions), status, isolated, jobs, approve, deny, "
            + "extend, hold, cancel, go, whoami, freeze, unfreeze, help; and the look-ups, which help lists."
    }

    /// The right form of one command, as in `Right form: isolate <machine>[,<machine>…] …`.
    package static func rightForm(_ word: String) -> String {
        "Right form: \(form(word))"
    }

    /// The lines of `help`.
    package static var help: [String] {
        let actions = Catalogue.actions.filter(\.isPosted)
        let lookUps = Catalogue.actions.filter { $0.isLookUp && $0.needsGrant }.map(\.word)
        return actions.map { "\(form($0.word)): \($0.summary)" } + [
            "Look-ups: \(lookUps.joined(separator: ", ")). One that is said wrongly is answered with its right form.",
            "status <machine>: \(Catalogue.status.summary)",
            "isolated: List what is contained, by whom, and until when.",
            "jobs: List what is under way.",
            "cancel <job>: \(Catalogue.cancel.summary)",
            "approve <job>: Agree to what somebody else asked for.",
            "deny <job> because <reason>: Refuse it.",
            "extend <machine> for <duration>: Move the end of your containment that much further off.",
            "hold <machine>: No release at the end of the time, until `go` with the release's job.",
            "go <job>: Let a held job go on.",
            "freeze because <reason>: Stop everything that contains or changes.",
            "unfreeze [because <reason>]: End the freeze.",
            "whoami: Say who you are here and what you may do.",
            "help: Show this.",
        ]
    }

    /// The exact command for one machine, such as the one meant among several candidates.
    package static func spell(_ request: ActionRequest, machine: MachineID) -> String {
        var words = [request.action, machine.text]
        if let duration = request.duration { words += ["for", duration.description] }
        let settings = request.parameters.sorted { $0.key < $1.key }
        if !settings.isEmpty { words += ["with"] + settings.map(ActionParameter.spelled) }
        if let reason = request.reason { words += ["because", reason] }
        return words.joined(separator: " ")
    }

    private static func form(_ word: String) -> String {
        switch word {
        case "status": return "status <machine>"
        case "cancel", "go", "approve": return "\(word) <job>"
        case "deny": return "deny <job> because <reason>"
        case "extend": return "extend <machine>[,<machine>…] for <duration>"
        case "hold": return "hold <machine>[,<machine>…]"
        case "freeze": return "freeze because <reason>"
        case "unfreeze": return "unfreeze [because <reason>]"
        default: break
        }
        guard let entry = Catalogue.entry(word) else { return word }
        var parts = [entry.word]
        if !entry.about.placeholder.isEmpty { parts.append(entry.about.placeholder) }
        if entry.needsEnd {
            parts.append("for <duration>|ever")
        } else if entry.takesTimeBox {
            parts.append("[for <duration>]")
        }
        // `with` is said once, before the first of them.
        let settings = entry.parameters.filter { $0.name != Catalogue.expiryParameter }
        for (place, parameter) in settings.enumerated() {
            let words = "\(place == 0 ? "with " : "")\(parameter.name)=\(parameter.placeholder)"
            parts.append(parameter.isRequired ? words : "[\(words)]")
        }
        return (parts + ["[because <reason>]"]).joined(separator: " ")
    }
}
