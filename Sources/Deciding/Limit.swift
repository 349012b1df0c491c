package import Vocabulary

/// A budget for damage: how much of an action may begin within a time.
///
/// Counted per machine when the action is submitted; releases, joins and rehearsals do not count.
package struct Limit: Sendable, Hashable {
    /// Whose actions share the budget.
    package enum Scope: Sendable, Hashable {
        case all
        /// Each person or service by itself.
        case asker
        /// Each source by itself.
        case source
        /// The machines of this condition, all together.
        case machines(MachineCondition)
    }

    package enum Bound: Sendable, Hashable {
        case per(Duration, most: Int)
        /// Machines contained at the same moment, as a share of the estate: 0.02 for 2%.
        case shareOfEstate(Double)
    }

    /// The catalogue's word.
    package var action: String
    package var scope: Scope
    package var bound: Bound
    /// Where it stands in the settings, from 1.
    package var line: Int
    package var column: Int

    package init(action: String, scope: Scope, bound: Bound, line: Int = 1, column: Int = 1) {
        self.action = action
        self.scope = scope
        self.bound = bound
        self.line = line
        self.column = column
    }

    /// As the settings spell it: `per-hour`, `per-person-per-day`, `share-of-estate`.
    package var key: String {
        guard case .per(let window, _) = bound else { return "share-of-estate" }
        let unit =
            switch window {
            case .seconds(3_600): "per-hour"
            case .seconds(86_400): "per-day"
            default: "per-\(window.spoken)"
            }
        switch scope {
        case .all, .machines: return unit
        case .asker: return "per-person-\(unit)"
        case .source: return "per-source-\(unit)"
        }
    }
}

/// A machine whose isolation hurts the defenders: the bridge's host, a chat relay, a VPN gateway, a Hyper-V host.
package struct Essential: Sendable, Hashable {
    /// What people are told it is, such as `VPN gateway`.
    package var name: String
    package var machines: MachineCondition
    /// Who must agree before it is isolated, whatever the grant says.
    package var approvals: ApprovalRule
    package var line: Int
    package var column: Int

    package init(
        name: String,
        machines: MachineCondition,
        approvals: ApprovalRule,
        line: Int = 1,
        column: Int = 1
    ) {
        self.name = name
        self.machines = machines
        self.approvals = approvals
        self.line = line
        self.column = column
    }
}

extension Limit {
    /// True if it holds for some machines only.
    fileprivate var isForMachines: Bool { if case .machines = scope { true } else { false } }

    /// True if a machine's actions draw on it; what Defender does not say counts as if it were so.
    package func covers(_ machine: Machine) -> Bool {
        guard case .machines(let condition) = scope else { return true }
        if case .fails = condition.fit(machine) { return false }
        return true
    }

    /// Such as `isolate per-hour 10` or `isolate per-hour 2 for device group Servers`.
    package var inWords: String {
        let amount: String
        switch bound {
        case .per(_, let most): amount = String(most)
        case .shareOfEstate(let share):
            let tenths = Int((share * 1_000).rounded())
            amount = tenths % 10 == 0 ? "\(tenths / 10)%" : "\(tenths / 10).\(tenths % 10)%"
        }
        guard case .machines(let condition) = scope else { return "\(action) \(key) \(amount)" }
        return "\(action) \(key) \(amount) for \(condition.inWords)"
    }
}

extension Policy {
    /// The limits of an action that hold for a machine.
    package func limits(for action: String, _ machine: Machine?) -> [Limit] {
        limits.filter { limit in
            limit.action == action && (machine.map(limit.covers) ?? !limit.isForMachines)
        }
    }

    /// Who may let a job go on that a limit holds, groups with their people.
    package func whoMayLetGo(_ action: String, _ machine: Machine?) -> [String] {
        let lifting = grants.filter { grant in
            grant.allows(Policy.goWord) && !grant.rehearses
                && machine.map { Trial.machineFailure(grant, $0, self) == nil } ?? grant.machines.isAny
        }
        return names(of: lifting, besides: nil)
    }
}
