import Defender
import Enqueuing
import Vocabulary

extension Observer {
    /// True if Defender names who posts for this job: the application, or the user in whose name it was asked.
    func isPosted(_ action: MachineAction, for job: Job) -> Bool {
        guard let requestor = action.requestor?.lowercased() else { return false }
        if let name = job.inNameOf { return requestor == name.lowercased() }
        return requestor == defender.clientID.lowercased()
    }
}

/// True for an action of the application's, and for one that a job of ours posted in a user's name.
func isOurs(
    _ action: MachineAction,
    clientID: String,
    in transaction: any LedgerTransaction
) throws -> Bool {
    guard let requestor = action.requestor?.lowercased() else { return false }
    if requestor == clientID.lowercased() { return true }
    guard let id = ActionMarker.jobID(in: action.comment), let name = try transaction.job(id)?.inNameOf else {
        return false
    }
    return requestor == name.lowercased()
}
