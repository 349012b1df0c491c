import Deciding
import Testing
import Vocabulary

struct PrincipalTests {
    let policy = examplePolicy(grants: [])

    @Test(arguments: [
        (mia, chat, Principal?.some(.person("mia"))),
        (mia, tickets, nil),
        (.identity("5b10a"), tickets, .person("mia")),
        (.identity("5B10A"), tickets, nil),
        (.identity("mia"), chat, nil),
        (.local("mia"), chat, .person("mia")),
        (.local("root"), chat, nil),
        (.identity("mia"), SourceName("local"), nil),
        (.service, siem, .service("sentinel")),
        (.service, chat, nil),
    ])
    func `an identity is who the settings say, at that source only`(
        asker: Asker,
        source: SourceName,
        principal: Principal?
    ) {
        #expect(policy.principal(of: asker, at: source) == principal)
    }

    @Test func `an identity of two people is nobody`() {
        var policy = policy
        policy.people.append(Person(name: "eve", identities: [chat: ["T024/U2147"]]))
        #expect(policy.principal(of: mia, at: chat) == nil)
        #expect(policy.decide(question()).codes == [.unknownPerson])
    }

    @Test func `two services of one source are nobody`() {
        var policy = policy
        policy.services["other"] = siem
        #expect(policy.principal(of: .service, at: siem) == nil)
        #expect(policy.decide(question(.service, at: siem)).codes == [.unknownService])
    }

    @Test func `a service is not the person of the same name`() {
        var policy = examplePolicy(grants: [grant(1, ["isolate"], to: [.person("mia")])])
        policy.services = ["mia": siem]
        #expect(policy.decide(question(.service, at: siem)).codes == [.noGrant])
    }
}

struct RightsTests {
    let policy = examplePolicy(grants: [
        grant(1, ["isolate"], to: [.person("mia"), .service("sentinel")]),
        grant(2, ["unfreeze"], to: [.group("leads")]),
        grant(3, ["cancel"], to: [.group("leads")], others: true),
        grant(4, ["status"], to: [.person("omar")]),
    ])
    let omar = Asker.identity("T024/U3000")

    @Test func `any person with a grant that changes machines may freeze, no service may`() {
        #expect(policy.decideFreeze(mia, at: chat).isAllowed)
        #expect(policy.decideFreeze(omar, at: chat).codes == [.noGrant])
        #expect(policy.decideFreeze(.service, at: siem).codes == [.needsPerson])
    }

    @Test func `unfreezing needs its own grant`() {
        #expect(policy.decideUnfreeze(ines, at: chat).grant?.number == 2)
        let decision = policy.decideUnfreeze(mia, at: chat)
        #expect(decision.verdict == .refuse)
        #expect(decision.whoMay == ["leads (ines)"])
    }

    @Test func `whoever has a grant may look, a stranger may not`() {
        #expect(policy.decideLook(omar, at: chat).isAllowed)
        #expect(policy.decideLook(.service, at: siem).isAllowed)
        #expect(policy.decideLook(.identity("T024/U9"), at: chat).codes == [.unknownPerson])
        #expect(examplePolicy(grants: []).decideLook(mia, at: chat).codes == [.noGrant])
    }

    @Test func `the status of a machine is a look, whatever the machine and the grant`() {
        let controller = machine("dc", "dc1", os: nil, group: nil)
        for known in [nil, controller] {
            #expect(policy.decide(question(mia, "status", knowing: known)).grant?.number == 1)
        }
        #expect(policy.decide(question(.identity("T024/U9"), "status")).codes == [.unknownPerson])
        #expect(examplePolicy(grants: []).decide(question(mia, "status")).codes == [.noGrant])
    }

    @Test func `an asker withdraws their own job, and others' by a grant`() {
        func decide(_ asker: Asker, _ machine: Machine?) -> Decision {
            policy.decideCancel(
                asker,
                at: chat,
                jobOf: .person("mia"),
                on: .hostName("laptop-7"),
                facts: machine.map { Facts(machine: $0, readAt: noon) },
                now: noon
            )
        }
        let laptop = machine("aa", "laptop-7")
        #expect(decide(mia, nil).isAllowed)
        #expect(decide(ines, laptop).isAllowed)
        #expect(decide(ines, nil).verdict == .hold(needs: .machine))
        #expect(decide(omar, laptop).codes == [.noGrant])
    }
}
