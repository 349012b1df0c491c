import Deciding
import Foundation
import Testing
import Vocabulary

struct GrantTermTests {
    private let laptop = machine("aa", "laptop-7.corp.example")

    private func term(_ change: (inout Grant) -> Void) -> Policy {
        var given = grant(1, ["isolate"], to: [.person("mia")])
        change(&given)
        return examplePolicy(grants: [given])
    }

    private func asked(_ change: (inout Question) -> Void = { _ in }) -> Question {
        var asked = question(knowing: laptop)
        change(&asked)
        return asked
    }

    @Test(arguments: [
        (Place.room("C05"), true), (.room("C06"), false), (.project("C05"), false), (nil, false),
    ])
    func `a room holds for itself, and for no project of its name`(place: Place?, holds: Bool) {
        let decision = term { $0.places = [.room("C05")] }.decide(asked { $0.place = place })
        #expect(decision.codes == [holds ? .granted : .place])
        if !holds { #expect(decision.explanation.contains { $0.contains("holds when asked in room C05") }) }
    }

    @Test(arguments: [("Selective", true), ("Full", false), (nil, false)])
    func `a value that is left out is the default`(type: String?, holds: Bool) {
        let decision = term { $0.parameters = ["type": ["Selective"]] }
            .decide(asked { $0.parameters["type"] = type })
        #expect(decision.codes == [holds ? .granted : .parameter])
    }

    @Test func `what a machine that is not onboarded takes is in no grant that does not name it`() {
        let asked = asked { $0.parameters["type"] = "UnManagedDevice" }
        let silent = term { _ in }.decide(asked)
        #expect(silent.codes == [.parameter])
        #expect(
            silent.answer.contains("not with type UnManagedDevice: it takes a grant that names it"),
            "\(silent.answer)"
        )
        #expect(
            silent.explanation.contains {
                $0.contains(
                    "names no type (`with: { type: [UnManagedDevice] }`), which UnManagedDevice takes"
                )
            }
        )
        #expect(term { $0.parameters = ["type": ["Full"]] }.decide(asked).codes == [.parameter])
        let naming = term { $0.parameters = ["type": ["Full", "UnManagedDevice"]] }
        #expect(naming.decide(asked).codes == [.granted])
        #expect(naming.decide(self.asked()).codes == [.granted])
        let risk = naming.risks.first { $0.kind == .unmanagedContainment }
        #expect(
            risk?.message.hasPrefix("Grant 1 lets its people contain machines that are not onboarded") == true
        )
        #expect(term { _ in }.risks.allSatisfy { $0.kind != .unmanagedContainment })
    }

    @Test(arguments: [(3_600, true), (86_400, true), (86_401, false), (nil, false)])
    func `with a longest time an isolation needs an end`(seconds: Int64?, holds: Bool) {
        let decision = term { $0.durationMax = TimeBox(seconds: 86_400) }
            .decide(asked { $0.duration = seconds.flatMap { TimeBox(seconds: $0) } })
        #expect(decision.codes == [holds ? .granted : .duration])
        if !holds { #expect(decision.answer.contains("for at most 1d")) }
    }

    @Test func `terms are looked at before the machine is known`() {
        let policy = term { $0.durationMax = TimeBox(seconds: 60) }
        #expect(policy.decide(question()).verdict == .refuse)
    }

    @Test(arguments: [
        (MachineCondition(risks: ["High"]), "High", true), (MachineCondition(risks: ["High"]), "high", true),
        (MachineCondition(risks: ["High"]), "Low", false), (MachineCondition(risks: ["High"]), "Odd", false),
        (MachineCondition(risks: ["High"]), nil, false), (MachineCondition(values: ["Low"]), "Low", true),
        (MachineCondition(values: ["Low"]), "High", false), (MachineCondition(values: ["Low"]), nil, false),
        (MachineCondition(exposures: ["Low"]), "Low", true),
        (MachineCondition(exposures: ["Low"]), nil, false),
    ])
    func `value, risk and exposure hold for what is known alone`(
        condition: MachineCondition,
        word: String?,
        holds: Bool
    ) {
        var scored = laptop
        (scored.riskScore, scored.deviceValue, scored.exposureLevel) = (word, word, word)
        let decision = term { $0.machines = condition }.decide(question(knowing: scored))
        #expect(decision.codes == [holds ? .granted : .machine])
    }

    @Test(arguments: [nil, "Odd"])
    func `a protection by a score that is not known holds`(word: String?) {
        var policy = term { _ in }
        let condition = MachineCondition(values: ["High"])
        policy.protections = [Protection(name: "crown", line: 9, column: 3, machines: condition)]
        var scored = laptop
        scored.deviceValue = word
        #expect(policy.decide(question(knowing: scored)).codes == [.protectionUnknown])
        scored.deviceValue = "Low"
        #expect(policy.decide(question(knowing: scored)).isAllowed)
    }

    @Test(arguments: [
        (["a", "b"], true), (["A", "B", "c"], true), (["a"], false), (["a", "b", "never"], false),
        ([], false),
    ])
    func `all of some tags and none of others`(tags: [String], holds: Bool) {
        let condition = MachineCondition(tagsAll: ["a", "b"], tagsNone: ["never"])
        let tagged = machine("aa", "laptop-7", tags: tags)
        let decision = term { $0.machines = condition }.decide(question(knowing: tagged))
        #expect(decision.codes == [holds ? .granted : .machine])
    }

    @Test func `a source's ceiling goes before every grant, and stops looks and freezes too`() {
        var policy = term { $0.actions = ["isolate", "release", "unfreeze"] }
        policy.ceilings = [chat: ["isolate"]]
        #expect(policy.decide(asked()).isAllowed)
        #expect(policy.decide(asked { $0.action = "release" }).codes == [.ceiling])
        #expect(policy.decideLook(mia, at: chat).codes == [.ceiling])
        #expect(policy.decideFreeze(mia, at: chat).codes == [.ceiling])
        #expect(policy.decideUnfreeze(mia, at: chat).codes == [.ceiling])
        #expect(policy.decideFreeze(.local("mia"), at: SourceName("local")).isAllowed)
    }

    @Test func `unfreezing holds in its room and hours alone`() throws {
        var given = grant(1, ["unfreeze"], to: [.person("mia")])
        given.places = [.room("C05")]
        let policy = examplePolicy(grants: [given])
        #expect(policy.decideUnfreeze(mia, at: chat, in: .room("C05")).isAllowed)
        #expect(!policy.decideUnfreeze(mia, at: chat, in: .room("C06")).isAllowed)
        #expect(!policy.decideUnfreeze(mia, at: chat).isAllowed)
    }

    @Test func `one more grant never turns a yes into a no`() {
        var generator = SeededGenerator(seed: 7)
        var allowed = 0
        for _ in 0..<20_000 {
            let grants = (1...3).map { anyGrant($0, &generator) }
            let asked = asked {
                $0.place = [Place.room("C05"), .project("SEC"), nil].randomElement(using: &generator) ?? nil
                $0.parameters = Bool.random(using: &generator) ? ["type": "Selective"] : [:]
                $0.duration = TimeBox(seconds: Int64.random(in: 0...2, using: &generator) * 3_600)
            }
            guard examplePolicy(grants: Array(grants.dropLast())).decide(asked).isAllowed else { continue }
            allowed += 1
            #expect(examplePolicy(grants: grants).decide(asked).isAllowed)
        }
        #expect(allowed > 1_000)
    }

    private func anyGrant(_ number: Int, _ generator: inout SeededGenerator) -> Grant {
        var given = grant(number, ["isolate"], to: [.person("mia")])
        if Bool.random(using: &generator) { given.places = [.room("C05")] }
        if Bool.random(using: &generator) { given.parameters = ["type": ["Selective"]] }
        if Bool.random(using: &generator) { given.durationMax = TimeBox(seconds: 3_600) }
        if Bool.random(using: &generator) { given.rehearses = true }
        if Bool.random(using: &generator) { given.machines = MachineCondition(risks: ["High"]) }
        return given
    }
}

