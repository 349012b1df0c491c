import Catalogue
import Vocabulary

/// Grants that let somebody change a tag or a value on which other rules rest.
extension Policy {
    var changeRisks: [PolicyRisk] { grants.flatMap { tagRisks(of: $0) + valueRisks(of: $0) } }

    private func valueRisks(of grant: Grant) -> [PolicyRisk] {
        let places = placesNamingValues
        guard grant.allows(Catalogue.setValue.word), !grant.rehearses, !places.isEmpty else { return [] }
        return (grant.parameters[Catalogue.valueParameter] ?? []).sorted().map { value in
            PolicyRisk(
                .namedValue,
                grant,
                "Grant \(grant.number) lets its people set the value \(value), and with it which machines "
                    + "\(Policy.listed(places)) \(places.count == 1 ? "holds" : "hold") for.",
                fix: "Give it to those who may decide that, or let others approve it."
            )
        }
    }

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
