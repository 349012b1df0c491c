/// Where a job is in its life (design §9).
///
/// The raw values are what JSON and the audit say.
package enum JobState: String, Sendable, Codable, CaseIterable {
    case recorded
    case located
    case decided
    case awaitingApproval = "awaiting-approval"
    case ready
    case held
    case submitting
    case reconciling
    case watching
    case succeeded
    case failed
    case timedOut = "timed-out"
    case cancelled
    case refused
    case denied
    case expired

    /// Nothing moves a job out of these.
    package var isEnd: Bool {
        switch self {
        case .succeeded, .failed, .timedOut, .cancelled, .refused, .denied, .expired: true
        case .recorded, .located, .decided, .awaitingApproval, .ready, .held, .submitting, .reconciling,
            .watching:
            false
        }
    }

    /// Nothing can have reached Defender yet.
    package var isBeforeSubmitting: Bool {
        switch self {
        case .recorded, .located, .decided, .awaitingApproval, .ready, .held: true
        default: false
        }
    }

    /// Defender has, or may have, an action of this job that has not ended.
    package var isInFlight: Bool {
        self == .submitting || self == .reconciling || self == .watching
    }

    /// All but the ends.
    package static let open = allCases.filter { !$0.isEnd }
    /// Nobody was asked to agree yet.
    package static let beforeApproval: [JobState] = [.recorded, .located, .decided]
    /// The states whose jobs the executor leases.
    package static let executing: [JobState] = [
        .recorded, .located, .decided, .awaitingApproval, .ready, .held,
    ]
    /// The states whose jobs the observer leases; a job `submitting` only once its lease has ended.
    package static let observing: [JobState] = [.watching, .reconciling, .submitting]
}
