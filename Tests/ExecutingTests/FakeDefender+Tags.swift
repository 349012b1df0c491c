import Defender
import Synchronization
import Vocabulary

/// Tags as the fake keeps them: spelled as they came, each once.
extension FakeDefender {
    func setTag(
        _ tag: String,
        on machine: MachineID,
        adds: Bool,
        deadline: Duration
    ) async throws(DefenderError) -> Machine {
        try await afterFault { () async throws(DefenderError) in
            let changed = state.withLock { state -> Machine? in
                guard let index = state.machines.firstIndex(where: { $0.id == machine }) else { return nil }
                if state.tagsUnshown > 0 {
                    state.tagsUnshown -= 1
                    return state.machines[index]
                }
                state.tagged.append((adds ? "+" : "-") + tag)
                state.machines[index].tags.removeAll { $0 == tag }
                if adds { state.machines[index].tags.append(tag) }
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
