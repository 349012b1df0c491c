package import Vocabulary

/// One permission: these actions, to these, on these machines.
package struct Grant: Sendable, Hashable {
    /// Position in the settings' list, from 1.
    package var number: Int
    /// Where it stands in the settings, from 1.
    package var line: Int
    package var column: Int
    /// Words of the catalogue, and `unfreeze`.
    package var actions: [String]
    package var grantees: [Grantee]
    /// Where it may be asked; empty for any source.
    package var sources: Set<SourceName>
    /// Rooms and projects where it may be asked; empty for anywhere.
    package var places: Set<Place>
    /// Values that a parameter may have, by the parameter's name; one that is not named may have any.
    package var parameters: [String: Set<String>]
    /// When it holds; nil for always.
    package var hours: Hours?
    /// The longest time box; nil for any, or none at all.
    ///
    /// With one, a containment must have an end.
    package var durationMax: TimeBox?
    /// The time box of whoever names none; nil leaves them without an end.
    package var durationDefault: TimeBox?
    package var machines: MachineCondition
    /// True if it reaches what others asked for: the release of their claims, the cancelling of their jobs.
    package var coversOthers: Bool
    /// True if a release under it ends containments that were made outside Bascule.
    package var coversForeign: Bool
    /// Who else must agree first; nil for nobody.
    package var approvals: ApprovalRule?
    /// Set if it holds only for whoever names it, and then skips approval.
    package var breakGlass: BreakGlass?
    /// True if what it allows is rehearsed.
    package var rehearses: Bool
    /// True if the machine may be named by IP address.
    package var allowsAddress: Bool
    /// Names of the protections that do not stop this grant.
    package var protections: Set<String>

    package init(
        number: Int,
        line: Int,
        column: Int,
        actions: [String],
        grantees: [Grantee],
        sources: Set<SourceName> = [],
        places: Set<Place> = [],
        parameters: [String: Set<String>] = [:],
        hours: Hours? = nil,
        durationMax: TimeBox? = nil,
        durationDefault: TimeBox? = nil,
        machines: MachineCondition,
        coversOthers: Bool = false,
        coversForeign: Bool = false,
        approvals: ApprovalRule? = nil,
        breakGlass: BreakGlass? = nil,
        rehearses: Bool = false,
        allowsAddress: Bool = false,
        protections: Set<String> = []
    ) {
        self.number = number
        self.line = line
        self.column = column
        self.actions = actions
        self.grantees = grantees
        self.sources = sources
        self.places = places
        self.parameters = parameters
        self.hours = hours
        self.durationMax = durationMax
        self.durationDefault = durationDefault
        self.machines = machines
        self.coversOthers = coversOthers
        self.coversForeign = coversForeign
        self.approvals = approvals
        self.breakGlass = breakGlass
        self.rehearses = rehearses
        self.allowsAddress = allowsAddress
        self.protections = protections
    }

    package var reference: GrantReference { GrantReference(number: number, line: line) }
}

/// Whom a grant is given to; the settings decide what a name means before anything is evaluated.
package enum Grantee: Sendable, Hashable {
    case person(String)
    case service(String)
    case group(String)
}

/// Where a decision's grant is to be found.
package struct GrantReference: Sendable, Hashable, Codable, CustomStringConvertible {
    package let number: Int
    package let line: Int

    package init(number: Int, line: Int) {
        self.number = number
        self.line = line
    }

    package var description: String { "grant \(number) (line \(line))" }
}
