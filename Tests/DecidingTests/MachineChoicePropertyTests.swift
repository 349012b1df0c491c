import Deciding
import Testing
import Vocabulary

/// Random estates full of near names, twins, repeats and holes; the seed of a failing one is in its arguments.
struct MachineChoicePropertyTests {
    @Test(arguments: 0..<400 as Range<UInt64>)
    func `a choice is the one and only match, in whatever order the page came`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let page = estate(&random)
        let selector = anySelector(page, &random)
        let choice = choose(selector, page)
        #expect(choose(selector, page.shuffled(using: &random)) == choice)
        #expect(choose(selector, page + page) == choice)
        #expect(choose(selector, page, mayBeCut: true).refusal?.kind == .pageCut)

        let meant = Set(page.filter { isPlainlyMeant($0, by: selector) }.map(\.id))
        switch choice {
        case .chosen(let machine, let setAside):
            #expect(meant.contains(machine.id))
            #expect(machine.isOnboarded)
            #expect(Set(setAside.map(\.id)) == meant.subtracting([machine.id]))
            #expect(!setAside.contains { $0.id == machine.id })
            #expect(setAside.allSatisfy(isPlainlyStale))
            if !setAside.isEmpty { #expect(!isPlainlyStale(machine)) }
        case .refused(let refusal):
            switch refusal.kind {
            case .notFound: #expect(meant.isEmpty)
            case .notOnboarded: #expect(meant.count == 1)
            case .ambiguous, .allStale:
                #expect(meant.count > 1)
                #expect(Set(refusal.candidates.map(\.machine.id)).isSubset(of: meant))
                #expect(refusal.candidates.count == min(meant.count, MachineRefusal.candidatesMax))
                let areAllStale = refusal.candidates.allSatisfy { isPlainlyStale($0.machine) }
                #expect((refusal.kind == .allStale) == areAllStale)
            case .pageCut: Issue.record("the page was whole")
            case .onboarded: Issue.record("onboarded machines were meant")
            }
        }
    }

    @Test(arguments: 0..<100 as Range<UInt64>)
    func `a machine of another name never changes a choice`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let page = estate(&random)
        let selector = Subject.hostName("laptop-7")
        let strangers = page.filter { !isPlainlyMeant($0, by: selector) }
        let without = page.filter { isPlainlyMeant($0, by: selector) }
        let choice = choose(selector, page)
        #expect(choice.chosenID == choose(selector, without).chosenID)
        #expect(choose(selector, strangers).refusal?.kind == .notFound)
    }

    private func estate(_ random: inout SeededGenerator) -> [Machine] {
        let names: [String?] = [
            "laptop-7", "laptop-70", "laptop-7.corp.example", "LAPTOP-7.corp.example.", "xlaptop-7", nil, "",
            "laptop-7.lab.example", "laptop", "7", "laptop-70.corp.example",
        ]
        let count = Int.random(in: 0...6, using: &random)
        let machines = (0..<count).map { index in
            machine(
                "a\(index)",
                names.randomElement(using: &random) ?? nil,
                seen: [nil, .seconds(60), .seconds(29 * 86_400), .seconds(31 * 86_400)]
                    .randomElement(using: &random) ?? nil,
                onboarding: [nil, "Onboarded", "onboarded", "CanBeOnboarded"].randomElement(using: &random)
                    ?? nil,
                address: ["10.0.0.1", "10.0.0.2", nil].randomElement(using: &random) ?? nil,
                external: "203.0.113.9"
            )
        }
        return machines + machines.prefix(Int.random(in: 0...2, using: &random))
    }

    private func anySelector(_ page: [Machine], _ random: inout SeededGenerator) -> Subject {
        let fixed: [Subject] = [
            .hostName("laptop-7"), .hostName("LAPTOP-7"), .dnsName("laptop-7.corp.example"),
            .address("10.0.0.1"), .address("203.0.113.9"), .id(id("a0")), .id(id("a9")),
        ]
        return fixed.randomElement(using: &random) ?? .hostName("laptop-7")
    }

    /// The rule said a second time, in the plainest way.
    private func isPlainlyMeant(_ machine: Machine, by selector: Subject) -> Bool {
        func plain(_ name: String) -> String {
            let folded = name.lowercased()
            return folded.hasSuffix(".") ? String(folded.dropLast()) : folded
        }
        switch selector {
        case .id(let id): return machine.id == id
        case .dnsName(let name): return machine.dnsName.map(plain) == plain(name)
        case .hostName(let name):
            return machine.dnsName.flatMap { plain($0).split(separator: ".").first }.map(String.init)
                == plain(name)
        case .address(let address): return machine.lastIPAddress == address
        case .entraDevice, .alert, .thing, .nothing: return false
        }
    }

    private func isPlainlyStale(_ machine: Machine) -> Bool {
        if machine.onboardingStatus == "CanBeOnboarded" { return true }
        guard let seen = machine.lastSeen else { return false }
        return seen < noon - .seconds(30 * 86_400)
    }
}

/// Chooses as the design's defaults do, spelling the command as somebody isolating would type it.
func choose(
    _ selector: Subject,
    _ page: [Machine],
    mayBeCut: Bool = false,
    need: OnboardingNeed = .onboarded
) -> MachineChoice {
    chooseMachine(
        selector,
        among: page,
        mayBeCut: mayBeCut,
        now: noon,
        staleAfter: Policy().staleAfter,
        need: need,
        spell: { "isolate \($0) for 4h" }
    )
}

extension MachineChoice {
    var chosenID: MachineID? {
        if case .chosen(let machine, _) = self { machine.id } else { nil }
    }

    var refusal: MachineRefusal? {
        if case .refused(let refusal) = self { refusal } else { nil }
    }
}
