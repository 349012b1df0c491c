import Defender
import Vocabulary

/// Which of the listed actions say how a machine's network is now.
struct NetworkHistory: Sendable {
    private var last: [MachineID: MachineAction] = [:]
    private var isolating: Set<MachineID> = []

    init(_ actions: [MachineAction]) {
        for action in actions {
            if action.type == "Isolate", !action.status.isEnd { isolating.insert(action.machineID) }
            guard action.status == .succeeded else { continue }
            guard let known = last[action.machineID], known.endedAt >= action.endedAt else {
                last[action.machineID] = action
                continue
            }
        }
    }

    /// The action that succeeded last on each machine, in order of the machines' ids.
    var lastSuccesses: [MachineAction] { last.values.sorted { $0.machineID < $1.machineID } }

    /// True for the action that succeeded last on its machine, if no isolation is under way there.
    func isLastWord(_ action: MachineAction) -> Bool {
        last[action.machineID]?.id == action.id && !isolating.contains(action.machineID)
    }
}

extension MachineAction {
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
