import Catalogue
import Vocabulary

/// The other jobs of the lane about the same thing, where that is no machine; none for what is about nothing.
func namesakes(
    of job: Job,
    states: [JobState] = JobState.open,
    in transaction: any LedgerTransaction
) throws -> [Job] {
    guard job.selector.thing != nil, let lane = job.lane else { return [] }
    let words = Catalogue.actions.filter { $0.lane == lane }.map(\.word)
    return try transaction.jobs(JobQuery(states: states, actions: words, limit: .max))
        .filter { $0.id != job.id && $0.selector == job.selector }
}
