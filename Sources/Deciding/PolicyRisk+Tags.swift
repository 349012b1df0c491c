import Catalogue
import Vocabulary

/// Grants that let somebody change a tag on which other rules rest.
extension Policy {
    var tagRisks: [PolicyRisk] { grants.flatMap(tagRisks) }

    private func tagRisks(of grant: Grant) -> [PolicyRisk] {
        guard grant.actions.contains(where: Catalogue.changesTags), !grant.rehearses else { return [] }
        return (grant.parameters[Catalogue.tagParameter] ?? []).sorted().compactMap { tag in
            let places = places(naming: tag)
            guard !places.isEmpty else { return nil }
            return PolicyRisk(
                .namedTag,
                grant,
                "Grant \(grant.number) lets its people change tag \(tag), and with it which machines "
                    + "\(Policy.listed(places)) \(places.count == 1 ? "holds" : "hold") for.",
                fix: "Give it to those who may decide that, or let others approve it."
            )
        }
    }
}
