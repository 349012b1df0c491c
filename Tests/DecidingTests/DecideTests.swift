import Deciding
import Testing
import Vocabulary

struct DecideTests {
    let laptop = machine("aa", "laptop-7.corp.example")
    let server = machine("bb", "files-1.corp.example", os: "WindowsServer2022", group: "Servers")
    let clients = MachineCondition(osFamilies: [.client])

    @Test func `an empty policy refuses everybody everything`() {
        let decision = examplePolicy(grants: []).decide(question(knowing: laptop))
        #expect(decision.verdict == .refuse)
        #expect(decision.codes == [.noGrant])
        #expect(decision.explanation.contains("There are no grants: nobody may do anything."))
    }

    @Test func `a grant that applies is named by number and line`() {
        let policy = examplePolicy(grants: [
            grant(1, ["scan"], to: [.group("soc")]),
            grant(2, ["isolate"], to: [.group("soc")], on: clients),
        ])
        let decision = policy.decide(question(knowing: laptop))
        #expect(decision.verdict == .allow)
        #expect(decision.grant == GrantReference(number: 2, line: 42))
        #expect(decision.principal == .person("mia"))
        #expect(!decision.rehearses)
        #expect(decision.explanation.first?.contains("Grant 2 (line 42)") == true)
    }

    @Test func `without the machine a grant that could apply holds`() {
        let policy = examplePolicy(grants: [grant(1, ["isolate"], to: [.group("soc")], on: clients)])
        let decision = policy.decide(question())
        #expect(decision.verdict == .hold(needs: .machine))
        #expect(decision.codes == [.needsMachine])
        #expect(decision.grant == nil)
    }

    @Test func `without any grant for the action the refusal does not wait for the machine`() {
        let policy = examplePolicy(grants: [grant(1, ["isolate"], to: [.group("leads")])])
        let decision = policy.decide(question())
        #expect(decision.verdict == .refuse)
        #expect(decision.codes == [.noGrant])
        #expect(decision.whoMay == ["leads (ines)"])
        #expect(decision.answer == "No grant allows mia to isolate. Ask leads (ines).")
    }

    @Test(arguments: [(0, true), (60, true), (61, false), (-60, true), (-61, false)])
    func `facts count for sixty seconds, whichever way the clock went`(age: Int, counts: Bool) {
        let policy = examplePolicy(grants: [grant(1, ["isolate"], to: [.group("soc")])])
        let decision = policy.decide(question(knowing: laptop, readAgo: .seconds(age)))
        #expect(decision.verdict == (counts ? .allow : .hold(needs: .machine)))
    }

    @Test func `every grant and its first failed condition is told`() {
        let policy = examplePolicy(grants: [
            grant(1, ["scan"], to: [.group("soc")]),
            grant(2, ["isolate"], to: [.group("leads")]),
            grant(3, ["isolate"], to: [.person("mia")], sources: [tickets]),
            grant(4, ["isolate"], to: [.group("soc")], on: clients),
        ])
        let decision = policy.decide(question(knowing: server))
        #expect(decision.verdict == .refuse)
        #expect(decision.codes == [.source, .machine])
        let lines = decision.explanation.filter { $0.hasPrefix("Grant") }
        #expect(
            lines == [
                "Grant 1 (line 41): allows scan, not isolate.",
                "Grant 2 (line 42): is given to leads, not to mia.",
                "Grant 3 (line 43): holds when asked at tickets, not at soc-chat.",
                "Grant 4 (line 44): holds for machines of OS family client, but the machine is a server.",
            ]
        )
        #expect(decision.whoMay == ["leads (ines)"])
        #expect(!decision.answer.contains("Grant"))
    }

    @Test func `an unknown operating system satisfies neither client nor server`() {
        let dark = machine("cc", "thing-1", os: nil)
        for family in [OSFamily.client, .server] {
            let only = MachineCondition(osFamilies: [family])
            let policy = examplePolicy(grants: [grant(1, ["isolate"], to: [.group("soc")], on: only)])
            let decision = policy.decide(question(knowing: dark))
            #expect(decision.codes == [.machine])
            #expect(decision.answer.contains("Defender does not say whether it is a client or a server"))
        }
    }

    @Test func `conditions are joined by and, their values by or`() {
        let both = MachineCondition(groups: ["Lab", "workstations"], osFamilies: [.client])
        let policy = examplePolicy(grants: [grant(1, ["isolate"], to: [.group("soc")], on: both)])
        #expect(policy.decide(question(knowing: laptop)).isAllowed)
        #expect(!policy.decide(question(knowing: server)).isAllowed)
        #expect(!policy.decide(question(knowing: machine("dd", "x", group: nil))).isAllowed)
        #expect(!policy.decide(question(knowing: machine("dd", "x", group: "Workstations-2"))).isAllowed)
    }

    @Test func `what others asked for is released only by a grant that says so`() {
        let policy = examplePolicy(grants: [
            grant(1, ["release"], to: [.group("soc")]),
            grant(2, ["release"], to: [.group("leads")], others: true),
        ])
        #expect(policy.decide(question(mia, "release", knowing: laptop)).isAllowed)
        let others = policy.decide(question(mia, "release", knowing: laptop, concernsOthers: true))
        #expect(others.codes == [.others])
        #expect(others.whoMay == ["leads (ines)"])
        #expect(policy.decide(question(ines, "release", knowing: laptop, concernsOthers: true)).isAllowed)
    }

    @Test func `an address is taken only where the grant says so`() {
        let selector = Subject.address("10.0.0.7")
        let strict = examplePolicy(grants: [grant(1, ["isolate"], to: [.group("soc")])])
        #expect(strict.decide(question(of: selector)).codes == [.address])
        let open = examplePolicy(grants: [grant(1, ["isolate"], to: [.group("soc")], byAddress: true)])
        #expect(open.decide(question(of: selector)).verdict == .hold(needs: .machine))
        #expect(open.decide(question(of: selector, knowing: laptop)).isAllowed)
    }

    @Test func `rehearsal comes from the mode, the source or the grant`() {
        let rehearsing = grant(1, ["isolate"], to: [.group("soc")], rehearses: true)
        let acting = grant(2, ["isolate"], to: [.person("mia")])
        #expect(examplePolicy(grants: [rehearsing]).decide(question(knowing: laptop)).rehearses)
        var policy = examplePolicy(grants: [acting])
        policy.rehearsingSources = [chat]
        #expect(policy.decide(question(knowing: laptop)).codes == [.granted, .rehearsal])
        #expect(!policy.decide(question(.local("mia"), at: tickets, knowing: laptop)).rehearses)
        policy.rehearses = true
        #expect(policy.decide(question(.local("mia"), at: tickets, knowing: laptop)).rehearses)
        let both = examplePolicy(grants: [rehearsing, acting]).decide(question(knowing: laptop))
        #expect(both.grant?.number == 2)
        #expect(!both.rehearses)
    }

    @Test func `an action that does not exist is refused with the nearest word`() {
        let policy = examplePolicy(grants: [grant(1, ["isolat"], to: [.group("soc")])])
        let decision = policy.decide(question(mia, "isolat", knowing: laptop))
        #expect(decision.codes == [.unknownAction])
        #expect(decision.answer.contains("isolate"))
    }

    @Test func `a decision survives its record`() throws {
        let policy = examplePolicy(grants: [grant(1, ["isolate"], to: [.group("leads")])])
        for decision in [
            policy.decide(question()), policy.decide(question(ines)),
            policy.decide(question(ines, knowing: laptop)),
        ] {
            #expect(try recorded(decision) == decision)
        }
    }
}
