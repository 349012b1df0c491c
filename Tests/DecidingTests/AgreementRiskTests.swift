import Deciding
import Testing
import Vocabulary

/// What `check` says of approvals, emergencies, limits and releases.
struct AgreementRiskTests {
    private let clients = MachineCondition(osFamilies: [.client])
    private let servers = MachineCondition(osFamilies: [.server])

    /// A policy with limits for everything and a release for everybody, so that only the subject is risky.
    private func risks(_ grants: [Grant], _ change: (inout Policy) -> Void = { _ in }) -> [PolicyRisk] {
        let release = grant(9, ["release"], to: [.group("leads")], others: true, protections: ["Tier-0"])
        let tier = Protection(name: "Tier-0", line: 60, column: 1, machines: MachineCondition(groups: ["T0"]))
        var policy = examplePolicy(grants: grants + [release], protections: [tier])
        policy.limits = ["isolate", "scan", "collect"].map {
            Limit(action: $0, scope: .all, bound: .per(.seconds(3_600), most: 10))
        }
        change(&policy)
        return policy.risks
    }

    private func approved(
        to grantees: [Grantee],
        _ rule: ApprovalRule,
        on machines: MachineCondition = MachineCondition(osFamilies: [.client])
    ) -> Grant {
        var given = grant(1, ["isolate"], to: grantees, on: machines)
        given.approvals = rule
        return given
    }

    @Test func `approvals by others, of a service's wish too, are no risk`() {
        let rule = ApprovalRule(of: ["leads"])
        #expect(risks([approved(to: [.group("soc"), .service("sentinel")], rule)]) == [])
    }

