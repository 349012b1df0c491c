import Catalogue
import Deciding
import Vocabulary
import Yams

/// The grants: who may do what to which machines, and on which terms.
extension SettingsReader {
    /// The policy has its people, services, groups and protections already; `tells` is true if there is a
    /// `tell`, where an emergency is announced.
    static func readGrants(
        _ node: Node?,
        _ policy: Policy,
        _ sources: Set<SourceName>,
        tells: Bool,
        _ reading: SettingsReading
    ) -> [Grant] {
        guard let node else { return [] }
        guard let items = node.sequence else {
            reading.error(node, "\"grants\" is not a list", "write `- { allow: […], to: […], machines: … }`")
            return []
        }
        var grants: [Grant] = []
        for (index, item) in items.enumerated() {
            guard let (read, fields) = readGrant(index + 1, item, policy, sources, reading) else { continue }
            var grant = read
            readAgreement(fields, &grant, policy, tells: tells, others: grants)
            grants.append(grant)
        }
        return grants
    }

    private static let grantKeys = [
        "allow", "to", "from", "machines", "others", "foreign", "mode", "by-address", "protected", "room",
        "project", "with", "hours", "for", "approvals", "break-glass",
    ]
    private static let grantUnbuilt = ["limits", "when"]

    private static func readGrant(
        _ number: Int,
        _ node: Node,
        _ policy: Policy,
        _ sources: Set<SourceName>,
        _ reading: SettingsReading
    ) -> (Grant, Fields)? {
        let title = "grant \(number)"
        guard let fields = Fields(node, title, known: grantKeys, unbuilt: grantUnbuilt, in: reading) else {
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
        grant.sources = readFrom(fields, sources)
        guard readMachines(fields, &grant) else { return nil }
        readTerms(fields, &grant)
        grant.coversOthers = fields.flag("others") ?? false
        grant.coversForeign = readForeign(fields, grant)
        grant.rehearses = fields.word("mode", of: ["act", "rehearse"]) == "rehearse"
        grant.allowsAddress = fields.flag("by-address") ?? false
        grant.protections = readProtected(fields, policy)
        return (grant, fields)
    }

    /// The condition on machines; a grant of nothing but `look-ups` and actions that are about none needs none.
    private static func readMachines(_ fields: Fields, _ grant: inout Grant) -> Bool {
        let words = fields.texts("allow") ?? []
        let others = words.filter {
            $0 == Policy.lookUpsWord || Catalogue.entry($0)?.isAboutMachine == false
        }
        guard let machines = fields["machines"] else {
            if !others.isEmpty, others.count == words.count { return true }
            fields.missing("machines")
            return false
        }
        guard machines.scalar?.string != "any" else { return true }
        guard let condition = readCondition(machines, "\"machines\" of \(fields.name)", fields.reading) else {
            return false
        }
        grant.machines = condition
        if others.first == Policy.lookUpsWord {
            fields.reading.error(
                machines,
                "most look-ups are about no machine, so that \(fields.name) with its \"machines\" never allows them",
                "leave \"machines\" out, or name what may be looked up of those machines, such as machine-users"
            )
        } else if let word = others.first {
            fields.reading.error(
                machines,
                "\(word) is about no machine, so that \(fields.name) with its \"machines\" never allows it",
                "give \(word) a grant of its own, without \"machines\""
            )
        }
        return true
    }

    private static func readFrom(_ fields: Fields, _ known: Set<SourceName>) -> Set<SourceName> {
        let from = fields.texts("from")
        // Nothing else said means any source; an empty list says none.
        if from?.isEmpty == true, fields["from"]?.sequence?.isEmpty == true {
            fields.reading.error(
                fields["from"],
                "\"from\" of \(fields.name) is an empty list",
                "name the sources it may be asked at, or leave it out for all"
            )
        }
        var sources: Set<SourceName> = []
        for name in from ?? [] {
            if known.contains(SourceName(name)) {
                sources.insert(SourceName(name))
            } else {
                unknownSource(name, fields["from"], known, fields.reading)
            }
        }
        return sources
    }

    private static func readProtected(_ fields: Fields, _ policy: Policy) -> Set<String> {
        let known = policy.protections.map(\.name)
        var protections: Set<String> = []
        for name in fields.texts("protected") ?? [] {
            if known.contains(name) {
                protections.insert(name)
            } else {
                let nearest = nearestWord(to: name, among: known)
                fields.reading.error(
                    fields["protected"],
                    "no protection is called \"\(name)\"",
                    nearest.map { "did you mean \"\($0)\"?" }
                        ?? "protections: \(known.joined(separator: ", "))"
                )
            }
        }
        return protections
    }

    private static func readForeign(_ fields: Fields, _ grant: Grant) -> Bool {
        guard fields.flag("foreign") == true else { return false }
        if !grant.actions.contains(where: Catalogue.endsRestraint) {
            fields.reading.error(
                fields.key("foreign"),
                "\"foreign\" of \(fields.name) is about releases, and it allows none",
                "leave it out, or allow release"
            )
        }
        return true
    }

    private static func readActions(_ fields: Fields) -> [String] {
        guard let words = fields.texts("allow") else {
            fields.missing("allow")
            return []
        }
        let known = Catalogue.actions.map(\.word) + [Policy.unfreezeWord, Policy.goWord, Policy.lookUpsWord]
        for word in words where !known.contains(word) && !fields.reading.isDead(word, fields["allow"]) {
            let nearest = nearestWord(to: word, among: known)
            fields.reading.error(
                fields["allow"],
                "there is no action \"\(word)\"",
                nearest.map { "did you mean \"\($0)\"?" } ?? "actions: \(known.joined(separator: ", "))"
            )
        }
        return words.flatMap { $0 == Policy.lookUpsWord ? Policy.lookUps : [$0] }
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
