/// Who else must agree before something is done: `approvals: { of: leads, count: 1, within: 30m }`.
package struct ApprovalRule: Sendable, Hashable, Codable {
    /// Groups and people by name; services never approve.
    package var of: [String]
    /// How many different people, at least 1.
    package var count: Int
    /// How long they may take, from the moment they are asked.
    package var within: Duration

    package init(of: [String], count: Int = 1, within: Duration = .seconds(30 * 60)) {
        self.of = of
        self.count = count
        self.within = within
    }
}

/// A grant for emergencies: `break-glass: { as: night-shift, per-day: 2 }`.
///
/// It holds only for whoever names it (`with break-glass=night-shift`) and gives a reason; it skips approval and
/// nothing else, and `tell` is told before anything is posted.
package struct BreakGlass: Sendable, Hashable, Codable {
    package var name: String
    /// Uses in any 24 hours, by everybody together.
    package var perDay: Int

    package init(name: String, perDay: Int) {
        self.name = name
        self.perDay = perDay
    }
}
