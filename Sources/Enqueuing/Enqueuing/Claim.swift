package import Catalogue
package import Vocabulary

/// One reason why a machine is contained, or restricted.
///
/// It stays so while at least one claim of the lane is open (design §9).
package struct Claim: Sendable, Hashable, Codable {
    /// The isolate, or the restrict, that opened it.
    package let id: JobID
    /// The isolate's place in the ledger; a release ends older claims only.
    package var sequence: Int64
    package var machine: MachineID
    package var machineName: String
    package var owner: Principal?
    package var ownerText: String
    package var source: SourceName
    package var ticket: String?
    package var reason: String?
    /// `Full`, `Selective` or `UnManagedDevice`.
    package var isolationType: String
    /// Nil for the network, as in ledgers of before there was a claim in another lane.
    private var otherLane: Lane?
    package var openedAt: Timestamp
    /// When Defender said that the machine is held; nil while it has not.
    package var containedAt: Timestamp?
    /// The end of the time box, known once contained; nil for none.
    package var endsAt: Timestamp?
    /// A release that is to end it and has not succeeded yet.
    package var endingBy: JobID?
    package var closedAt: Timestamp?
    /// Why it closed: `released`, `time-box`, `taken-over`, or the isolate's end.
    package var closedCode: String?

    package init(
        id: JobID,
        sequence: Int64,
        machine: MachineID,
        machineName: String,
        owner: Principal?,
        ownerText: String,
        source: SourceName,
        ticket: String?,
        reason: String?,
        isolationType: String,
        lane: Lane = .network,
        openedAt: Timestamp
    ) {
        self.id = id
        self.sequence = sequence
        self.machine = machine
        self.machineName = machineName
        self.owner = owner
        self.ownerText = ownerText
        self.source = source
        self.ticket = ticket
        self.reason = reason
        self.isolationType = isolationType
        otherLane = lane == .network ? nil : lane
        self.openedAt = openedAt
    }

    package var lane: Lane { otherLane ?? .network }

    /// What it is a claim to.
    package var restraint: Restraint { Catalogue.restraint(of: lane) ?? Catalogue.containment }

    package var isOpen: Bool { closedAt == nil }
}
