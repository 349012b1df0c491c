import Catalogue
import Defender
import Vocabulary

/// Which of the listed actions say how a machine's network is now, and what may run there.
struct RestraintHistory: Sendable {
    private struct Place: Hashable {
        let machine: MachineID
        let lane: Lane
    }

    private var last: [Place: MachineAction] = [:]
    private var beginning: Set<Place> = []

    init(_ actions: [MachineAction]) {
        for action in actions {
            guard let place = Self.place(of: action) else { continue }
            if action.begins, !action.status.isEnd { beginning.insert(place) }
            guard action.status == .succeeded else { continue }
            guard let known = last[place], known.endedAt >= action.endedAt else {
                last[place] = action
                continue
            }
        }
    }

    /// The action that succeeded last on each machine in each lane, in order of the machines' ids.
    var lastSuccesses: [MachineAction] {
        last.values.sorted { ($0.machineID, $0.type) < ($1.machineID, $1.type) }
    }

    /// True for the action that succeeded last on its machine, if nothing that holds it is under way there.
    func isLastWord(_ action: MachineAction) -> Bool {
        guard let place = Self.place(of: action) else { return false }
        return last[place]?.id == action.id && !beginning.contains(place)
    }

    private static func place(of action: MachineAction) -> Place? {
        action.restraint.map { Place(machine: action.machineID, lane: $0.lane) }
    }
}

extension MachineAction {
    /// What it begins or ends; nil for what is over once it is done.
    var restraint: Restraint? { Catalogue.restraint(ofType: type) }

    /// True for one that isolates or restricts.
    var begins: Bool { restraint?.isBegun(by: type) ?? false }

    /// When it ended, as far as Defender says.
    var endedAt: Timestamp { updatedAt ?? createdAt }
}

/// The actions that were told of, by id.
struct Told: Sendable {
    private var order: [String]
    private var known: Set<String>

    /// - Parameter text: Ids with blanks between them.
    init(_ text: String) {
        order = text.split(separator: " ").map(String.init)
        known = Set(order)
    }

    /// False if it was told before.
    mutating func add(_ id: String) -> Bool {
        guard known.insert(id).inserted else { return false }
        order.append(id)
        return true
    }

    /// What is remembered: all that is listed, since it comes again, and the newest of the others.
    func text(listed actions: [MachineAction], othersMax: Int) -> String {
        let listed = Set(actions.map(\.id))
        let others = order.filter { !listed.contains($0) }.suffix(othersMax)
        return (others + order.filter { listed.contains($0) }).joined(separator: " ")
    }
}
