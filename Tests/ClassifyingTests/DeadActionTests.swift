import Catalogue
import Classifying
import Testing
import Vocabulary

/// What Defender does no longer is answered with what to use instead, never with a guess.
struct DeadActionTests {
    @Test(arguments: [
        "investigate", "Investigate", "start-investigation", "startInvestigation", "start_investigation",
        "run-investigation", "initiate-investigation", "automated-investigation", "AIR",
    ])
    func `who starts an investigation is told since when nobody can, and what to type`(word: String) throws {
        let dead = try #require(Catalogue.deadAction(word))
        #expect(dead.since == "2026-09-01")
        let refusal = #expect(throws: Misunderstanding.self) {
            try ChatGrammar.parse("\(word) laptop-7 because SEC-1")
        }
        #expect(
            refusal?.words == "Microsoft lets nobody start an investigation by hand since 2026-09-01. "
                + "Instead: scan <machine> with type=Full."
        )
    }

    @Test func `what stands in for it is a command of today`() throws {
        for dead in Catalogue.dead {
            let typed = dead.instead.replacing("<machine>", with: "laptop-7")
            let requests = try ChatGrammar.parse(typed)
            guard case .action(let request)? = requests.first else {
                Issue.record("\(typed) is no action")
                continue
            }
            #expect(request.action == "scan")
            #expect(request.parameters == ["type": "Full"])
            for word in dead.words { #expect(Catalogue.entry(word) == nil) }
        }
    }

    @Test(arguments: ["scan", "isolate", "invest", "detonate"])
    func `nothing else is dead`(word: String) {
        #expect(Catalogue.deadAction(word) == nil)
    }

    @Test func `a route that starts one is told so`() throws {
        let dead = try #require(Catalogue.dead.first)
        #expect(throws: RouteError.deadAction(dead)) {
            try Route(name: "r", when: nil, action: "investigate", machine: ".host")
        }
        #expect(RouteError.deadAction(dead).code == "route.dead-action")
        #expect(RouteError.deadAction(dead).message.contains("2026-09-01"))
        #expect(
            RouteError.deadAction(dead).fix == "Write \"do: scan\" and its parameters: scan, with type Full."
        )
    }
}
