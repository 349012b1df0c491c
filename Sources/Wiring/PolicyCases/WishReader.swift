import Catalogue
import Classifying
import Deciding
import JSONReader
import Vocabulary
import Yams

/// Reads the `when` of a case: who asks, at which source, for what, of which machine.
struct WishReader {
    struct Found {
        let fields: Fields
        let wish: PolicyCase.Wish
        /// The case's own machine as Defender would list it.
        let machine: JSONValue?
        /// The case in words, where it has no name.
        let words: String
    }

    let reading: SettingsReading
    let settings: Settings
    let title: String

    private static let known = [
        "person", "service", "identity", "at", "says", "do", "machine", "with", "for", "because", "facts",
        "machines", "now", "room", "project", "break-glass",
    ]

    func read(_ node: Node) -> Found? {
        guard let fields = Fields(node, "\"when\" of \(title)", known: Self.known, in: reading),
            var asker = asker(fields)
        else { return nil }
        asker.place = fields.text("room").map(Place.room) ?? fields.text("project").map(Place.project)
        if fields["room"] != nil, fields["project"] != nil {
            reading.error(fields.key("project"), "\(title) has a room and a project", "keep one")
        }
        if fields["facts"] != nil, fields["machines"] != nil {
            reading.error(fields.key("machines"), "\(title) has facts and machines", "keep one")
        }
        let machine = fields["facts"].flatMap(facts)
        guard let wish = wish(fields, asker, machine) else { return nil }
        let who = fields.text("person") ?? fields.text("service") ?? asker.identity.text
        let words =
            fields.text("says")
            ?? [fields.text("do"), fields.text("machine")].compactMap { $0 }.joined(separator: " ")
        return Found(
            fields: fields,
            wish: wish,
            machine: machine,
            words: "\(who) at \(asker.source): \(words)"
        )
    }

    // MARK: Who

    private struct Who {
        let source: SourceName
        let identity: Asker
        var place: Place?
    }

    private func asker(_ fields: Fields) -> Who? {
        let given = ["person", "service", "identity"].filter { fields[$0] != nil }
        guard given.count == 1 else {
            reading.error(
                fields.node,
                "\(title) names \(given.isEmpty ? "nobody" : "more than one") who asks",
                "write one of person, service and identity"
            )
            return nil
        }
        if let name = fields.text("service") { return service(name, fields) }
        guard let source = source(fields) else { return nil }
        if let identity = fields.text("identity") {
            return Who(source: source, identity: .identity(identity))
        }
        guard let name = fields.text("person") else { return nil }
        let people = settings.policy.people
        guard let person = people.first(where: { $0.name == name }) else {
            unknown("person", name, among: people.map(\.name), fields)
            return nil
        }
        guard let identity = person.identities[source]?.min() else {
            reading.error(
                fields["person"],
                "\(name) has no identity at \(source)",
                "add it under `people`, or name another source"
            )
            return nil
        }
        return Who(source: source, identity: .identity(identity))
    }

    private func service(_ name: String, _ fields: Fields) -> Who? {
        guard let source = settings.policy.services[name] else {
            unknown("service", name, among: settings.policy.services.keys.sorted(), fields)
            return nil
        }
        if let at = fields.text("at"), at != source.text {
            reading.error(fields["at"], "\(name) acts at \(source), not at \(at)", "leave out \"at\"")
        }
        return Who(source: source, identity: .service)
    }

    private func source(_ fields: Fields) -> SourceName? {
        guard let name = fields.text("at", isRequired: true) else { return nil }
        guard let source = settings.sources.first(where: { $0.name.text == name }) else {
            unknown("at", name, among: settings.sources.map(\.name.text), fields)
            return nil
        }
        guard source.kind.provesPerson else {
            reading.error(fields["at"], "\(name) proves no person", "name its service instead")
            return nil
        }
        return source.name
    }

    private func unknown(_ key: String, _ word: String, among known: [String], _ fields: Fields) {
        let nearest = nearestWord(to: word, among: known).map { "did you mean \"\($0)\"?" }
        reading.error(
            fields[key],
            "the settings know no \(key == "at" ? "source" : key) \"\(word)\"",
            nearest ?? "the settings name: \(known.joined(separator: ", "))"
        )
    }

    // MARK: What

    private func wish(_ fields: Fields, _ who: Who, _ machine: JSONValue?) -> PolicyCase.Wish? {
        switch (fields.text("says"), fields.text("do")) {
        case (let says?, nil):
            for key in ["machine", "with", "for", "because", "break-glass"] where fields[key] != nil {
                reading.error(fields.key(key), "\"\(key)\" stands beside \"says\"", "say it in the command")
            }
            do throws(Misunderstanding) {
                return .intents(try ChatGrammar.parse(says).map { intent($0, who) })
            } catch {
                return .notUnderstood(error.words)
            }
        case (nil, let word?):
            return action(word, fields, machine).map { .intents([intent(.action($0), who)]) }
        default:
            reading.error(fields.node, "\(title) needs \"says\" or \"do\"", "write one of the two")
            return nil
        }
    }

