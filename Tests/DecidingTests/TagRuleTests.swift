import Deciding
import Testing
import Vocabulary

/// Who may change a tag on which other rules rest.
struct TagRuleTests {
    private let laptop = machine("aa", "laptop-7.corp.example")
    private let tagged = MachineCondition(tags: ["Contained"])

    /// What names the tag, and how a refusal calls it.
    enum Place: CaseIterable {
        case grant, protection, essential, limit, all, none, ownGrant

        var words: String {
            switch self {
            case .grant, .all, .none: "grant 5 (line 45)"
            case .protection: "protection Crown (line 60)"
            case .essential: "essential VPN gateway (line 70)"
            case .limit: "limit isolate per-hour (line 80)"
            case .ownGrant: "grant 1 (line 41)"
            }
        }
    }

    private func policy(_ place: Place, with tags: Set<String>? = nil) -> Policy {
        var tagging = grant(1, ["tag", "untag"], to: [.person("mia")])
        if let tags { tagging.parameters = ["tag": tags] }
        if place == .ownGrant { tagging.machines = MachineCondition(tagsNone: ["Contained"]) }
        var naming = grant(6, ["tag"], to: [.group("leads")])
        naming.parameters = ["tag": ["CONTAINED"]]
        var policy = examplePolicy(grants: [tagging, naming])
        func given(on machines: MachineCondition) -> Grant {
            grant(5, ["isolate"], to: [.person("omar")], on: machines)
        }
        switch place {
        case .grant: policy.grants.append(given(on: tagged))
        case .all: policy.grants.append(given(on: MachineCondition(tagsAll: ["x", "Contained"])))
        case .none: policy.grants.append(given(on: MachineCondition(tagsNone: ["Contained"])))
        case .protection:
            policy.protections = [Protection(name: "Crown", line: 60, column: 1, machines: tagged)]
        case .essential:
            let rule = ApprovalRule(of: ["leads"], count: 1, within: .seconds(60))
            policy.essentials = [Essential(name: "VPN gateway", machines: tagged, approvals: rule, line: 70)]
        case .limit:
            policy.limits = [
                Limit(
                    action: "isolate",
                    scope: .machines(tagged),
                    bound: .per(.seconds(3_600), most: 1),
                    line: 80
                )
            ]
        case .ownGrant: break
        }
        return policy
    }

    private func asked(_ action: String, _ tag: String?, knowing: Bool = true) -> Question {
        var asked = question(action, knowing: knowing ? laptop : nil)
        asked.parameters["tag"] = tag
        return asked
    }

    private func question(_ action: String, knowing machine: Machine?) -> Question {
        DecidingTests.question(mia, action, knowing: machine)
    }

    @Test(arguments: Place.allCases, ["tag", "untag"])
    func `a tag that something rests on takes a grant that names it`(place: Place, action: String) {
        let refused = policy(place).decide(asked(action, "Contained"))
        #expect(refused.codes == [.tagNamed])
        #expect(refused.answer.contains(place.words), "\(refused.answer)")
        #expect(refused.explanation.contains { $0.contains(place.words) && $0.contains("names no tag") })
        #expect(refused.whoMay == (action == "tag" ? ["leads (ines)"] : []))
        let allowed = policy(place, with: ["Contained"]).decide(asked(action, "Contained"))
        #expect(allowed.codes == [.granted])
        // Before the machine is known as well.
        #expect(policy(place).decide(asked(action, "Contained", knowing: false)).verdict == .refuse)
    }

    @Test(arguments: [
        ("contained", Reason.Code.tagNamed), ("CONTAINED", .tagNamed), ("Ｃontained", .tagNamed),
        ("Contained2", .granted), ("Contain", .granted), ("x", .granted),
    ])
    func `case makes no difference, nor does what might be folded`(tag: String, code: Reason.Code) {
        #expect(policy(.protection).decide(asked("tag", tag)).codes == [code])
    }

    @Test(arguments: [
        ("contained", Reason.Code.granted), ("Contained", .granted), ("Ｃontained", .parameter),
        ("other", .parameter),
    ])
    func `a grant that names tags covers those and no more`(tag: String, code: Reason.Code) {
        #expect(policy(.protection, with: ["Contained"]).decide(asked("tag", tag)).codes == [code])
    }

    @Test func `a tag that is not said is never granted`() {
        for policy in [policy(.grant), policy(.grant, with: ["Contained"])] {
            let decision = policy.decide(asked("tag", nil))
            #expect(decision.verdict == .refuse)
            #expect(decision.codes == [.parameter])
        }
    }

    @Test func `a protection holds for tagging as for all else`() {
        var policy = policy(.protection, with: ["Contained"])
        var crown = laptop
        crown.tags = ["contained"]
        var taken = asked("untag", "Contained")
        taken.facts = Facts(machine: crown, readAt: noon)
        #expect(policy.decide(taken).codes == [.protected])
        policy.grants[0].protections = ["Crown"]
        #expect(policy.decide(taken).codes == [.granted])
    }

    @Test func `other actions ask nothing about tags`() {
        var policy = policy(.grant)
        policy.grants[0].actions = ["scan"]
        #expect(policy.decide(question("scan", knowing: laptop)).codes == [.granted])
    }

    @Test func `many places are named in a few words`() {
        var policy = policy(.grant)
        policy.protections = (1...5).map { Protection(name: "p\($0)", line: $0, column: 1, machines: tagged) }
        let answer = policy.decide(asked("tag", "Contained")).answer
        #expect(answer.contains("protection p3 (line 3) and 2 more rest on it"), "\(answer)")
    }

    @Test func `check warns of a grant that may change such a tag, and of no other`() {
        var risky = policy(.protection, with: ["contained", "free"])
        risky.limits = ["tag", "untag", "isolate"].map {
            Limit(action: $0, scope: .all, bound: .per(.seconds(3_600), most: 9))
        }
        let found = risky.risks.filter { $0.kind == .namedTag }
        #expect(found.map(\.line) == [41, 46])
        #expect(
            found.first?.message
                == "Grant 1 lets its people change tag contained, and with it which machines "
                + "protection Crown (line 60) holds for."
        )
        #expect(found.first?.code == "policy.named-tag")
        risky.protections = []
        #expect(risky.risks.filter { $0.kind == .namedTag } == [])
        #expect(policy(.protection).risks.filter { $0.kind == .namedTag }.map(\.line) == [46])
    }
}
