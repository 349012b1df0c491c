import Deciding
import Testing
import Vocabulary

/// Who may set the value of a machine where other rules rest on values.
struct ValueRuleTests {
    private let laptop = machine("aa", "laptop-7.corp.example")
    private let valued = MachineCondition(values: ["High"])

    private func policy(isNaming: Bool, with values: Set<String>? = nil) -> Policy {
        var setting = grant(1, ["set-value"], to: [.person("mia")])
        if let values { setting.parameters = ["value": values] }
        var policy = examplePolicy(grants: [setting])
        if isNaming {
            policy.protections = [Protection(name: "Crown", line: 60, column: 1, machines: valued)]
        }
        return policy
    }

    private func asked(_ value: String?) -> Question {
        var asked = question(mia, "set-value", knowing: laptop)
        asked.facts?.machine.deviceValue = "Normal"
        asked.parameters["value"] = value
        return asked
    }

    @Test(arguments: ["Low", "Normal", "High"])
    func `where a rule asks for a value it takes a grant that names the new one`(value: String) {
        #expect(policy(isNaming: false).decide(asked(value)).codes == [.granted])
        let refused = policy(isNaming: true).decide(asked(value))
        #expect(refused.codes == [.valueNamed])
        #expect(
            refused.answer.contains("not with value \(value): protection Crown (line 60) asks for a value"),
            "\(refused.answer)"
        )
        #expect(refused.explanation.contains { $0.contains("names no value (`with: { value: … }`)") })
        #expect(policy(isNaming: true, with: [value]).decide(asked(value)).codes == [.granted])
        let other: Set = value == "Low" ? ["High"] : ["Low"]
        #expect(policy(isNaming: true, with: other).decide(asked(value)).codes == [.parameter])
    }

    @Test func `a value that is not said is never granted`() {
        #expect(policy(isNaming: false).decide(asked(nil)).codes == [.parameter])
    }

    @Test func `check warns of a grant that may set one that rules rest on`() {
        let found = policy(isNaming: true, with: ["High", "Low"]).risks.filter { $0.kind == .namedValue }
        #expect(found.map(\.line) == [41, 41])
        #expect(
            found.first?.message
                == "Grant 1 lets its people set the value High, and with it which machines "
                + "protection Crown (line 60) holds for."
        )
        #expect(policy(isNaming: false, with: ["High"]).risks.filter { $0.kind == .namedValue } == [])
        #expect(policy(isNaming: true).risks.filter { $0.kind == .namedValue } == [])
    }
}
