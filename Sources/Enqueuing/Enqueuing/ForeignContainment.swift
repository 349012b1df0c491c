package import Catalogue
import Foundation
package import Vocabulary

/// A machine that somebody contained or restricted outside Bascule, as the sweep found it in Defender's list.
///
/// No claim stands for it and nothing here ends it; it is listed so that nobody forgets it. A machine that is
/// contained by a job of ours which this ledger does not know (a restored backup) counts as such, too.
package struct ForeignContainment: Sendable, Hashable, Codable {
    package var machine: MachineID
    package var machineName: String
    /// Whom Defender names as the requestor; foreign text.
    package var by: String
    /// When Defender says that the isolation succeeded.
    package var since: Timestamp
    /// Defender's machine action.
    package var actionID: String
    /// Nil for the network, as in older ledgers.
    private var otherLane: Lane?

    package var lane: Lane { otherLane ?? .network }

    package init(
        machine: MachineID,
        lane: Lane = .network,
        machineName: String,
        by: String,
        since: Timestamp,
        actionID: String
    ) {
        otherLane = lane == .network ? nil : lane
        self.machine = machine
        self.machineName = machineName
        self.by = by
        self.since = since
        self.actionID = actionID
    }

    /// The most that are kept; beyond it the oldest are dropped.
    package static let keptMax = 500

    private static let flag = "foreign.containments"

    /// All that are known, oldest first.
    ///
    /// - Throws: ``LedgerError/damaged(_:)`` for a list that cannot be read: an empty one would deny them.
    package static func all(in transaction: any LedgerTransaction) throws -> [ForeignContainment] {
        guard let text = try transaction.flag(flag) else { return [] }
        guard let all = try? JSONDecoder().decode([ForeignContainment].self, from: Data(text.utf8)) else {
            throw LedgerError.damaged("the flag \(flag) is no list of containments")
        }
        return all
    }

    /// Keeps one, in place of what was known of its machine.
    package static func put(
        _ containment: ForeignContainment,
        in transaction: any LedgerTransaction
    ) throws {
        let known = try all(in: transaction)
        guard !known.contains(containment) else { return }
        let others = known.filter { $0.machine != containment.machine || $0.lane != containment.lane }
        try store(others + [containment], in: transaction)
    }

    /// Forgets the one of a machine that is contained no more, or by us.
    package static func remove(
        machine: MachineID,
        lane: Lane = .network,
        in transaction: any LedgerTransaction
    ) throws {
        let known = try all(in: transaction)
        let others = known.filter { $0.machine != machine || $0.lane != lane }
        guard others.count < known.count else { return }
        try store(others, in: transaction)
    }

    private static func store(
        _ containments: [ForeignContainment],
        in transaction: any LedgerTransaction
    ) throws {
        let kept = containments.sorted { ($0.since, $0.machine) < ($1.since, $1.machine) }.suffix(keptMax)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let text = String(decoding: try encoder.encode(Array(kept)), as: UTF8.self)
        try transaction.setFlag(flag, kept.isEmpty ? nil : text)
    }
}
