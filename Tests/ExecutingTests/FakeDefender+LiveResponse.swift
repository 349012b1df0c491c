import Defender
import Synchronization
import Vocabulary

/// What the fake makes of live-response sessions.
struct FakeLiveResponse: Sendable {
    /// What Defender says of the command once its session ended.
    var status = CommandState.Status.completed
    var errors: [String] = []
    /// Addresses that were asked for.
    var asked: [String] = []
    /// How many of the next addresses have expired when they are used.
    var expired = 0
    /// The next POST is answered with a session of somebody else.
    var answersForeign = false
    /// Defender has no results any more.
    var isGone = false
    /// What a result is; the package where it is nil.
    var result: [UInt8]?

    func ended(_ action: MachineAction) -> [CommandState] {
        guard action.type == "LiveResponse" else { return [] }
        return [CommandState(index: 0, type: "RunScript", status: status, errors: errors)]
    }
}

extension FakeDefender {
    func liveResponseAddress(actionID: String, index: Int) async throws(DefenderError) -> Secret {
        let (number, isGone) = state.withLock { state in
            state.live.asked.append("\(actionID)#\(index)")
            return (state.live.asked.count, state.live.isGone)
        }
        guard !isGone else { throw failure(.notFound, executed: false) }
        return Secret("https://result.example/\(actionID)/\(number)")
    }
}

/// What somebody else has under way on a machine.
func foreignSession(on machine: MachineID, at moment: Timestamp) -> MachineAction {
    MachineAction(
        id: "foreign",
        type: "LiveResponse",
        status: .inProgress,
        machineID: machine,
        requestor: "other-app",
        comment: "by hand",
        createdAt: moment
    )
}
