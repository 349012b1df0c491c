package import Vocabulary

/// The one machine a selector means, or why there is none.
package enum MachineChoice: Sendable, Hashable {
    /// - setAside: Stale twins of the same name, to be named in the answer.
    case chosen(Machine, setAside: [Machine])
    case refused(MachineRefusal)
}

/// Why no machine was chosen, and what to type instead.
package struct MachineRefusal: Explained, Hashable {
    package enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        case notFound = "machine-not-found"
        case ambiguous = "machine-ambiguous"
        case allStale = "machine-all-stale"
        case pageCut = "machine-page-cut"
        case notOnboarded = "machine-not-onboarded"
        /// What was asked is for machines that are not, and this one is, or may be.
        case onboarded = "machine-onboarded"
    }

    package var kind: Kind
    package var message: String
    package var fix: String
    /// Those it could be, most recently seen first, at most ``candidatesMax``.
    package var candidates: [MachineCandidate]

    /// More are counted, not listed.
    package static let candidatesMax = 10

    package init(kind: Kind, message: String, fix: String, candidates: [MachineCandidate] = []) {
        self.kind = kind
        self.message = message
        self.fix = fix
        self.candidates = candidates
    }

    package var code: String { kind.rawValue }
}

/// A machine that could be the one meant.
package struct MachineCandidate: Sendable, Hashable {
    package var machine: Machine
    /// What tells it apart: group, OS, last seen, the beginning of its id.
    package var marks: String
    /// Exactly what to type to mean this one.
    package var command: String

    package init(machine: Machine, marks: String, command: String) {
        self.machine = machine
        self.marks = marks
        self.command = command
    }
}
