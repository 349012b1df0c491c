import Catalogue
import Deciding
import Vocabulary
import Yams

extension SettingsReader {
    static func readPolicy(
        _ fields: Fields,
        _ sources: [Settings.Source],
        _ reading: SettingsReading
    ) -> Policy {
        var policy = Policy()
        policy.rehearses = fields.word("mode", of: ["act", "rehearse"]) == "rehearse"
        for source in sources { policy.ceilings[source.name] = source.ceiling }
        policy.rehearsingSources = Set(sources.filter(\.rehearses).map(\.name))
        policy.validFor = fields.duration("valid-for") ?? policy.validFor
        let names = Set(sources.map(\.name))
        policy.people = readPeople(fields["people"], names, reading)
        policy.services = readServices(fields["services"], sources, reading)
        policy.groups = readGroups(fields["groups"], policy, reading)
        policy.protections = readProtections(fields["protect"], reading)
        policy.grants = readGrants(fields["grants"], policy, names, reading)
        return policy
    }

    private static func readPeople(
        _ node: Node?,
        _ sources: Set<SourceName>,
        _ reading: SettingsReading
    ) -> [Person] {
        guard let node else { return [] }
        guard let mapping = node.mapping else {
            reading.error(node, "\"people\" is not a mapping", "write `NAME: { SOURCE: IDENTITY }`")
            return []
        }
        var seen: [String: String] = [:]
        return mapping.compactMap { key, value in
            guard let name = key.scalar?.string, !name.isEmpty else { return nil }
            let known = sources.map(\.text).sorted() + ["local"]
            guard let fields = Fields(value, "person \"\(name)\"", known: known, in: reading) else {
                return nil
            }
            var person = Person(name: name)
            for source in known {
                guard let identities = fields.texts(source) else { continue }
                for identity in identities {
                    let place = "\(source) \(identity)"
                    if let other = seen.updateValue(name, forKey: place), other != name {
                        reading.error(
                            fields[source],
                            "\(identity) at \(source) is both \(other) and \(name)",
                            "an identity belongs to one person; correct one of them"
                        )
                    }
                }
                if source == "local" {
                    person.localUsers = Set(identities)
                } else {
                    person.identities[SourceName(source)] = Set(identities)
                }
            }
            if person.identities.isEmpty, person.localUsers.isEmpty {
                reading.warn(value, "\(name) has no identity", "nothing they do will be known as theirs")
            }
            return person
        }
    }

    private static func readServices(
        _ node: Node?,
        _ sources: [Settings.Source],
        _ reading: SettingsReading
    ) -> [String: SourceName] {
        guard let node else { return [:] }
        guard let mapping = node.mapping else {
            reading.error(node, "\"services\" is not a mapping", "write `NAME: { source: SOURCE }`")
            return [:]
        }
        var services: [String: SourceName] = [:]
        for (key, value) in mapping {
            guard let name = key.scalar?.string,
                let fields = Fields(value, "service \"\(name)\"", known: ["source"], in: reading),
                let text = fields.text("source", isRequired: true)
            else { continue }
            guard let source = sources.first(where: { $0.name.text == text }) else {
                unknownSource(text, fields["source"], Set(sources.map(\.name)), reading)
                continue
            }
            if source.kind.provesPerson {
                reading.error(
                    fields["source"],
                    "\(text) proves a person; it acts as nobody's service",
                    "give the grant to people"
                )
            }
            if let other = services.first(where: { $0.value == source.name })?.key {
                reading.error(
                    fields["source"],
                    "\(text) acts as \(other) already",
                    "a source has one service"
                )
            }
            services[name] = source.name
        }
        return services
    }

    private static func readGroups(
        _ node: Node?,
        _ policy: Policy,
        _ reading: SettingsReading
    ) -> [String: Set<Principal>] {
        guard let node else { return [:] }
        guard let mapping = node.mapping else {
            reading.error(node, "\"groups\" is not a mapping", "write `NAME: [PERSON, …]`")
            return [:]
        }
        var groups: [String: Set<Principal>] = [:]
        for (key, value) in mapping {
            guard let name = key.scalar?.string else { continue }
            if policy.people.contains(where: { $0.name == name }) || policy.services[name] != nil {
                reading.error(key, "\"\(name)\" is a group and a person or service", "use different names")
            }
            var members: Set<Principal> = []
            for member in Fields.texts(value, "group \"\(name)\"", in: reading) ?? [] {
                if policy.people.contains(where: { $0.name == member }) {
                    members.insert(.person(member))
                } else if policy.services[member] != nil {
                    members.insert(.service(member))
                } else {
                    unknownName(member, value, policy.people.map(\.name) + policy.services.keys, reading)
                }
            }
            groups[name] = members
        }
        return groups
    }

