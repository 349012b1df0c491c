import Catalogue
import Deciding
import Vocabulary
import Yams

/// Who else must agree, and what holds in an emergency.
extension SettingsReader {
    /// `approvals` or `break-glass` of a grant; `others` are the grants before it.
    static func readAgreement(
        _ fields: Fields,
        _ grant: inout Grant,
        _ policy: Policy,
        tells: Bool,
        others: [Grant]
    ) {
        if let node = fields["approvals"] {
            grant.approvals = readApprovals(node, of: fields, policy)
            checkActions(of: grant, "approvals", fields)
        }
        guard let node = fields["break-glass"] else { return }
        grant.breakGlass = readBreakGlass(node, fields, others)
        checkActions(of: grant, "break-glass", fields)
        if fields["approvals"] != nil {
            fields.reading.error(
                fields.key("break-glass"),
                "\(fields.name) has \"approvals\" and \"break-glass\", which skips them",
                "write two grants"
            )
        }
        if !tells {
            fields.reading.error(
                fields.key("break-glass"),
                "there is no \"tell\", and an emergency is told there before anything is done",
                "add `tell: { source: …, channel: … }`"
            )
        }
    }

    /// `{ of: leads, count: 1, within: 30m }` of a grant or an essential machine.
    static func readApprovals(_ node: Node, of owner: Fields, _ policy: Policy) -> ApprovalRule? {
        let title = "\"approvals\" of \(owner.name)"
        guard let fields = Fields(node, title, known: ["of", "count", "within"], in: owner.reading) else {
            return nil
        }
        if fields["of"] == nil { fields.missing("of") }
        let problemsBefore = fields.reading.problems.count
        guard let names = someTexts("of", fields), !names.isEmpty else { return nil }
        let people = names.reduce(into: Set<String>()) { $0.formUnion(approvers($1, fields, policy)) }
        var rule = ApprovalRule(of: names)
        rule.count = fields.number("count", in: 1...10) ?? rule.count
        rule.within = fields.duration("within") ?? rule.within
        if people.count < rule.count, fields.reading.problems.count == problemsBefore {
            fields.reading.error(
                fields["count"] ?? fields["of"],
                "\(title) needs \(rule.count) to agree, and \"of\" has \(people.count)",
                "name more people, or need fewer"
            )
        }
        return rule
    }

    /// The people behind one name of `of`; none, and a problem, for what may not agree.
    private static func approvers(_ name: String, _ fields: Fields, _ policy: Policy) -> Set<String> {
        func refuse(_ what: String) {
            fields.reading.error(fields["of"], what, "name people, or groups of people")
        }
        if let members = policy.groups[name] {
            let services = members.filter { !$0.isPerson }.map(\.name).sorted()
            if let service = services.first {
                refuse(
                    "\(fields.name): \(service), in \(name), is a service; services never agree to anything"
                )
            }
            return Set(members.filter(\.isPerson).map(\.name))
        }
        if policy.people.contains(where: { $0.name == name }) { return [name] }
        if policy.services[name] != nil {
            refuse("\(fields.name): \(name) is a service; services never agree to anything")
        } else {
            unknownName(name, fields["of"], policy.groups.keys + policy.people.map(\.name), fields.reading)
        }
        return []
    }

    /// `{ as: NAME, per-day: N }`.
    private static func readBreakGlass(_ node: Node, _ grant: Fields, _ others: [Grant]) -> BreakGlass? {
        let title = "\"break-glass\" of \(grant.name)"
        guard let fields = Fields(node, title, known: ["as", "per-day"], in: grant.reading) else {
            return nil
        }
        if fields["per-day"] == nil { fields.missing("per-day") }
        guard let name = fields.text("as", isRequired: true),
            let uses = fields.number("per-day", in: 1...100)
        else { return nil }
        if name.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9._-]*/) == nil {
            fields.reading.error(
                fields["as"],
                "\"as\" of \(title) is \"\(name)\", which nobody can type as one word",
                "write letters, digits, dots and dashes, such as night-shift"
            )
        }
        let folded = name.lowercased()
        if let other = others.first(where: { $0.breakGlass?.name.lowercased() == folded }) {
            fields.reading.error(
                fields["as"],
                "grant \(other.number) is called \"\(other.breakGlass?.name ?? name)\" already",
                "give each its own name"
            )
        }
        return BreakGlass(name: name, perDay: uses)
    }

    /// Only what becomes a job of a machine can wait for somebody, or skip waiting.
    private static func checkActions(of grant: Grant, _ key: String, _ fields: Fields) {
        let jobs = Catalogue.actions.filter { $0.changesState && $0.word != Catalogue.cancel.word }
        let known = Catalogue.actions.map(\.word) + [Policy.unfreezeWord, Policy.goWord]
        for word in grant.actions where known.contains(word) && !jobs.contains(where: { $0.word == word }) {
            fields.reading.error(
                fields.key(key),
                "\"\(key)\" of \(fields.name) means nothing for \(word)",
                "give \(word) a grant of its own"
            )
        }
    }
}
