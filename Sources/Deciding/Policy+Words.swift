import Vocabulary

extension Policy {
    /// Values of a parameter; an empty one stands for saying none.
    private static func listed(_ values: Set<String>) -> String {
        values.sorted().map { $0.isEmpty ? "none" : $0 }.joined(separator: " or ")
    }

    /// A grant in words, to go after its number.
    func words(of grant: Grant) -> String {
        var text = "allows \(list(grant.grantees)) to \(grant.actions.joined(separator: ", "))"
        text += grant.machines.isAny ? " any machine" : " machines of \(grant.machines.inWords)"
        if !grant.sources.isEmpty {
            text += " when asked at \(grant.sources.sorted().map(\.text).joined(separator: " or "))"
        }
        if !grant.places.isEmpty { text += " in \(words(of: grant.places))" }
        for (name, values) in grant.parameters.sorted(by: { $0.key < $1.key }) {
            text += " with \(name) \(Self.listed(values))"
        }
        if let most = grant.durationMax { text += " for at most \(most)" }
        if let usual = grant.durationDefault { text += " (for \(usual) unless said otherwise)" }
        if let hours = grant.hours { text += " (\(hours.inWords))" }
        if grant.coversOthers { text += ", also for others" }
        if grant.coversForeign { text += ", also what was contained outside" }
        if let rule = grant.approvals {
            text += ", once \(rule.count) of \(rule.of.joined(separator: ", ")) approve"
        }
        if let glass = grant.breakGlass {
            text += ", without approval as break-glass \(glass.name), at most \(glass.perDay) a day"
        }
        if grant.allowsAddress { text += ", also by address" }
        if grant.rehearses { text += ", as a rehearsal" }
        return text
    }

    /// The first condition of a grant that was not met, in words, to go after its number.
    func words(
        of failure: Trial.Failure,
        _ grant: Grant,
        _ question: Question,
        _ principal: Principal
    ) -> String {
        switch failure {
        case .action:
            "allows \(grant.actions.joined(separator: ", ")), not \(question.action)"
        case .grantee:
            "is given to \(list(grant.grantees)), not to \(principal)"
        case .source:
            "holds when asked at \(grant.sources.sorted().map(\.text).joined(separator: " or ")), "
                + "not at \(question.source)"
        case .proposal:
            "asks for nobody's approval, and \(question.source) only proposes"
        case .place:
            "holds when asked in \(words(of: grant.places)), not in "
                + (question.place?.description ?? "an unknown place")
        case .hours:
            grant.hours.map { "holds \($0.inWords), and it is \($0.clock(at: question.now))" }
                ?? "holds at another time"
        case .parameter(let name, let value):
            "holds with \(name) \(Self.listed(grant.parameters[name] ?? [])), "
                + "not \(value)"
        case .unnamed(let parameter, let value):
            "names no \(parameter) (`with: { \(parameter): [\(value)] }`), which \(value) takes"
        case .namedTag(let tag, let places):
            "names no tag (`with: { tag: … }`), and \(Policy.listed(places)) "
                + "\(places.count == 1 ? "rests" : "rest") on tag \(tag)"
        case .namedValue(_, let places):
            "names no value (`with: { value: … }`), and \(Policy.listed(places)) "
                + "\(places.count == 1 ? "asks" : "ask") for one"
        case .duration:
            "holds for at most \(grant.durationMax?.description ?? "a time"), not "
                + (question.duration.map { "for \($0)" } ?? "without an end")
        case .others:
            "holds for what \(principal) asked for, not for others (`others: yes`)"
        case .foreign:
            "does not hold for what was contained outside Bascule (`foreign: yes`)"
        case .breakGlass:
            "holds only for whoever says `with break-glass=\(grant.breakGlass?.name ?? "")`"
        case .breakGlassReason:
            "holds only with a reason (`because …`)"
        case .address:
            "does not let the machine be named by its address (`by-address: yes`)"
        case .noMachine:
            "holds for machines of \(grant.machines.inWords), and \(question.action) is about none"
        case .machine(.fits):
            "holds for the machine"
        case .machine(.fails(let because)):
            "holds for machines of \(grant.machines.inWords), but the machine \(because)"
        case .machine(.unknown(let missing)):
            "holds for machines of \(grant.machines.inWords), but Defender does not say \(missing)"
        case .protection(let name, let line):
            "does not name the protection \(name) (line \(line)), which holds for the machine"
        case .protectionUnknown(let name, let line, let missing):
            "does not name the protection \(name) (line \(line)), which may hold: Defender does not say \(missing)"
        }
    }

    private func words(of places: Set<Place>) -> String {
        places.map(\.description).sorted().joined(separator: " or ")
    }

    private func list(_ grantees: [Grantee]) -> String {
        let names = grantees.map { grantee in
            switch grantee {
            case .person(let name), .service(let name), .group(let name): name
            }
        }
        return names.isEmpty ? "nobody" : names.joined(separator: ", ")
    }
}
