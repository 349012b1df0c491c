import Testing
import Vocabulary

@testable import Deciding

/// Which of several grants decides, where they ask for different agreement or only rehearse.
struct AgreementChoiceTests {
    private static let server = machine("9", "srv-1", os: "WindowsServer2022")

    private static func grants(_ rules: [ApprovalRule?]) -> [Grant] {
        rules.enumerated().map { index, rule in
            var one = grant(index + 1, ["isolate"], to: [.person("mia"), .person("ines")])
            one.approvals = rule
            return one
        }
    }

    @Test func `a grant whose approval cannot be had does not stand before one whose can`() {
        let impossible = ApprovalRule(of: ["leads"])
        let possible = ApprovalRule(of: ["soc"])
        for rules in [[impossible, possible], [possible, impossible]] {
            let policy = examplePolicy(grants: Self.grants(rules))
            let decision = policy.decide(question(ines, knowing: Self.server))
            #expect(decision.verdict == .hold(needs: .approval))
            #expect(decision.approvals?.approvers == ["mia", "omar"])
            // Whoever may be agreed to by either is held by the first of the file.
            let other = policy.decide(question(mia, knowing: Self.server))
            #expect(other.approvals?.rule == rules[0])
        }
        let alone = examplePolicy(grants: Self.grants([impossible])).decide(
            question(ines, knowing: Self.server)
        )
        #expect(alone.codes.first == .noApprovers)
    }

    @Test(arguments: [("isolate", TimeBox("4h")), ("scan", nil), ("release", nil)])
    func `a grant's time box is that of actions that have an end`(action: String, box: TimeBox?) {
        var one = grant(1, ["isolate", "scan", "release"], to: [.person("mia")])
        one.durationDefault = TimeBox("4h")
        let decision = examplePolicy(grants: [one]).decide(question(mia, action, knowing: Self.server))
        #expect(decision.isAllowed)
        #expect(decision.defaultDuration == box)
    }

    @Test func `a grant that rehearses lifts no freeze and no limit`() {
        for rehearses in [true, false] {
            let one = grant(1, ["unfreeze", "go"], to: [.person("mia")], rehearses: rehearses)
            let policy = examplePolicy(grants: [one])
            #expect(policy.decideUnfreeze(mia, at: chat).isAllowed == !rehearses)
            let going = policy.decideGo(mia, at: chat, in: nil, "isolate", Self.server, now: noon)
            #expect(going.isAllowed == !rehearses)
            #expect(policy.whoMayLetGo("isolate", Self.server) == (rehearses ? [] : ["mia"]))
            #expect(policy.isRehearsing(one.reference) == rehearses)
        }
        #expect(!examplePolicy(grants: []).isRehearsing(nil))
    }

    @Test func `no break-glass is recommended for a machine that it does not reach`() {
        var one = grant(1, ["isolate"], to: [.person("mia")])
        one.breakGlass = BreakGlass(name: "night", perDay: 1)
        let servers = MachineCondition(osFamilies: [.server])
        let tier0 = Protection(name: "Tier-0", line: 1, column: 1, machines: servers)
        var policy = examplePolicy(
            grants: [one, grant(2, ["isolate"], to: [.person("mia")])],
            protections: [tier0]
        )
        let refused = policy.decide(question(mia, knowing: Self.server))
        #expect(refused.codes == [.protected])
        policy.grants.removeLast()
        policy.protections = []
        #expect(policy.decide(question(mia, knowing: Self.server)).codes == [.breakGlassNotNamed])
        #expect(policy.decide(question(mia)).codes == [.breakGlassNotNamed])
    }
}
