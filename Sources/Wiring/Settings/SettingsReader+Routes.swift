import Catalogue
import Classifying
import Vocabulary
import Yams

extension SettingsReader {
    static func readRoutes(
        _ node: Node?,
        _ sources: [Settings.Source],
        _ reading: SettingsReading
    ) -> [Settings.Route] {
        guard let node else { return [] }
        guard let items = node.sequence else {
            reading.error(node, "\"routes\" is not a list", "write `- { from: …, … }`")
            return []
        }
        return items.enumerated().compactMap { readRoute($0.offset + 1, $0.element, sources, reading) }
    }

    private static func readRoute(
        _ number: Int,
        _ node: Node,
        _ sources: [Settings.Source],
        _ reading: SettingsReading
    ) -> Settings.Route? {
        let known = [
            "name", "from", "command", "when", "trigger", "do", "machine", "because", "for", "ticket",
            "confirm", "with",
        ]
        let title = "route \(number)"
        guard let fields = Fields(node, title, known: known, in: reading),
            let from = fields.text("from", isRequired: true)
        else { return nil }
        guard let source = sources.first(where: { $0.name.text == from }) else {
            unknownSource(from, fields["from"], Set(sources.map(\.name)), reading)
            return nil
        }
        var route = Settings.Route(
            name: fields.text("name") ?? title,
            from: source.name,
            command: fields.text("command"),
            when: fields.text("when"),
            trigger: readTrigger(fields, source),
            confirmation: fields.word("confirm", of: [Confirmation.chat.rawValue]).flatMap {
                Confirmation(rawValue: $0)
            },
            action: fields.text("do"),
            machine: jq("machine", fields),
            because: jq("because", fields),
            duration: value("for", fields),
            ticket: jq("ticket", fields),
            parameters: [:],
            line: node.mark?.line ?? 1
        )
        route.parameters = readParameters(fields)
        check(route, source, fields)
        return route
    }

    private static func readTrigger(_ fields: Fields, _ source: Settings.Source) -> Trigger? {
        // A chat's route has no trigger, which is said beside its command.
        guard let node = fields["trigger"], !source.kind.isChat else { return nil }
        let name = "\"trigger\" of \(fields.name)"
        guard source.kind.whole.hasTickets else {
            fields.reading.error(
                fields.key("trigger"),
                "\(source.kind) has no tickets that a trigger could be about",
                "write `when` in jq instead"
            )
            return nil
        }
        guard let part = Fields(node, name, known: Trigger.keys, in: fields.reading) else { return nil }
        let keys = Trigger.keys.filter { part[$0] != nil }
        // A key that is none was said already.
        if keys.isEmpty, node.mapping?.isEmpty == false { return nil }
        guard keys.count == 1, let value = part.text(keys[0]) else {
            fields.reading.error(
                node,
                "\(name) says \(keys.count) things",
                "write exactly one of: \(Trigger.keys.joined(separator: ", "))"
            )
            return nil
        }
        guard source.kind.whole.triggerKeys.contains(keys[0]) else {
            fields.reading.error(
                part.key(keys[0]),
                "\(source.kind) does not say when \"\(keys[0])\" is so: its deliveries tell what is, not what changed",
                "ask in jq with `when`, or use one of: \(source.kind.whole.triggerKeys.joined(separator: ", "))"
            )
            return nil
        }
        return Trigger(key: keys[0], value: value)
    }

    private static func readParameters(_ fields: Fields) -> [String: Settings.RouteValue] {
        guard let node = fields["with"] else { return [:] }
        let entry = fields.text("do").flatMap { Catalogue.entry($0) }
        let names = entry?.parameters.map(\.name) ?? []
        guard let part = Fields(node, "\"with\" of \(fields.name)", known: names, in: fields.reading) else {
            return [:]
        }
        var parameters: [String: Settings.RouteValue] = [:]
        for name in names {
            guard let given = value(name, part) else { continue }
            if case .word(let word) = given, let parameter = entry?.parameter(name),
                parameter.canonical(word) == nil
            {
                let fix =
                    parameter.isFreeText
                    ? parameter.expectation : "one of: \(parameter.values.joined(separator: ", "))"
                part.reading.error(part[name], "\(name) is \"\(word)\"", "write \(fix)")
            }
            parameters[name] = given
        }
        return parameters
    }