    @Test func `who may ask and approve is named, once for a grant`() {
        let found = risks([approved(to: [.group("soc")], ApprovalRule(of: ["ines", "soc"]))])
        #expect(found.map(\.kind) == [.askerApproves])
        #expect(
            found.first?.message
                == "mia, omar may ask by grant 1 and approve what others ask by it; nobody approves their own."
        )
        #expect(found.first?.line == 41)
    }

    @Test func `whose wish nobody could approve is named, and not as an approver besides`() {
        let found = risks([approved(to: [.group("soc"), .person("ines")], ApprovalRule(of: ["leads"]))])
        #expect(found.map(\.kind) == [.approvalOutOfReach])
        #expect(
            found.first?.message == "Nobody could approve what ines asks for: grant 1 needs 1 of leads, "
                + "and nobody approves their own."
        )
        let two = risks([approved(to: [.group("soc")], ApprovalRule(of: ["soc", "ines"], count: 3))])
        #expect(two.map(\.kind) == [.approvalOutOfReach])
        #expect(two.first?.message.contains("what mia, omar asks for") == true)
    }

    @Test func `a group of approvers without people is warned of`() {
        let found = risks([approved(to: [.group("soc")], ApprovalRule(of: ["leads", "night"]))]) {
            $0.groups["night"] = []
        }
        #expect(found.map(\.kind) == [.emptyApprovers])
        #expect(found.first?.message == "The approvals of grant 1 are up to night, where nobody is.")
    }

    @Test func `more time to approve than the wish lives is warned of`() {
        let rule = ApprovalRule(of: ["leads"], within: .seconds(3_601))
        #expect(risks([approved(to: [.group("soc")], rule)]).map(\.kind) == [.approvalOutlivesIntent])
        let longer = risks([approved(to: [.group("soc")], rule)]) { $0.validFor = .seconds(3_601) }
        #expect(longer == [])
    }

    @Test func `an emergency for any machine is warned of`() {
        var glass = grant(1, ["isolate"], to: [.group("soc")])
        glass.breakGlass = BreakGlass(name: "night-shift", perDay: 2)
        let found = risks([glass])
        #expect(found.map(\.kind) == [.breakGlassOnAnyMachine])
        #expect(found.first?.message.contains("break-glass night-shift") == true)
        glass.machines = servers
        #expect(risks([glass]) == [])
    }

    @Test func `essential machines are held to the same`() {
        let isolating = grant(1, ["isolate"], to: [.group("leads")], on: servers)
        let essential = { (machines: MachineCondition) in
            Essential(
                name: "VPN gateway",
                machines: machines,
                approvals: ApprovalRule(of: ["leads"]),
                line: 70,
                column: 5
            )
        }
        let found = risks([isolating]) {
            $0.essentials = [essential(MachineCondition(names: [NamePattern("vpn-*")]))]
        }
        #expect(found.map(\.kind) == [.approvalOutOfReach, .forgeableEssential])
        #expect(found.allSatisfy { $0.line == 70 && $0.column == 5 })
        #expect(found.first?.message.contains("essential VPN gateway needs 1 of leads") == true)
        // Who may not isolate them at all needs nobody's approval.
        #expect(risks([isolating]) { $0.essentials = [essential(clients)] } == [])
    }

    @Test func `an action without limits is warned of once, at its first grant`() {
        let grants = [
            grant(1, ["scan"], to: [.person("mia")], rehearses: true),
            grant(2, ["scan", "isolate"], to: [.person("mia")]),
            grant(3, ["scan"], to: [.person("omar")]),
        ]
        let found = risks(grants) { $0.limits.removeAll { $0.action == "scan" } }
        #expect(found.map(\.kind) == [.noLimits])
        #expect(found.first?.line == 42)
        #expect(found.first?.message == "Nothing limits how many machines one account may scan.")
        #expect(risks(grants) { $0.limits = [] }.map(\.kind) == [.noLimits, .noLimits])
    }

    @Test func `who may lift the limit of their own jobs is named`() {
        let asking = grant(1, ["isolate"], to: [.group("soc")])
        let found = risks([asking, grant(2, ["go"], to: [.person("mia"), .group("leads")])])
        #expect(found.map(\.kind) == [.liftsOwnLimit])
        #expect(
            found.first?.message == "By grant 2 mia may let go what a limit holds, also of their own jobs."
        )
        #expect(risks([asking, grant(2, ["go"], to: [.group("leads")])]) == [])
    }

    @Test func `what neither its people nor anybody for them may release is warned of`() {
        let isolating = grant(1, ["isolate"], to: [.group("soc")], on: servers)
        func kinds(_ releases: [Grant]) -> [PolicyRisk.Kind] {
            risks([isolating]) { policy in policy.grants = [isolating] + releases }.map(\.kind)
        }
        let forOthers = grant(8, ["release"], to: [.group("leads")], on: clients, others: true)
        #expect(kinds([forOthers]) == [.unreleasable])
        #expect(kinds([forOthers, grant(9, ["release"], to: [.person("mia")])]) == [])
        #expect(
            kinds([forOthers, grant(9, ["release"], to: [.group("leads")], on: servers)]) == [.unreleasable]
        )
        #expect(
            kinds([forOthers, grant(9, ["release"], to: [.person("mia")], rehearses: true)]) == [
                .unreleasable
            ]
        )
        #expect(kinds([grant(9, ["release"], to: [.group("leads")], on: servers, others: true)]) == [])
        #expect(kinds([]) == [.noReleaseForOthers, .unreleasable])
        // With somebody's agreement a release reaches what others isolated.
        var agreed = grant(9, ["release"], to: [.group("soc")], on: servers)
        agreed.approvals = ApprovalRule(of: ["leads"])
        #expect(kinds([agreed]) == [])
    }

    @Test func `a protection that only the isolating grant names is warned of`() {
        let isolating = grant(1, ["isolate"], to: [.group("soc")], protections: ["Tier-0"])
        #expect(risks([isolating]) == [])
        let found = risks([isolating]) { $0.grants[1].protections = [] }
        #expect(found.map(\.kind) == [.unreleasable])
        #expect(found.first?.message.contains("protected as Tier-0") == true)
        #expect(found.first?.fix == "Write `protected: [Tier-0]` in a grant that allows release.")
    }

    @Test func `device groups and ids tell machines apart whatever their case`() {
        func kinds(_ isolated: MachineCondition, _ released: MachineCondition) -> [PolicyRisk.Kind] {
            let isolating = grant(1, ["isolate"], to: [.person("mia")], on: isolated)
            let release = grant(2, ["release"], to: [.person("mia")], on: released, others: true)
            return risks([]) { $0.grants = [isolating, release] }.map(\.kind)
        }
        #expect(kinds(MachineCondition(groups: ["Edge"]), MachineCondition(groups: ["edge", "x"])) == [])
        #expect(kinds(MachineCondition(groups: ["Edge"]), MachineCondition(groups: ["x"])) == [.unreleasable])
        #expect(
            kinds(MachineCondition(ids: [id("aa")]), MachineCondition(ids: [id("ab")])) == [.unreleasable]
        )
        #expect(kinds(MachineCondition(ids: [id("aa")]), servers) == [])
    }
}
