import Catalogue
import Vocabulary

/// Scripts of the library run with every right on the machine.
extension Policy {
    var scriptRisks: [PolicyRisk] {
        grants.compactMap { grant in
            guard grant.allows(Catalogue.runScript.word), !grant.rehearses, grant.approvals == nil,
                grant.parameters[Catalogue.scriptParameter] == nil
            else { return nil }
            return PolicyRisk(
                .anyScript,
                grant,
                "Grant \(grant.number) lets its people run any script of the library, with any arguments and every right "
                    + "on the machine.",
                fix: "Name the scripts (`with: { script: [triage.ps1] }`), or let others approve it."
            )
        }
    }

    /// A grant that names scripts rests on what the library holds under those names.
    var libraryRisks: [PolicyRisk] {
        let named = Set(grants.flatMap { $0.parameters[Catalogue.scriptParameter] ?? [] }).sorted()
        guard !named.isEmpty else { return [] }
        let words = [Catalogue.libraryUpload.word, Catalogue.libraryDelete.word]
        return grants.compactMap { grant in
            guard words.contains(where: grant.allows), !grant.rehearses, grant.approvals == nil else {
                return nil
            }
            return PolicyRisk(
                .replacesScripts,
                grant,
                "Grant \(grant.number) lets its people put another file in the place of "
                    + "\(named.joined(separator: ", ")), which other grants name as scripts.",
                fix: "Let others approve it, or give it only to those who may run any script."
            )
        }
    }
}
