/// The actions this build carries out.
///
/// Source of permissions, rate windows and platforms: `reference/defender-api.md` §§2.3, 3.1, 3.2.
package enum Catalogue {
    package static let actions: [ActionEntry] =
        onMachines + alertActions + indicatorActions + huntingActions + libraryActions + facts

    /// What is done to a machine, and what is asked of it by every grant.
    private static let onMachines = [
        isolate, release, restrict, unrestrict, scan, collect, quarantineFile, offboard, tag, untag, setValue,
        runScript, getFile, putFile, cancel, status,
    ]

    /// The entry of a word, compared without regard to case.
    package static func entry(_ word: String) -> ActionEntry? {
        let folded = word.lowercased()
        return actions.first { $0.word == folded }
    }

    /// Application permissions that let a machine be found and an action be watched.
    package static let readingMachines = ["Machine.Read.All", "Machine.ReadWrite.All"]

    /// The type of isolation for a machine that is not onboarded: the others block it.
    package static let unmanagedType = "UnManagedDevice"

    static let documentedRate = RateWindow(perMinute: 100, perHour: 1_500)

    package static let isolate = ActionEntry(
        word: "isolate",
        summary: "Cut a machine off the network, but for Defender itself.",
        parameters: [
            ActionParameter(
                name: "type",
                summary:
                    "Full; Selective to leave Outlook, Teams and Skype connected; UnManagedDevice to have "
                    + "all onboarded machines block one that is not onboarded, which a grant must name.",
                domain: .words(["Full", "Selective", unmanagedType], defaultValue: "Full"),
                mustBeGranted: [unmanagedType]
            )
        ],
        applicationPermissions: ["Machine.Isolate"],
        delegatedPermissions: ["Machine.Isolate"],
        watchingPermissions: readingMachines,
        changesState: true,
        lane: .network,
        takesTimeBox: true,
        undoneBy: "release",
        machineActionType: "Isolate",
        rate: documentedRate,
        platforms: "Windows 10 1703+, Windows 11, Server 2012 R2+, supported Linux, macOS client 101.98.84+",
        backEnd: .defender,
        retires: nil
    )

    package static let release = ActionEntry(
        word: "release",
        summary: "End your containment; the machine is released when nobody else's is open.",
        parameters: [],
        applicationPermissions: ["Machine.Isolate"],
        delegatedPermissions: ["Machine.Isolate"],
        watchingPermissions: readingMachines,
        changesState: true,
        lane: .network,
        takesTimeBox: false,
        undoneBy: "isolate",
        machineActionType: "Unisolate",
        rate: documentedRate,
        platforms: "as isolate",
        backEnd: .defender,
        retires: nil
    )

    package static let scan = ActionEntry(
        word: "scan",
        summary: "Run an antivirus scan.",
        parameters: [
            ActionParameter(
                name: "type",
                summary: "Quick or Full.",
                domain: .words(["Quick", "Full"], defaultValue: "Quick")
            )
        ],
        applicationPermissions: ["Machine.Scan"],
        delegatedPermissions: ["Machine.Scan"],
        watchingPermissions: readingMachines,
        changesState: true,
        lane: .scan,
        takesTimeBox: false,
        undoneBy: nil,
        machineActionType: "RunAntiVirusScan",
        rate: documentedRate,
        platforms: "Windows 10 1709+, Windows 11; macOS and Linux client 101.98.84+",
        backEnd: .defender,
        retires: nil
    )

    package static let collect = ActionEntry(
        word: "collect",
        summary: "Collect an investigation package and keep it as evidence.",
        parameters: [],
        applicationPermissions: ["Machine.CollectForensics"],
        delegatedPermissions: ["Machine.CollectForensics"],
        watchingPermissions: readingMachines,
        changesState: true,
        lane: .package,
        takesTimeBox: false,
        undoneBy: nil,
        machineActionType: "CollectInvestigationPackage",
        rate: documentedRate,
        platforms: "Windows 10 1703+, Windows 11",
        backEnd: .defender,
        retires: nil
    )

    package static let cancel = ActionEntry(
        word: "cancel",
        summary: "Cancel a job; one that was submitted is cancelled at Defender and seen to have ended.",
        parameters: [],
        applicationPermissions: [
            "Machine.CollectForensics", "Machine.Isolate", "Machine.RestrictExecution", "Machine.Scan",
            "Machine.Offboard", "Machine.StopAndQuarantine", "Machine.LiveResponse",
        ],
        delegatedPermissions: [
            "Machine.CollectForensics", "Machine.Isolate", "Machine.RestrictExecution", "Machine.Scan",
            "Machine.Offboard", "Machine.StopAndQuarantine", "Machine.LiveResponse",
        ],
        watchingPermissions: readingMachines,
        changesState: true,
        lane: nil,
        takesTimeBox: false,
        undoneBy: nil,
        machineActionType: nil,
        rate: documentedRate,
        platforms: "any",
        backEnd: .defender,
        retires: nil
    )

    package static let status = ActionEntry(
        word: "status",
        summary: "Say what Defender knows of a machine, what is open on it and what is under way.",
        parameters: [],
        applicationPermissions: readingMachines,
        delegatedPermissions: ["Machine.Read", "Machine.ReadWrite"],
        watchingPermissions: readingMachines,
        changesState: false,
        lane: nil,
        takesTimeBox: false,
        undoneBy: nil,
        machineActionType: nil,
        rate: documentedRate,
        platforms: "any",
        backEnd: .defender,
        retires: nil,
        needsGrant: false
    )
}
