import JSONReader
import Vocabulary

/// The options of a Discord command, as a sentence of the grammar.
///
/// Whoever registers the command chooses: one option `text` with everything, or options that are called as the words
/// of the grammar. The action is a subcommand, the option `action`, or the command's own name.
///
///     /bascule text: isolate ws-1 for 4h because SEC-1
///     /bascule isolate machine: ws-1 for: 4h because: SEC-1
///     /isolate machine: ws-1 because: SEC-1
struct DiscordOptions {
    /// Discord's numbers for kinds of options.
    private enum Kind {
        static let subcommand: Int64 = 1
        static let text: Int64 = 3
    }

    /// Other spellings of the same.
    private static let aliases = ["host": "machine", "reason": "because"]
    private static let names = ["text", "action", "machine", "job", "for", "with", "because", "ticket"]

    private var subcommand: String?
    private var values: [String: String] = [:]

    init(_ options: JSONValue?) throws(Unreadable) {
        var list = options?.array ?? []
        if list.count == 1, list[0]["type"]?.integer == Kind.subcommand {
            subcommand = list[0]["name"]?.string
            list = list[0]["options"]?.array ?? []
        }
        for option in list {
            guard let spelled = option["name"]?.string, option["type"]?.integer == Kind.text,
                let value = option["value"]?.string
            else { throw Unreadable("discord.unknown-option", "An option of the command is no text.") }
            let name = Self.aliases[spelled] ?? spelled
            guard Self.names.contains(name), values.updateValue(value, forKey: name) == nil else {
                throw Unreadable(
                    "discord.unknown-option",
                    "The command has an option that the bridge does not know, or knows twice; it knows text, or "
                        + "action, machine, job, for, with, because and ticket."
                )
            }
        }
    }

    /// Puts the options into the order of the grammar.
    ///
    /// - Parameter command: The command's name, without a slash.
    /// - Returns: A sentence to be read as if it had been typed.
    /// - Throws: ``Unreadable`` if nothing says what is to be done; that is never guessed.
    func sentence(of command: String) throws(Unreadable) -> String {
        let own = ChatGrammar.firstWords.contains(command) ? command : nil
        let action = subcommand ?? values["action"] ?? own
        if let text = values["text"] {
            guard values.count == 1 else {
                throw Unreadable(
                    "discord.mixed-options",
                    "The option text stands beside others; use one form."
                )
            }
            return [action, text].compactMap(\.self).joined(separator: " ")
        }
        if values.isEmpty { return action ?? "" }
        guard let action else {
            throw Unreadable(
                "discord.no-action",
                "The command does not say what is to be done: register subcommands such as isolate, or an option "
                    + "action or text."
            )
        }
        var words = [action, values["machine"], values["job"]].compactMap(\.self)
        for name in ["for", "with"] {
            if let value = values[name] { words += [name, value] }
        }
        let reason = [values["ticket"], values["because"]].compactMap(\.self).joined(separator: " ")
        if !reason.isEmpty { words += ["because", reason] }
        return words.joined(separator: " ")
    }
}
