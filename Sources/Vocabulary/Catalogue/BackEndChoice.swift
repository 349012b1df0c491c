/// A back end that serves an entry besides its own, with what it takes there.
package struct OtherService: Sendable, Hashable {
    package let backEnd: BackEnd
    package let applicationPermissions: [String]
    package let delegatedPermissions: [String]
    package let rate: RateWindow
    /// ISO date on which Microsoft says it ends, or nil.
    package let retires: String?
}

/// Which back end serves what can be had from more than one; the settings say it under `back-ends`.
package struct BackEndChoice: Sendable, Hashable {
    /// Defender's own route for hunting ends on 2027-02-01.
    package var hunting: BackEnd
    /// Both serve alerts under the same ids, and only Defender's takes the permissions of the rest.
    package var alerts: BackEnd

    package init(hunting: BackEnd = .graph, alerts: BackEnd = .defender) {
        self.hunting = hunting
        self.alerts = alerts
    }

    /// The entry as it is served now: its permissions, rate window and end are those of the chosen back end.
    package func served(_ entry: ActionEntry) -> ActionEntry {
        let wanted: BackEnd =
            switch entry.word {
            case Catalogue.hunt.word: hunting
            case Catalogue.alerts.word, Catalogue.alert.word, Catalogue.alertUpdate.word: alerts
            default: entry.backEnd
            }
        return entry.served(by: wanted)
    }
}

extension ActionEntry {
    /// The same, served by another back end as well.
    func also(_ service: OtherService) -> ActionEntry {
        var entry = self
        entry.others.append(service)
        return entry
    }

    /// The same through another back end; itself where that does not serve it.
    package func served(by other: BackEnd) -> ActionEntry {
        guard other != backEnd, let service = others.first(where: { $0.backEnd == other }) else {
            return self
        }
        return ActionEntry(
            word: word,
            summary: summary,
            parameters: parameters,
            applicationPermissions: service.applicationPermissions,
            delegatedPermissions: service.delegatedPermissions,
            watchingPermissions: watchingPermissions,
            changesState: changesState,
            lane: lane,
            takesTimeBox: takesTimeBox,
            undoneBy: undoneBy,
            machineActionType: machineActionType,
            rate: service.rate,
            platforms: platforms,
            backEnd: service.backEnd,
            retires: service.retires,
            about: about,
            needsEnd: needsEnd,
            needsGrant: needsGrant
        )
    }
}
