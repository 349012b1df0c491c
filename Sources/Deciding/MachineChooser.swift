package import Vocabulary

/// Says which one machine of a page a selector means: exactly one, or a refusal.
///
/// Where the rules come from: design §8. `page` is what Defender listed, a preselection that is never believed
/// to have chosen; with `mayBeCut` there may be more than it holds, and nothing is chosen from it. A machine
/// not seen for `staleAfter`, or not onboarded, is set aside as the stale twin of one that is neither; if all
/// are stale, none is set aside. A machine whose last sight is unknown is not stale. What is for machines that are
/// not onboarded sets none aside. `spell` gives the exact command that means the machine with an id.
package func chooseMachine(
    _ selector: Subject,
    among page: [Machine],
    mayBeCut: Bool,
    now: Timestamp,
    staleAfter: Duration,
    need: OnboardingNeed = .onboarded,
    spell: (MachineID) -> String
) -> MachineChoice {
    let chooser = MachineChooser(
        selector: selector,
        page: page,
        now: now,
        staleAfter: staleAfter,
        need: need
    )
    return chooser.choose(mayBeCut: mayBeCut, spell: spell)
}

private struct MachineChooser {
    let selector: Subject
    /// One entry an id.
    let machines: [Machine]
    let now: Timestamp
    let staleAfter: Duration
    let need: OnboardingNeed

    init(
        selector: Subject,
        page: [Machine],
        now: Timestamp,
        staleAfter: Duration,
        need: OnboardingNeed
    ) {
        self.need = need
        self.selector = selector
        self.now = now
        self.staleAfter = staleAfter
        // Defender repeats machines; the copy seen last tells the most. Names break ties, so that the order
        // of the page never matters.
        machines = Dictionary(grouping: page, by: \.id).values.compactMap { copies in
            copies.max { seen($0) < seen($1) }
        }.sorted { seen($0) > seen($1) }
    }

    func choose(mayBeCut: Bool, spell: (MachineID) -> String) -> MachineChoice {
        if mayBeCut { return .refused(refusePage()) }
        let matches = machines.filter { isMeant($0) }
        guard let first = matches.first else { return .refused(refuseNone()) }
        guard matches.count > 1 else {
            if let refusal = need.refusal(of: first) { return .refused(refusal) }
            return .chosen(first, setAside: [])
        }
        // Of several the one that is onboarded would be meant; here it is not.
        if case .unmanaged = need { return .refused(refuseMany(matches, areAllStale: false, spell: spell)) }
        let live = matches.filter { !isStale($0) }
        if live.count == 1, let only = live.first {
            return .chosen(only, setAside: matches.filter { isStale($0) })
        }
        return .refused(refuseMany(matches, areAllStale: live.isEmpty, spell: spell))
    }

    /// Exact comparisons only; the external address is never looked at, many machines share it.
    private func isMeant(_ machine: Machine) -> Bool {
        switch selector {
        case .id(let id): machine.id == id
        case .dnsName(let name): isNamed(machine, name) { $0[...] }
        case .hostName(let name): isNamed(machine, name) { firstLabel($0) }
        case .address(let address): has(machine, address)
        case .entraDevice(let guid): machine.entraDeviceID?.lowercased() == guid.lowercased()
        // The page holds the machines of that alert and no others.
        case .alert: true
        case .thing, .nothing: false
        }
    }

    private func isNamed(_ machine: Machine, _ name: String, by part: ([UInt8]) -> ArraySlice<UInt8>) -> Bool
    {
        let wanted = foldedName(name)
        guard let known = machine.dnsName, !wanted.isEmpty else { return false }
        return part(foldedName(known)) == wanted[...]
    }

    private func has(_ machine: Machine, _ address: String) -> Bool {
        guard let wanted = IPAddress(address) else { return false }
        let own = machine.ipAddresses + [machine.lastIPAddress].compactMap { $0 }
        return own.contains { IPAddress($0) == wanted }
    }

    private func isStale(_ machine: Machine) -> Bool {
        if !machine.isOnboarded { return true }
        guard let lastSeen = machine.lastSeen else { return false }
        return now.since(lastSeen) > staleAfter
    }
}

