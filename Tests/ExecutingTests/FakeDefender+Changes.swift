import Defender
import Synchronization
import Vocabulary

/// Tags as the fake keeps them, spelled as they came, each once; and values.
extension FakeDefender {
    func change(_ submission: ActionSubmission) async throws(DefenderError) -> Machine {
        try await afterFault { () async throws(DefenderError) in
            let changed = state.withLock { state -> Machine? in
                guard let index = state.machines.firstIndex(where: { $0.id == submission.machine }) else {
                    return nil
                }
                if state.changesUnshown > 0 {
                    state.changesUnshown -= 1
                    return state.machines[index]
                }
                if let value = submission.parameters["value"] {
                    state.changed.append("=" + value)
                    state.machines[index].deviceValue = value
                }
                if let tag = submission.parameters["tag"] {
                    let adds = submission.action == "tag"
                    state.changed.append((adds ? "+" : "-") + tag)
                    state.machines[index].tags.removeAll { $0 == tag }
                    if adds { state.machines[index].tags.append(tag) }
                }
                return state.machines[index]
            }
            guard let changed else { throw failure(.notFound, executed: false) }
            return changed
        }
    }

    /// What the machine carries.
    func tags(of machine: MachineID) -> [String] {
        state.withLock { $0.machines.first { $0.id == machine }?.tags ?? [] }
    }
}
