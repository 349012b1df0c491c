import Deciding
import Testing
import Vocabulary

struct PolicyRiskTests {
    private let release = grant(9, ["release"], to: [.group("leads")], others: true)

    private func kinds(_ grants: [Grant], _ protections: [Protection] = []) -> [PolicyRisk.Kind] {
        var policy = examplePolicy(grants: grants, protections: protections)
        policy.limits = ["isolate", "scan", "collect"].map(hourly)
        return policy.risks.map(\.kind)
    }

    private func hourly(_ action: String) -> Limit {
        Limit(action: action, scope: .all, bound: .per(.seconds(3_600), most: 10))
    }

    @Test func `a policy with nothing to say of has no risks`() {
        let clients = MachineCondition(osFamilies: [.client])
        let isolating = grant(1, ["isolate"], to: [.group("soc"), .service("sentinel")], on: clients)
        #expect(kinds([isolating, release]) == [])
    }

    @Test func `names and tags alone are warned of`() {
        let named = MachineCondition(names: [NamePattern("dc*")])
        let tagged = MachineCondition(osFamilies: [.server], tags: ["x"])
        let protections = [
            Protection(name: "dc*", line: 60, column: 1, machines: named),
            Protection(name: "x", line: 61, column: 1, machines: tagged),
        ]
        #expect(kinds([release], protections) == [.forgeableProtection])
        #expect(kinds([grant(1, ["scan"], to: [.person("mia")], on: named)]) == [.forgeableGrant])
        #expect(kinds([grant(1, ["status"], to: [.person("mia")], on: named)]) == [])
    }

    @Test func `a service on any machine, a name of nothing and a grant to nobody are warned of`() {
        #expect(kinds([grant(1, ["scan"], to: [.service("sentinel")])]) == [.serviceOnAnyMachine])
        #expect(kinds([grant(1, ["status"], to: [.service("sentinel")])]) == [])
        #expect(kinds([grant(1, ["scan"], to: [.person("mia")], protections: ["T"])]) == [.unknownProtection])
        #expect(kinds([grant(1, ["scan"], to: [.group("gone")])]) == [.grantToNobody])
    }

    @Test func `isolating without anybody to release for others is warned of at the grant`() throws {
        var policy = examplePolicy(grants: [grant(3, ["isolate"], to: [.person("mia")])])
        policy.limits = [hourly("isolate")]
        let risk = try #require(policy.risks.first)
        #expect(risk.kind == .noReleaseForOthers)
        #expect(risk.line == 43)
        #expect(risk.code == "policy.no-release-for-others")
    }
}
