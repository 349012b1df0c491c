import Testing
import Vocabulary

@testable import Deciding

/// A source that proves too little: what it asks waits for somebody, or is refused.
struct ProposalTests {
    private let laptop = machine("7", "laptop-7")

    private func policy(_ grants: [Grant], essentials: [Essential] = []) -> Policy {
        var policy = examplePolicy(grants: grants)
        policy.proposingSources = [siem]
        policy.essentials = essentials
        return policy
    }

    private func approved(_ number: Int, _ actions: [String] = ["isolate"]) -> Grant {
        var grant = grant(number, actions, to: [.service("sentinel"), .person("mia")])
        grant.approvals = ApprovalRule(of: ["leads"], count: 1, within: .seconds(1_800))
        return grant
    }

    private var plain: Grant {
        grant(1, ["isolate", "release"], to: [.service("sentinel"), .person("mia")])
    }

    @Test func `a grant without approvals does not hold, whether the machine is known or not`() {
        for known in [nil, laptop] {
            let decision = policy([plain]).decide(question(.service, at: siem, knowing: known))
            #expect(decision.verdict == .refuse)
            #expect(decision.codes == [.proposal])
        }
    }

    @Test func `one with approvals holds, and waits`() throws {
        let policy = policy([plain, approved(2)])
        #expect(policy.decide(question(.service, at: siem)).verdict == .hold(needs: .machine))
        let decision = policy.decide(question(.service, at: siem, knowing: laptop))
        #expect(decision.verdict == .hold(needs: .approval))
        #expect(decision.grant?.number == 2)
        #expect(decision.approvals?.approvers == ["ines"])
        #expect(try recorded(decision) == decision)
    }

    @Test func `neither a break-glass nor an essential machine stands in for one`() {
        var glass = approved(1)
        glass.breakGlass = BreakGlass(name: "night", perDay: 2)
        var asked = question(.service, at: siem, knowing: laptop)
        asked.breakGlass = "night"
        asked.hasReason = true
        #expect(policy([glass]).decide(asked).codes == [.proposal])
        let rule = ApprovalRule(of: ["leads"], count: 1, within: .seconds(1_800))
        let essential = Essential(name: "gateway", machines: .any, approvals: rule)
        let decision = policy([plain], essentials: [essential])
            .decide(question(.service, at: siem, knowing: laptop))
        #expect(decision.codes == [.proposal])
    }

    @Test func `the same grant holds for whoever asks elsewhere`() {
        let decision = policy([plain]).decide(question(mia, at: chat, knowing: laptop))
        #expect(decision.verdict == .allow)
    }

    @Test func `a grant that can never hold there is warned of`() {
        let kinds = policy([plain, approved(2)]).risks.filter { $0.kind == .proposalWithoutApproval }
        #expect(kinds.map(\.line) == [41])
        #expect(kinds.first?.message.contains("sentinel") == true)
        #expect(!examplePolicy(grants: [plain]).risks.contains { $0.kind == .proposalWithoutApproval })
    }
}
