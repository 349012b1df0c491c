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
}
