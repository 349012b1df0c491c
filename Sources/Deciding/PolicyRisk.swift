import Catalogue
import Vocabulary

/// Something in a policy that is allowed and that an operator should look at twice; `check` warns of it.
package struct PolicyRisk: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// Names and tags can be forged from the machine.
        case forgeableProtection = "forgeable-protection"
        case forgeableGrant = "forgeable-grant"
        /// A service changes any machine that is not protected, without a person.
        case serviceOnAnyMachine = "service-on-any-machine"
        case unknownProtection = "unknown-protection"
        /// Nobody is behind a grant: a group without members.
        case grantToNobody = "grant-to-nobody"
        /// Somebody may contain and nobody may release what others contained.
        case noReleaseForOthers = "no-release-for-others"
    }

    package let kind: Kind
    /// Where the grant or protection stands in the settings.
    package let line: Int
    package let column: Int
    package let message: String
    package let fix: String

    package var code: String { "policy.\(kind.rawValue)" }
}

extension Policy {
    /// What to warn of, in the order of the file.
    package var risks: [PolicyRisk] {
        let found = protections.compactMap(risk) + grants.flatMap(risks) + [strandedClaims].compactMap { $0 }
        return found.sorted {
            ($0.line, $0.column, $0.kind.rawValue) < ($1.line, $1.column, $1.kind.rawValue)
        }
    }

    private func risk(of protection: Protection) -> PolicyRisk? {
        guard protection.machines.isForgeable else { return nil }
        return PolicyRisk(
            kind: .forgeableProtection,
            line: protection.line,
            column: protection.column,
            message:
                "Protection \(protection.name) rests on names or tags alone, which the machine can change.",
            fix: "Add the same machines by ids or by device group."
        )
    }

    private func risks(of grant: Grant) -> [PolicyRisk] {
        var found: [PolicyRisk] = []
        func warn(_ kind: PolicyRisk.Kind, _ message: String, _ fix: String) {
            found.append(
                PolicyRisk(kind: kind, line: grant.line, column: grant.column, message: message, fix: fix)
            )
        }
        let changing = grant.actions.filter { Catalogue.entry($0)?.changesState == true }
        let words = changing.joined(separator: ", ")
        let number = grant.number
        if !changing.isEmpty, grant.machines.isForgeable {
            warn(
                .forgeableGrant,
                "Grant \(number) finds its machines by names or tags alone, which the machine can change.",
                "Add ids, a device group or an OS family."
            )
        }
        if !changing.isEmpty, grant.machines.isAny, givesService(grant) {
            warn(
                .serviceOnAnyMachine,
                "Grant \(number) lets a service \(words) any machine that is not protected, without a person.",
                "Limit it to an OS family or a device group."
            )
        }
        for name in grant.protections.sorted() where !protections.contains(where: { $0.name == name }) {
            warn(
                .unknownProtection,
                "Grant \(number) names the protection \(name), and there is none of that name.",
                "Write it as it stands under `protect`."
            )
        }
        if !grant.grantees.contains(where: hasAnybody) {
            warn(.grantToNobody, "Grant \(number) is given to nobody.", "Add members to its groups.")
        }
        return found
    }

    /// A containment whose owner is away can only be ended by a grant that covers others.
    private var strandedClaims: PolicyRisk? {
        guard let isolating = grants.first(where: { $0.allows(Catalogue.isolate.word) && !$0.rehearses }),
            !grants.contains(where: { $0.allows(Catalogue.release.word) && $0.coversOthers })
        else { return nil }
        return PolicyRisk(
            kind: .noReleaseForOthers,
            line: isolating.line,
            column: isolating.column,
            message: "Machines may be isolated and nobody may release what others isolated.",
            fix: "Give somebody `allow: [release]` with `others: yes`."
        )
    }

    private func givesService(_ grant: Grant) -> Bool {
        grant.grantees.contains { grantee in
            switch grantee {
            case .service: true
            case .person: false
            case .group(let name): groups[name]?.contains { !$0.isPerson } == true
            }
        }
    }

    private func hasAnybody(_ grantee: Grantee) -> Bool {
        switch grantee {
        case .person(let name): people.contains { $0.name == name }
        case .service(let name): services[name] != nil
        case .group(let name): groups[name]?.isEmpty == false
        }
    }
}