    /// A plain word, or `{ jq: PROGRAM }`.
    private static func value(_ key: String, _ fields: Fields) -> Settings.RouteValue? {
        guard let node = fields[key] else { return nil }
        if node.mapping != nil {
            guard let inner = Fields(node, "\"\(key)\" of \(fields.name)", known: ["jq"], in: fields.reading),
                let program = inner.text("jq", isRequired: true)
            else { return nil }
            return .jq(program)
        }
        return fields.text(key).map { .word($0) }
    }

    /// jq without saying so.
    private static func jq(_ key: String, _ fields: Fields) -> Settings.RouteValue? {
        guard let node = fields[key] else { return nil }
        return node.mapping != nil ? value(key, fields) : fields.text(key).map { .jq($0) }
    }

    private static func check(_ route: Settings.Route, _ source: Settings.Source, _ fields: Fields) {
        let reading = fields.reading
        if source.kind.whole.proof == .nothing {
            reading.error(fields["from"], "nothing comes from a \(source.kind)", "name another source")
            return
        }
        if let command = route.command {
            if !source.kind.isChat {
                reading.error(
                    fields["command"],
                    "\(source.kind) has no commands",
                    "write `when`, `do` and `machine`"
                )
            }
            for key in ["when", "trigger", "confirm", "do", "machine", "because", "for", "ticket", "with"]
            where fields[key] != nil {
                reading.error(
                    fields.key(key),
                    "a command's route has no \"\(key)\"",
                    "the grammar says it; remove it"
                )
            }
            if source.kind.whole.hearsMentionsOnly, command != ChatMessage.mention {
                reading.error(
                    fields["command"],
                    "\(source.kind) has no commands of its own",
                    "write `command: mention`: the bridge is addressed by its name"
                )
            }
            if source.kind == Kind.slack.reader.kind, !command.hasPrefix("/"), command != ChatMessage.mention
            {
                reading.error(
                    fields["command"],
                    "\"\(command)\" is no command",
                    "write it with its slash, such as /mde, or `mention` for messages that address the bot"
                )
            }
            if source.kind == Kind.slack.reader.kind, command == ChatMessage.mention,
                source.reply.token == nil
            {
                reading.warn(
                    fields["command"],
                    "whoever mentions the bot at \(source.name) is not answered: there is no bot token",
                    "add `reply: { token: … }` with the scope chat:write"
                )
            }
            return
        }
        if source.kind.isChat {
            reading.error(
                fields.node,
                "\(fields.name) has no \"command\"",
                "a chat speaks by commands: add such as `command: /mde`"
            )
            return
        }
        if route.confirmation != nil, !source.kind.provesPerson {
            reading.error(
                fields.key("confirm"),
                "\(source.kind) proves no person who could confirm it",
                "ask others to agree instead: `approvals` in the grant"
            )
        }
        if case .commentCommand? = route.trigger {
            for key in ["when", "do", "machine", "because", "for", "ticket", "with"] where fields[key] != nil
            {
                reading.error(
                    fields.key(key),
                    "a route that reads commands out of comments has no \"\(key)\"",
                    "the comment says it; remove it"
                )
            }
            return
        }
        if route.machine == nil { fields.missing("machine") }
        guard let action = fields.text("do", isRequired: true) else { return }
        guard let entry = Catalogue.entry(action), entry.isRoutable else {
            if reading.isDead(action, fields["do"]) { return }
            let words = Catalogue.actions.filter(\.isRoutable).map(\.word)
            let nearest = nearestWord(to: action, among: words)
            reading.error(
                fields["do"],
                "\"do\" is \"\(action)\"; a payload's jq never chooses the action, and this is no action",
                nearest.map { "did you mean \"\($0)\"?" } ?? "write one of: \(words.joined(separator: ", "))"
            )
            return
        }
        for parameter in entry.parameters
        where parameter.isRequired && route.parameters[parameter.name] == nil {
            reading.error(
                fields["with"] ?? fields.node,
                "\(entry.word) needs a \(parameter.name), and \(fields.name) says none",
                "add `with: { \(parameter.name): … }`"
            )
        }
        if route.duration != nil, !entry.takesTimeBox {
            reading.error(fields.key("for"), "\(entry.word) takes no \"for\"", "remove it")
        }
        if entry.needsEnd, route.duration == nil, route.parameters[Catalogue.expiryParameter] == nil {
            reading.error(
                fields.node,
                "\(entry.word) needs an end, and \(fields.name) says none",
                "add such as `for: 30d`, or `with: { \(Catalogue.expiryParameter): \(Catalogue.never) }`"
            )
        }
        if case .word(let text) = route.duration, TimeBox(text) == nil {
            reading.error(fields["for"], "\"\(text)\" is no duration", "write such as 8h")
        }
    }
}
