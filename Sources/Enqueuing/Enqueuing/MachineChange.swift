import Catalogue
package import Vocabulary

/// What a job changes of its machine while Defender answers: a tag, or what the machine is worth.
///
/// Whether it is made shows in the machine itself.
package enum MachineChange: Sendable, Hashable {
    /// False takes the tag off.
    case tag(String, adds: Bool)
    case value(String)

    /// True if the machine is as the change leaves it.
    ///
    /// Compared as conditions of grants compare.
    package func isMade(on machine: Machine) -> Bool {
        switch self {
        case .tag(let tag, let adds): machine.tags.contains { isSameWord($0, tag) } == adds
        case .value(let value): machine.deviceValue.map { isSameWord($0, value) } ?? false
        }
    }

    /// The parameters as they are to be posted: a tag that is taken off is spelled as Defender lists it.
    package func parameters(on machine: Machine?) -> [String: String] {
        switch self {
        case .tag(let tag, let adds):
            var spelled = tag
            if !adds, let tags = machine?.tags, !tags.contains(tag) {
                spelled = tags.first { isSameWord($0, tag) } ?? tag
            }
            return [Catalogue.tagParameter: spelled]
        case .value(let value): return [Catalogue.valueParameter: value]
        }
    }

    /// How a job ends that made the change, with what Defender lists after it.
    package func outcome(on machine: Machine) -> Outcome {
        let words: String
        switch self {
        case .tag(let tag, let adds):
            let said = adds ? "Tag \(tag) is on the machine." : "Tag \(tag) is off the machine."
            let tags = machine.shownTags.map { "Defender lists these tags now: \($0)." }
            words = "\(said) \(tags ?? "Defender lists no tags now.")"
        case .value(let value): words = "The value of the machine is \(value)."
        }
        return Outcome(code: "succeeded", message: words)
    }

    /// What to do about a change that never shows.
    package var unshownFix: String {
        switch self {
        case .tag:
            "Look at the machine's tags in the Defender portal; one that it sets itself is not ours to change."
        case .value: "Look at the machine's value in the Defender portal."
        }
    }

    /// True if the other leaves the machine otherwise in the very thing that this one is about.
    fileprivate func isOpposite(of other: MachineChange) -> Bool {
        switch (self, other) {
        case (.tag(let mine, let adds), .tag(let theirs, let addsTheirs)):
            adds != addsTheirs && isSameWord(mine, theirs)
        case (.value(let mine), .value(let theirs)): mine != theirs
        case (.tag, .value), (.value, .tag): false
        }
    }

    /// The words of the actions whose jobs can be the opposite.
    fileprivate var opposites: [String] {
        switch self {
        case .tag(_, let adds): [adds ? Catalogue.untag.word : Catalogue.tag.word]
        case .value: [Catalogue.setValue.word]
        }
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
    /// What it changes of the machine at once; nil for every other action.
    package var machineChange: MachineChange? {
        if Catalogue.changesTags(action), let tag = parameters[Catalogue.tagParameter] {
            return .tag(tag, adds: action == Catalogue.tag.word)
        }
        if action == Catalogue.setValue.word, let value = parameters[Catalogue.valueParameter] {
            return .value(value)
        }
        return nil
    }

    fileprivate func isOpposite(of other: Job) -> Bool {
        guard let mine = machineChange, let theirs = other.machineChange else { return false }
        return mine.isOpposite(of: theirs)
    }
}

/// What has not begun and changes the same thing otherwise is taken back, and whoever asked is told; jobs that are
/// ready find it out by themselves.
func withdrawOlderChanges(than job: Job, in transaction: any LedgerTransaction) throws {
    if job.selector.thing != nil, !job.isRehearsal {
        let waiting = try namesakes(of: job, states: [.awaitingApproval, .held], in: transaction)
        for older in waiting where older.sequence < job.sequence && older.action != job.action {
            let event = JobEvent.withdrawn(LaneRules.superseded(by: job))
            _ = try move(older, by: event, fence: nil, keeping: nil, in: transaction)
        }
    }
    guard let change = job.machineChange, !job.isRehearsal, let machine = job.machine?.id else { return }
    let query = JobQuery(
        states: [.awaitingApproval, .held],
        actions: change.opposites,
        machine: machine
    )
    for older in try transaction.jobs(query) where older.sequence < job.sequence && older.isOpposite(of: job)
    {
        let event = JobEvent.withdrawn(LaneRules.superseded(by: job))
        _ = try move(older, by: event, fence: nil, keeping: nil, in: transaction)
    }
}

/// The newest intent that counts and changes the same tag or the value otherwise, asked for after this job: the job
/// would leave the machine as nobody wants it any more.
///
/// About anything else than a machine, what was asked for last counts: a block that was put off never undoes the
/// `allow` that came after it.
func newerOpposite(of job: Job, in transaction: any LedgerTransaction) throws -> Job? {
    if job.selector.thing != nil {
        let counted: [JobState] = [.ready, .submitting, .reconciling, .succeeded]
        return try namesakes(of: job, states: counted, in: transaction)
            .filter { $0.sequence > job.sequence && $0.action != job.action && !$0.isRehearsal }
            .max { $0.sequence < $1.sequence }
    }
    guard let machine = job.machine?.id, let change = job.machineChange else { return nil }
    let query = JobQuery(
        states: [.ready, .submitting, .reconciling, .succeeded],
        actions: change.opposites,
        machine: machine,
        after: job.sequence,
        limit: .max
    )
    return try transaction.jobs(query).filter { !$0.isRehearsal && $0.isOpposite(of: job) }
        .max { $0.sequence < $1.sequence }
}
