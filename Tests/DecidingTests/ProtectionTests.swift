import Deciding
import Testing
import Vocabulary

struct ProtectionTests {
    let tier0 = Protection(
        name: "Tier-0",
        line: 60,
        column: 13,
        machines: MachineCondition(groups: ["Tier-0"])
    )
    let controllers = Protection(
        name: "dc*",
        line: 61,
        column: 13,
        machines: MachineCondition(names: [NamePattern("dc*")])
    )

    private func decide(_ protections: [Protection], _ machine: Machine, naming: Set<String> = []) -> Decision
    {
        examplePolicy(
            grants: [grant(1, ["isolate"], to: [.group("soc")], protections: naming)],
            protections: protections
        ).decide(question(knowing: machine))
    }

    @Test func `a protected machine is refused whatever the grant's own condition`() {
        let decision = decide([tier0], machine("aa", "laptop-7", group: "tier-0"))
        #expect(decision.codes == [.protected])
        #expect(decision.explanation.contains { $0.contains("Tier-0 (line 60)") })
        #expect(decision.whoMay.isEmpty)
    }

    @Test func `a grant that names the protection passes it, and only it`() {
        let both = machine("aa", "DC1.corp.example.", group: "Tier-0")
        #expect(decide([tier0, controllers], both, naming: ["Tier-0"]).codes == [.protected])
        let decision = decide([tier0, controllers], both, naming: ["Tier-0", "dc*"])
        #expect(decision.isAllowed)
        #expect(decision.explanation.contains { $0.contains("protected as dc*") })
    }

    @Test func `what Defender does not say counts as protected`() {
        #expect(decide([tier0], machine("aa", "laptop-7", group: nil)).codes == [.protectionUnknown])
        #expect(decide([tier0], machine("aa", "laptop-7", group: "")).codes == [.protectionUnknown])
        #expect(decide([controllers], machine("aa", nil)).codes == [.protectionUnknown])
        let servers = Protection(
            name: "servers",
            line: 62,
            column: 1,
            machines: MachineCondition(osFamilies: [.server])
        )
        #expect(decide([servers], machine("aa", "laptop-7", os: nil)).codes == [.protectionUnknown])
        #expect(decide([servers], machine("aa", "laptop-7")).isAllowed)
    }

    @Test func `a part that is known not to hold outweighs one that is unknown`() {
        let both = Protection(
            name: "lab servers",
            line: 63,
            column: 1,
            machines: MachineCondition(groups: ["Lab"], osFamilies: [.server])
        )
        #expect(decide([both], machine("aa", "laptop-7", group: nil)).isAllowed)
    }

    @Test func `a certain protection is named before a possible one`() {
        let decision = decide([tier0, controllers], machine("aa", "dc1", group: nil))
        #expect(decision.codes == [.protected])
    }

    @Test func `ids and tags are known even when there are none`() {
        let listed = Protection(name: "ids", line: 1, column: 1, machines: MachineCondition(ids: [id("aa")]))
        let tagged = Protection(
            name: "tag",
            line: 2,
            column: 1,
            machines: MachineCondition(tags: ["Essential"])
        )
        #expect(decide([listed], machine("aa", nil)).codes == [.protected])
        #expect(decide([listed, tagged], machine("bb", nil)).isAllowed)
        #expect(decide([tagged], machine("bb", "x", tags: ["essential"])).codes == [.protected])
    }

    @Test(arguments: [
        ("dc*", "dc1.corp.example", true), ("dc*", "DC1.", true), ("dc*", "adc1", false),
        ("dc?", "dc1.corp.example", true), ("dc?", "dc10.corp.example", false),
        ("laptop-7", "laptop-7.corp.example", true), ("laptop-7", "laptop-70", false),
        ("laptop-7.corp.example", "LAPTOP-7.corp.example.", true),
        ("*.corp.example", "a.b.corp.example", true),
        ("*.corp.example", "corp.example", false), ("*", "", true), ("", "", true), ("", "a", false),
        ("a*b*c", "axxbyybzc", true), ("a*b*c", "axxbyybz", false), ("k1", "\u{212A}1", false),
        ("**", "x", true), ("?", "", false),
    ])
    func `a pattern means whole names and first labels`(pattern: String, name: String, matches: Bool) {
        #expect(NamePattern(pattern).matches(name) == matches)
    }

    @Test func `a pattern full of stars stays cheap`() {
        let pattern = NamePattern(String(repeating: "*a", count: 60) + "b")
        let start = ContinuousClock.now
        #expect(!pattern.matches(String(repeating: "a", count: 255)))
        #expect(ContinuousClock.now - start < .seconds(1))
    }
}
