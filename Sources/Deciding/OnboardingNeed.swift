package import Vocabulary

/// Whether what is asked works on machines that are onboarded to Defender, or on the others.
package enum OnboardingNeed: Sendable, Hashable {
    /// Almost everything; `instead` is what to type for one that is not, to follow a verb, or nil.
    case onboarded(instead: String?)
    /// Only on those that are not; `instead` is what to type for one that is.
    case unmanaged(instead: String)
    /// What is asked of the ledger, or of Defender's lists, or ends what was begun.
    case either

    package static let onboarded = OnboardingNeed.onboarded(instead: nil)

    /// Why it does not work on a machine; nil if it does.
    package func refusal(of machine: Machine) -> MachineRefusal? {
        switch self {
        case .either: return nil
        case .onboarded(let instead):
            guard !machine.isOnboarded else { return nil }
            let others = "Take it off the network by other means; onboard it to Defender for Endpoint."
            return MachineRefusal(
                kind: .notOnboarded,
                message:
                    "\(machine.shownName) is known to Defender but not onboarded (\(status(of: machine))): "
                    + "isolation and every other action cannot work on it.",
                fix: instead.map { "`\($0)` has the onboarded machines block it. Else: \(others)" } ?? others
            )
        case .unmanaged(let instead):
            guard !machine.isUnmanaged else { return nil }
            return MachineRefusal(
                kind: .onboarded,
                message: "\(machine.shownName) is not one that Defender calls not onboarded "
                    + "(\(status(of: machine))), and only those are contained so.",
                fix: "For a machine that is onboarded: `\(instead)`."
            )
        }
    }

    private func status(of machine: Machine) -> String {
        machine.onboardingStatus ?? "no word of it"
    }
}
