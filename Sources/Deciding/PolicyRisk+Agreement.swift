import Catalogue
import Vocabulary

/// Approvals that cannot be had, or mean less than they seem to, and emergencies that reach far.
extension Policy {
    var agreementRisks: [PolicyRisk] {
        grants.flatMap(agreementRisks) + essentials.flatMap(risks)
    }

    private func agreementRisks(of grant: Grant) -> [PolicyRisk] {
        var found: [PolicyRisk] = []
        if let glass = grant.breakGlass, grant.machines.isAny {
            found.append(
                PolicyRisk(
                    .breakGlassOnAnyMachine,
                    grant,
                    "Grant \(grant.number) (break-glass \(glass.name)) holds for any machine that is not "
                        + "protected, without approval.",
                    fix: "Limit it to an OS family or a device group."
                )
            )
        }
        guard let rule = grant.approvals else { return found }
        let place = (line: grant.line, column: grant.column)
        let askers = people(of: grant)
        let stuck = stuck(askers, under: rule)
        let both = askers.intersection(approvers(under: rule)).subtracting(stuck).sorted()
        if !both.isEmpty {
            found.append(
                PolicyRisk(
                    .askerApproves,
                    grant,
                    "\(both.joined(separator: ", ")) may ask by grant \(grant.number) and approve what others "
                        + "ask by it; nobody approves their own.",
                    fix: "Leave them out of one of the two, unless it is meant so."
                )
            )
        }
        return found + ruleRisks(rule, stuck, "grant \(grant.number)", place)
    }

    private func risks(of essential: Essential) -> [PolicyRisk] {
        let place = (line: essential.line, column: essential.column)
        let isolating = grants.filter {
            $0.allows(Catalogue.isolate.word) && !$0.rehearses && !$0.machines.excludes(essential.machines)
        }
        let askers = isolating.reduce(into: Set<String>()) { $0.formUnion(people(of: $1)) }
        let stuck = stuck(askers, under: essential.approvals)
        let found = ruleRisks(essential.approvals, stuck, "essential \(essential.name)", place)
        guard essential.machines.isForgeable else { return found }
        return found + [
            PolicyRisk(
                .forgeableEssential,
                line: place.line,
                column: place.column,
                "Essential \(essential.name) rests on names or tags alone, which the machine can change.",
                fix: "Add the same machines by ids or by device group."
            )
        ]
    }

    private func ruleRisks(
        _ rule: ApprovalRule,
        _ stuck: Set<String>,
        _ title: String,
        _ place: (line: Int, column: Int)
    ) -> [PolicyRisk] {
        var found: [PolicyRisk] = []
        func warn(_ kind: PolicyRisk.Kind, _ message: String, _ fix: String) {
            found.append(PolicyRisk(kind, line: place.line, column: place.column, message, fix: fix))
        }
        let empty = rule.of.filter { name in groups[name].map { !$0.contains(where: \.isPerson) } ?? false }
        if !empty.isEmpty {
            let names = empty.joined(separator: ", ")
            warn(
                .emptyApprovers,
                "The approvals of \(title) are up to \(names), where nobody is.",
                "Add members, or leave the group out."
            )
        }
        if !stuck.isEmpty {
            let names = stuck.sorted().joined(separator: ", ")
            warn(
                .approvalOutOfReach,
                "Nobody could approve what \(names) asks for: \(title) needs \(rule.count) of "
                    + "\(rule.of.joined(separator: ", ")), and nobody approves their own.",
                "Add people to `of`, or need fewer."
            )
        }
        if rule.within > validFor {
            warn(
                .approvalOutlivesIntent,
                "The approvals of \(title) may take \(rule.within.spoken), and what is asked for expires "
                    + "after \(validFor.spoken).",
                "Shorten `within` or lengthen `valid-for`."
            )
        }
        return found
    }

    /// Those of the askers who leave too few others to approve what they ask for.
    private func stuck(_ askers: Set<String>, under rule: ApprovalRule) -> Set<String> {
        let approvers = approvers(under: rule)
        return askers.filter { approvers.subtracting([$0]).count < rule.count }
    }

    /// The people who may approve under a rule.
    private func approvers(under rule: ApprovalRule) -> Set<String> {
        rule.of.reduce(into: Set<String>()) { names, name in
            if let members = groups[name] {
                names.formUnion(members.filter(\.isPerson).map(\.name))
            } else if people.contains(where: { $0.name == name }) {
                names.insert(name)
            }
        }
    }

    /// Everybody a grant is given to, groups taken apart.
    func principals(of grant: Grant) -> Set<Principal> {
        grant.grantees.reduce(into: Set<Principal>()) { found, grantee in
            switch grantee {
            case .person(let name): found.insert(.person(name))
            case .service(let name): found.insert(.service(name))
            case .group(let name): found.formUnion(groups[name] ?? [])
            }
        }
    }

    /// The people a grant is given to, by name.
    func people(of grant: Grant) -> Set<String> {
        Set(principals(of: grant).filter(\.isPerson).map(\.name))
    }
}
