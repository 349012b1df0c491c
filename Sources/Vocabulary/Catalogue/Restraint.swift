/// Two actions of one lane, the first of which holds a machine until the second lets it go: cutting it off the
/// network, or letting only signed programs run.
///
/// Whoever does the first has a claim on the machine; it is let go when the last claim of the lane ends (design §9).
package struct Restraint: Sendable, Hashable {
    package let lane: Lane
    package let begins: ActionEntry
    package let ends: ActionEntry
    /// What the machine is meanwhile.
    package let done: String
    /// What there is meanwhile.
    package let noun: String
    /// What somebody did who began it, as Defender's portal says it.
    package let begun: String
    /// What somebody did who ended it.
    package let ended: String
    /// What ends it, as a thing that is asked for.
    package let end: String

    /// The same at the beginning of a sentence.
    package var doneFirst: String { done.prefix(1).uppercased() + done.dropFirst() }

    /// The types of both machine actions at Defender.
    package var types: [String] { [begins, ends].compactMap(\.machineActionType) }

    /// True for the type of the machine action that begins it.
    package func isBegun(by type: String) -> Bool { begins.machineActionType == type }
}

extension Catalogue {
    package static let containment = Restraint(
        lane: .network,
        begins: isolate,
        ends: release,
        done: "contained",
        noun: "containment",
        begun: "isolated",
        ended: "released",
        end: "release"
    )

    package static let restriction = Restraint(
        lane: .execution,
        begins: restrict,
        ends: unrestrict,
        done: "restricted",
        noun: "restriction",
        begun: "restricted",
        ended: "unrestricted",
        end: "lifting"
    )

    package static let restraints = [containment, restriction]

    /// The restraint of a lane; nil for lanes whose actions are over once they are done.
    package static func restraint(of lane: Lane?) -> Restraint? { restraints.first { $0.lane == lane } }

    /// The restraint that a machine action of Defender's begins or ends.
    package static func restraint(ofType type: String) -> Restraint? {
        restraints.first { $0.types.contains(type) }
    }

    /// True for the words that end a restraint, without regard to case.
    package static func endsRestraint(_ word: String) -> Bool {
        restraints.contains { $0.ends.word == word.lowercased() }
    }
}