// What is said where nothing is chosen.
extension MachineChooser {
    fileprivate func refusePage() -> MachineRefusal {
        MachineRefusal(
            kind: .pageCut,
            message: "Defender listed \(machines.count) machines for \(selector) and there may be more, "
                + "so that none can be called the only one.",
            fix: "Give the whole DNS name, or the machine id from its page in the Defender portal."
        )
    }

    fileprivate func refuseNone() -> MachineRefusal {
        MachineRefusal(
            kind: .notFound,
            message: "No machine is \(selector). \(whyNone())",
            fix: "Check the spelling, or give the machine id from its page in the Defender portal."
        )
    }

    private func whyNone() -> String {
        switch selector {
        case .dnsName, .hostName:
            let near = machines.compactMap(\.dnsName).filter { begins($0) }.sorted().prefix(3)
            let compared = "Names are compared whole"
            return near.isEmpty
                ? "\(compared)." : "\(compared): not meant are \(near.joined(separator: ", "))."
        case .address(let address):
            let sharing = machines.filter { machine in
                machine.lastExternalIPAddress.flatMap { IPAddress($0) } == IPAddress(address)
            }
            return sharing.isEmpty || IPAddress(address) == nil
                ? "No machine had this address within the last 15 minutes."
                : "It is an external address, which machines share; it names none of them."
        case .id, .entraDevice, .alert, .thing, .nothing:
            return "Defender knows none by it."
        }
    }

    /// True for a name that begins as the one asked for does: named so that nobody wonders, never chosen.
    private func begins(_ name: String) -> Bool {
        foldedName(name).starts(with: foldedName(selector.description))
    }

    fileprivate func refuseMany(
        _ matches: [Machine],
        areAllStale: Bool,
        spell: (MachineID) -> String
    ) -> MachineRefusal {
        let shown = matches.prefix(MachineRefusal.candidatesMax)
        let digits = idDigits(telling: matches)
        let more = matches.count > shown.count ? " The first \(shown.count) are listed." : ""
        let stale =
            areAllStale
            ? " All of them are stale (not seen for \(staleAfter.spoken), or not onboarded), "
                + "so that none goes before another."
            : ""
        return MachineRefusal(
            kind: areAllStale ? .allStale : .ambiguous,
            message: "\(selector) could be any of \(matches.count) machines.\(stale)\(more)",
            fix: "Say which one by its id.",
            candidates: shown.map { machine in
                MachineCandidate(
                    machine: machine,
                    marks: marks(of: machine, idDigits: digits),
                    command: spell(machine.id)
                )
            }
        )
    }

    private func marks(of machine: Machine, idDigits: Int) -> String {
        var marks = [
            machine.shownName,
            machine.deviceGroup.map { "group \($0)" } ?? "no group",
            machine.osPlatform ?? "OS unknown",
            machine.lastSeen.map { "last seen \($0.iso8601)" } ?? "never seen",
        ]
        if !machine.isOnboarded { marks.append("not onboarded") }
        marks.append("id \(machine.id.text.prefix(idDigits))…")
        return marks.joined(separator: ", ")
    }

    /// The fewest digits, 8 at least, with which these ids all begin differently.
    private func idDigits(telling machines: [Machine]) -> Int {
        for digits in 8..<40 where Set(machines.map { $0.id.text.prefix(digits) }).count == machines.count {
            return digits
        }
        return 40
    }
}

/// Orders by last sight, then by everything people tell machines apart by.
private func seen(_ machine: Machine) -> SightOrder {
    SightOrder(
        seen: machine.lastSeen?.milliseconds ?? .min,
        rest: [
            machine.id.text, machine.dnsName ?? "", machine.onboardingStatus ?? "", machine.deviceGroup ?? "",
            machine.osPlatform ?? "", machine.lastIPAddress ?? "", machine.entraDeviceID ?? "",
            machine.ipAddresses.joined(separator: " "), machine.tags.joined(separator: " "),
        ]
    )
}

private struct SightOrder: Comparable {
    let seen: Int64
    let rest: [String]

    static func < (left: SightOrder, right: SightOrder) -> Bool {
        left.seen == right.seen ? left.rest.lexicographicallyPrecedes(right.rest) : left.seen < right.seen
    }
}
