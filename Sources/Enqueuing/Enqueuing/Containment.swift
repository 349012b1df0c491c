package import Catalogue
package import Vocabulary

/// A machine that is contained or restricted, or about to be, with everybody on whose word: what lists and digests
/// show.
///
/// One that is both comes twice.
package struct Containment: Sendable, Hashable {
    package let machine: MachineID
    package let restraint: Restraint
    /// Foreign text.
    package let machineName: String
    /// Open ones, oldest first; empty if only somebody outside Bascule contained it.
    package let claims: [Claim]
    package let foreign: ForeignContainment?

    /// When the first of its claims ends; nil if none has an end.
    package var firstEnd: Timestamp? { claims.compactMap(\.endsAt).min() }

    /// `laptop-7`, `laptop-7 (restricted)`; foreign text.
    package var shownName: String {
        restraint.lane == .network ? machineName : "\(machineName) (\(restraint.done))"
    }

    /// Every machine that is contained or restricted, in order of their names.
    package static func all(in transaction: any LedgerTransaction) throws -> [Containment] {
        let claims = try transaction.openClaims(on: nil)
        let foreign = try ForeignContainment.all(in: transaction)
        return Catalogue.restraints.flatMap { restraint in
            all(
                of: restraint,
                claims.filter { $0.lane == restraint.lane },
                foreign.filter { $0.lane == restraint.lane }
            )
        }.sorted { ($0.machineName, $0.machine) < ($1.machineName, $1.machine) }
    }

    private static func all(
        of restraint: Restraint,
        _ claims: [Claim],
        _ foreign: [ForeignContainment]
    ) -> [Containment] {
        let claims = Dictionary(grouping: claims, by: \.machine)
        let foreign = Dictionary(foreign.map { ($0.machine, $0) }, uniquingKeysWith: { $1 })
        return Set(claims.keys).union(foreign.keys).map { machine in
            let ours = (claims[machine] ?? []).sorted { $0.sequence < $1.sequence }
            let names = ours.map(\.machineName) + [foreign[machine]?.machineName ?? ""]
            return Containment(
                machine: machine,
                restraint: restraint,
                machineName: names.first { !$0.isEmpty } ?? machine.text,
                claims: ours,
                foreign: foreign[machine]
            )
        }
    }
}
