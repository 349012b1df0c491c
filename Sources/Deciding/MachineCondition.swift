package import Vocabulary

/// Which machines a grant or a protection speaks of; each part that is set must hold, any of its values will do.
///
/// What Defender does not say is unknown, not false: a grant is not satisfied by it, and a protection is not
/// passed by it. Ids, device group and OS family cannot be changed from the machine itself; names and tags can.
package struct MachineCondition: Sendable, Hashable {
    package var ids: Set<MachineID>?
    /// Device groups, compared whole and without regard to case.
    package var groups: [String]?
    package var osFamilies: Set<OSFamily>?
    package var names: [NamePattern]?
    /// Compared whole and without regard to case; a machine with no tags has none, which is known.
    package var tags: [String]?
    /// All of these must be there.
    package var tagsAll: [String]?
    /// None of these may be there.
    package var tagsNone: [String]?
    /// `Low`, `Normal`, `High`, as an administrator sets it.
    package var values: [String]?
    /// `None`, `Informational`, `Low`, `Medium`, `High`, as Defender computes it.
    package var risks: [String]?
    /// `None`, `Low`, `Medium`, `High`, as Defender computes it.
    package var exposures: [String]?

    /// What Defender says of a machine's value; any other word is unknown.
    package static let valueWords = ["Low", "Normal", "High"]
    package static let riskWords = ["None", "Informational", "Low", "Medium", "High"]
    package static let exposureWords = ["None", "Low", "Medium", "High"]

    package init(
        ids: Set<MachineID>? = nil,
        groups: [String]? = nil,
        osFamilies: Set<OSFamily>? = nil,
        names: [NamePattern]? = nil,
        tags: [String]? = nil,
        tagsAll: [String]? = nil,
        tagsNone: [String]? = nil,
        values: [String]? = nil,
        risks: [String]? = nil,
        exposures: [String]? = nil
    ) {
        self.ids = ids
        self.groups = groups
        self.osFamilies = osFamilies
        self.names = names
        self.tags = tags
        self.tagsAll = tagsAll
        self.tagsNone = tagsNone
        self.values = values
        self.risks = risks
        self.exposures = exposures
    }

    /// `machines: any`.
    package static let any = MachineCondition()

    /// True if nothing is asked of the machine.
    package var isAny: Bool { self == .any }

    /// True if it rests on nothing but what a machine can set itself: names and tags.
    package var isForgeable: Bool {
        !isAny && ids == nil && groups == nil && osFamilies == nil && values == nil && risks == nil
            && exposures == nil
    }
}