    private func intent(_ request: Request, _ who: Who) -> Intent {
        Intent(source: who.source, asker: who.identity, request: request, place: who.place)
    }

    private func action(_ word: String, _ fields: Fields, _ machine: JSONValue?) -> ActionRequest? {
        guard let entry = Catalogue.entry(word) else {
            if reading.isDead(word, fields["do"]) { return nil }
            let known = Catalogue.actions.map(\.word)
            let nearest = nearestWord(to: word, among: known).map { "did you mean \"\($0)\"?" }
            reading.error(
                fields["do"],
                "there is no action \"\(word)\"",
                nearest ?? "actions: \(known.joined(separator: ", "))"
            )
            return nil
        }
        guard let selector = selector(fields, machine) else { return nil }
        let parameters = parameters(entry, fields)
        for missing in entry.parameters where missing.isRequired && parameters[missing.name] == nil {
            reading.error(
                fields.node,
                "\(title) names no \(missing.name), and \(entry.word) needs one",
                "add `with: { \(missing.name): … }`"
            )
            return nil
        }
        return ActionRequest(
            action: entry.word,
            subject: selector,
            parameters: parameters,
            duration: fields.duration("for").flatMap { TimeBox(seconds: $0.wholeSeconds) },
            reason: fields.text("because"),
            breakGlass: breakGlass(fields)
        )
    }

    /// The name of an emergency grant, as the settings write it.
    private func breakGlass(_ fields: Fields) -> String? {
        guard let name = fields.text("break-glass") else { return nil }
        let known = settings.policy.grants.compactMap { $0.breakGlass?.name }
        if known.contains(name) { return name }
        let nearest = nearestWord(to: name, among: known).map { "did you mean \"\($0)\"?" }
        reading.error(
            fields["break-glass"],
            "no grant has the break-glass name \"\(name)\"",
            nearest ?? (known.isEmpty ? "remove it" : "names: \(known.joined(separator: ", "))")
        )
        return nil
    }

    /// The machine as it is named; the case's own machine by its id where it is not.
    private func selector(_ fields: Fields, _ machine: JSONValue?) -> Subject? {
        if let text = fields.text("machine") {
            if let selector = Subject.parse(text) { return selector }
            reading.error(
                fields["machine"],
                "\"\(text)\" names no machine",
                "write a name, an id or an address"
            )
            return nil
        }
        if let id = machine?["id"]?.string.flatMap({ MachineID($0) }) { return .id(id) }
        reading.error(fields.node, "\(title) names no machine", "add \"machine\" or \"facts\"")
        return nil
    }

    private func parameters(_ entry: ActionEntry, _ fields: Fields) -> [String: String] {
        guard let node = fields["with"],
            let given = Fields(node, "\"with\" of \(title)", known: entry.parameters.map(\.name), in: reading)
        else { return [:] }
        var parameters: [String: String] = [:]
        for parameter in entry.parameters {
            parameters[parameter.name] =
                parameter.isFreeText
                ? text(parameter, given) : given.word(parameter.name, of: parameter.values)
        }
        return parameters
    }

    private func text(_ parameter: ActionParameter, _ fields: Fields) -> String? {
        guard let text = fields.text(parameter.name) else { return nil }
        if let canonical = parameter.canonical(text) { return canonical }
        reading.error(
            fields[parameter.name],
            "\"\(parameter.name)\" of \(fields.name) cannot be used",
            "write \(parameter.expectation)"
        )
        return nil
    }

    // MARK: The machine

    /// Stands where a case's own machine has no id.
    private static let someID = String(repeating: "0", count: 40)
    private static let machineTexts = [
        "id", "computerDnsName", "osPlatform", "lastSeen", "firstSeen", "onboardingStatus", "healthStatus",
        "lastIpAddress", "lastExternalIpAddress", "rbacGroupName", "aadDeviceId", "riskScore",
        "exposureLevel", "deviceValue",
    ]

    private func facts(_ node: Node) -> JSONValue? {
        let known = Self.machineTexts + ["machineTags"]
        guard let fields = Fields(node, "\"facts\" of \(title)", known: known, in: reading) else {
            return nil
        }
        var members: [String: JSONValue] = ["id": .string(Self.someID)]
        for key in Self.machineTexts where fields[key] != nil {
            members[key] = fields.text(key).map { .string($0) }
        }
        if let id = members["id"]?.string, MachineID(id) == nil {
            reading.error(
                fields["id"],
                "\"\(id)\" is no machine id",
                "write 40 hexadecimal digits, in quotes"
            )
        }
        members["machineTags"] = fields.texts("machineTags").map { .array($0.map { .string($0) }) }
        return .object(members)
    }
}
