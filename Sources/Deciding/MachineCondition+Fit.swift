import Vocabulary

/// Whether a machine meets a condition, as far as is known.
enum Fit: Hashable {
    case fits
    /// - because: What is asked and what is so, to go after "the machine".
    case fails(because: String)
    /// - missing: The fact that Defender does not state.
    case unknown(missing: String)
}

extension MachineCondition {
    /// Holds the condition against what is known; one part that fails decides, whatever else is unknown.
    func fit(_ machine: Machine) -> Fit {
        var unknown: Fit?
        for part in parts(of: machine) {
            switch part {
            case .fits: continue
            case .fails: return part
            case .unknown: unknown = unknown ?? part
            }
        }
        return unknown ?? .fits
    }

    private func parts(of machine: Machine) -> [Fit] {
        var parts: [Fit] = []
        if let ids {
            parts.append(ids.contains(machine.id) ? .fits : .fails(because: "is not one of the listed ids"))
        }
        if let groups {
            parts.append(
                fit(machine.deviceGroup, "its device group", "is in device group") { group in
                    groups.contains { isSameWord($0, group) }
                }
            )
        }
        if let osFamilies {
            switch machine.osFamily {
            case .unknown: parts.append(.unknown(missing: "whether it is a client or a server"))
            case let family where osFamilies.contains(family): parts.append(.fits)
            case let family: parts.append(.fails(because: "is a \(family.rawValue)"))
            }
        }
        if let names {
            parts.append(
                fit(machine.dnsName, "its name", "is named") { name in
                    names.contains { $0.matches(name) }
                }
            )
        }
        if let tags {
            let has = machine.tags.contains { tag in tags.contains { isSameWord($0, tag) } }
            parts.append(has ? .fits : .fails(because: "does not carry \(oneOf("tag", tags))"))
        }
        return parts + tagParts(of: machine) + scoreParts(of: machine)
    }

    private func tagParts(of machine: Machine) -> [Fit] {
        let carries = { (tag: String) in machine.tags.contains { isSameWord($0, tag) } }
        var parts: [Fit] = []
        if let missing = tagsAll?.first(where: { !carries($0) }) {
            parts.append(.fails(because: "does not carry tag \(missing)"))
        }
        if let found = tagsNone?.first(where: carries) {
            parts.append(.fails(because: "carries tag \(found)"))
        }
        return parts
    }

    /// A word that Defender is not known to use says nothing.
    private func scoreParts(of machine: Machine) -> [Fit] {
        let scores = [
            (values, machine.deviceValue, Self.valueWords, "device value"),
            (risks, machine.riskScore, Self.riskWords, "risk"),
            (exposures, machine.exposureLevel, Self.exposureWords, "exposure"),
        ]
        return scores.compactMap { wanted, fact, words, what in
            guard let wanted else { return nil }
            let known = fact.flatMap { fact in words.first { isSameWord($0, fact) } }
            return fit(known, "its \(what)", "has \(what)") { word in
                wanted.contains { isSameWord($0, word) }
            }
        }
    }

    private func fit(_ fact: String?, _ what: String, _ is: String, _ test: (String) -> Bool) -> Fit {
        guard let fact, !fact.isEmpty else { return .unknown(missing: what) }
        return test(fact) ? .fits : .fails(because: "\(`is`) \(fact)")
    }

    /// The condition in words, to go after "machines" or "a machine".
    var inWords: String {
        var parts: [String] = []
        if let osFamilies {
            parts.append(oneOf("OS family", osFamilies.map(\.rawValue).sorted()))
        }
        if let groups { parts.append(oneOf("device group", groups)) }
        if let names { parts.append(oneOf("name", names.map(\.text))) }
        if let tags { parts.append(oneOf("tag", tags)) }
        if let tagsAll { parts.append("tags \(tagsAll.joined(separator: " and "))") }
        if let tagsNone { parts.append("no tag \(tagsNone.joined(separator: " or "))") }
        if let values { parts.append(oneOf("device value", values)) }
        if let risks { parts.append(oneOf("risk", risks)) }
        if let exposures { parts.append(oneOf("exposure", exposures)) }
        if let ids { parts.append(ids.count == 1 ? "one listed id" : "\(ids.count) listed ids") }
        return parts.isEmpty ? "any" : parts.joined(separator: " and ")
    }
}

private func oneOf(_ what: String, _ values: [String]) -> String {
    "\(what) \(values.joined(separator: " or "))"
}