    private static func unknownName(
        _ name: String,
        _ node: Node?,
        _ known: [String],
        _ reading: SettingsReading
    ) {
        let nearest = nearestWord(to: name, among: known.sorted())
        reading.error(
            node,
            "there is nobody called \"\(name)\"",
            nearest.map { "did you mean \"\($0)\"?" } ?? "add them to people, services or groups"
        )
    }

    private static func readGrants(
        _ node: Node?,
        _ policy: Policy,
        _ sources: Set<SourceName>,
        _ reading: SettingsReading
    ) -> [Grant] {
        guard let node else { return [] }
        guard let items = node.sequence else {
            reading.error(node, "\"grants\" is not a list", "write `- { allow: […], to: […], machines: … }`")
            return []
        }
        return items.enumerated().compactMap {
            readGrant($0.offset + 1, $0.element, policy, sources, reading)
        }
    }

    private static func readGrant(
        _ number: Int,
        _ node: Node,
        _ policy: Policy,
        _ sources: Set<SourceName>,
        _ reading: SettingsReading
    ) -> Grant? {
        let title = "grant \(number)"
        let known = [
            "allow", "to", "from", "machines", "others", "mode", "by-address", "protected",
            "room", "project", "with", "hours", "for",
        ]
        let unbuilt = [
            "approvals", "limits", "foreign", "break-glass", "when",
        ]
        guard let fields = Fields(node, title, known: known, unbuilt: unbuilt, in: reading) else {
            return nil
        }
        var grant = Grant(
            number: number,
            line: node.mark?.line ?? 1,
            column: node.mark?.column ?? 1,
            actions: readActions(fields),
            grantees: readGrantees(fields, policy),
            machines: .any
        )
        let from = fields.texts("from")
        // Nothing else said means any source; an empty list says none.
        if from?.isEmpty == true, fields["from"]?.sequence?.isEmpty == true {
            reading.error(
                fields["from"],
                "\"from\" of \(title) is an empty list",
                "name the sources it may be asked at, or leave it out for all"
            )
        }
        for name in from ?? [] {
            if sources.contains(SourceName(name)) {
                grant.sources.insert(SourceName(name))
            } else {
                unknownSource(name, fields["from"], sources, reading)
            }
        }
        guard let machines = fields["machines"] else {
            fields.missing("machines")
            return nil
        }
        if machines.scalar?.string != "any" {
            guard let condition = readCondition(machines, "\"machines\" of \(title)", reading) else {
                return nil
            }
            grant.machines = condition
        }
        readTerms(fields, &grant)
        grant.coversOthers = fields.flag("others") ?? false
        grant.rehearses = fields.word("mode", of: ["act", "rehearse"]) == "rehearse"
        grant.allowsAddress = fields.flag("by-address") ?? false
        let protections = policy.protections.map(\.name)
        for name in fields.texts("protected") ?? [] {
            if protections.contains(name) {
                grant.protections.insert(name)
            } else {
                let nearest = nearestWord(to: name, among: protections)
                reading.error(
                    fields["protected"],
                    "no protection is called \"\(name)\"",
                    nearest.map { "did you mean \"\($0)\"?" }
                        ?? "protections: \(protections.joined(separator: ", "))"
                )
            }
        }
        return grant
    }

    private static func readActions(_ fields: Fields) -> [String] {
        guard let words = fields.texts("allow") else {
            fields.missing("allow")
            return []
        }
        let known = Catalogue.actions.map(\.word) + ["unfreeze"]
        for word in words where !known.contains(word) {
            let nearest = nearestWord(to: word, among: known)
            fields.reading.error(
                fields["allow"],
                "there is no action \"\(word)\"",
                nearest.map { "did you mean \"\($0)\"?" } ?? "actions: \(known.joined(separator: ", "))"
            )
        }
        return words
    }

    private static func readGrantees(_ fields: Fields, _ policy: Policy) -> [Grantee] {
        guard let names = fields.texts("to") else {
            fields.missing("to")
            return []
        }
        return names.compactMap { name in
            if policy.groups[name] != nil { return .group(name) }
            if policy.people.contains(where: { $0.name == name }) { return .person(name) }
            if policy.services[name] != nil { return .service(name) }
            let known = policy.groups.keys + policy.people.map(\.name) + policy.services.keys
            unknownName(name, fields["to"], Array(known), fields.reading)
            return nil
        }
    }
}
