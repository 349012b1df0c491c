import Catalogue
package import Vocabulary

/// What a job does to the tags of its machine.
package struct TagChange: Sendable, Hashable {
    package let tag: String
    /// False takes it off.
    package let adds: Bool

    /// True if the machine is as the change leaves it.
    ///
    /// Tags are compared as conditions of grants compare them.
    package func isMade(on machine: Machine) -> Bool {
        machine.tags.contains { isSameWord($0, tag) } == adds
    }

    /// The tag as it is to be posted: what is taken off is spelled as Defender lists it.
    package func spelled(on machine: Machine?) -> String {
        guard !adds, let tags = machine?.tags, !tags.contains(tag) else { return tag }
        return tags.first { isSameWord($0, tag) } ?? tag
    }

    /// How a job ends that made the change, with the tags that Defender lists after it.
    package func outcome(on machine: Machine) -> Outcome {
        let said = adds ? "Tag \(tag) is on the machine." : "Tag \(tag) is off the machine."
        let tags = machine.shownTags.map { "Defender lists these tags now: \($0)." }
        return Outcome(code: "succeeded", message: "\(said) \(tags ?? "Defender lists no tags now.")")
    }
}

extension Machine {
    /// Tags that are named in an answer; a machine may carry any number.
    private static let shownTagsMax = 20

    /// Its tags in a line, foreign text; nil if it has none.
    package var shownTags: String? {
        guard !tags.isEmpty else { return nil }
        let left = tags.count - Machine.shownTagsMax
        return tags.prefix(Machine.shownTagsMax).joined(separator: ", ")
            + (left > 0 ? " and \(left) more" : "")
    }
}

extension Job {
    /// What it does to the machine's tags; nil for every other action.
    package var tagChange: TagChange? {
        guard Catalogue.changesTags(action), let tag = parameters[Catalogue.tagParameter] else { return nil }
        return TagChange(tag: tag, adds: action == Catalogue.tag.word)
    }

    /// True if the other does the opposite to the same tag.
    fileprivate func isOpposite(of other: Job) -> Bool {
        guard let mine = tagChange, let theirs = other.tagChange else { return false }
        return mine.adds != theirs.adds && isSameWord(mine.tag, theirs.tag)
    }
}

/// What has not begun and sets the same tag the other way is taken back, and whoever asked is told; jobs that are
/// ready find it out by themselves.
func withdrawOlderTagChanges(than job: Job, in transaction: any LedgerTransaction) throws {
    guard let change = job.tagChange, !job.isRehearsal, let machine = job.machine?.id else { return }
    let query = JobQuery(
        states: [.awaitingApproval, .held],
        actions: [change.adds ? Catalogue.untag.word : Catalogue.tag.word],
        machine: machine
    )
    for older in try transaction.jobs(query) where older.sequence < job.sequence && older.isOpposite(of: job)
    {
        let event = JobEvent.withdrawn(LaneRules.superseded(by: job))
        _ = try move(older, by: event, fence: nil, keeping: nil, in: transaction)
    }
}

/// The newest intent that counts and does the opposite, of the same tag or to what may run, asked for after this
/// job: the job would leave the machine as nobody wants it any more.
func newerOpposite(of job: Job, in transaction: any LedgerTransaction) throws -> Job? {
    guard let machine = job.machine?.id else { return nil }
    if job.lane == .execution, let opposite = Catalogue.entry(job.action)?.undoneBy {
        let query = JobQuery(
            states: [.ready, .submitting, .reconciling, .watching, .succeeded],
            actions: [opposite],
            machine: machine,
            after: job.sequence,
            limit: .max
        )
        return try transaction.jobs(query).filter { !$0.isRehearsal }.max { $0.sequence < $1.sequence }
    }
    guard let change = job.tagChange else { return nil }
    let query = JobQuery(
        states: [.ready, .submitting, .reconciling, .succeeded],
        actions: [change.adds ? Catalogue.untag.word : Catalogue.tag.word],
        machine: machine,
        after: job.sequence,
        limit: .max
    )
    return try transaction.jobs(query).filter { !$0.isRehearsal && $0.isOpposite(of: job) }
        .max { $0.sequence < $1.sequence }
}
