import Catalogue
import Vocabulary

/// What may be done as often as anybody likes, and who may lift what holds them.
extension Policy {
    var limitRisks: [PolicyRisk] { unlimited + grants.compactMap(liftsOwnLimit) }

    /// One for each action, at the first grant that gives it.
    private var unlimited: [PolicyRisk] {
        let exempt = Catalogue.restraints.map(\.ends.word) + [Catalogue.cancel.word]
        return Catalogue.actions.filter { $0.changesState && !exempt.contains($0.word) }.compactMap { entry in
            guard !limits.contains(where: { $0.action == entry.word }),
                let grant = grants.first(where: {
                    $0.allows(entry.word) && !$0.rehearses && isLoose($0, entry)
                })
            else { return nil }
            let isEstate = Catalogue.setsIndicators(entry.word)
            let deed =
                isEstate
                ? "how often one account may \(entry.word) on every machine at once, and nobody need agree"
                : entry.isAboutMachine
                    ? "how many machines one account may \(entry.word)"
                    : "how often one account may \(entry.word)"
            return PolicyRisk(
                .noLimits,
                grant,
                "Nothing limits \(deed).",
                fix:
                    "Add `limits: { \(entry.word): { per-hour: … } }`\(isEstate ? ", or `approvals` to the grant" : "")."
            )
        }
    }

    /// True if a limit is all that could hold it back: agreement does where one call reaches every machine.
    private func isLoose(_ grant: Grant, _ entry: ActionEntry) -> Bool {
        !Catalogue.setsIndicators(entry.word) || grant.approvals == nil
    }

    private func liftsOwnLimit(_ grant: Grant) -> PolicyRisk? {
        guard grant.allows(Policy.goWord) else { return nil }
        let limited = grants.filter { asking in limits.contains { asking.allows($0.action) } }
        let held = limited.reduce(into: Set<String>()) { $0.formUnion(people(of: $1)) }
        let names = people(of: grant).intersection(held).sorted()
        guard !names.isEmpty else { return nil }
        return PolicyRisk(
            .liftsOwnLimit,
            grant,
            "By grant \(grant.number) \(names.joined(separator: ", ")) may let go what a limit holds, "
                + "also of their own jobs.",
            fix: "Give `go` to people who ask for nothing that has limits."
        )
    }
}
