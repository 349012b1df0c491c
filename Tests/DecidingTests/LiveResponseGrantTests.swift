import Deciding
import Testing
import Vocabulary

/// Grants that name scripts, arguments and paths.
struct LiveResponseGrantTests {
    private let laptop = machine("aa", "laptop-7.corp.example")

    private func codes(
        _ action: String,
        _ parameters: [String: String],
        granted: [String: Set<String>]
    ) -> [Reason.Code] {
        var given = grant(1, [action], to: [.person("mia")])
        given.parameters = granted
        var asked = question(mia, at: chat, action, knowing: laptop)
        asked.parameters = parameters
        return examplePolicy(grants: [given]).decide(asked).codes
    }

    @Test func `a grant may name the scripts and what they may be given`() {
        let script = ["script": "triage.ps1"]
        let quick = ["script": "triage.ps1", "args": "-Quick"]
        #expect(codes("run-script", script, granted: [:]) == [.granted])
        #expect(codes("run-script", quick, granted: ["script": ["triage.ps1"]]) == [.granted])
        #expect(
            codes("run-script", ["script": "TRIAGE.ps1"], granted: ["script": ["triage.ps1"]]) == [.granted]
        )
        #expect(
            codes("run-script", ["script": "wipe.ps1"], granted: ["script": ["triage.ps1"]]) == [.parameter]
        )
        // An empty value stands for none.
        #expect(codes("run-script", script, granted: ["args": [""]]) == [.granted])
        #expect(codes("run-script", quick, granted: ["args": [""]]) == [.parameter])
        #expect(codes("run-script", quick, granted: ["args": ["-Quick"]]) == [.granted])
        #expect(codes("run-script", script, granted: ["args": ["-Quick"]]) == [.parameter])
        #expect(
            codes("run-script", ["script": "triage.ps1", "args": "-QUICK"], granted: ["args": ["-Quick"]])
                == [.parameter]
        )
    }

    @Test func `a grant to run whatever is in the library is warned of`() {
        func kinds(_ change: (inout Grant) -> Void) -> [PolicyRisk.Kind] {
            var given = grant(
                1,
                ["run-script"],
                to: [.person("mia")],
                on: MachineCondition(osFamilies: [.client])
            )
            change(&given)
            var policy = examplePolicy(grants: [given])
            policy.limits = []
            return policy.risks.map(\.kind).filter { $0 != .noLimits }
        }
        #expect(kinds { _ in } == [.anyScript])
        #expect(kinds { $0.parameters = ["script": ["triage.ps1"]] } == [])
        #expect(kinds { $0.rehearses = true } == [])
    }

    @Test(arguments: ["library-upload", "library-delete"])
    func `whoever may replace a script that a grant names is warned of`(word: String) {
        var runs = grant(1, ["run-script"], to: [.person("mia")], on: MachineCondition(osFamilies: [.client]))
        runs.parameters = ["script": ["triage.ps1"]]
        let fills = grant(2, [word], to: [.person("omar")], on: .any)
        func risks(_ grants: [Grant]) -> [PolicyRisk] {
            var policy = examplePolicy(grants: grants)
            policy.limits = []
            return policy.risks.filter { $0.kind == .replacesScripts }
        }
        #expect(
            risks([runs, fills]).map(\.message) == [
                "Grant 2 lets its people put another file in the place of triage.ps1, which other grants name as scripts."
            ]
        )
        var agreed = fills
        agreed.approvals = ApprovalRule(of: ["leads"], count: 1, within: .seconds(600))
        #expect(risks([runs, agreed]).isEmpty)
        runs.parameters = [:]
        #expect(risks([runs, fills]).isEmpty)
    }

    @Test func `a path of another case is another path`() {
        let log: Set<String> = ["/var/log/syslog"]
        #expect(codes("get-file", ["path": "/var/log/syslog"], granted: ["path": log]) == [.granted])
        #expect(codes("get-file", ["path": "/var/log/Syslog"], granted: ["path": log]) == [.parameter])
        #expect(codes("get-file", [:], granted: [:]) == [.parameter])
    }
}
