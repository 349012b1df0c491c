package import Vocabulary

/// A machine that is contained, or about to be, with everybody on whose word: what lists and digests show.
package struct Containment: Sendable, Hashable {
    package let machine: MachineID
    /// Foreign text.
    package let machineName: String
    /// Open ones, oldest first; empty if only somebody outside Bascule contained it.
    package let claims: [Claim]
    package let foreign: ForeignContainment?

    /// When the first of its claims ends; nil if none has an end.
    package var firstEnd: Timestamp? { claims.compactMap(\.endsAt).min() }

    /// Every machine that is contained, in order of their names.
    package static func all(in transaction: any LedgerTransaction) throws -> [Containment] {
        let claims = Dictionary(grouping: try transaction.openClaims(on: nil), by: \.machine)
        let foreign = Dictionary(
            try ForeignContainment.all(in: transaction).map { ($0.machine, $0) },
            uniquingKeysWith: { $1 }
        )
        return Set(claims.keys).union(foreign.keys).map { machine in
            let ours = (claims[machine] ?? []).sorted { $0.sequence < $1.sequence }
            let names = ours.map(\.machineName) + [foreign[machine]?.machineName ?? ""]
            return Containment(
                machine: machine,
                machineName: names.first { !$0.isEmpty } ?? machine.text,
                claims: ours,
                foreign: foreign[machine]
            )
        }.sorted { ($0.machineName, $0.machine) < ($1.machineName, $1.machine) }
    }
}
