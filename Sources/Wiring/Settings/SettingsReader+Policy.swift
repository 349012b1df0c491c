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
        policy.proposingSources = Set(sources.filter { $0.kind.whole.onlyProposes }.map(\.name))
        policy.rehearsingSources = Set(sources.filter(\.rehearses).map(\.name))
        policy.validFor = fields.duration("valid-for") ?? policy.validFor
        let names = Set(sources.map(\.name))
        policy.people = readPeople(fields["people"], names, reading)
        policy.services = readServices(fields["services"], sources, reading)
        policy.groups = readGroups(fields["groups"], policy, reading)
        policy.protections = readProtections(fields["protect"], reading)
        policy.grants = readGrants(fields["grants"], policy, names, tells: fields["tell"] != nil, reading)
        policy.limits = readLimits(fields["limits"], reading)
        policy.essentials = readEssentials(fields["essential"], policy, reading)
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
            reading.marks.people[name] = Settings.Mark(key)
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
            if reading.marks.people[name] != nil {
                reading.error(key, "\"\(name)\" is a person and a service", "use different names")
            }
            guard let source = sources.first(where: { $0.name.text == text }) else {
                unknownSource(text, fields["source"], Set(sources.map(\.name)), reading)
                continue
            }
            if !source.kind.actsAsService {
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

    static func unknownName(
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
}
