import Catalogue
import Vocabulary

/// What is isolated must be releasable, and what is restricted.
extension Policy {
    var releaseRisks: [PolicyRisk] {
        Catalogue.restraints.flatMap { restraint in
            let beginning = grants.filter { $0.allows(restraint.begins.word) && !$0.rehearses }
            let releasing = grants.filter { $0.allows(restraint.ends.word) && !$0.rehearses }
            return [strandedClaims(beginning, restraint)].compactMap { $0 }
                + beginning.compactMap { unreleasable($0, restraint, releasing) }
        }
    }

    /// A containment whose owner is away can only be ended by a grant that covers others.
    private func strandedClaims(_ beginning: [Grant], _ restraint: Restraint) -> PolicyRisk? {
        let word = restraint.ends.word
        guard let grant = beginning.first,
            !grants.contains(where: { $0.allows(word) && $0.releasesForOthers })
        else { return nil }
        return PolicyRisk(
            .noReleaseForOthers,
            grant,
            "Machines may be \(restraint.begun) and nobody may \(word) what others \(restraint.begun).",
            fix: "Give somebody `allow: [\(word)]` with `others: yes`."
        )
    }

    /// Sure only where the conditions exclude each other; grants that overlap in part are taken as enough.
    private func unreleasable(
        _ grant: Grant,
        _ restraint: Restraint,
        _ releasing: [Grant]
    ) -> PolicyRisk? {
        let owners = principals(of: grant)
        let (begins, ends) = (restraint.begins.word, restraint.ends.word)
        let reaching = releasing.filter { release in
            !release.machines.excludes(grant.machines)
                && (release.releasesForOthers || !owners.isDisjoint(with: principals(of: release)))
        }
        guard !reaching.isEmpty else {
            return PolicyRisk(
                .unreleasable,
                grant,
                "Grant \(grant.number) \(begins)s machines that nobody may \(ends): "
                    + "neither its own people, nor anybody for others.",
                fix: "Allow \(ends) on the same machines."
            )
        }
        let unnamed = grant.protections.sorted().filter { name in
            !reaching.contains { $0.protections.contains(name) }
        }
        guard !unnamed.isEmpty else { return nil }
        let names = unnamed.joined(separator: ", ")
        return PolicyRisk(
            .unreleasable,
            grant,
            "Grant \(grant.number) \(begins)s machines protected as \(names), "
                + "and no grant to \(ends) them names that.",
            fix: "Write `protected: [\(names)]` in a grant that allows \(ends)."
        )
    }
}

extension Grant {
    /// A release of what others isolated takes `others: yes` or somebody's agreement.
    fileprivate var releasesForOthers: Bool { coversOthers || approvals != nil }
}

extension MachineCondition {
    /// True if no machine can meet both, by what is least likely to change: ids, device group, OS family.
    func excludes(_ other: MachineCondition) -> Bool {
        if let ids, let others = other.ids, ids.isDisjoint(with: others) { return true }
        if let osFamilies, let others = other.osFamilies, osFamilies.isDisjoint(with: others) { return true }
        if let groups, let others = other.groups {
            let folded = { (words: [String]) in Set(words.map { $0.lowercased() }) }
            return folded(groups).isDisjoint(with: folded(others))
        }
        return false
    }
}
