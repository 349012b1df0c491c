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
        /// Machines may be isolated that neither the isolating people nor anybody for them may release.
        case unreleasable
        /// An action is granted as often as anybody likes.
        case noLimits = "no-limits"
        /// Somebody may lift the limit that holds their own jobs.
        case liftsOwnLimit = "lifts-own-limit"
        /// Somebody may ask for what they may also approve for others.
        case askerApproves = "asker-approves"
        /// What somebody asks for can never find enough others to approve it.
        case approvalOutOfReach = "approval-out-of-reach"
        /// A group that is to approve has no members.
        case emptyApprovers = "empty-approvers"
        /// There is more time to approve than what is asked for is valid.
        case approvalOutlivesIntent = "approval-outlives-intent"
        /// An emergency grant holds for every machine that is not protected.
        case breakGlassOnAnyMachine = "break-glass-on-any-machine"
        /// Names and tags can be forged from the machine.
        case forgeableEssential = "forgeable-essential"
        /// A source that only proposes has a service to which a grant gives something without approval.
        case proposalWithoutApproval = "proposal-without-approval"
        /// Machines may be contained that are not onboarded: whether a release ends that is documented nowhere.
        case unmanagedContainment = "unmanaged-containment"
        /// Somebody may replace a script that another grant names.
        case replacesScripts = "replaces-scripts"
        /// Somebody may change a tag on which other rules rest.
        case namedTag = "named-tag"
        /// Somebody may change what a machine is worth, and other rules rest on that.
        case namedValue = "named-value"
        /// Whatever is in the live-response library may be run, with whatever arguments.
        case anyScript = "any-script"
    }

    package let kind: Kind
    /// Where the grant or protection stands in the settings.
    package let line: Int
    package let column: Int
    package let message: String
    package let fix: String

    package var code: String { "policy.\(kind.rawValue)" }

    init(_ kind: Kind, line: Int, column: Int, _ message: String, fix: String) {
        self.kind = kind
        self.line = line
        self.column = column
        self.message = message
        self.fix = fix
    }

    init(_ kind: Kind, _ grant: Grant, _ message: String, fix: String) {
        self.init(kind, line: grant.line, column: grant.column, message, fix: fix)
    }
}

extension Policy {
    /// What to warn of, in the order of the file.
    package var risks: [PolicyRisk] {
        let found =
            protections.compactMap(risk) + grants.flatMap(risks) + agreementRisks + releaseRisks + limitRisks
            + changeRisks + scriptRisks + libraryRisks
        return found.sorted {
            ($0.line, $0.column, $0.kind.rawValue) < ($1.line, $1.column, $1.kind.rawValue)
        }
    }

    private func risk(of protection: Protection) -> PolicyRisk? {
        guard protection.machines.isForgeable else { return nil }
        return PolicyRisk(
            .forgeableProtection,
            line: protection.line,
            column: protection.column,
            "Protection \(protection.name) rests on names or tags alone, which the machine can change.",
            fix: "Add the same machines by ids or by device group."
        )
    }

    private func risks(of grant: Grant) -> [PolicyRisk] {
        var found: [PolicyRisk] = []
        func warn(_ kind: PolicyRisk.Kind, _ message: String, _ fix: String) {
            found.append(PolicyRisk(kind, grant, message, fix: fix))
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
        if !changing.isEmpty, grant.approvals == nil || grant.breakGlass != nil,
            let service = proposingService(of: grant)
        {
            warn(
                .proposalWithoutApproval,
                "Grant \(number) gives \(service) what its source may only propose, and asks for nobody's approval.",
                "Add `approvals`; without it this grant never holds for \(service)."
            )
        }
        if grant.allows(Catalogue.isolate.word),
            grant.parameters["type"]?.contains(Catalogue.unmanagedType) == true
        {
            warn(
                .unmanagedContainment,
                "Grant \(number) lets its people contain machines that are not onboarded: every onboarded machine "
                    + "then blocks them, and Microsoft documents nowhere whether `release` ends that.",
                "Try it with a machine that nobody misses, and end it in the Defender portal where it fails."
            )
        }
        if !grant.grantees.contains(where: hasAnybody) {
            warn(.grantToNobody, "Grant \(number) is given to nobody.", "Add members to its groups.")
        }
        return found
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

    /// The first service of a source that only proposes, among those a grant is given to.
    private func proposingService(of grant: Grant) -> String? {
        let names = services.filter { proposingSources.contains($0.value) }.map(\.key).sorted()
        return names.first { isGiven(grant, to: .service($0)) }
    }

    private func hasAnybody(_ grantee: Grantee) -> Bool {
        switch grantee {
        case .person(let name): people.contains { $0.name == name }
        case .service(let name): services[name] != nil
        case .group(let name): groups[name]?.isEmpty == false
        }
    }
}
