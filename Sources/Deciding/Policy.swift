package import Vocabulary

/// Says who may do what to which machine: people, services, groups, grants and protections, already parsed.
///
/// Evaluation never sees settings text: `Wiring` maps the file onto this value and reports what is wrong with
/// it. What this value cannot tell apart (an identity mapped to two people, two services of one source) is
/// nobody. Default deny: an empty policy allows nothing.
package struct Policy: Sendable, Hashable {
    package var people: [Person]
    /// The one service of each source that proves no person, by the service's name.
    package var services: [String: SourceName]
    /// Members by the group's name.
    package var groups: [String: Set<Principal>]
    /// In the order of the file; they add up, none takes away.
    package var grants: [Grant]
    package var protections: [Protection]
    package var limits: [Limit]
    package var essentials: [Essential]
    /// How long a state-changing intent is worth carrying out, from its acceptance.
    package var validFor: Duration
    /// True for `mode: rehearse`: everything but the POST.
    package var rehearses: Bool
    /// Sources that rehearse although the bridge acts.
    package var rehearsingSources: Set<SourceName>
    /// Sources that prove too little for anything to run on their word: what they ask needs a grant with approvals.
    package var proposingSources: Set<SourceName>
    /// All that may be asked at a source, whatever the grants: catalogue words, `freeze` and `unfreeze`.
    ///
    /// A source without an entry has no ceiling.
    package var ceilings: [SourceName: Set<String>]
    /// A machine not seen for this long may be set aside as the stale twin of another of the same name.
    ///
    /// The default is 30 days: `lastSeen` is the last full report, about daily, and somebody's month of leave
    /// must not make their laptop look like a leftover. Longer errs towards asking which one is meant.
    package var staleAfter: Duration
    /// Hosts that the bridge itself calls, in lower case without port; no indicator cuts them off.
    package var ownHosts: Set<String> = []

    /// Facts about a machine older than this are no facts (design §2).
    package static let factsAgeMax = Duration.seconds(60)

    package init(
        people: [Person] = [],
        services: [String: SourceName] = [:],
        groups: [String: Set<Principal>] = [:],
        grants: [Grant] = [],
        protections: [Protection] = [],
        limits: [Limit] = [],
        essentials: [Essential] = [],
        validFor: Duration = .seconds(60 * 60),
        rehearses: Bool = false,
        rehearsingSources: Set<SourceName> = [],
        proposingSources: Set<SourceName> = [],
        ceilings: [SourceName: Set<String>] = [:],
        staleAfter: Duration = .seconds(30 * 86_400)
    ) {
        self.people = people
        self.services = services
        self.groups = groups
        self.grants = grants
        self.protections = protections
        self.limits = limits
        self.essentials = essentials
        self.validFor = validFor
        self.rehearses = rehearses
        self.rehearsingSources = rehearsingSources
        self.proposingSources = proposingSources
        self.ceilings = ceilings
        self.staleAfter = staleAfter
    }

    /// Who stands behind an identity that a source has proven; nil for nobody, and for more than one.
    ///
    /// Identities are compared exactly. A local one is a Unix user, whatever the source.
    package func principal(of asker: Asker, at source: SourceName) -> Principal? {
        let found: [Principal] =
            switch asker {
            case .identity(let identity):
                people.filter { $0.identities[source]?.contains(identity) == true }.map { .person($0.name) }
            case .local(let user):
                people.filter { $0.localUsers.contains(user) }.map { .person($0.name) }
            case .service:
                services.filter { $0.value == source }.map { .service($0.key) }
            }
        return found.count == 1 ? found.first : nil
    }
}

/// One person of the settings and who they are at each source.
package struct Person: Sendable, Hashable {
    package var name: String
    /// By source, each exactly as the source proves it, such as `T024/U2147`.
    package var identities: [SourceName: Set<String>]
    /// Unix users at the control socket: what the settings write under `local`.
    package var localUsers: Set<String>

    package init(name: String, identities: [SourceName: Set<String>] = [:], localUsers: Set<String> = []) {
        self.name = name
        self.identities = identities
        self.localUsers = localUsers
    }
}

/// Machines that nothing is done to, unless a grant names this protection.
package struct Protection: Sendable, Hashable {
    /// What a grant calls it, such as `Tier-0`.
    package var name: String
    /// Where it stands in the settings, from 1.
    package var line: Int
    package var column: Int
    package var machines: MachineCondition

    package init(name: String, line: Int, column: Int, machines: MachineCondition) {
        self.name = name
        self.line = line
        self.column = column
        self.machines = machines
    }
}