struct HoursTests {
    private func hours(_ days: Set<Hours.Day>, _ from: Int, _ to: Int) throws -> Hours {
        let zone = try #require(TimeZone(identifier: "Europe/Stockholm"))
        return try #require(Hours(days: days, from: from * 60, to: to * 60, zone: zone))
    }

    @Test(arguments: [
        ("2026-11-02T06:59:59Z", false), ("2026-11-02T07:00:00Z", true), ("2026-11-02T16:59:59Z", true),
        ("2026-11-02T17:00:00Z", false), ("2026-11-01T10:00:00Z", false), ("2026-07-06T06:00:00Z", true),
        ("2026-07-06T05:59:59Z", false), ("2026-07-06T16:00:00Z", false),
    ])
    func `office hours follow the clock of the zone, summer and winter`(time: String, holds: Bool) throws {
        let moment = try #require(Timestamp(iso8601: time))
        #expect(try hours([.mon, .tue, .wed, .thu, .fri], 8, 18).contain(moment) == holds)
    }

    @Test(arguments: [
        // Friday 22:00 to Saturday 06:00, in winter.
        ("2026-11-06T21:00:00Z", true), ("2026-11-07T04:59:59Z", true), ("2026-11-07T05:00:00Z", false),
        ("2026-11-06T04:00:00Z", false), ("2026-11-07T21:30:00Z", false),
    ])
    func `a window over midnight belongs to the day it begins on`(time: String, holds: Bool) throws {
        let moment = try #require(Timestamp(iso8601: time))
        #expect(try hours([.fri], 22, 6).contain(moment) == holds)
    }

    @Test(arguments: [
        // Set forward: 02:00 to 03:00 does not exist on 29 March. Set back: it comes twice on 25 October.
        ("2026-03-29T00:59:59Z", false), ("2026-03-29T01:00:00Z", false), ("2026-10-25T00:00:00Z", true),
        ("2026-10-25T00:30:00Z", true), ("2026-10-25T01:30:00Z", true), ("2026-10-25T02:00:00Z", false),
    ])
    func `an hour that is skipped is not there and one that comes twice counts twice`(
        time: String,
        holds: Bool
    ) throws {
        let moment = try #require(Timestamp(iso8601: time))
        #expect(try hours([.sun], 2, 3).contain(moment) == holds)
    }

    @Test func `outside its hours a grant is refused with the clock's words`() throws {
        var given = grant(1, ["isolate"], to: [.person("mia")])
        given.hours = try hours([.mon], 8, 9)
        let decision = examplePolicy(grants: [given]).decide(question(knowing: machine("aa", "laptop-7")))
        #expect(decision.codes == [.hours])
        #expect(
            decision.explanation.contains {
                $0.hasPrefix("Grant 1 (line 41): holds mon 08:00-09:00 Europe/Stockholm, and it is ")
            }
        )
    }
}
