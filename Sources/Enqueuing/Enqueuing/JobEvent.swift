package import Vocabulary

/// What can happen to a job.
///
/// Each is handled in ``Job/apply(_:at:)``.
package enum JobEvent: Sendable, Hashable {
    /// Exactly one machine was chosen; twins that were set aside are named.
    case located(Machine, setAside: [String])
    /// What is about no machine: there is none to be found.
    case named
    case decided(DecisionNote)
    case readied
    /// The decision made anew, and the facts it was made on with the time they were read.
    case refreshed(Machine?, DecisionNote, readAt: Timestamp)
    /// Ends before anything was submitted, by rule.
    case refused(Outcome)
    /// Ends because nobody granted it; the whole account is kept with the job.
    case denied(DecisionNote, Outcome)
    /// The step could not be done now; the job stays where it is.
    case postponed(until: Timestamp, trouble: Outcome)
    /// Another action of the lane is in flight, or its time has not come.
    case waits(until: Timestamp?)
    /// It waits for a place that others have; told once for each cause.
    case queued(until: Timestamp, because: Outcome)
    case held(Outcome)
    /// Somebody lets it go on; `waives` the limit that held it, if one did.
    case letGo(by: String, waives: Bool)
    /// Others are asked to agree.
    case awaits(ApprovalNeed)
    case approved(Approval)
    /// One of those who were asked says no.
    case turnedDown(Approval, because: String)
    /// Nobody agreed in time.
    case lapsed
    /// A time box's release: its owner is told that the end comes, and can move it further off.
    case warned(end: Timestamp, extendBy: TimeBox)
    /// A time box's release: our clock and Defender's differ too much to go by ours.
    case clockDoubted(off: Duration, until: Timestamp)
    /// A time box's release: somebody wants none until they say so.
    case heldBack(by: String)
    case rehearsed(Outcome)
    /// Committed before the POST.
    case submissionStarted(leaseUntil: Timestamp)
    /// Defender answered the POST with an action.
    case accepted(ActionTrace)
    /// Defender did it while it answered, or shows that it is done: there is nothing to watch.
    case done(Outcome)
    /// The POST was surely not executed and may be made again.
    case notExecuted(until: Timestamp, trouble: Outcome)
    /// The POST was surely not executed and will not be made again.
    case rejected(Outcome)
    /// Nobody knows whether the POST was executed.
    case outcomeUnknown(Outcome, lookAt: Timestamp)
    /// Still nobody knows; look again.
    case stillUnknown(until: Timestamp, trouble: Outcome?)
    /// Our action was found in Defender's list.
    case adopted(ActionTrace)
    /// Our action is not there, and no POST can still arrive.
    case absent
    /// The containment that is there, or under way, serves this job too.
    case joined(JobID, others: [String])
    /// The job that was joined did not contain the machine; this one goes by itself.
    case parted
    /// Nothing new; look again then.
    case rests(until: Timestamp)
    /// Defender's word for the action's state, when it changed.
    case progressed(status: String)
    /// Defender's package is complete and is fetched next.
    case packageReady
    case packaged(EvidenceNote)
    /// What a session brought is kept; how it came out, in words.
    case resulted(EvidenceNote, Outcome, Notice.Tone)
    /// Defender says that the action ended.
    case ended(JobEnd, detail: String?)
    /// What was asked is so without a POST.
    case settled(Outcome)
    /// Taken back before it was submitted.
    case withdrawn(Outcome)
    case expired
    case cancelRequested(CancelRequest)
    case cancelSent
    /// A time box's release gets its time.
    case armed(Timestamp)
}

/// How Defender's action ended.
package enum JobEnd: String, Sendable, Hashable {
    case succeeded
    case failed
    case timedOut
    case cancelled
}

/// What the ledger does in the transaction that stores the job.
package enum JobEffect: Sendable, Hashable {
    case audit(AuditEntry)
    case tell(Audience, Notice)
    /// The job's own claim is open from now on; its time box's release is recorded with it.
    case openClaim
    /// Defender says that the machine is contained: claims count from now, time boxes are armed.
    case confirmClaim
    /// The job's own claim ends, and its time box's release with it.
    case closeClaim(String)
    /// The claims that this release was to end are closed.
    case closeEndingClaims(String)
    /// The claims that this release was to end stay open.
    case keepEndingClaims
    /// Jobs that joined this one learn how it ended.
    case settleJoined(JobEnd)
    /// Jobs that wait for the lane may look again.
    case wakeLane
    /// From now on the intent counts: older opposite ones that nobody has submitted are withdrawn.
    case withdrawOlder
}

/// An event that does not fit the job's state: our own mistake, or a race lost to another worker.
package struct TransitionError: Explained, Equatable {
    package let state: JobState
    package let event: String

    package var code: String { "job.transition" }
    package var message: String { "A job that is \(state.rawValue) cannot take the event \(event)." }
    package var fix: String { "Nothing to do: the step is dropped and the job looked at again." }
}
