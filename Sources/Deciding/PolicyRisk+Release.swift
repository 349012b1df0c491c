import Catalogue
import Vocabulary

/// What is isolated must be releasable.
extension Policy {
    var releaseRisks: [PolicyRisk] {
        let isolating = grants.filter { $0.allows(Catalogue.isolate.word) && !$0.rehearses }
        let releasing = grants.filter { $0.allows(Catalogue.release.word) && !$0.rehearses }
        return [strandedClaims(isolating)].compactMap { $0 }
            + isolating.compactMap { unreleasable($0, releasing) }
    }

    /// A containment whose owner is away can only be ended by a grant that covers others.
    private func strandedClaims(_ isolating: [Grant]) -> PolicyRisk? {
        guard let grant = isolating.first,
            !grants.contains(where: { $0.allows(Catalogue.release.word) && $0.releasesForOthers })
        else { return nil }
        return PolicyRisk(
            .noReleaseForOthers,
            grant,
            "Machines may be isolated and nobody may release what others isolated.",
            fix: "Give somebody `allow: [release]` with `others: yes`."
        )
    }

    /// Sure only where the conditions exclude each other; grants that overlap in part are taken as enough.
    private func unreleasable(_ grant: Grant, _ releasing: [Grant]) -> PolicyRisk? {
        let owners = principals(of: grant)
        let reaching = releasing.filter { release in
            !release.machines.excludes(grant.machines)
                && (release.releasesForOthers || !owners.isDisjoint(with: principals(of: release)))
        }
        guard !reaching.isEmpty else {
            return PolicyRisk(
                .unreleasable,
                grant,
                "Grant \(grant.number) isolates machines that nobody may release: "
                    + "neither its own people, nor anybody for others.",
                fix: "Allow release on the same machines."
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
            "Grant \(grant.number) isolates machines protected as \(names), "
                + "and no grant to release them names that.",
            fix: "Write `protected: [\(names)]` in a grant that allows release."
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
